"""Reads words typed in pinyin as the characters they likely stand for, by a language model of known texts.

Visitors mix pinyin in where their keyboard fails them (「wo xiang 办个 zhizhao」). The model is of character
pairs, from the texts of the knowledge base: small, quick, and at home in the subject.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pypinyin import Style, pinyin

from bot.knowledge.sounds import split_pinyin

_LATIN = re.compile(r"(?<![\w=])[A-Za-z]+(?:[ '’]+[A-Za-z]+)*(?![0-9=_@./:])", re.ASCII)
_WORD = re.compile(r"[A-Za-z]+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
START = "^"
ALONE_SHARE = 0.9  # of Latin words that must be pinyin in a text without any Chinese
PAIR_SHARE = 0.9  # of the pair's probability in a step; the rest is the character's own
FEWEST_LETTERS = 2  # a single letter is a letter


class PinyinReader:
    """Counts of pairs of characters, and from them how a run of syllables is best written."""

    def __init__(self, pairs: dict[str, int]):
        self._pairs = pairs
        self._single: Counter[str] = Counter()
        for pair, count in pairs.items():
            self._single[pair[1]] += count
        self._first: Counter[str] = Counter()
        for pair, count in pairs.items():
            self._first[pair[0]] += count
        self._total = sum(self._single.values())
        self._sounds: dict[str, list[str]] = defaultdict(list)
        for character in sorted(self._single):
            if _CHINESE.match(character):
                for sound in _sounds_of(character):
                    self._sounds[sound].append(character)

    @classmethod
    def of(cls, texts: Sequence[str]) -> "PinyinReader":
        """Learn from normalised texts."""
        pairs: Counter[str] = Counter()
        for text in texts:
            for run in re.findall(r"[\u4e00-\u9fff]+", text):
                pairs.update(a + b for a, b in zip(START + run, run, strict=False))
        return cls(dict(pairs))

    def read(self, text: str) -> str:
        """``text`` with what is pinyin in it as characters; anything else stays as it is."""
        if not _WORD.search(text) or not self._is_mixed(text):
            return text
        return _LATIN.sub(lambda run: self._decode_run(text, run), text)

    def _is_mixed(self, text: str) -> bool:
        """Chinese with pinyin in it, or nearly nothing but pinyin; English is neither."""
        if _CHINESE.search(text):
            return True
        words = _WORD.findall(text)
        return sum(self._syllables(word) is not None for word in words) >= ALONE_SHARE * len(words)

    def _syllables(self, word: str) -> tuple[str, ...] | None:
        """None for what is no pinyin, or has a syllable that no known character sounds like (loan: lo'an)."""
        if word.isupper() or len(word) < FEWEST_LETTERS:
            return None
        syllables = split_pinyin(word.lower())
        return syllables if syllables and all(each in self._sounds for each in syllables) else None

    def _decode_run(self, text: str, run: re.Match[str]) -> str:
        """One run of Latin words: neighbours in pinyin are decoded together, after what stands before."""
        before = text[run.start() - 1] if run.start() and _CHINESE.match(text[run.start() - 1]) else START
        out, pending = [], list[str]()
        for word in re.findall(r"[A-Za-z]+|[ '’]+", run.group()):
            syllables = self._syllables(word) if word[0].isalpha() else ()
            if syllables is None:
                out += [self._decode(pending, before), word]
                pending, before = [], START
            else:
                pending += syllables
                if not syllables and not pending:
                    out.append(word)
        out.append(self._decode(pending, before))
        return "".join(out)

    def _decode(self, syllables: list[str], before: str) -> str:
        """The likeliest characters for the syllables (Viterbi)."""
        paths: dict[str, tuple[float, str]] = {before: (0.0, "")}
        for syllable in syllables:
            paths = {choice: self._best_step(paths, choice) for choice in self._sounds[syllable]}
        return max(paths.values())[1]

    def _best_step(self, paths: dict[str, tuple[float, str]], choice: str) -> tuple[float, str]:
        return max((cost + self._chance(last, choice), said + choice) for last, (cost, said) in paths.items())

    def _chance(self, last: str, character: str) -> float:
        pair = self._pairs.get(last + character, 0) / (self._first.get(last, 0) + 1)
        alone = (self._single.get(character, 0) + 0.1) / (self._total + 1)
        return float(np.log(PAIR_SHARE * pair + (1 - PAIR_SHARE) * alone))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What ``from_arrays`` needs to make this again."""
        return {
            "pairs": np.array(list(self._pairs), dtype=str),
            "counts": np.array(list(self._pairs.values())),
        }

    @classmethod
    def from_arrays(cls, stored: dict[str, NDArray[Any]]) -> "PinyinReader":
        """The reader as it was stored."""
        return cls(dict(zip(stored["pairs"].tolist(), stored["counts"].tolist(), strict=True)))


def _sounds_of(character: str) -> set[str]:
    """All toneless readings of a character."""
    return set(pinyin(character, style=Style.NORMAL, heteronym=True)[0])
