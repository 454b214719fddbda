"""The knowledge base's records. They are read by ``load.py``; nothing here touches a file."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from bot.knowledge.conditions import UNCONDITIONAL, Conditions


@dataclass(frozen=True)
class Document:
    """A published document that measures come from.

    ``number`` is empty where it was published without one; ``date`` is YYYY-MM-DD, YYYY-MM or YYYY, as
    exactly as the source says.

    ``district`` is a code of ``districts.py``, "" when each measure has its own; ``seed`` the file its text
    was taken from.
    """

    id: str
    title: str
    number: str
    issuer: str
    date: str
    district: str
    seed: str = ""


@dataclass(frozen=True)
class Point:
    """One fact of a measure that can be asked about. ``title`` is unique within its measure.

    ``topics`` is never empty: without its own, a point has its measure's main topic. ``figures`` are written
    as in the source. ``title_en`` and ``answer_en`` are "" in a file without English. ``conditions`` are its
    measure's but for what it says itself.
    """

    title: str
    topics: tuple[str, ...]
    answer: str
    figures: tuple[str, ...]
    questions: tuple[str, ...]
    title_en: str = ""
    answer_en: str = ""
    conditions: Conditions = UNCONDITIONAL


@dataclass(frozen=True)
class Measure:
    """What a document promises in one of its sections. The first of ``topics`` is the main one.

    ``district`` is where it holds: its own, else its document's.
    """

    id: str
    document: Document
    section: str
    title: str
    topics: tuple[str, ...]
    departments: tuple[str, ...]
    answer: str
    points: tuple[Point, ...]
    district: str = ""
    title_en: str = ""
    answer_en: str = ""
    conditions: Conditions = UNCONDITIONAL

    def point(self, title: str | None) -> Point | None:
        """The point of that title, or None."""
        return next((point for point in self.points if point.title == title), None)


@dataclass(frozen=True)
class Citation:
    """Where an answer comes from: the document's title and number, the section in it, its date, the entry."""

    document: str
    number: str
    section: str
    date: str
    entry: str

    def as_json(self) -> dict[str, str]:
        """As a JSON object."""
        return asdict(self)


@dataclass(frozen=True)
class Hit:
    """A measure found for a question: its best point, and how likely it is right (0 to 1, calibrated)."""

    id: str
    point: str | None
    title: str
    answer: str
    score: float
    citation: Citation

    def as_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {**asdict(self), "score": round(self.score, 4)}


class KnowledgeBase:
    """All measures by id, in the order of the files. ``fingerprint`` changes when any file's text does."""

    def __init__(self, measures: tuple[Measure, ...], fingerprint: str):
        self.measures = {measure.id: measure for measure in measures}
        self.fingerprint = fingerprint

    def questions_digest(self) -> str:
        """Changes with the example questions and the topics they are asked under, not with the answers."""
        digest = hashlib.sha256()
        for measure in self.measures.values():
            for point in measure.points:
                digest.update(repr((measure.id, point.title, point.topics[0], point.questions)).encode())
        return digest.hexdigest()

    def get(self, entry: str) -> Measure | None:
        """The measure of that id, or None."""
        return self.measures.get(entry)

    def citation(self, entry: str) -> Citation:
        """The source of a measure. KeyError when there is no such measure."""
        measure = self.measures[entry]
        source = measure.document
        return Citation(source.title, source.number, measure.section, source.date, entry)

    def answer(self, entry: str, point: str | None, english: bool = False) -> str:
        """What to say: the point's answer, or the measure's when it has no such point. KeyError as above.

        In Chinese where there is no English.
        """
        measure = self.measures[entry]
        found = measure.point(point) or measure
        return (english and found.answer_en) or found.answer

    def title(self, entry: str, point: str | None = None, english: bool = False) -> str:
        """The title of the point, or of the measure when it has no such point. KeyError as above."""
        measure = self.measures[entry]
        found = measure.point(point) or measure
        return (english and found.title_en) or found.title
