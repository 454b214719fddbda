"""What an action needs to know of the message it answers."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa_sdk import Tracker

from bot.knowledge import KnowledgeBase, load_knowledge
from bot.knowledge.districts import DISTRICTS
from bot.knowledge.index import Ranked
from bot.knowledge.search import prefer
from bot.knowledge.text import mostly_latin

MEASURES = Path(__file__).resolve().parent.parent / "data" / "measures"
TOPIC_PREFIX = "ask_"


@functools.cache
def knowledge() -> KnowledgeBase:
    """The knowledge base, read once a process. KnowledgeError when it is faulty."""
    return load_knowledge(MEASURES)


@dataclass(frozen=True)
class Context:
    """A message in its conversation. ``district`` is a code; ``topic`` one of the topics' codes."""

    district: str | None
    locale: str
    topic: str | None
    ranked: list[Ranked]
    offered: list[Ranked]
    answered: bool
    denials: int

    @classmethod
    def of(cls, tracker: Tracker, kb: KnowledgeBase) -> "Context":
        """Read it from Rasa's tracker; what is missing or malformed there counts as absent."""
        message = tracker.latest_message or {}
        metadata = message.get("metadata") or {}
        district = tracker.get_slot("district") or metadata.get("district")
        district = district if district in DISTRICTS else None
        return cls(
            district=district,
            locale=_locale(metadata, message.get("text") or ""),
            topic=_topic(message) or tracker.get_slot("topic"),
            ranked=prefer(kb, list(_ranked(message.get("measures"))), district),
            offered=prefer(kb, list(_ranked(tracker.get_slot("offered"))), None),
            answered=bool(tracker.get_slot("answered")),
            denials=int(tracker.get_slot("denials") or 0),
        )


def stored(ranked: list[Ranked]) -> list[dict[str, Any]]:
    """Ranked measures as a slot keeps them."""
    return [{"id": found.id, "point": found.point, "score": found.score} for found in ranked]


def entity(tracker: Tracker, name: str) -> str | None:
    """The first value of that entity in the message."""
    value = next(tracker.get_latest_entity_values(name), None)
    return value if isinstance(value, str) else None


def _ranked(values: Any) -> Iterator[Ranked]:
    for value in values or ():
        yield Ranked(value["id"], value["point"], float(value["score"]))


def _topic(message: dict[str, Any]) -> str | None:
    """The likeliest topic among the three likeliest intents."""
    intents = [message.get("intent") or {}, *message.get("intent_ranking", [])][:3]
    names = [intent.get("name") or "" for intent in intents]
    return next((name.removeprefix(TOPIC_PREFIX) for name in names if name.startswith(TOPIC_PREFIX)), None)


def _locale(metadata: dict[str, Any], text: str) -> str:
    """English when the channel says so, or when the visitor writes it."""
    return "en" if metadata.get("locale") == "en" or mostly_latin(text) else "zh"
