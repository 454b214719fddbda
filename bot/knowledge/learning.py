"""Learns a ranker from a knowledge base's example questions, judged by examples that it has not seen.

For a point, the examples that were written together (a run of its list) are left out together: a question of
another hand is harder than one of the same hand, and visitors are other hands.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from bot.knowledge import ranker
from bot.knowledge.evidence import AGAINST, FEATURES, Compared, Shape, features, first_order
from bot.knowledge.ranker import CANDIDATES, Weights, learn_ranking, learn_sureness, log_odds, softmax
from bot.knowledge.votes import Alike, Floats, Ints, Voting, targets_of

FIRST_HAND = 0.4  # of a point's list
FOLDS = 4  # parts in which each hand's examples are left out
LOOKED_AT = 5  # measures of a text that sureness learns from
#: Of the numbers in ``sureness_values``: whether they may only raise the chance, only lower it, or either.
SURENESS_RISES = (True, True, True, False, True, True, True, None)
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Material:
    """Everything compared with everything: ``alike`` and ``meaning`` are examples × examples.

    The passages' likenesses are examples × points or × measures. ``points`` of the examples is -1 for those
    that no measure answers; ``places`` is where in its point's list an example stands, 0 to 1.
    """

    alike: Alike
    points: Ints
    places: Floats
    answers: Floats
    answer_letters: Floats
    measures: Floats
    measure_letters: Floats
    named: tuple[frozenset[str], ...]


@dataclass(frozen=True)
class Learned:
    """What examples' votes weigh, how much each piece of evidence counts, how sureness follows."""

    votes: Floats
    weights: Weights
    sureness: NDArray[np.float64]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """As arrays, for keeping."""
        return {"votes": self.votes, "middle": self.weights.middle, "scale": self.weights.scale,
                "weight": self.weights.weight, "sureness": self.sureness}  # fmt: skip

    @classmethod
    def from_arrays(cls, stored: dict[str, NDArray[Any]]) -> "Learned":
        """As it was kept. KeyError when something is missing."""
        weights = Weights(stored["middle"], stored["scale"], stored["weight"])
        return cls(stored["votes"], weights, stored["sureness"])


def learn(material: Material, shape: Shape) -> Learned:
    """Learn everything; a minute for ten thousand examples on two cores."""
    measures = len(shape.districts)
    voting = Voting(material.alike.kernel(), targets_of(material.points, shape.owners, measures))
    parts = [_left_out(material, shape, voting, rows) for rows in _folds(material)]
    evidence, points, right = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    about = np.flatnonzero(right >= 0)
    owned = shape.owners[points] == shape.owners[np.maximum(right, 0)][:, None]
    ranked = evidence[about, :, : len(FEATURES)]
    rising = [name not in AGAINST for name in FEATURES]
    weights = learn_ranking(ranked, points[about] == right[about, None], owned[about], rising)
    values, correct = _sureness_rows(weights, evidence, points, right, shape)
    return Learned(voting.votes, weights, learn_sureness(values, correct, SURENESS_RISES))


def _folds(material: Material) -> Iterator[Integers]:
    """The examples in groups that are left out together."""
    later = material.places >= FIRST_HAND
    numbers = np.arange(len(material.points))
    group = np.where(material.points >= 0, (material.points * 7919) % FOLDS, numbers % FOLDS)
    for hand in (False, True):
        for fold in range(FOLDS):
            rows = np.flatnonzero((later == hand) & (group == fold))
            if len(rows):
                yield rows


def _left_out(
    material: Material, shape: Shape, voting: Voting, rows: Integers
) -> tuple[Floats, Integers, Ints]:
    """Evidence for the candidates of these examples as if they were new; the candidates; the right points."""
    rest = np.setdiff1d(np.arange(len(material.points)), rows)
    compared = Compared(
        alike=material.alike.part(rows, rest), points=material.points[rest], votes=voting.without(rows),
        answers=material.answers[rows], answer_letters=material.answer_letters[rows],
        measures=material.measures[rows], measure_letters=material.measure_letters[rows],
        named=tuple(material.named[row] for row in rows),
    )  # fmt: skip
    points = candidates(compared, shape)
    none = np.broadcast_to(compared.votes[:, -1:, None], (*points.shape, 1))
    evidence = np.take_along_axis(features(compared, shape), points[:, :, None], axis=1)
    return np.concatenate([evidence, none], axis=2), points, material.points[rows]


def candidates(compared: Compared, shape: Shape) -> Integers:
    """The points worth ranking, texts × ``CANDIDATES`` at most."""
    kept = min(CANDIDATES, len(shape.owners))
    return np.argsort(-first_order(compared, shape), axis=1, kind="stable")[:, :kept]


def sureness_values(share: float, point: Floats) -> list[float]:
    """What sureness in a measure is made from: its share and the evidence for its best point."""
    seen = dict(zip((*FEATURES, "votes for none"), point.tolist(), strict=True))
    near = max(seen["nearest example of the measure"], seen["nearest example of the point"])
    return [float(log_odds(np.array(share))), seen["votes for the measure"], seen["votes for the point"],
            seen["votes for none"], near, seen["best answer of the measure by meaning"],
            seen["best answer of the measure by letters"], 1.0]  # fmt: skip


def by_measure(shares: NDArray[np.float64], owners: Ints) -> list[tuple[int, int, float]]:
    """(measure, place of its best candidate, share of all its candidates), the largest share first."""
    total: dict[int, float] = {}
    best: dict[int, int] = {}
    for place in np.argsort(-shares, kind="stable").tolist():
        owner = int(owners[place])
        best.setdefault(owner, place)
        total[owner] = total.get(owner, 0.0) + float(shares[place])
    return sorted(((m, best[m], total[m]) for m in total), key=lambda found: -found[2])


def _sureness_rows(
    weights: Weights, evidence: Floats, points: Integers, right: Ints, shape: Shape
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    shares = softmax(weights.score(evidence[:, :, : len(FEATURES)]))
    rows, correct = [], []
    for text, share in enumerate(shares):
        owner = shape.owners[right[text]] if right[text] >= 0 else -1
        for measure, place, total in by_measure(share, shape.owners[points[text]])[:LOOKED_AT]:
            rows.append(sureness_values(total, evidence[text, place]))
            correct.append(measure == owner)
    return np.array(rows), np.array(correct)


def rank(learned: Learned, compared: Compared, shape: Shape) -> list[tuple[int, int, float]]:
    """For one text: (measure, point, chance of being right), best first."""
    points = candidates(compared, shape)[0]
    evidence = features(compared, shape)[0][points]
    shares = softmax(learned.weights.score(evidence))
    none = compared.votes[0, -1]
    found = by_measure(shares, shape.owners[points])
    rows = [sureness_values(share, np.append(evidence[place], none)) for _, place, share in found]
    chances = ranker.probability(np.array(rows), learned.sureness)
    return [
        (measure, int(points[place]), float(chance))
        for (measure, place, _), chance in zip(found, chances, strict=True)
    ]


def cast_votes(alike: Alike, votes: Floats) -> Floats:
    """What texts get from the examples they are like."""
    return cast(Floats, alike.kernel() @ votes)
