"""The ``custom`` payloads of replies; their shapes are a promise to whoever reads them."""

from collections.abc import Sequence
from typing import Any

from bot.knowledge import KnowledgeBase
from bot.knowledge.index import Ranked

MOST_ENTRIES = 5
WORTH_NAMING = 0.1  # score below which a further entry is not listed beside the best one


def answer(kb: KnowledgeBase, ranked: Sequence[Ranked]) -> dict[str, Any]:
    """An answer with the best of ``ranked``; the others that may matter are listed after it."""
    listed = [found for place, found in enumerate(ranked) if place == 0 or found.score >= WORTH_NAMING]
    entries = [
        {"id": found.id, "point": found.point or None, "score": round(found.score, 4),
         "title": kb.measures[found.id].title}
        for found in listed[:MOST_ENTRIES]
    ]  # fmt: skip
    citations = [kb.citation(ranked[0].id).as_json()]
    return {"type": "answer", "entries": entries, "citations": citations, "confidence": entries[0]["score"]}


def choices(ranked: Sequence[Ranked]) -> dict[str, Any]:
    """Did you mean one of these."""
    return {"type": "choices", "options": [{"entry": found.id, "label": found.point} for found in ranked]}


def not_covered(related: Sequence[Ranked]) -> dict[str, Any]:
    """A fair question that the knowledge base does not answer, with what is near."""
    return {"type": "not_covered", "related": [found.id for found in related]}


def handoff(reason: str, topic: str | None, department: str | None) -> dict[str, Any]:
    """To a person; ``reason`` is asked, unresolved, low_confidence, complaint or sensitive."""
    return {"type": "handoff", "reason": reason, "topic": topic, "department": department}


def closing(resolved: bool) -> dict[str, Any]:
    """The end of a matter."""
    return {"type": "closing", "resolved": resolved}


def ticket(action: str, number: str | None = None) -> dict[str, Any]:
    """About tickets; ``action`` is status, or create for the form that leaves a message."""
    return {"type": "ticket", "action": action, "number": number}


def plain(kind: str) -> dict[str, Any]:
    """``out_of_scope`` or ``chitchat``."""
    return {"type": kind}
