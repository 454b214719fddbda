"""The lexical side of comparison: n-grams weighted by how rare they are (tf-idf), compared by cosine.

Characters or syllables, not words: nothing to segment wrongly, and typing errors cost a few n-grams only.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, csr_matrix

from bot.knowledge.sounds import sound_grams
from bot.knowledge.text import letters

LONGEST = 3
Floats = NDArray[np.float32]


def grams(text: str) -> Counter[str]:
    """The 1- to 3-character pieces of a text with their counts."""
    plain = letters(text)
    sizes = range(1, LONGEST + 1)
    return Counter(plain[start : start + size] for size in sizes for start in range(len(plain) - size + 1))


#: Name -> how a text is taken apart.
KINDS: dict[str, Callable[[str], Counter[str]]] = {"letters": grams, "sounds": sound_grams}


class Words:
    """Texts as sparse unit rows over their n-grams; row i is text i.

    They are kept by column: a text has dozens of n-grams among tens of thousands, so few columns are read.
    """

    def __init__(self, kind: str, names: NDArray[np.str_], rarity: Floats, rows: csc_matrix):
        self._kind, self._names, self._rarity, self.rows = kind, names, rarity, rows
        self._numbers = {name: number for number, name in enumerate(names.tolist())}

    @classmethod
    def of(cls, kind: str, texts: Sequence[str]) -> "Words":
        """Index these texts. KeyError for an unknown kind of n-gram."""
        counts = [KINDS[kind](text) for text in texts]
        frequency = Counter(itertools.chain.from_iterable(counts))
        names = sorted(frequency)
        seen = np.array([frequency[name] for name in names])
        rarity = (np.log((len(texts) + 1) / (seen + 1)) + 1).astype(np.float32)
        words = cls(kind, np.array(names, dtype=str), rarity, csc_matrix((0, len(names)), dtype=np.float32))
        words.rows = words._matrix(counts).tocsc()
        return words

    def _matrix(self, counts: Sequence[Counter[str]]) -> csr_matrix:
        """A row for each text's n-grams."""
        found = [self._weigh(count) for count in counts]
        starts = np.cumsum([0, *(len(numbers) for numbers, _ in found)])
        numbers = np.concatenate([numbers for numbers, _ in found] or [np.zeros(0, np.int64)])
        weights = np.concatenate([weights for _, weights in found] or [np.zeros(0, np.float32)])
        return csr_matrix((weights, numbers, starts), (len(counts), len(self._names)))

    def compare(self, text: str) -> Floats:
        """Cosine of ``text`` with every row, 0 to 1."""
        numbers, weights = self._weigh(KINDS[self._kind](text))
        return np.asarray(self.rows[:, numbers] @ weights, np.float32)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What ``from_arrays`` needs to make this again."""
        count = np.array(self.rows.shape[0])
        rows = {"starts": self.rows.indptr, "texts": self.rows.indices, "weights": self.rows.data}
        return {"kind": np.array(self._kind), "names": self._names, "rarity": self._rarity,
                "count": count, **rows}  # fmt: skip

    @classmethod
    def from_arrays(cls, stored: dict[str, NDArray[Any]]) -> "Words":
        """The words side as it was stored."""
        shape = (int(stored["count"]), len(stored["names"]))
        rows = csc_matrix((stored["weights"], stored["texts"], stored["starts"]), shape)
        return cls(str(stored["kind"]), stored["names"], stored["rarity"], rows)

    def _weigh(self, count: Counter[str]) -> tuple[NDArray[np.int64], Floats]:
        """Known n-grams among those of a text as numbers, with weights of unit length over all of them."""
        known = [(self._numbers[name], times) for name, times in count.items() if name in self._numbers]
        if not known:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        known.sort()
        numbers = np.array([number for number, _ in known], np.int64)
        weights = (1 + np.log(np.array([times for _, times in known]))) * self._rarity[numbers]
        return numbers, (weights / np.linalg.norm(weights)).astype(np.float32)
