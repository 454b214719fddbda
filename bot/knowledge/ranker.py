"""Learns from example questions which measure and which point a question is about.

Kernel ridge regression: two texts are as alike as a mixture of their embeddings and their n-grams says, and
every text of the index votes for its measure and its point with a learned weight. Exact, deterministic, a
second for a few thousand texts, and it yields the leave-one-out scores that make honest probabilities.
The constants were chosen by threefold cross-validation (``docs/decisions/0006-retrieval.md``).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

MEANING_SHARE = 0.85  # of the embeddings in likeness; the rest is n-grams
SHARPNESS = 2.0  # how quickly likeness falls as vectors part
RIDGE = 0.05  # how much a single example is distrusted
POINT_SHARE = 0.6  # of the best point's score in a measure's score


def likeness(cosines: Floats, words: Floats) -> Floats:
    """How alike texts are (1 for the same text) from embedding cosines and n-gram cosines."""
    meaning: Floats = np.exp(SHARPNESS * (cosines - 1))
    return MEANING_SHARE * meaning + (1 - MEANING_SHARE) * words


def learn(alike: Floats, targets: Floats) -> tuple[Floats, Floats]:
    """Vote weights for each (text, target) and each text's own scores had it been left out.

    ``alike`` is texts × texts, ``targets`` texts × targets with 1 where a text is about a target.
    """
    inverse = np.linalg.inv(alike.astype(np.float64) + RIDGE * np.eye(len(alike)))
    votes = inverse @ targets
    left_out = targets - votes / np.diag(inverse)[:, None]
    return votes.astype(np.float32), left_out.astype(np.float32)


@dataclass(frozen=True)
class Layout:
    """Columns of scores: one a measure, one a point (``owners[point]`` owns it), one for "none of them"."""

    measures: int
    owners: NDArray[np.int32]

    def combine(self, scores: Floats) -> tuple[Floats, NDArray[np.int64]]:
        """Each measure's score, and its best point's column among the points, for rows of scores."""
        own, points = scores[:, : self.measures], scores[:, self.measures : -1]
        best = np.zeros(own.shape, np.int64)
        top = np.full(own.shape, -np.inf, np.float32)
        for measure in range(self.measures):
            columns = np.flatnonzero(self.owners == measure)
            best[:, measure] = columns[np.argmax(points[:, columns], axis=1)]
            top[:, measure] = np.max(points[:, columns], axis=1)
        return (1 - POINT_SHARE) * own + POINT_SHARE * top, best


def margins(scores: Floats) -> Floats:
    """How far each measure is ahead of the best other one (negative when behind), for rows of scores."""
    if scores.shape[1] < 2:
        return scores.copy()
    ordered = np.sort(scores, axis=1)
    first, second = ordered[:, -1:], ordered[:, -2:-1]
    return scores - np.where(scores >= first, second, first)


def features(scores: Floats, none: Floats) -> Doubles:
    """What a probability is made from, last axis: score, how far ahead, score of "none of them", a constant.

    ``scores`` are rows of measures' scores, ``none`` one score a row.
    """
    rest = np.broadcast_to(none[:, None], scores.shape)
    return np.stack([scores, margins(scores), rest, np.ones_like(scores)], axis=-1).astype(np.float64)


def calibrate(values: Doubles, right: NDArray[np.bool_]) -> Doubles:
    """Weights of a logistic regression (Newton's method) of ``right`` on the rows of ``values``."""
    weights = np.zeros(values.shape[1])
    for _ in range(25):
        chance = probability(values, weights)
        gradient = values.T @ (chance - right) + 1e-3 * weights
        curve = (values * (chance * (1 - chance))[:, None]).T @ values + 1e-3 * np.eye(len(weights))
        step = np.linalg.solve(curve, gradient)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def probability(values: Doubles, weights: Doubles) -> Doubles:
    """The logistic function of ``values @ weights``."""
    return 1 / (1 + np.exp(-np.clip(values @ weights, -30, 30)))
