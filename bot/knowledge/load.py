"""Reads ``data/measures/*.yml`` and says of every mistake which file, which line, and what to do.

The format is described in ``docs/knowledge.md``.
"""

import functools
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from yaml.nodes import Node

from bot.knowledge.conditions import KINDS, VOCABULARY, Conditions
from bot.knowledge.districts import DISTRICTS
from bot.knowledge.errors import KnowledgeError, Problem
from bot.knowledge.reading import DataFile, compose, read_utf8
from bot.knowledge.schema import Document, KnowledgeBase, Measure, Point
from bot.knowledge.text import letters, normalise
from bot.knowledge.topics import TOPICS

# Fields with whether they are needed.
DOCUMENT_FIELDS = {"id": True, "title": True, "number": False, "issuer": False, "date": True,
                   "district": False, "seed": False}  # fmt: skip
MEASURE_FIELDS = {"id": True, "section": True, "title": True, "title_en": False, "topics": True,
                  "departments": False, "district": False, "answer": True, "answer_en": False,
                  "conditions": False, "points": True}  # fmt: skip
POINT_FIELDS = {"title": True, "title_en": False, "topics": False, "answer": True, "answer_en": False,
                "figures": False, "conditions": False, "questions": True}  # fmt: skip
ENGLISH = ("title_en", "answer_en")


@dataclass
class _Seen:
    """What must be unique across all files, with where it was first: normalised question -> "file:line"."""

    ids: dict[str, str]
    questions: dict[str, tuple[str, str]]


class _File(DataFile):
    """A file of measures."""

    def __init__(self, path: Path, seen: _Seen, problems: list[Problem]):
        super().__init__(path, problems)
        self.seen = seen
        self.english = False  # whether any text of the file has an English twin
        self.untranslated: list[Problem] = []  # the problems that these are, if so

    def topics(self, node: Node | None) -> tuple[str, ...]:
        for item in self.items(node, "topics"):
            if self.text(item, "topic") not in TOPICS:
                self.problem(item, f"unknown topic `{item.value}`; topics are {', '.join(TOPICS)}.")
        return self.texts(node, "topics")

    def district(self, node: Node | None) -> str:
        code = self.text(node, "`district`")
        if node and code and code not in DISTRICTS:
            self.problem(node, f"unknown district `{code}`; districts are {', '.join(DISTRICTS)}.")
        return code

    def twins(self, node: Node, fields: dict[str, Node], what: str) -> dict[str, str]:
        """The English texts of an entry; whether they are needed shows when the file has been read."""
        for name in ENGLISH:
            if name in fields:
                self.english = True
            else:
                message = f"`{name}` is missing from {what}, and others of this file have it; add it."
                self.untranslated.append(self.problem_at(node, message))
        return {name: self.text(fields.get(name), f"`{name}`") for name in ENGLISH}

    def conditions(self, node: Node | None, base: Conditions) -> Conditions:
        """``base`` with the kinds this node has instead; codes that are not known are problems."""
        if node is None:
            return base
        found = self.fields(node, dict.fromkeys(KINDS, False), "conditions")
        for kind, known in VOCABULARY.items():
            for item in self.items(found.get(kind), kind):
                if self.text(item, kind) not in known:
                    self.problem(
                        item, f"unknown code `{item.value}` in {kind}; known are {', '.join(known)}."
                    )
        said = base.changed({kind: self.texts(value, kind) for kind, value in found.items()})
        if not said.needs:
            self.problem(node, "conditions name no need; add at least one code to `needs`.")
        return said

    def document(self, node: Node) -> Document:
        fields = self.fields(node, DOCUMENT_FIELDS, "the document")
        texts = {name: self.text(fields.get(name), f"`{name}`") for name in DOCUMENT_FIELDS}
        texts["district"] = self.district(fields.get("district"))
        if texts["date"] and not _is_date(texts["date"]):
            self.problem(fields["date"], "`date` must be written like 2023-02-22, 2023-02 or 2023.")
        return Document(**texts)

    def measure(self, node: Node, document: Document) -> Measure:
        fields = self.fields(node, MEASURE_FIELDS, "a measure")
        entry = self.text(fields.get("id"), "`id`")
        if entry:
            self._check_id(fields["id"], entry, document)
        topics = self.topics(fields.get("topics"))
        if "topics" in fields and not topics:
            self.problem(fields["topics"], f"{entry} has no topic; name at least one, the main one first.")
        conditions = self.conditions(fields.get("conditions"), Conditions())
        district = self.district(fields.get("district")) or document.district
        if not district:
            self.problem(node, f"neither {entry} nor its document names a `district`; add one.")
        nodes = self.items(fields.get("points"), "points")
        points = tuple(self._points(nodes, entry, topics[:1], conditions))
        if "points" in fields and not points:
            self.problem(fields["points"], f"{entry} has no points; add at least one.")
        return Measure(
            id=entry, document=document, topics=topics, points=points,
            section=self.text(fields.get("section"), "`section`"),
            title=self.text(fields.get("title"), "`title`"),
            departments=self.texts(fields.get("departments"), "departments"),
            answer=self.text(fields.get("answer"), "`answer`"),
            district=district, conditions=conditions, **self.twins(node, fields, entry or "a measure"),
        )  # fmt: skip

    def _check_id(self, node: Node, entry: str, document: Document) -> None:
        if not re.fullmatch(re.escape(document.id) + r"-[a-z0-9-]+", entry):
            self.problem(
                node,
                f"id `{entry}` does not belong to document `{document.id}`; "
                f"it must be `{document.id}-` followed by small letters and digits.",
            )
        if entry in self.seen.ids:
            self.problem(node, f"id `{entry}` is already used at {self.seen.ids[entry]}; choose another.")
        self.seen.ids.setdefault(entry, self._place(node))

    def _points(
        self, nodes: list[Node], entry: str, main: tuple[str, ...], conditions: Conditions
    ) -> Iterator[Point]:
        titles: set[str] = set()
        for node in nodes:
            fields = self.fields(node, POINT_FIELDS, "a point")
            title = self.text(fields.get("title"), "`title`")
            if title in titles:
                self.problem(fields["title"], f"{entry} has two points called `{title}`; rename one.")
            titles.add(title)
            yield Point(
                title=title,
                topics=self.topics(fields.get("topics")) or main,
                answer=self.text(fields.get("answer"), "`answer`"),
                figures=self.texts(fields.get("figures"), "figures"),
                questions=tuple(self._questions(fields.get("questions"), entry)),
                conditions=self.conditions(fields.get("conditions"), conditions),
                **self.twins(node, fields, f"a point of {entry}"),
            )

    def _questions(self, node: Node | None, entry: str) -> Iterator[str]:
        items = self.items(node, "questions")
        if node is not None and not items:
            self.problem(node, "a point needs example questions; add some.")
        for item in items:
            question = self.text(item, "question")
            key = letters(normalise(question))
            owner, place = self.seen.questions.setdefault(key, (entry, self._place(item)))
            if question and owner != entry:
                self.problem(
                    item,
                    f"question `{question}` also belongs to {owner} ({place}); "
                    "a question can have one answer only, remove one.",
                )
            yield question

    def _place(self, node: Node) -> str:
        return f"{self.path}:{node.start_mark.line + 1}"


