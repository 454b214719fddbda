"""Follow-ups: whether a message leans on the one before it, and what it then means. Pure functions.

The constants were chosen on the dev set (``docs/understanding.md``).
"""

import re
from collections.abc import Collection, Mapping, Sequence

from bot.knowledge.ranked import Ranked
from bot.knowledge.text import letters

LONGEST = 24  # letters of a message that leans on another by its words
SHORT, FRAGMENT = (
    14,
    6,
)  # letters of a message that may lean without such words; of one that nearly always does
SURE, LIKELY, UNSURE = 0.9, 0.8, 0.35  # scores of the message by itself
ELSEWHERE = 0.05  # what a measure of another district counts after "and in Qingpu?"
_LEANING = re.compile(
    r"^(?:那|这|它|他|还|也|如果|要是|再|所以|然后|具体|一定|必须|都"
    r"|and\b|what about|how about|what if|then\b|so\b)"
    r"|这个|那个|这块|这种|这事|这条|那边|该|上面|刚才|它|呢[？?]?$|也(?:行|可以|算|有|能|一样)|一样|这些|那些"
    r"|\b(?:it|that|this|they|there)\b",
    re.IGNORECASE,
)


def leans(text: str, score: float) -> bool:
    """Whether a normalised message is a follow-up; ``score`` is that of its best measure taken by itself."""
    length = len(letters(text))
    leaning = bool(_LEANING.search(text))
    if score >= SURE:
        return leaning and length <= FRAGMENT + 4
    if leaning:
        return length <= LONGEST
    return (length <= FRAGMENT and score < LIKELY) or (length <= SHORT and score < UNSURE)


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
