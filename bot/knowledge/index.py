"""Everything search needs in one object that can be kept in one ``.npz`` file."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
from scipy.sparse import spmatrix

from bot.knowledge import arrays
from bot.knowledge.arrays import Arrays, load_arrays, save_arrays
from bot.knowledge.districts import named_in
from bot.knowledge.encoder import Encoder
from bot.knowledge.evidence import Compared, Shape
from bot.knowledge.learning import Learned, Material, cast_votes, learn, rank
from bot.knowledge.pinyin import PinyinReader
from bot.knowledge.ranked import Ranked
from bot.knowledge.schema import KnowledgeBase
from bot.knowledge.text import normalise
from bot.knowledge.votes import Alike, Floats, Ints
from bot.knowledge.words import Words

Chance = tuple[int, int, float]  # a measure, its best point, the chance that it is the one asked about


@dataclass(frozen=True)
class Texts:
    """The texts of an index, normalised. ``points`` are numbers, -1 for questions that no measure answers."""

    questions: list[str]
    points: Ints
    places: Floats
    answers: list[str]
    measures: list[str]

    def digest(self) -> str:
        """Changes with the questions and whom they ask, not with the answers."""
        digest = hashlib.sha256()
        for text, point in zip(self.questions, self.points.tolist(), strict=True):
            digest.update(f"{text}\0{point}\0".encode())
        return digest.hexdigest()

    def of_points(self) -> list[str]:
        """The questions that a measure answers."""
        return [text for text, point in zip(self.questions, self.points.tolist(), strict=True) if point >= 0]


class Index:
    """Texts, their vectors and n-grams, and what was learned from them. ``fingerprint`` names its sources."""

    def __init__(self, stored: Arrays):
        self._stored = stored
        self.fingerprint = str(stored["fingerprint"])
        self._entries: list[str] = stored["entries"].tolist()
        self._titles: list[str] = stored["titles"].tolist()
        self._shape = Shape(stored["owners"], tuple(stored["districts"].tolist()))
        self.districts: dict[str, str] = dict(zip(self._entries, self._shape.districts, strict=True))
        self.reader = PinyinReader.from_arrays(arrays.of("pinyin", stored))
        self._learned = Learned.from_arrays(arrays.of("learned", stored))
        self._letters = Words.from_arrays(arrays.of("letters", stored))
        self._sounds = Words.from_arrays(arrays.of("sounds", stored))

    def rank(
        self, text: str, vector: Floats, limit: int, named: frozenset[str] | None = None,
        district: str | None = None,
    ) -> list[Ranked]:  # fmt: skip
        """The ``limit`` likeliest measures for a normalised ``text`` with its question vector, best first.

        ``named`` are the districts it is about, where that is not what its words name; ``district`` is the
        asker's own, which counts where none is named: a measure gets the better of its chances with and
        without it, so that the matter stays found when another district's measure is meant.
        """
        compared = self._compare(text, vector, named_in(text) if named is None else named)
        found = rank(self._learned, compared, self._shape)
        if district and not compared.named[0]:
            own = rank(self._learned, replace(compared, named=(frozenset({district}),)), self._shape)
            found = _better(found, own)
        best = sorted(found, key=lambda each: -each[2])[:limit]
        return [
            Ranked(self._entries[measure], self._titles[point], chance) for measure, point, chance in best
        ]

    def _compare(self, text: str, vector: Floats, named: frozenset[str]) -> Compared:
        stored = self._stored
        asked = centred(vector[None, :], stored["centre"])
        letters = self._letters.compare(text)[None, :]
        examples, points = len(stored["points"]), len(self._titles)
        alike = Alike(
            asked @ stored["questions"].T, letters[:, :examples], self._sounds.compare(text)[None, :]
        )
        return Compared(
            alike=alike, points=stored["points"], votes=cast_votes(alike, self._learned.votes),
            answers=asked @ stored["answers"].T, answer_letters=letters[:, examples : examples + points],
            measures=asked @ stored["measures"].T, measure_letters=letters[:, examples + points :],
            named=(named,),
        )  # fmt: skip

    def save(self, file: Path) -> None:
        """Write to ``file``; OSError when that is not possible."""
        save_arrays(file, self._stored)

    @classmethod
    def load(cls, file: Path) -> "Index":
        """Read what ``save`` wrote. OSError, ValueError or KeyError when it is not there or not whole."""
        return cls(load_arrays(file))


def build_index(
    kb: KnowledgeBase, encoder: Encoder, others: Sequence[str], fingerprint: str, kept: Path | None = None
) -> Index:
    """Learn an index of ``kb``. ``others`` are questions that no entry answers: they teach it to say so.

    What was learned from the questions is kept in the folder ``kept``, so that a change of an answer alone
    costs a second, not a minute.
    """
    texts = texts_of(kb, others)
    letters = Words.of("letters", texts.questions + texts.answers + texts.measures)
    sounds = Words.of("sounds", texts.questions)
    asked = encoder.questions(texts.questions)
    centre = asked[texts.points >= 0].mean(axis=0)
    passages = encoder.passages(texts.answers + texts.measures)
    # Questions and passages live in different corners of the space: each is measured from its own middle.
    questions, passages = centred(asked, centre), centred(passages, passages.mean(axis=0))
    owners = [n for n, measure in enumerate(kb.measures.values()) for _ in measure.points]
    shape = Shape(np.array(owners, np.int32), tuple(m.district for m in kb.measures.values()))
    answers, measures = passages[: len(owners)], passages[len(owners) :]
    learned = _learned_before(kept, texts, encoder.version)
    if learned is None:
        material = _material(texts, questions, answers, measures, letters, sounds)
        learned = learn(material, shape)
        _keep(kept, texts, encoder.version, learned)
    return Index({
        "fingerprint": np.array(fingerprint), "entries": np.array(list(kb.measures)),
        "titles": np.array([p.title for m in kb.measures.values() for p in m.points]),
        "owners": shape.owners, "districts": np.array(shape.districts), "points": texts.points,
        "centre": centre, "questions": questions, "answers": answers, "measures": measures,
        **arrays.under("learned", learned.arrays()), **arrays.under("letters", letters.arrays()),
        **arrays.under("sounds", sounds.arrays()),
        **arrays.under("pinyin", PinyinReader.of(texts.of_points()).arrays()),
    })  # fmt: skip


def _better(some: Sequence[Chance], others: Sequence[Chance]) -> list[Chance]:
    """Each measure with the better of its two chances."""
    best: dict[int, Chance] = {}
    for found in [*some, *others]:
        if found[0] not in best or found[2] > best[found[0]][2]:
            best[found[0]] = found
    return list(best.values())


def centred(vectors: Floats, centre: Floats) -> Floats:
    """Unit vectors as seen from ``centre``."""
    moved = vectors - centre
    return cast(Floats, moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9))


def texts_of(kb: KnowledgeBase, others: Sequence[str]) -> Texts:
    """The texts that an index of ``kb`` is made from."""
    rows: list[tuple[str, int, float]] = []
    answers: list[str] = []
    for measure in kb.measures.values():
        for point in measure.points:
            count = len(point.questions)
            rows += [(normalise(q), len(answers), n / count) for n, q in enumerate(point.questions)]
            answers.append(normalise(f"{point.title} {point.answer}"))
    known = {text for text, _, _ in rows}
    rows += [(text, -1, 0.0) for text in dict.fromkeys(map(normalise, others)) if text not in known]
    return Texts(
        questions=[text for text, _, _ in rows],
        points=np.array([point for _, point, _ in rows], np.int32),
        places=np.array([place for _, _, place in rows], np.float32),
        answers=answers,
        measures=[normalise(f"{measure.title} {measure.answer}") for measure in kb.measures.values()],
    )


def _material(
    texts: Texts, questions: Floats, answers: Floats, measures: Floats, letters: Words, sounds: Words
) -> Material:
    examples, points = len(questions), len(answers)
    rows = letters.rows.tocsr()
    asked = rows[:examples]
    alike = Alike(questions @ questions.T, _cosines(asked, asked), _cosines(sounds.rows, sounds.rows))
    return Material(
        alike=alike, points=texts.points, places=texts.places,
        answers=questions @ answers.T, answer_letters=_cosines(asked, rows[examples : examples + points]),
        measures=questions @ measures.T, measure_letters=_cosines(asked, rows[examples + points :]),
        named=tuple(map(named_in, texts.questions)),
    )  # fmt: skip


def _cosines(some: spmatrix, others: spmatrix) -> Floats:
    return np.asarray((some @ others.T).toarray(), np.float32)


def _file(kept: Path, texts: Texts, version: str) -> Path:
    from bot.knowledge import evidence, learning, ranker, votes, words
    from bot.knowledge.sources import source_digest

    code = source_digest(evidence, learning, ranker, votes, words)
    return (
        kept / f"learned-{hashlib.sha256(f'{code}{version}{texts.digest()}'.encode()).hexdigest()[:16]}.npz"
    )


def _learned_before(kept: Path | None, texts: Texts, version: str) -> Learned | None:
    if kept is None:
        return None
    try:
        return Learned.from_arrays(load_arrays(_file(kept, texts, version)))
    except (OSError, ValueError, KeyError):
        return None


def _keep(kept: Path | None, texts: Texts, version: str, learned: Learned) -> None:
    if kept is None:
        return
    for old in kept.glob("learned-*.npz"):
        old.unlink()
    save_arrays(_file(kept, texts, version), learned.arrays())
