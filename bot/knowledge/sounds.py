"""How a text sounds: toneless pinyin syllables, alike for homophones and for words typed in pinyin.

A wrong homophone (正照 for 证照), a slip of speech recognition and a word left in pinyin all sound as they
should, so comparing sounds finds what comparing characters misses.
"""

import functools
import re
from collections import Counter

from pypinyin import lazy_pinyin

LONGEST_SYLLABLE = 6
_PIECE = re.compile(r"[a-z]+|\d+|[\u4e00-\u9fff]+")
_ALL_CHINESE = "".join(map(chr, range(0x4E00, 0x9FA6)))


@functools.cache
def syllables_known() -> frozenset[str]:
    """Every toneless syllable of two letters or more that a common Chinese character has."""
    return frozenset(sound for sound in lazy_pinyin(_ALL_CHINESE) if re.fullmatch("[a-z]{2,}", sound))


@functools.lru_cache(4096)
def split_pinyin(word: str) -> tuple[str, ...] | None:
    """A run of Latin letters as the fewest syllables; None when it is no pinyin."""
    best: list[tuple[str, ...] | None] = [(), *([None] * len(word))]
    for start in range(len(word)):
        before = best[start]
        if before is None:
            continue
        for end in range(start + 1, min(len(word), start + LONGEST_SYLLABLE) + 1):
            after = best[end]
            if word[start:end] in syllables_known() and (after is None or len(after) > len(before) + 1):
                best[end] = (*before, word[start:end])
    return best[-1]


def syllables(text: str) -> list[str]:
    """The syllables of a text in order; numbers and words that are no pinyin stay whole."""
    found: list[str] = []
    for piece in _PIECE.findall(text.lower()):
        if piece[0] > "z":
            found += lazy_pinyin(piece)
        else:
            found += split_pinyin(piece) or (piece,)
    return found


def sound_grams(text: str) -> Counter[str]:
    """Runs of one to three syllables with their counts."""
    said = syllables(text)
    sizes = range(1, 4)
    return Counter(" ".join(said[i : i + n]) for n in sizes for i in range(len(said) - n + 1))
