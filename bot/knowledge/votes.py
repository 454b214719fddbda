"""Learns from example questions which measure and which point a question is about: kernel ridge regression.

Two texts are as alike as a mixture of their embeddings, letters and sounds says, and every example
votes for its measure and its point with a learned weight. Exact, deterministic, plain arrays afterwards.
"""

from dataclasses import dataclass

import numpy as np
import scipy.linalg
import scipy.linalg.lapack
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Integers = NDArray[np.int64]

MEANING, LETTERS, SOUNDS = 0.7, 0.1, 0.2  # shares in likeness
SHARPNESS = 4.0  # how quickly likeness falls as vectors part
RIDGE = 0.1  # how much a single example is distrusted


@dataclass(frozen=True)
class Alike:
    """How alike texts (rows) are to the examples (columns): cosines of vectors, letters and sounds."""

    meaning: Floats
    letters: Floats
    sounds: Floats

    def part(self, rows: Integers, columns: Integers) -> "Alike":
        """Some texts and some examples only."""
        at = np.ix_(rows, columns)
        return Alike(self.meaning[at], self.letters[at], self.sounds[at])

    def kernel(self) -> Floats:
        """One likeness from the three, 1 for the same text."""
        meaning = np.exp(SHARPNESS * (self.meaning - 1))
        return np.asarray(MEANING * meaning + LETTERS * self.letters + SOUNDS * self.sounds, np.float32)


class Voting:
    """Examples that vote, learned at once with what each would have got without some of them."""

    def __init__(self, kernel: Floats, targets: Floats):
        distrusted = kernel.copy()
        distrusted[np.diag_indices(len(kernel))] += RIDGE
        self._inverse = _inverse(distrusted)
        self._targets = targets
        self.votes: Floats = self._inverse @ targets  # examples × targets: the weight of each vote

    def without(self, rows: NDArray[np.int64]) -> Floats:
        """The votes that these examples would get had none of them been there (exact, rows × targets)."""
        block = self._inverse[np.ix_(rows, rows)]
        return np.asarray(self._targets[rows] - scipy.linalg.solve(block, self.votes[rows], assume_a="pos"))


def _inverse(matrix: Floats) -> Floats:
    """Of a symmetric positive definite matrix, by Cholesky: half the work of a general one, in its place."""
    factor, failed = scipy.linalg.lapack.spotrf(matrix.T, lower=False, overwrite_a=True)
    half, failed_too = scipy.linalg.lapack.spotri(factor, lower=False, overwrite_c=True)
    if failed or failed_too:
        raise ArithmeticError("the examples' likeness is no positive definite matrix")
    upper = np.triu(half)
    return np.asarray(upper + np.triu(half, 1).T, np.float32)


def targets_of(points: Ints, owners: Ints, measures: int) -> Floats:
    """Rows of examples × (measures, points, none); a point of -1 is an example that no measure answers."""
    targets = np.zeros((len(points), measures + len(owners) + 1), np.float32)
    about = np.flatnonzero(points >= 0)
    targets[about, owners[points[about]]] = 1
    targets[about, measures + points[about]] = 1
    targets[points < 0, -1] = 1
    return targets
