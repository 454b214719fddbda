"""Tells a wish to be called later (「下午给我打过来」) from the wish to talk to somebody now.

Pure: text in, what is said of the call out. A wish is said to the service and asks for a call to the visitor:
who asks for the service's number means to call themselves, and who tells of calls wants something else. So
the words of a wish fill their clause, but for whom of the service is to call, when, and words of courtesy;
after a plea (能不能, 麻烦) any matter may go before. The words are in ``callback_words.yml``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

WORDS = Path(__file__).with_name("callback_words.yml")
LONGEST = 400  # characters that are read: a wish comes early or late, and no message shall take long
_SAID: dict[str, Any] = yaml.safe_load(WORDS.read_text("utf-8"))
_CLAUSE = re.compile(r"[^,，。.!！?？;；~、\n]+")
_PHONE = re.compile(
    r"(?<![\d+])(?:\+\d{1,3}[ -]?\d(?:[ -]?\d){6,12}|1[3-9]\d(?:[ -]?\d{4}){2}|0\d{2,3}[ -]?\d{7,8})(?!\d)"
)


@dataclass(frozen=True)
class Wish:
    """A wish for a call: the number and the time that were said for it, and what else the message says.

    Each is None or "" where nothing was said; ``matter``: it names one (商标的事).
    """

    phone: str | None
    when: str | None
    beside: str
    matter: bool


def _filled(words: str) -> str:
    return re.sub(r"\{([A-Z_]+)\}", lambda part: str(_SAID["parts"].get(part[1], part[0])), words)


def _any_of(*kinds: str) -> str:
    """One expression for all words of these kinds; parts may have parts."""
    joined = "|".join(word for kind in kinds for word in _SAID[kind])
    while (filled := _filled(joined)) != joined:
        joined = filled
    return joined


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


# Nothing once read is read again (``*+``), so that no message takes long.
_BESIDE = rf"(?:{_any_of('times', 'sends', 'pleas', 'callers', 'beside')}|\s)*+"
_AFTER = _pattern(rf"(?:{_any_of('after')}|\s)*+$")
_ONLY = _pattern(rf"(?P<matter>(?:{_SAID['matter']})?){_BESIDE}$")
_PLEADS = _pattern(rf"(?P<matter>.*?)(?:{_any_of('pleas')}){_BESIDE}$")
_SENDS, _REQUESTS = _pattern(_any_of("sends")), _pattern(_any_of("pleas", "sends", "asking"))
_ASKS = _pattern(_any_of("pleas", "sends", "asking", "times"))  # a time is asked for, too (明天联系我)
_CALLERS = _pattern(_any_of("callers"))
_CALLS, _DIALS, _ASKED, _SENT, _LEFT = (
    _pattern(_any_of(kind)) for kind in ("calls", "dials", "asked", "sent", "left")
)
_ALONE = _pattern(rf"(?:{_any_of('alone')})(?:{_any_of('after')}|[,，。.!！~])*+$")
_ENGLISH, _NO_WISH = _pattern(_any_of("english")), _pattern(_SAID["no_wish"])
_MONEY, _TOLD, _NOW = (_pattern(_SAID[kind]) for kind in ("money", "told", "now"))
_MATTER = _pattern(f"{_SAID['matter']}|{_SAID['english_matter']}")
_TIMES = _pattern(_any_of("english_times", "times"))


def callback_wish(text: str) -> Wish | None:
    """What a normalised text wishes of a call; None when it wishes for none, or for a person now."""
    text = text[:LONGEST]
    if _NOW.search(text) or _TOLD.search(text):
        return None
    span = _english(text) or next(_chinese(text), None)
    if span is None:
        return None
    before, wished, after = text[: span[0]], text[span[0] : span[1]], text[span[1] :]
    phone, when = _PHONE.search(text), _TIMES.search(_PHONE.sub(" ", wished + after))
    beside = f"{before} {after}".strip()
    matter = _MATTER.search(beside) is not None
    return Wish(phone[0] if phone else None, when[0] if when else None, beside, matter)


def _english(text: str) -> tuple[int, int] | None:
    found = _ENGLISH.search(text)
    return None if found is None or _NO_WISH.search(text) else found.span()


def _chinese(text: str) -> Iterator[tuple[int, int]]:
    """Where the wishes for a call stand, from behind the matter of their clause to its end."""
    if _ALONE.match(text):
        yield 0, len(text)
    money = bool(_MONEY.search(text))
    for clause in _CLAUSE.finditer(text):
        for matter in _wishes(clause[0], money):
            yield clause.start() + matter, clause.end()


def _wishes(clause: str, money: bool) -> Iterator[int]:
    """Where the wishes of a clause begin; ``money``: what is said may be about a transfer instead."""
    for before in _before(_CALLS, clause):
        yield from _requests(before, _PLEADS, _ONLY)
    for before in _before(_ASKED, clause):
        yield from _requests(before, _PLEADS, _ONLY) if _ASKS.search(before) else ()
    for before in _before(_SENT, clause):
        yield from _requests(before, _PLEADS, _ONLY) if _SENDS.search(before) else ()
    for before in _before(_LEFT, clause):
        yield from (0 for _ in [before] if _ONLY.match(before))
    for before in () if money else _before(_DIALS, clause):
        yield from _requests(before, _ONLY)


def _before(words: re.Pattern[str], clause: str) -> Iterator[str]:
    """What stands before such words, where nothing of weight stands after them."""
    return (clause[: found.start()] for found in words.finditer(clause) if _AFTER.match(clause, found.end()))


def _requests(before: str, *ways: re.Pattern[str]) -> Iterator[int]:
    """Where the words before a call begin to ask the service for it, in one of these ways.

    Who names a caller and asks for nothing tells of a call (税务局打电话给我).
    """
    asks = _REQUESTS.search(before)
    for found in filter(None, (way.match(before) for way in ways)):
        if asks or not _CALLERS.search(before, found.end("matter")):
            yield found.end("matter")
