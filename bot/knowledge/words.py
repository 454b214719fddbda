"""The lexical side of comparison: character n-grams, weighted by how rare they are (tf-idf, cosine).

Characters, not words: nothing to segment wrongly, and typing errors cost a few n-grams only.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.text import letters

LONGEST = 3
Floats = NDArray[np.float32]


def grams(text: str) -> Counter[str]:
    """The 1- to 3-character pieces of a text with their counts."""
    plain = letters(text)
    sizes = range(1, LONGEST + 1)
    return Counter(plain[start : start + size] for size in sizes for start in range(len(plain) - size + 1))


class Words:
    """An inverted index of texts: for each n-gram the rows that hold it, and its weight in each."""

    def __init__(self, names: NDArray[np.str_], rarity: Floats, starts: NDArray[np.int64],
                 rows: NDArray[np.int32], weights: Floats, size: int):  # fmt: skip
        self._names, self._rarity, self._starts = names, rarity, starts
        self._rows, self._weights, self._size = rows, weights, size
        self._numbers = {name: number for number, name in enumerate(names.tolist())}

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Words":
        """Index these texts; row i is text i."""
        counts = [grams(text) for text in texts]
        frequency = Counter(name for row in counts for name in row)
        names = sorted(frequency)
        numbers = {name: number for number, name in enumerate(names)}
        seen = np.array([frequency[name] for name in names])
        rarity = (np.log((len(texts) + 1) / (seen + 1)) + 1).astype(np.float32)
        columns, rows, weights = [], [], []
        for row, count in enumerate(counts):
            found, weight = _weigh(count, numbers, rarity)
            columns.append(found)
            rows.append(np.full(len(found), row, np.int32))
            weights.append(weight)
        column = np.concatenate(columns)
        order = np.argsort(column, kind="stable")
        starts = np.searchsorted(column[order], np.arange(len(names) + 1)).astype(np.int64)
        return cls(np.array(names), rarity, starts, np.concatenate(rows)[order],
                   np.concatenate(weights)[order], len(texts))  # fmt: skip

    def compare(self, text: str) -> Floats:
        """Cosine of ``text`` with every row, 0 to 1."""
        found, weights = _weigh(grams(text), self._numbers, self._rarity)
        total = np.zeros(self._size, np.float32)
        for number, weight in zip(found, weights, strict=True):
            part = slice(self._starts[number], self._starts[number + 1])
            total[self._rows[part]] += weight * self._weights[part]  # a row is in a part once
        return total

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What ``from_arrays`` needs to make this again."""
        return {"names": self._names, "rarity": self._rarity, "starts": self._starts, "rows": self._rows,
                "weights": self._weights, "size": np.array(self._size)}  # fmt: skip

    @classmethod
    def from_arrays(cls, stored: dict[str, NDArray[Any]]) -> "Words":
        """The words side as it was stored."""
        return cls(stored["names"], stored["rarity"], stored["starts"], stored["rows"], stored["weights"],
                   int(stored["size"]))  # fmt: skip


def _weigh(count: Counter[str], numbers: dict[str, int], rarity: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Known n-grams of a text as numbers, with weights of unit length over all of them."""
    known = [(numbers[name], times) for name, times in count.items() if name in numbers]
    if not known:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    found = np.array([number for number, _ in known], np.int64)
    weights = (1 + np.log(np.array([times for _, times in known]))) * rarity[found]
    return found, (weights / np.linalg.norm(weights)).astype(np.float32)
