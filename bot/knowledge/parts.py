"""Several questions in one message: where it can be cut, and whether the pieces are questions of their own.

Pure functions. The constants were chosen on the dev set (``docs/understanding.md``).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.knowledge.asking import ASKS
from bot.knowledge.ranked import Ranked
from bot.knowledge.text import letters, normalise

SHORTEST = 4  # letters of a piece
JOINED = 0.05  # score that both pieces need when a word or mark between them says "and another thing"
APART = 0.12  # the same without such a mark
SAME = 0.25  # the same when both pieces are about one measure (and different points of it)
LONG = 80  # letters of a message that is a story rather than a question
# What announces an item of a list: 「1、」, 「②」, 「一是」, 「Q2」. The lines of a message are items, too.
_ITEM = (
    r"(?<![\d.])\d\s*[、.)）](?!\d)\s*|[\u2460-\u2473]\s*|[(（]\s*[1-9一二三四五]\s*[)）]\s*"
    r"|第[一二三四五](?:[,，、:：]|个?是|(?=问))|(?:一是|二是|三是|四是)|\bQ\d\b[:：.]?\s*"
)
_ALSO = (
    r"还有(?!没|多|哪|什么|吗|几)|另外(?!的|一[家个])|顺[便带](?:再?问(?:一?[下问句声])?)?|再问(?:一句)?|再就是|再有|再一个|对了|此外"
    r"|外加|其次|第二"
)
_CUT = re.compile(
    rf"[,，。;；!！?？\n、]+\s*(?:(?:and also|also|and|plus|besides)\b|(?:{_ITEM}))?"
    rf"|{_ITEM}"
    r"|(?<=[\u4e00-\u9fff?？])\s*[/+＋／]\s*(?=[\u4e00-\u9fff])"
    r"|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])"
    rf"|(?={_ALSO}|以及|同时|还想|也想)"
    # Between two questions only: 「怎么领和…怎么办」, not 「合同和发票」.
    r"|(?<=[\u4e00-\u9fff])(?=[和跟](?![我你他她谁踪进着]))"
    r"|\b(?:and also|also|and|plus|besides)\b",
    re.IGNORECASE,
)
_LISTED = re.compile(_ITEM, re.IGNORECASE)
_ANOTHER = re.compile(rf"{_ALSO}|还想|然后|[;；?？/+＋／]|{_ITEM}|^那|also|plus|besides", re.IGNORECASE)
_FURTHER = re.compile(rf"(?:{_ALSO})")  # needs no word of a question: 「孩子上学的事,还有租房补贴」
# One question for what was said in both pieces: 「名字通不过,地址也没有,怎么搞」, 「…,两个都咋整」.
_SHARED = re.compile(
    r"^(?:[^,，。;；!！?？]*[也又][^,，。;；!！?？]*[,，]\s*都?|[^,，。;；!！?？]*[,，]\s*[两二][个件样]事?都)"
    r"该?(?:怎么|咋)(?:搞|办|弄|整)呢?[?？。!！]*$"
)
# One question for two named things: 「批次贷和创业大赛分别找谁」.
_EACH = re.compile(
    r"^(?P<one>[^,，。;；!！?？]{3,}?)(?:[和跟与、]|以及)(?P<other>[^,，。;；!！?？]{3,}?)(?:分别|各自)(?P<asks>.{2,})$"
)
_JOINS = re.compile(r"^(?:和|跟|以及)")
_MAY_ASK = re.compile(
    rf"{ASKS.pattern}|[能会可有是要行算管给]不|让|还是|行|求|查|想|要|帮我|介绍|没人", re.IGNORECASE
)


@dataclass(frozen=True)
class Cut:
    """A message in two pieces; ``marked`` when what stands between them announces another question."""

    first: str
    second: str
    marked: bool


def cuts(text: str) -> Iterator[Cut]:
    """Every place where a message, as it was written, may change to another question."""
    seen: set[str] = set()
    if each := _EACH.match(text.strip()):
        yield Cut(each["one"] + each["asks"], each["other"] + each["asks"], marked=True)
    for found in _CUT.finditer(text):
        first, second = _trimmed(text[: found.start()]), _trimmed(text[found.end() :])
        if second in seen or min(len(letters(first)), len(letters(second))) < SHORTEST:
            continue
        seen.add(second)
        between = found.group()
        marked = bool(_ANOTHER.search(between) or _ANOTHER.match(second))
        asking = _both_ask(first, second, between, marked)
        if asking or _LISTED.search(between) or _FURTHER.match(second) or _SHARED.search(second):
            yield Cut(first, _JOINS.sub("", second), marked and bool(asking or _LISTED.search(between)))


def _trimmed(piece: str) -> str:
    """A piece without the marks around it, and without the number of its item."""
    plain = piece.strip(" ,，。;；、:：")
    item = _LISTED.match(plain)
    return plain[item.end() :].strip(" ,，。;；、:：") if item else plain


def _both_ask(first: str, second: str, between: str, marked: bool) -> bool:
    """Whether both pieces have words of a question; after a question mark the first one has."""
    pattern = _MAY_ASK if marked else ASKS
    return bool((pattern.search(first) or "?" in normalise(between)) and pattern.search(second))


def clauses_of(text: str) -> Iterator[str]:
    """What stands between a description's marks, but for scraps."""
    return (piece for piece in re.split(r"[,，。;；!！?？\n、]+", text) if len(letters(piece)) >= SHORTEST)


def ending(text: str) -> str | None:
    """The last sentence of a long message, perhaps the question that the rest leads to; None otherwise."""
    if len(letters(text)) < LONG:
        return None
    sentences = [each for each in re.split(r"[。!！?？;；\n]+", text) if len(letters(each)) >= SHORTEST]
    return sentences[-1].strip() if len(sentences) > 1 else None


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
