"""The ``custom`` payloads of replies; their shapes are a promise to whoever reads them."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from bot.knowledge import KnowledgeBase
from bot.knowledge.callbacks import Wish
from bot.knowledge.ranked import Ranked
from bot.knowledge.ranker import confidence

MOST_ENTRIES = 5
WORTH_NAMING = 0.01  # score below which a further entry is not listed beside the best one


def answer(kb: KnowledgeBase, ranked: Sequence[Ranked], english: bool = False) -> dict[str, Any]:
    """An answer with the best of ``ranked``; the others that may matter are listed after it."""
    listed = [found for place, found in enumerate(ranked) if place == 0 or found.score >= WORTH_NAMING]
    entries = [entry(kb, found, english) for found in listed[:MOST_ENTRIES]]
    citations = [kb.citation(ranked[0].id).as_json()]
    return {"type": "answer", "entries": entries, "citations": citations,
            "confidence": round(confidence(ranked[0].score), 4)}  # fmt: skip


def entry(kb: KnowledgeBase, found: Ranked, english: bool = False) -> dict[str, Any]:
    """One entry of a list."""
    return {"id": found.id, "point": found.point or None, "score": round(found.score, 4),
            "title": kb.title(found.id, None, english)}  # fmt: skip


def answers(
    kb: KnowledgeBase, parts: Sequence[tuple[str, Sequence[Ranked], bool]], english: bool = False
) -> dict[str, Any]:
    """An answer to several questions: each with what was found and whether its best is the answer.

    The best of each question come first, then the second of each, and so on; an entry stands once.
    """
    first: dict[str, Ranked] = {}
    for found in (each for row in zip_longest(*(ranked for _, ranked, _ in parts)) for each in row if each):
        first.setdefault(found.id, found)
    answered = [ranked[0] for _, ranked, sure in parts if sure]
    cited = dict.fromkeys(found.id for found in answered)
    return {
        "type": "answer", "confidence": round(confidence(answered[0].score), 4),
        "entries": [entry(kb, found, english) for found in first.values()][:MOST_ENTRIES],
        "citations": [kb.citation(each).as_json() for each in cited],
        "parts": listed_parts([(text, ranked) for text, ranked, _ in parts]),
    }  # fmt: skip


def listed_parts(parts: Sequence[tuple[str, Sequence[Ranked]]]) -> list[dict[str, Any]]:
    """The questions of a message with the ids found for each."""
    return [
        {"text": text, "entries": list(dict.fromkeys(found.id for found in ranked))[:MOST_ENTRIES]}
        for text, ranked in parts
    ]


def choices(kb: KnowledgeBase, ranked: Sequence[Ranked], english: bool = False) -> dict[str, Any]:
    """Did you mean one of these."""
    options = [{"entry": found.id, "label": kb.title(found.id, found.point, english)} for found in ranked]
    return {"type": "choices", "options": options}


def not_covered(related: Sequence[Ranked]) -> dict[str, Any]:
    """A fair question that the knowledge base does not answer, with what is near."""
    return {"type": "not_covered", "related": [found.id for found in related]}


def handoff(reason: str, topic: str | None, department: str | None) -> dict[str, Any]:
    """To a person; ``reason`` is asked, unresolved, low_confidence, complaint or sensitive."""
    return {"type": "handoff", "reason": reason, "topic": topic, "department": department}


def form(name: str, step: int | str, **fields: Any) -> dict[str, Any]:
    """A step of a form or checklist; ``step`` counts from 1, or is ``left``."""
    return {"type": "form", "form": name, "step": step, "entries": [], **fields}


def closing(resolved: bool) -> dict[str, Any]:
    """The end of a matter."""
    return {"type": "closing", "resolved": resolved}


def ticket_status(number: str | None) -> dict[str, Any]:
    """Where the visitor's tickets stand, or that of this number; the server fills it in."""
    return {"type": "ticket", "action": "status", "number": number}


def callback(wish: Wish, topic: str | None, department: str | None, *, own_question: bool) -> dict[str, Any]:
    """The form that leaves a ticket, for a call; ``own_question``: the wish itself says what it is about."""
    return {"type": "ticket", "action": "create", "source": "callback", "topic": topic,
            "department": department, "phone": wish.phone, "when": wish.when,
            "own_question": own_question}  # fmt: skip


def about_before(payload: dict[str, Any]) -> dict[str, Any]:
    """A reply to what was said of an answer: the question is the one before it."""
    return {**payload, "own_question": False}


def plain(kind: str) -> dict[str, Any]:
    """``out_of_scope`` or ``chitchat``."""
    return {"type": kind}
