"""Reads what an enterprise says of itself: where it is, what it does, how big it is, what it wants.

Pure: text in, facts out; each fact keeps the words it was read from. The words are in
``enterprise_words.yml``.
"""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge.conditions import VOCABULARY
from bot.knowledge.districts import DISTRICTS, first_named
from bot.knowledge.text import normalise

LISTS = tuple(VOCABULARY)  # needs, industries, sizes, stages, traits
# Heads below which a size holds, in industry (other branches differ): 统计上大中小微型企业划分办法 (2017).
SIZE_LIMITS = ((20, "micro"), (300, "small"), (1000, "medium"))

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_CHINESE = "零〇一二两三四五六七八九十百千"
# How many work there, as people say it.
HEADS = re.compile(
    rf"(?P<many>\d[\d,]*|[{_CHINESE}]+)\s*(?:来|多|几)?\s*(?:号|个|名|位)?(?:人(?!才|工|民|均|家|次)|员工|职工|工人|伙计)"
    r"|(?:员工|职工|人数|团队)[^\d,。]{0,4}(?P<after>\d[\d,]*)\s*(?:来|多|人|个|名|号)"
    r"|(?P<english>\d[\d,]*)\s*(?:\w+\s)?(?:people|employees|staff|workers|persons|heads)"
)
_TO_HIRE = re.compile(r"(?:招|缺|聘|找|补|扩|引进|hir\w+|recruit\w*|need)[^,。]{0,5}$")
BROAD = ("manufacturing", "retail")
WORDS = Path(__file__).with_name("enterprise_words.yml")


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


_WORDS: dict[str, Any] = yaml.safe_load(WORDS.read_text("utf-8"))
_PATTERNS = {kind: {code: _any_of(said) for code, said in _WORDS[kind].items()} for kind in LISTS}
_PLAIN = re.compile(r"[\u4e00-\u9fff]+")
_FITS, _CLEARLY, _WANTS, _MORE, _ONE = (
    _any_of(_WORDS[name]) for name in ("asks_what_fits", "asks_clearly", "wants", "wants_more", "asks_one")
)


@dataclass(frozen=True)
class Facts:
    """What is known of an enterprise: codes of ``conditions.py``, each with the words it was read from.

    ``district`` is a code or None, ``headcount`` persons or None.
    """

    needs: dict[str, str] = field(default_factory=dict)
    industries: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, str] = field(default_factory=dict)
    stages: dict[str, str] = field(default_factory=dict)
    traits: dict[str, str] = field(default_factory=dict)
    district: str | None = None
    headcount: int | None = None

    def of(self, kind: str) -> dict[str, str]:
        """The facts of one kind: code -> words."""
        found: dict[str, str] = getattr(self, kind)
        return found

    def kinds(self) -> int:
        """How many kinds of facts are known."""
        return sum(bool(self.of(kind)) for kind in LISTS) + bool(self.district)

    def joined(self, later: "Facts") -> "Facts":
        """These facts with later ones: a later size or stage takes the place of the one before."""
        both = {kind: {**self.of(kind), **later.of(kind)} for kind in ("needs", "industries", "traits")}
        sizes, stages = later.sizes or self.sizes, later.stages or self.stages
        return Facts(both["needs"], both["industries"], sizes, stages, both["traits"],
                     later.district or self.district, later.headcount or self.headcount)  # fmt: skip

    def with_code(self, kind: str, code: str) -> "Facts":
        """With one fact more, as chosen by a button. KeyError when there is no such code."""
        if kind == "district":
            return replace(self, district=code if DISTRICTS[code] else None)
        VOCABULARY[kind][code]
        return self.joined(Facts.from_json({kind: {code: ""}}))

    def as_json(self) -> dict[str, Any]:
        """As a JSON object, as slots and payloads carry it."""
        return {**{kind: dict(self.of(kind)) for kind in LISTS},
                "district": self.district, "headcount": self.headcount}  # fmt: skip

    @classmethod
    def from_json(cls, value: Any) -> "Facts":
        """Facts from what ``as_json`` made; unknown kinds and codes are left out."""
        stored = value if isinstance(value, dict) else {}
        lists = {
            kind: {code: str(said) for code, said in (stored.get(kind) or {}).items() if code in known}
            for kind, known in VOCABULARY.items()
        }
        district, headcount = stored.get("district"), stored.get("headcount")
        return cls(**lists, district=district if district in DISTRICTS else None,
                   headcount=headcount if isinstance(headcount, int) else None)  # fmt: skip


