"""Reads ``data/measures/*.yml`` and says of every mistake which file, which line, and what to do.

The format is described in ``docs/knowledge.md``.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.knowledge.districts import DISTRICTS
from bot.knowledge.errors import KnowledgeError, Problem
from bot.knowledge.schema import Document, KnowledgeBase, Measure, Point
from bot.knowledge.text import letters, normalise
from bot.knowledge.topics import TOPICS

# Fields with whether they are needed.
DOCUMENT_FIELDS = {"id": True, "title": True, "number": True, "issuer": True, "date": True,
                   "district": True, "seed": False}  # fmt: skip
MEASURE_FIELDS = {"id": True, "section": True, "title": True, "topics": True, "departments": False,
                  "answer": True, "points": True}  # fmt: skip
POINT_FIELDS = {"title": True, "topics": False, "answer": True, "figures": False, "questions": True}

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class _Seen:
    """What must be unique across all files, with where it was first: normalised question -> "file:line"."""

    ids: dict[str, str]
    questions: dict[str, tuple[str, str]]


class _File:
    """One file being read: turns nodes into values and collects problems instead of stopping at the first."""

    def __init__(self, path: Path, seen: _Seen, problems: list[Problem]):
        self.path, self.seen, self.problems = path, seen, problems

    def problem(self, node: Node, message: str) -> None:
        self.problems.append(Problem(str(self.path), node.start_mark.line + 1, message))

    def fields(self, node: Node, known: dict[str, bool], what: str) -> dict[str, Node]:
        """The values of a mapping by key; unknown, doubled and missing keys are problems."""
        if not isinstance(node, MappingNode):
            self.problem(node, f"{what} must be fields of the form `name: value`.")
            return {}
        found: dict[str, Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if name not in known:
                self.problem(key, f"unknown field `{name}` of {what}; known are {', '.join(known)}.")
            elif name in found:
                self.problem(key, f"field `{name}` is there twice; remove one.")
            else:
                found[name] = value
        for name in [name for name, needed in known.items() if needed and name not in found]:
            self.problem(node, f"field `{name}` is missing from {what}; add it.")
        return found

    def text(self, node: Node | None, what: str) -> str:
        """A text that is not empty; otherwise "" and a problem (a missing field was reported before)."""
        if node is None:
            return ""
        if not isinstance(node, ScalarNode) or not node.value.strip() or node.tag.endswith(":null"):
            self.problem(node, f"{what} is empty or no text; write it out.")
            return ""
        return str(node.value).strip()

    def items(self, node: Node | None, what: str) -> list[Node]:
        """The elements of a list; a missing list is empty."""
        if node is None:
            return []
        if not isinstance(node, SequenceNode):
            self.problem(node, f"{what} must be a list: `[a, b]`, or one `- ` line each.")
            return []
        return list(node.value)

    def texts(self, node: Node | None, what: str) -> tuple[str, ...]:
        return tuple(text for item in self.items(node, what) if (text := self.text(item, what)))

    def topics(self, node: Node | None) -> tuple[str, ...]:
        for item in self.items(node, "topics"):
            if self.text(item, "topic") not in TOPICS:
                self.problem(item, f"unknown topic `{item.value}`; topics are {', '.join(TOPICS)}.")
        return self.texts(node, "topics")

    def document(self, node: Node) -> Document:
        fields = self.fields(node, DOCUMENT_FIELDS, "the document")
        texts = {name: self.text(fields.get(name), f"`{name}`") for name in DOCUMENT_FIELDS}
        if texts["district"] and texts["district"] not in DISTRICTS:
            self.problem(fields["district"], f"unknown district `{texts['district']}`; "
                                             f"districts are {', '.join(DISTRICTS)}.")
        day = date.min
        try:
            day = date.fromisoformat(texts.pop("date") or "0001-01-01")
        except ValueError:
            self.problem(fields["date"], "`date` must be a day written like 2023-02-22.")
        return Document(**texts, date=day)

    def measure(self, node: Node, document: Document) -> Measure:
        fields = self.fields(node, MEASURE_FIELDS, "a measure")
        entry = self.text(fields.get("id"), "`id`")
        if entry:
            self._check_id(fields["id"], entry, document)
        topics = self.topics(fields.get("topics"))
        if "topics" in fields and not topics:
            self.problem(fields["topics"], f"{entry} has no topic; name at least one, the main one first.")
        points = tuple(self._points(self.items(fields.get("points"), "points"), entry, topics[:1]))
        if "points" in fields and not points:
            self.problem(fields["points"], f"{entry} has no points; add at least one.")
        return Measure(
            id=entry, document=document, topics=topics, points=points,
            section=self.text(fields.get("section"), "`section`"),
            title=self.text(fields.get("title"), "`title`"),
            departments=self.texts(fields.get("departments"), "departments"),
            answer=self.text(fields.get("answer"), "`answer`"),
        )  # fmt: skip

    def _check_id(self, node: Node, entry: str, document: Document) -> None:
        if not re.fullmatch(re.escape(document.id) + r"-[a-z0-9-]+", entry):
            self.problem(node, f"id `{entry}` does not belong to document `{document.id}`; "
                               f"it must be `{document.id}-` followed by small letters and digits.")
        if entry in self.seen.ids:
            self.problem(node, f"id `{entry}` is already used at {self.seen.ids[entry]}; choose another.")
        self.seen.ids.setdefault(entry, self._place(node))

    def _points(self, nodes: list[Node], entry: str, main: tuple[str, ...]) -> Iterator[Point]:
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
                self.problem(item, f"question `{question}` also belongs to {owner} ({place}); "
                                   "a question can have one answer only, remove one.")
            yield question

    def _place(self, node: Node) -> str:
        return f"{self.path}:{node.start_mark.line + 1}"


def _read(path: Path, text: str, seen: _Seen, problems: list[Problem]) -> list[Measure]:
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problems.append(Problem(str(path), line, f"this is not YAML: {error.problem}."))
        return []
    file = _File(path, seen, problems)
    if root is None:
        problems.append(Problem(str(path), 1, "the file is empty; write it or remove it."))
        return []
    fields = file.fields(root, {"document": True, "measures": True}, "the file")
    if set(fields) != {"document", "measures"}:
        return []
    document = file.document(fields["document"])
    return [file.measure(node, document) for node in file.items(fields["measures"], "measures")]


def load_knowledge(folder: Path) -> KnowledgeBase:
    """Read every ``*.yml`` of ``folder``. KnowledgeError with all problems; never half a knowledge base."""
    seen, problems, digest = _Seen({}, {}), list[Problem](), hashlib.sha256()
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        raise KnowledgeError([Problem(str(folder), 1, "there is no *.yml file here; add the measures.")])
    measures: list[Measure] = []
    for path in paths:
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            problems.append(Problem(str(path), 1, "this is not UTF-8; save it as UTF-8."))
            continue
        digest.update(text.encode())
        measures += _read(path, text, seen, problems)
    if problems:
        raise KnowledgeError(problems)
    return KnowledgeBase(tuple(measures), digest.hexdigest())
