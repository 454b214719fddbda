"""Which label a text has, by the votes of examples like it: learned at once, plain arrays afterwards."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.knowledge import arrays
from bot.knowledge.arrays import Arrays, load_arrays, save_arrays
from bot.knowledge.index import centred
from bot.knowledge.ranker import softmax
from bot.knowledge.votes import Alike, Floats, Voting
from bot.knowledge.words import Words

FOLDS = 10  # parts of the examples that are left out in turn to learn how sure votes are
SHARPNESSES = np.geomspace(1, 40, 40)  # how quickly probability falls with votes; the likeliest is taken
LONGEST_TEXT = 2000  # characters looked at, as visitors' messages are bounded


class VotingModel:
    """Deterministic; the same arrays give the same answer everywhere."""

    def __init__(self, stored: Arrays):
        self._stored = stored
        self.labels: list[str] = stored["labels"].tolist()
        self._letters, self._sounds = (
            Words.from_arrays(arrays.of(kind, stored)) for kind in ("letters", "sounds")
        )

    @classmethod
    def train(cls, texts: Sequence[str], vectors: Floats, labels: Sequence[str]) -> "VotingModel":
        """Fit to normalised texts with their embeddings; at least two labels."""
        cut = [text[:LONGEST_TEXT] for text in texts]
        letters, sounds = Words.of("letters", cut), Words.of("sounds", cut)
        centre = vectors.mean(axis=0)
        meaning = centred(vectors, centre)
        alike = Alike(
            meaning @ meaning.T, *(np.asarray((w.rows @ w.rows.T).toarray()) for w in (letters, sounds))
        )
        names = sorted(set(labels))
        numbers = np.array([names.index(label) for label in labels])
        voting = Voting(alike.kernel(), _targets(numbers, len(names)))
        return cls({
            "labels": np.array(names), "centre": centre, "vectors": meaning, "votes": voting.votes,
            "sharpness": np.array(_sharpness(voting, numbers)),
            **arrays.under("letters", letters.arrays()), **arrays.under("sounds", sounds.arrays()),
        })  # fmt: skip

    def predict(self, text: str, vector: Floats) -> list[tuple[str, float]]:
        """Labels with their probabilities, likeliest first."""
        stored, cut = self._stored, text[:LONGEST_TEXT]
        alike = Alike(
            centred(vector[None, :], stored["centre"]) @ stored["vectors"].T,
            self._letters.compare(cut)[None, :], self._sounds.compare(cut)[None, :],
        )  # fmt: skip
        scores = (alike.kernel() @ stored["votes"])[0].astype(np.float64)
        chances = softmax(float(stored["sharpness"]) * scores)
        return [(self.labels[i], float(chances[i])) for i in np.argsort(-chances, kind="stable")]

    def save(self, file: Path) -> None:
        """Write the arrays to ``file`` (``.npz``)."""
        save_arrays(file, self._stored)

    @classmethod
    def load(cls, file: Path) -> "VotingModel":
        """Read what ``save`` wrote."""
        return cls(load_arrays(file))


def _targets(numbers: NDArray[np.int64], count: int) -> Floats:
    targets = np.zeros((len(numbers), count), np.float32)
    targets[np.arange(len(numbers)), numbers] = 1
    return targets


def _sharpness(voting: Voting, numbers: NDArray[np.int64]) -> float:
    """The sharpness under which examples that were left out are the likeliest, each label counting alike."""
    rows = np.arange(len(numbers))
    scores = np.zeros((len(numbers), int(numbers.max()) + 1))
    for fold in range(FOLDS):
        left_out = rows[rows % FOLDS == fold]
        scores[left_out] = voting.without(left_out)
    sizes = Counter(numbers.tolist())
    weight = np.array([1 / sizes[number] for number in numbers.tolist()])

    def likelihood(sharpness: float) -> float:
        shares = softmax(sharpness * scores)[rows, numbers]
        return float((weight * np.log(shares + 1e-12)).sum())

    return float(max(SHARPNESSES, key=likelihood))
