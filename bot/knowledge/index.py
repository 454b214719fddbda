"""Everything search needs in one object that can be kept in one ``.npz`` file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.encoder import Encoder, save_arrays
from bot.knowledge.ranker import Layout, calibrate, features, learn, likeness, probability
from bot.knowledge.schema import KnowledgeBase
from bot.knowledge.text import normalise
from bot.knowledge.words import Words

Floats = NDArray[np.float32]
CANDIDATES = 8  # measures a question that calibration looks at


@dataclass(frozen=True)
class Ranked:
    """A measure's place in the answer to a question: its best point and its calibrated score (0 to 1)."""

    id: str
    point: str
    score: float


@dataclass(frozen=True)
class Rows:
    """The texts of an index: questions first (others' at the end of them), then passages of the entries.

    ``measures`` and ``points`` are column numbers; -1 where a text is about none.
    """

    questions: list[str]
    passages: list[str]
    measures: NDArray[np.int32]
    points: NDArray[np.int32]


class Index:
    """Texts, their vectors and n-grams, and what was learned from them. ``fingerprint`` names its sources."""

    def __init__(self, stored: dict[str, NDArray[Any]]):
        self._stored = stored
        self.fingerprint = str(stored["fingerprint"])
        self._entries: list[str] = stored["entries"].tolist()
        self._points: list[str] = stored["points"].tolist()
        self._centre: Floats = stored["centre"]
        self._vectors: Floats = stored["vectors"]
        self._votes: Floats = stored["votes"]
        self._layout = Layout(len(self._entries), stored["owners"])
        self._calibration = stored["calibration"]
        parts = {name: value for name, value in stored.items() if name.startswith("words_")}
        self._words = Words.from_arrays({name.removeprefix("words_"): value for name, value in parts.items()})

    def rank(self, text: str, vector: Floats, limit: int) -> list[Ranked]:
        """The ``limit`` likeliest measures for a normalised ``text`` with its question vector, best first."""
        cosines = self._vectors @ _centred(vector[None, :], self._centre)[0]
        scores = (likeness(cosines, self._words.compare(text)) @ self._votes)[None, :]
        combined, best = self._layout.combine(scores)
        chances = probability(features(combined, scores[:, -1])[0], self._calibration)
        order = np.argsort(-chances, kind="stable")[:limit]
        return [Ranked(self._entries[i], self._points[best[0, i]], float(chances[i])) for i in order]

    def save(self, file: Path) -> None:
        """Write to ``file``; OSError when that is not possible."""
        save_arrays(file, **self._stored)

    @classmethod
    def load(cls, file: Path) -> "Index":
        """Read what ``save`` wrote. OSError, ValueError or KeyError when it is not there or not whole."""
        with np.load(file, allow_pickle=False) as stored:
            return cls({name: stored[name] for name in stored.files})


def build_index(kb: KnowledgeBase, encoder: Encoder, others: Sequence[str], fingerprint: str) -> Index:
    """Learn an index of ``kb``. ``others`` are questions that no entry answers: they teach it to say so."""
    rows, owners, titles = _rows(kb, others)
    questions = encoder.questions(rows.questions)
    passages = encoder.passages(rows.passages)
    centre = questions.mean(axis=0)
    # Questions and passages live in different corners of the space: each is measured from its own middle.
    vectors = np.vstack([_centred(questions, centre), _centred(passages, passages.mean(axis=0))])
    texts = rows.questions + rows.passages
    words = Words.of(texts)
    alike = likeness(vectors @ vectors.T, np.stack([words.compare(text) for text in texts]))
    layout = Layout(len(kb.measures), owners)
    votes, left_out = learn(alike, _targets(rows, len(kb.measures), len(titles)))
    asked = slice(0, len(rows.questions))
    return Index({
        "fingerprint": np.array(fingerprint), "entries": np.array(list(kb.measures)),
        "points": np.array(titles), "owners": owners, "centre": centre, "vectors": vectors, "votes": votes,
        "calibration": _calibration(layout, left_out[asked], rows.measures[asked]),
        **{f"words_{name}": value for name, value in words.arrays().items()},
    })  # fmt: skip


def _centred(vectors: Floats, centre: Floats) -> Floats:
    moved = vectors - centre
    return cast(Floats, moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9))


def _rows(kb: KnowledgeBase, others: Sequence[str]) -> tuple[Rows, NDArray[np.int32], list[str]]:
    questions: list[tuple[str, int, int]] = []
    passages: list[tuple[str, int, int]] = []
    owners: list[int] = []
    titles: list[str] = []
    for number, measure in enumerate(kb.measures.values()):
        passages += [(measure.title, number, -1), (measure.answer, number, -1)]
        for point in measure.points:
            passages.append((f"{point.title} {point.answer}", number, len(titles)))
            questions += [(question, number, len(titles)) for question in point.questions]
            owners.append(number)
            titles.append(point.title)
    known = {normalise(text) for text, _, _ in questions}
    questions += [(text, -1, -1) for text in dict.fromkeys(others) if normalise(text) not in known]
    both = questions + passages
    rows = Rows(
        questions=[normalise(text) for text, _, _ in questions],
        passages=[normalise(text) for text, _, _ in passages],
        measures=np.array([measure for _, measure, _ in both], np.int32),
        points=np.array([point for _, _, point in both], np.int32),
    )
    return rows, np.array(owners, np.int32), titles


def _targets(rows: Rows, measures: int, points: int) -> Floats:
    targets = np.zeros((len(rows.measures), measures + points + 1), np.float32)
    for row, (measure, point) in enumerate(zip(rows.measures, rows.points, strict=True)):
        targets[row, measure] = 1  # -1, about none, is the last column
        if point >= 0:
            targets[row, measures + point] = 1
    return targets


def _calibration(layout: Layout, left_out: Floats, owners: NDArray[np.int32]) -> NDArray[np.float64]:
    """From left-out scores of questions to the chance of being right; ``owners`` is -1 for none."""
    scores, _ = layout.combine(left_out)
    best = np.argsort(-scores, axis=1)[:, :CANDIDATES]
    values = np.take_along_axis(features(scores, left_out[:, -1]), best[:, :, None], axis=1)
    right = best == owners[:, None]
    return calibrate(values.reshape(-1, values.shape[-1]), right.ravel())
