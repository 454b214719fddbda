"""Follow-ups: whether a message leans on the one before it, and what it then means. Pure functions.

The constants were chosen on the dev set (``docs/understanding.md``).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from enum import Enum

from bot.knowledge.districts import named_in, without_names
from bot.knowledge.ranked import Ranked
from bot.knowledge.text import letters

LONGEST = 24  # letters of a message that leans on another by its words
SHORT, FRAGMENT = (
    14,
    6,
)  # letters of a message that may lean without such words; of one that nearly always does
SURE, UNSURE = 0.65, 0.35  # scores of the message by itself
ELSEWHERE = 0.05  # what a measure of another district counts after "and in Qingpu?"
_SMALL_WORDS = re.compile(
    r"那边|这边|那里|这里|那|这|呢|吗|么|在|区|的话|换成|换|如果|是|and|what|about|in|how"
)
_ANOTHER_QUESTION = re.compile(
    r"^(?:再|另外|还想|还要|顺便|顺带|对了)?.{0,4}(?:问一?[下个]|请教|咨询)|(?:换|另一?|别的).{0,2}问题"
)
_LEANING = re.compile(
    r"^(?:那|这|它|他|还|也|如果|要是|再|所以|然后|具体|一定|必须|都"
    r"|and\b|what about|how about|what if|then\b|so\b)"
    r"|这个|那个|这块|这种|这事|这条|那边|该|上面|刚才|它|呢[？?]?$|也(?:行|可以|算|有|能|一样)|一样|这些|那些"
    r"|\b(?:it|that|this|they|there)\b",
    re.IGNORECASE,
)


class Topic(Enum):
    """What a message is about, as the classifier sees it, beside the message before."""

    SAME = "same"  # asks on, as visitors do after an answer
    OTHER = "other"  # likely another matter
    NONE = "none"  # surely no matter of this service at all
    UNKNOWN = "unknown"


def leans(text: str, score: float, topic: Topic = Topic.UNKNOWN) -> bool:
    """Whether a normalised message is a follow-up.

    ``score`` is that of its best measure taken by itself; ``topic`` what the classifier makes of it.
    """
    if _only_names_a_district(text):
        return True
    length = len(letters(text))
    if score >= SURE or length > LONGEST or _ANOTHER_QUESTION.search(text):
        return False
    if topic is Topic.SAME:
        return True
    if topic is Topic.NONE:
        return False
    if _LEANING.search(text):
        return True
    if topic is Topic.OTHER:
        return False
    return length <= FRAGMENT or (length <= SHORT and score < UNSURE)


def _only_names_a_district(text: str) -> bool:
    """「青浦呢」「那嘉定那边」: nothing but a place, so the matter must be the one before."""
    return bool(named_in(text)) and len(_SMALL_WORDS.sub("", letters(without_names(text)))) == 0


def elsewhere(ranked: Sequence[Ranked], named: Collection[str], districts: Mapping[str, str]) -> list[Ranked]:
    """The same measures with those of other districts than the ones now ``named`` last.

    ``districts`` gives each measure's. Nothing named, nothing changes.
    """
    if not named:
        return list(ranked)

    def weighed(found: Ranked) -> Ranked:
        own = districts.get(found.id) in named
        return found if own else Ranked(found.id, found.point, found.score * ELSEWHERE)

    return sorted(map(weighed, ranked), key=lambda found: -found.score)
