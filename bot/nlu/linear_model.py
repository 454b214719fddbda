"""A softmax over sentence embeddings and character n-grams: trained once, plain arrays afterwards."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.encoder import save_arrays
from bot.knowledge.words import grams

Floats = NDArray[np.float32]
MEANING_SCALE = 3.0  # of the unit embedding beside the unit n-gram vector
RAREST = 2  # n-grams in fewer training texts than this are left out
STRENGTH = 5.0  # inverse regularisation; chosen by fivefold cross-validation
LONGEST_TEXT = 2000  # characters looked at, as visitors' messages are bounded


class LinearModel:
    """Tells the intent of a text. Deterministic; the same arrays give the same answer everywhere."""

    def __init__(self, stored: dict[str, NDArray[Any]]):
        self._stored = stored
        self.labels: list[str] = stored["labels"].tolist()
        self._numbers = {name: number for number, name in enumerate(stored["names"].tolist())}

    @classmethod
    def train(cls, texts: Sequence[str], vectors: Floats, labels: Sequence[str]) -> "LinearModel":
        """Fit to normalised texts with their embeddings. Needs scikit-learn and at least two labels."""
        from scipy.sparse import csr_matrix, hstack
        from sklearn.linear_model import LogisticRegression

        frequency = Counter(name for text in texts for name in grams(text))
        names = sorted(name for name, count in frequency.items() if count >= RAREST)
        rarity = [np.log((len(texts) + 1) / (frequency[name] + 1)) + 1 for name in names]
        stored = {"names": np.array(names, dtype=str), "rarity": np.array(rarity, np.float32),
                  "centre": vectors.mean(axis=0), "labels": np.array(sorted(set(labels)))}  # fmt: skip
        model = cls(stored)
        rows = [model._weigh(text) for text in texts]
        starts = np.cumsum([0, *(len(numbers) for numbers, _ in rows)])
        found = np.concatenate([numbers for numbers, _ in rows])
        weight = np.concatenate([weights for _, weights in rows])
        sparse = csr_matrix((weight, found, starts), (len(texts), len(names)))
        both = hstack([csr_matrix(model._meaning(vectors)), sparse]).tocsr()
        fitted = LogisticRegression(C=STRENGTH, max_iter=400, class_weight="balanced", random_state=0)
        fitted.fit(both, labels)
        weights, bias = fitted.coef_, fitted.intercept_
        if len(weights) == 1:  # scikit-learn keeps one row for two labels
            weights, bias = np.vstack([-weights, weights]) / 2, np.array([-bias[0], bias[0]]) / 2
        stored["bias"] = bias.astype(np.float32)
        stored["meaning_weights"] = weights[:, : vectors.shape[1]].T.astype(np.float32)
        stored["word_weights"] = weights[:, vectors.shape[1] :].T.astype(np.float32)
        return model

    def predict(self, text: str, vector: Floats) -> list[tuple[str, float]]:
        """Labels with their probabilities, likeliest first."""
        found, weight = self._weigh(text)
        stored = self._stored
        sums = (self._meaning(vector[None, :])[0] @ stored["meaning_weights"]
                + weight @ stored["word_weights"][found] + stored["bias"]).astype(np.float64)  # fmt: skip
        chances = np.exp(sums - sums.max())
        chances /= chances.sum()
        return [(self.labels[i], float(chances[i])) for i in np.argsort(-chances, kind="stable")]

    def save(self, file: Path) -> None:
        """Write the arrays to ``file`` (``.npz``)."""
        save_arrays(file, **self._stored)

    @classmethod
    def load(cls, file: Path) -> "LinearModel":
        """Read what ``save`` wrote."""
        with np.load(file, allow_pickle=False) as stored:
            return cls({name: stored[name] for name in stored.files})

    def _meaning(self, vectors: Floats) -> Floats:
        moved = vectors - self._stored["centre"]
        return MEANING_SCALE * moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)

    def _weigh(self, text: str) -> tuple[NDArray[np.int64], Floats]:
        counts = grams(text[:LONGEST_TEXT])
        known = [(self._numbers[name], times) for name, times in counts.items() if name in self._numbers]
        if not known:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        found = np.array([number for number, _ in known], np.int64)
        weights = (1 + np.log([times for _, times in known])) * self._stored["rarity"][found]
        return found, (weights / np.linalg.norm(weights)).astype(np.float32)
