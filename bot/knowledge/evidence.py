"""What speaks for each point when a text is ranked: one row of numbers a point, put together for the ranker.

Everything is vectorised over texts: an array is texts × points × features.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.votes import Alike, Floats, Ints

POINT_SHARE = 0.6  # of the point's votes in a first ordering; the rest is its measure's
PASSAGE_SHARE = 0.3  # of the likeness to the point's answer beside them
BEST = 3  # examples whose mean likeness is looked at

FEATURES = (
    "votes for the measure", "votes for the point", "nearest example of the point by meaning",
    "nearest example of the point", "nearest example of the measure by meaning",
    "nearest example of the measure", "best examples of the measure", "nearest by letters",
    "nearest by sounds",
    "answer by meaning", "best answer of the measure by meaning", "measure's text by meaning",
    "answer by letters", "best answer of the measure by letters", "measure's text by letters",
    "of the district named", "of another district than named", "rank of the measure by votes",
    "rank of the measure by examples", "rank of the measure by answers", "rank by votes", "rank by answer",
)  # fmt: skip

AGAINST = ("of another district than named",)  # all others speak for a point


@dataclass(frozen=True)
class Shape:
    """Which measure owns each point (``owners``, ascending) and the district code of each measure."""

    owners: Ints
    districts: tuple[str, ...]

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where each measure's points begin."""
        return np.searchsorted(self.owners, np.arange(len(self.districts)))


@dataclass(frozen=True)
class Compared:
    """Texts compared with everything known: examples, votes, answers of points, texts of measures.

    ``alike`` is against the examples whose points are ``points`` (-1: none); ``votes`` texts × targets;
    the rest texts × points or texts × measures; ``named`` the districts each text names.
    """

    alike: Alike
    points: Ints
    votes: Floats
    answers: Floats
    answer_letters: Floats
    measures: Floats
    measure_letters: Floats
    named: tuple[frozenset[str], ...]


def first_order(compared: Compared, shape: Shape) -> Floats:
    """A plain score a point (texts × points), to pick the candidates that the ranker looks at."""
    measure, point = _votes(compared, shape)
    return np.asarray((1 - POINT_SHARE) * measure + POINT_SHARE * point + PASSAGE_SHARE * compared.answers)


def features(compared: Compared, shape: Shape) -> Floats:
    """Texts × points × ``FEATURES``."""
    measure, point = _votes(compared, shape)
    mixed = np.asarray(
        0.7 * compared.alike.meaning + 0.1 * compared.alike.letters + 0.3 * compared.alike.sounds, np.float32
    )
    order, starts = _by_point(compared.points, len(shape.owners))
    near_meaning = _nearest(compared.alike.meaning, order, starts)
    near = _nearest(mixed, order, starts)
    own, best_own = (_of_measures(value, shape) for value in (near_meaning, near))
    answers = _of_measures(compared.answers, shape)
    combined = np.asarray((1 - POINT_SHARE) * measure + POINT_SHARE * point)
    spread = shape.owners
    columns = [
        measure, point, near_meaning, near, own[:, spread], best_own[:, spread],
        _best_mean(mixed, order, starts[[*shape.starts, -1]])[:, spread],
        _nearest(compared.alike.letters, order, starts), _nearest(compared.alike.sounds, order, starts),
        compared.answers, answers[:, spread], compared.measures[:, spread],
        compared.answer_letters, _of_measures(compared.answer_letters, shape)[:, spread],
        compared.measure_letters[:, spread],
        *(column[:, spread] for column in _districts(compared.named, shape.districts)),
        *(_reciprocal_rank(value)[:, spread]
          for value in (_of_measures(combined, shape), best_own, answers)),
        _reciprocal_rank(combined), _reciprocal_rank(compared.answers),
    ]  # fmt: skip
    return np.stack([np.maximum(column, -1).astype(np.float32) for column in columns], axis=-1)


def _votes(compared: Compared, shape: Shape) -> tuple[Floats, Floats]:
    measures = len(shape.districts)
    return compared.votes[:, :measures][:, shape.owners], compared.votes[:, measures:-1]


def _by_point(points: Ints, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Examples sorted by their point, and where each point's begin (``count + 1`` places)."""
    order = np.argsort(points, kind="stable")
    return order, np.searchsorted(points[order], np.arange(count + 1))


def _nearest(alike: Floats, order: NDArray[np.int64], starts: NDArray[np.int64]) -> Floats:
    """The best likeness to an example of each point; 0 for a point without examples."""
    padded = np.hstack([alike[:, order], np.zeros((len(alike), 1), np.float32)])
    best = np.maximum.reduceat(padded, np.minimum(starts[:-1], len(order)), axis=1)
    best[:, starts[:-1] == starts[1:]] = 0
    return best


def _of_measures(values: Floats, shape: Shape) -> Floats:
    """The best of each measure's points."""
    return np.asarray(np.maximum.reduceat(values, shape.starts, axis=1))


def _best_mean(alike: Floats, order: NDArray[np.int64], starts: NDArray[np.int64]) -> Floats:
    """The mean likeness to the nearest few examples between each two of ``starts``."""
    sizes = np.diff(starts)
    places = np.arange(max(BEST, sizes.max(initial=0)))
    there = places < sizes[:, None]
    padded = np.append(order, 0)[np.where(there, starts[:-1, None] + places, len(order))]
    values = np.where(there, alike[:, padded], -np.inf)
    best = np.partition(values, -BEST, axis=2)[:, :, -BEST:]
    kept = np.minimum(BEST, sizes)
    return np.asarray(np.where(np.isfinite(best), best, 0).sum(axis=2) / np.maximum(kept, 1), np.float32)


def _districts(named: tuple[frozenset[str], ...], districts: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Whether each measure is of a district that each text names; and whether of another than those."""
    same = np.array([[d in said for d in districts] for said in named], np.float32)
    other = np.array([[bool(said) and d not in said for d in districts] for said in named], np.float32)
    return same.reshape(-1, len(districts)), other.reshape(-1, len(districts))


def _reciprocal_rank(values: Floats) -> Floats:
    places = np.argsort(np.argsort(-values, axis=1, kind="stable"), axis=1, kind="stable")
    return np.asarray(1 / (1 + places), np.float32)
