"""Tells a reaction to a reply by its words, where the matter it names makes it look like a question.

Three ways, from the surest to the widest: the whole message is made of words that judge a reply, however
much they look like a question (「说的啥玩意」); it begins with such a word and asks nothing; it is short and
has one of a few anywhere. The words are in ``reaction_words.yml``.
"""

import re
from pathlib import Path
from typing import Any

import yaml

WORDS = Path(__file__).with_name("reaction_words.yml")
MOST_BESIDE = 5  # letters that may stand beside what judges a reply anywhere in a message
MOST_BESIDE_ENGLISH = 14

_ASKS = re.compile(
    r"[?？]|吗|呢|么|嘛|怎|哪|多少|多久|几|谁|什么|啥|咋|如何|伐|([能会可有是要行让])(?:不|没)\1"
    r"|\b(?:how|what|who|where|when|which|can|could|should|may)\b",
    re.IGNORECASE,
)
_SAID: dict[str, Any] = yaml.safe_load(WORDS.read_text("utf-8"))


def _any_of(*kinds: str) -> str:
    """One expression for all words of these kinds."""
    joined = "|".join(word for kind in kinds for word in _SAID[kind])
    return re.sub(r"\{([A-Z]+)\}", lambda part: str(_SAID["parts"][part[1]]), joined)


def _made_of(words: str, beside: str = "", *, asking: bool = False) -> re.Pattern[str]:
    """Matches a message of nothing but these words and fillers, with one of the words at least.

    Nothing once read is read again (``*+``), so that no message takes long.
    """
    known = "|".join(filter(None, [words, beside, _SAID["fillers"]]))
    end = "[吗么呢伐?？]*" if asking else ""
    return re.compile(rf"(?=.*?(?:{words}))(?:{known})*+{end}$", re.IGNORECASE)


def _begins(words: str) -> re.Pattern[str]:
    return re.compile(rf"^(?:{words})", re.IGNORECASE)


_RHETORIC = _made_of(_any_of("rhetoric"), asking=True)
_DENIAL, _DENIES = _made_of(_any_of("rhetoric", "denials")), _begins(_any_of("begins_denial"))
_AFFIRMATION = _made_of(_any_of("affirmations"), _any_of("beside_affirmations"))
_AFFIRMS = _begins(_any_of("begins_affirmation"))
_COURTESY = _any_of("courtesies")
_COURTEOUS = f"(?:{_COURTESY}|{_SAID['beside_courtesies']})"
_POLITE = re.compile(f"{_COURTEOUS}++$", re.IGNORECASE)
#: Thanks that a judgement comes after (谢谢，但是没解决): it is the judgement that counts.
_THANKS_FIRST = re.compile(
    rf"^(?:{_COURTESY}){_COURTEOUS}*+(?:[,，。.!！ ]|但是?|不过|可是?|but\b)*+(?=\w)", re.IGNORECASE
)
#: What was asked about is understood now, though its words are those of a question (「中，知道咋办了」).
_UNDERSTOOD = re.compile(
    r"^(?:[\s,，、。!！]|好|行|中|嗯|哦|噢|懂|了解|原来如此|我|这下|的|呀|那)*(?:知道|晓得|明白|清楚|搞懂|弄懂)[^?？,，。]{0,9}了"
    r"(?:[\s,，。!！]|谢|多谢|辛苦|哈|啦|哦|您|你)*$"
)
_DENIAL_ANYWHERE = re.compile(_any_of("denial_anywhere"))
_ENGLISH_DENIAL = re.compile(_any_of("english_denials"), re.IGNORECASE)
_ENGLISH_AFFIRMATION = re.compile(_any_of("english_affirmations"), re.IGNORECASE)


def reaction(text: str) -> str | None:
    """``affirm`` or ``deny`` when a normalised text, said after a reply, plainly is one; None otherwise.

    Thanks and goodbyes alone are none: they do not say whether the matter is settled.
    """
    if _POLITE.match(text):
        return None
    judged = _THANKS_FIRST.sub("", text)
    if judged != text and (found := reaction(judged)):
        return found
    if _ENGLISH_AFFIRMATION.match(text) or _UNDERSTOOD.match(text):
        return "affirm"
    if _RHETORIC.match(text) or _beside(_ENGLISH_DENIAL, text, MOST_BESIDE_ENGLISH):
        return "deny"
    if _ASKS.search(text):
        return None
    if _DENIAL.match(text) or _DENIES.match(text) or _beside(_DENIAL_ANYWHERE, text, MOST_BESIDE):
        return "deny"
    return "affirm" if _AFFIRMATION.match(text) or _AFFIRMS.match(text) else None


def _beside(pattern: re.Pattern[str], text: str, most: int) -> bool:
    """Whether the pattern is there with little beside it, and that asks nothing."""
    rest, found = pattern.subn("", text)
    return bool(found) and not _ASKS.search(rest) and sum(map(str.isalpha, rest)) <= most
