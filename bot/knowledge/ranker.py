"""The trained ranker: how much each piece of evidence counts, and how sure the result is.

A linear score a point, a softmax over the candidates, trained so that the right point and the right measure
come first (listwise). A logistic regression then turns what the winner looks like into a probability of being
right. Deterministic; plain arrays afterwards.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]

CANDIDATES = 40  # points that are ranked; the others are out
SPREAD = 1e-4  # how much large weights are distrusted
STRETCH, SHIFT = 0.7, 1.4  # from a score's log odds to those of being right
POINT_SHARE = 0.5  # of the right point in what training aims at; the rest is the right measure


@dataclass(frozen=True)
class Weights:
    """A linear score over standardised features."""

    middle: Doubles
    scale: Doubles
    weight: Doubles

    def score(self, features: Floats) -> Doubles:
        """The score of each last-axis row."""
        return ((features - self.middle) / self.scale) @ self.weight


def softmax(scores: Doubles) -> Doubles:
    """Shares that add up to 1 along the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return cast(Doubles, raised / raised.sum(axis=-1, keepdims=True))


def learn_ranking(
    features: Floats, right_point: Bools, right_measure: Bools, rising: Sequence[bool]
) -> Weights:
    """Weights from texts × candidates × features and which candidates are right.

    ``rising`` says of each feature whether more of it speaks for a point, or against it. Texts whose right
    measure is not among the candidates teach nothing.
    """
    usable = right_measure.any(axis=1)
    rows = features[usable].astype(np.float64)
    flat = rows.reshape(-1, rows.shape[-1])
    middle, scale = flat.mean(axis=0), flat.std(axis=0) + 1e-6
    rows = (rows - middle) / scale
    aims = ((right_measure[usable], 1 - POINT_SHARE), (right_point[usable], POINT_SHARE))
    # More evidence never counts against a point: an exact match must not lose by weights that cancel out.
    bounds = [(0, None) if rises else (None, 0) for rises in rising]
    found = minimize(_loss(rows, aims), np.zeros(rows.shape[-1]), jac=True, method="L-BFGS-B", bounds=bounds)
    return Weights(middle, scale, found.x)


def _loss(rows: Doubles, aims: tuple[tuple[Bools, float], ...]) -> Callable[[Doubles], tuple[float, Doubles]]:
    def loss(weight: Doubles) -> tuple[float, Doubles]:
        share = softmax(rows @ weight)
        total, pull = SPREAD * float(weight @ weight), np.zeros_like(share)
        for right, worth in aims:
            known = right.any(axis=1)
            mass = (share * right).sum(axis=1) + 1e-12
            total -= worth * float((np.log(mass) * known).mean())
            pull += worth * (share - share * right / mass[:, None]) * np.asarray(known)[:, None]
        gradient = np.einsum("tc,tcf->f", pull, rows) / len(rows) + 2 * SPREAD * weight
        return total, gradient

    return loss


def learn_sureness(values: Doubles, right: Bools, rising: Sequence[bool | None]) -> Doubles:
    """Weights of a logistic regression of ``right`` on the rows of ``values``.

    ``rising`` says of each value whether more of it may only raise the chance, only lower it, or both
    (None).
    """

    def loss(weights: Doubles) -> tuple[float, Doubles]:
        chance = np.clip(probability(values, weights), 1e-12, 1 - 1e-12)
        fit = np.where(right, np.log(chance), np.log(1 - chance)).mean()
        pull = values.T @ (chance - right) / len(values)
        return float(SPREAD * weights @ weights - fit), pull + 2 * SPREAD * weights

    bounds = [(None, None) if way is None else (0, None) if way else (None, 0) for way in rising]
    found = minimize(loss, np.zeros(values.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds)
    return cast(Doubles, found.x)


def probability(values: Doubles, weights: Doubles) -> Doubles:
    """The logistic function of ``values @ weights``."""
    return 1 / (1 + np.exp(-np.clip(values @ weights, -30, 30)))


def confidence(score: float) -> float:
    """How likely an answer with this score is right.

    A score is learned from examples that name one measure each, yet several often answer; so it is too modest
    by a little, which was measured on the dev set (``docs/understanding.md``).
    """
    return float(1 / (1 + np.exp(-(STRETCH * log_odds(np.array(score)) + SHIFT))))


def log_odds(share: Doubles) -> Doubles:
    """Where a share between 0 and 1 stands between minus and plus infinity, kept finite."""
    safe = np.clip(share, 1e-6, 1 - 1e-6)
    return cast(Doubles, np.log(safe / (1 - safe)))