def _read(path: Path, text: str, seen: _Seen, problems: list[Problem]) -> list[Measure]:
    root = compose(path, text, problems)
    if root is None:
        return []
    file = _File(path, seen, problems)
    fields = file.fields(root, {"document": True, "measures": True}, "the file")
    if set(fields) != {"document", "measures"}:
        return []
    document = file.document(fields["document"])
    found = [file.measure(node, document) for node in file.items(fields["measures"], "measures")]
    problems += file.untranslated if file.english else []
    return found


def _is_date(text: str) -> bool:
    """Whether it is a day, or a month or a year where the source says no more."""
    if not re.fullmatch(r"\d{4}(-\d\d){0,2}", text):
        return False
    try:
        date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return True


def load_knowledge(folder: Path) -> KnowledgeBase:
    """Read every ``*.yml`` of ``folder``. KnowledgeError with all problems; never half a knowledge base."""
    problems = list[Problem]()
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        raise KnowledgeError([Problem(str(folder), 1, "there is no *.yml file here; add the measures.")])
    texts = [(path, text) for path in paths if (text := read_utf8(path, problems)) is not None]
    return _parsed(tuple(texts), tuple(problems))


@functools.lru_cache(1)  # training asks for the same files a dozen times
def _parsed(texts: tuple[tuple[Path, str], ...], unread: tuple[Problem, ...]) -> KnowledgeBase:
    seen, problems, digest = _Seen({}, {}), list(unread), hashlib.sha256()
    measures: list[Measure] = []
    for path, text in texts:
        digest.update(text.encode())
        measures += _read(path, text, seen, problems)
    if problems:
        raise KnowledgeError(problems)
    return KnowledgeBase(tuple(measures), digest.hexdigest())