def read_facts(text: str) -> Facts:
    """The facts in a text as a visitor wrote it; any language mixture, any text."""
    plain = normalise(text).lower()
    lists = {kind: _read(plain, patterns) for kind, patterns in _PATTERNS.items()}
    headcount, said = _headcount(plain)
    if headcount is not None and "individual" not in lists["sizes"]:
        lists["sizes"] = {size_of(headcount): said}
    for broad in BROAD:  # nearly everyone makes or sells something: the narrower word counts
        if len(lists["industries"]) > 1:
            lists["industries"].pop(broad, None)
    return Facts(**lists, district=first_named(plain), headcount=headcount)


def size_of(headcount: int) -> str:
    """The size class of an enterprise with so many people."""
    return next((size for limit, size in SIZE_LIMITS if headcount < limit), "large")


def describes(text: str, facts: Facts) -> bool:
    """Whether an enterprise tells of itself to hear what fits it, rather than asking about one matter."""
    plain = normalise(text).lower()
    told = facts.kinds() - bool(facts.needs)
    if _FITS.search(plain):
        return _clauses(plain) >= 2 and (told >= 2 or (told == 1 and len(facts.needs) >= 2))
    if _ONE.search(plain):
        return False
    return bool(_WANTS.search(plain) and facts.needs) and told >= 2 and _clauses(plain) >= 2


def mentions_itself(text: str, facts: Facts) -> bool:
    """Whether a question also tells of the enterprise that asks it, and of what it wants."""
    return bool(facts.needs) and facts.kinds() > 1 and _clauses(normalise(text).lower()) > 1


def clearly_describes(text: str, facts: Facts) -> bool:
    """Whether the words alone leave no doubt of that: who it is, and 「看看符合哪些」 or several wishes.

    Where nothing is asked, it has to be said how many work there, or that more than one thing is wanted.
    """
    plain = normalise(text).lower()
    told = facts.kinds() - bool(facts.needs)
    if _CLEARLY.search(plain):
        return bool(facts.district or facts.sizes) and facts.kinds() >= 2 and _clauses(plain) >= 2
    if _ONE.search(plain) or not facts.needs or told < 2:
        return False
    counted = facts.headcount is not None and told >= 3 and bool(_WANTS.search(plain))
    return _clauses(plain) >= 3 and (counted or bool(_MORE.search(plain)))


def asks_what_fits(text: str) -> bool:
    """Whether the words ask which measures fit."""
    return bool(_FITS.search(normalise(text).lower()))


def number(text: str) -> int | None:
    """A whole number in digits or Chinese numerals (四十, 两百, 一百二); None when it is none."""
    digits = text.replace(",", "")
    if digits.isdecimal():
        return int(digits)
    total, digit, unit = 0, None, 1
    for character in text:
        if character in _UNITS:
            unit = _UNITS[character]
            total, digit = total + (1 if digit is None else digit) * unit, None
        elif character in _DIGITS:
            digit = _DIGITS[character]
        else:
            return None
    if digit is not None:  # 一百二 is 120, but 一百零二 is 102 and 二 is 2
        total += digit * (unit // 10 if unit > 10 and "零" not in text else 1)
    return total if text else None


def _read(plain: str, patterns: dict[str, re.Pattern[str]]) -> dict[str, str]:
    found = ((code, pattern.search(plain)) for code, pattern in patterns.items())
    return {code: match.group() for code, match in found if match}


def _headcount(plain: str) -> tuple[int | None, str]:
    for match in HEADS.finditer(plain):
        if _TO_HIRE.search(plain[: match.start()]):
            continue
        many = number(next(group for group in match.groups() if group))
        if many and many < 1_000_000:
            return many, match.group().strip()
    return None, ""


def _clauses(plain: str) -> int:
    return len([part for part in re.split(r"[,，。;；、\s]+", plain) if part])


def industry_words() -> dict[str, str]:
    """The Chinese words that name an industry, with its code; patterns are left out."""
    return {
        str(word): code
        for code, words in _WORDS["industries"].items()
        for word in words
        if _PLAIN.fullmatch(str(word))
    }
