"""What to do with what was found: a pure function of the calibrated scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.knowledge.districts import named_in
from bot.knowledge.places import matter_outside, named_outside
from bot.knowledge.ranked import Ranked
from bot.knowledge.text import mostly_latin

ANSWER = 0.55  # from this score on the best measure is given as the answer
ANSWER_ENGLISH = 0.35  # the same in English: fewer examples are near, and fewer wrong ones
OFFER = 0.15  # from this score on it is offered to choose from
ABOUT = 0.2  # from this score on a message is about the topic of its best measure
NEAR = 0.08  # from this score on it is named as near
PLAUSIBLE, SURE = 0.5, 0.8  # the same, as choices and as an answer, for what seemed to be out of scope
BESIDE = 0.25  # from this probability of "out of scope" on, a question with nothing near is that
OUTSIDE = {
    "far": 0.9,
    "neighbours": 0.55,
}  # from this score on a question that names a place outside is one of ours
MOST_CHOICES = 3
UNSURE_PATIENCE = 3  # replies in a row without an answer, of which the last is a person
DENIAL_PATIENCE = 2  # denials after which a person takes over
MOST_ASKED = 3  # kinds of facts that the policy calculator asks for


@dataclass(frozen=True)
class Decision:
    """What to reply with, and the measures for it, best first."""

    kind: Literal["answer", "choices", "not_covered"]
    ranked: list[Ranked]


def another_citys(text: str, leans_on: str | None) -> bool:
    """Whether a message asks for what another city's offices do, however well a measure fits the matter.

    After a question that reached across the border itself (``leans_on``), another place is more of the same.
    """
    if named_in(text) or not matter_outside(text):
        return False
    return not (leans_on and named_outside(leans_on) and not matter_outside(leans_on))


def may_be_outside(text: str, leans_on: str | None, best: float) -> bool:
    """Whether a message naming a place outside is rather not ours, by the score of the ``best`` measure."""
    outside = None if leans_on or named_in(text) else named_outside(text)
    return outside is not None and best < OUTSIDE[outside]


def answer_from(text: str, english: bool) -> float:
    """The score from which the best measure is the answer to ``text``; pinyin is no ``english``."""
    return ANSWER_ENGLISH if english and mostly_latin(text) else ANSWER


def decide(ranked: Sequence[Ranked], *, answer_from: float = ANSWER) -> Decision:
    """Answer when sure enough, offer choices in between, otherwise it is not covered; with what is near."""
    best = ranked[0].score if ranked else 0.0
    if best >= answer_from:
        return Decision("answer", list(ranked))
    if best >= OFFER:
        return Decision("choices", [found for found in ranked if found.score >= NEAR][:MOST_CHOICES])
    return Decision("not_covered", [found for found in ranked if found.score >= NEAR][:MOST_CHOICES])
