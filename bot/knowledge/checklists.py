"""Guided one things (一件事): what to do step by step, each step a point of the knowledge base.

A checklist says nothing of its own: what stands in a step is the point's answer, with its source. Files are
``data/checklists/*.yml``; the format is described in ``docs/knowledge.md``.
"""

import functools
import re
from dataclasses import dataclass
from pathlib import Path

from yaml.nodes import Node

from bot.knowledge.errors import KnowledgeError, Problem
from bot.knowledge.reading import DataFile, compose, read_utf8
from bot.knowledge.schema import KnowledgeBase
from bot.knowledge.text import letters, normalise

FIELDS = {"id": True, "title": True, "title_en": True, "words": True, "unless": False, "steps": True}
STEP_FIELDS = {"entry": True, "point": True}
FEWEST_STEPS = 2
GAP = "…"  # in what a matter is called: here its kind may be said
MOST_BETWEEN = 7  # letters that may stand there
MOST_WORDS = 3  # and English words


@dataclass(frozen=True)
class Step:
    """One thing to do: the measure's id and the title of its point."""

    entry: str
    point: str


@dataclass(frozen=True)
class Checklist:
    """A matter from its first step to its last.

    ``words``, some with a ``GAP``, are what visitors call it; ``unless``: those that make it another matter.
    """

    id: str
    title: str
    title_en: str
    words: tuple[str, ...]
    unless: tuple[str, ...]
    steps: tuple[Step, ...]


def load_checklists(folder: Path, kb: KnowledgeBase) -> dict[str, Checklist]:
    """Every checklist of ``folder`` by id, in the order of the files; none when there are no files.

    KnowledgeError with all problems, also when ``kb`` does not hold a step.
    """
    problems, found = list[Problem](), dict[str, Checklist]()
    for path in sorted(folder.glob("*.yml")):
        text = read_utf8(path, problems)
        root = compose(path, text, problems) if text is not None else None
        if root is None:
            continue
        checklist = _read(DataFile(path, problems), root, kb)
        if checklist.id in found:
            problems.append(Problem(str(path), 1, f"id `{checklist.id}` is used twice; choose another."))
        found[checklist.id] = checklist
    if problems:
        raise KnowledgeError(problems)
    return found


def named(checklists: dict[str, Checklist], text: str, kb: KnowledgeBase, district: str | None = None
          ) -> Checklist | None:  # fmt: skip
    """The checklist whose words stand in the text, the longest ones first; of two, the district's own."""
    plain = normalise(text).lower()
    best: tuple[float, bool, Checklist] | None = None
    for checklist in checklists.values():
        other = any(word in plain for word in checklist.unless)
        long = 0.0 if other else max((_said(word, plain) for word in checklist.words), default=0.0)
        own = kb.measures[checklist.steps[0].entry].district == district
        if long and (best is None or (long, own) > best[:2]):
            best = (long, own, checklist)
    return best[2] if best else None


def _said(word: str, plain: str) -> float:
    """How many letters of a word a text says, a little less with something in its gap; 0 when it does not."""
    halves = tuple(normalise(half).lower().strip() for half in word.split(GAP))
    long = len("".join(halves))
    english = halves[0].isascii()
    if not english and letters("".join(halves)) in letters(plain):
        return long
    found = _gapped(halves).search(plain) if english or len(halves) > 1 else None
    return 0.0 if found is None else long - 0.5 * (letters(found[0]) != letters("".join(halves)))


@functools.cache
def _gapped(halves: tuple[str, ...]) -> re.Pattern[str]:
    """The halves with something between (开一家小奶茶店, opening my own small restaurant)."""
    if halves[0].isascii():
        gap, ends = rf"(?: [\w'-]+){{0,{MOST_WORDS}}} ", r"\b"
    else:
        gap, ends = rf"(?![了过着])\w{{1,{MOST_BETWEEN}}}?", ""
    return re.compile(ends + gap.join(map(re.escape, halves)) + ends)


def belonging(checklists: dict[str, Checklist], entry: str, point: str | None) -> Checklist | None:
    """The checklist that has this point as a step; None when none has."""
    step = Step(entry, point or "")
    return next((checklist for checklist in checklists.values() if step in checklist.steps), None)


def _read(file: DataFile, root: Node, kb: KnowledgeBase) -> Checklist:
    fields = file.fields(root, FIELDS, "a checklist")
    nodes = file.items(fields.get("steps"), "steps")
    if "steps" in fields and len(nodes) < FEWEST_STEPS:
        file.problem(fields["steps"], f"a checklist has at least {FEWEST_STEPS} steps; add some.")
    texts = {name: file.text(fields.get(name), f"`{name}`") for name in ("id", "title", "title_en")}
    words = file.texts(fields.get("words"), "words")
    unless = file.texts(fields["unless"], "unless") if "unless" in fields else ()
    return Checklist(
        **texts, words=words, unless=unless, steps=tuple(_step(file, node, kb) for node in nodes)
    )


def _step(file: DataFile, node: Node, kb: KnowledgeBase) -> Step:
    fields = file.fields(node, STEP_FIELDS, "a step")
    entry = file.text(fields.get("entry"), "`entry`")
    point = file.text(fields.get("point"), "`point`")
    measure = kb.get(entry)
    if entry and measure is None:
        file.problem(fields["entry"], f"there is no measure `{entry}`; name one of data/measures.")
    elif measure and point and measure.point(point) is None:
        titles = ", ".join(each.title for each in measure.points)
        file.problem(fields["point"], f"{entry} has no point `{point}`; it has {titles}.")
    return Step(entry, point)
