"""Several questions in one message: where it can be cut, and whether the pieces are questions of their own.

Pure functions. The constants were chosen on the dev set (``docs/understanding.md``).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.knowledge.ranked import Ranked
from bot.knowledge.text import letters, normalise

SHORTEST = 4  # letters of a piece
JOINED = 0.05  # score that both pieces need when a word or mark between them says "and another thing"
APART = 0.12  # the same without such a mark
SAME = 0.25  # the same when both pieces are about one measure (and different points of it)
_CUT = re.compile(
    r"[,，。;；!！?？\n、]+\s*(?:(?:and also|also|and|plus|besides)\b)?"
    r"|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])|(?<![\d.])\d\s*[、.)）]\s*"
    r"|(?=还有|另外|顺便|再问|再就是|以及|对了|此外|同时|外加|再一个|还想|也想|其次|第二)"
    r"|\b(?:and also|also|and|plus|besides)\b",
    re.IGNORECASE,
)
_ANOTHER = re.compile(
    r"还有|另外|顺便|再问|再就是|对了|此外|外加|再一个|还想|其次|第二|[;；?？]|\d\s*[、.)）]|^那|also|plus|besides",
    re.IGNORECASE,
)
_ENGLISH = r"\b(?:how|what|who|where|when|which|can|could|is|are|do|does|will|should|any)\b"
_ASKS = re.compile(
    r"[?？]|吗|呢|么|嘛|怎|哪|多少|多久|多长|几|谁|什么|啥|咋|如何|伐|吧$|是否"
    rf"|[能会可有是要行让](?:不|没)[能会可有是要行让]|不$|没有$|{_ENGLISH}",
    re.IGNORECASE,
)
_MAY_ASK = re.compile(
    rf"{_ASKS.pattern}|[能会可有是要行算管给]不|让|还是|行|求|查|想|要|帮我|介绍|没人", re.IGNORECASE
)


def asks(text: str) -> bool:
    """Whether a text has the words of a question."""
    return bool(_ASKS.search(text))


@dataclass(frozen=True)
class Cut:
    """A message in two pieces; ``marked`` when what stands between them announces another question."""

    first: str
    second: str
    marked: bool


def cuts(text: str) -> Iterator[Cut]:
    """Every place where a message, as it was written, may change to another question."""
    seen: set[str] = set()
    for found in _CUT.finditer(text):
        first, second = (piece.strip(" ,，。;；、") for piece in (text[: found.start()], text[found.end() :]))
        if second in seen or min(len(letters(first)), len(letters(second))) < SHORTEST:
            continue
        seen.add(second)
        marked = bool(_ANOTHER.search(found.group()) or _ANOTHER.match(second))
        pattern = _MAY_ASK if marked else _ASKS
        if (pattern.search(first) or "?" in normalise(found.group())) and pattern.search(second):
            yield Cut(first, second, marked)


def clauses_of(text: str) -> Iterator[str]:
    """What stands between a description's marks, but for scraps."""
    return (piece for piece in re.split(r"[,，。;；!！?？\n、]+", text) if len(letters(piece)) >= SHORTEST)


def strength(cut: Cut, first: Sequence[Ranked], second: Sequence[Ranked]) -> float:
    """How clearly the two pieces are two questions (more than 0), by the measures found for each."""
    if not first or not second:
        return 0.0
    one, other = first[0], second[0]
    if (one.id, one.point) == (other.id, other.point):
        return 0.0
    least = JOINED if cut.marked else APART
    if one.id == other.id and not cut.marked:
        least = SAME
    return min(one.score, other.score) - least
