"""One line of a search's result."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ranked:
    """A measure's place in the answer to a question: its best point and its calibrated score (0 to 1)."""

    id: str
    point: str
    score: float
