"""What an action needs to know of the message it answers."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa_sdk import Tracker

from actions.decision import ABOUT
from bot.knowledge import KnowledgeBase, load_knowledge
from bot.knowledge.callbacks import Wish, callback_wish
from bot.knowledge.checklists import Checklist, load_checklists
from bot.knowledge.districts import DISTRICTS
from bot.knowledge.enterprise import Facts
from bot.knowledge.ranked import Ranked
from bot.knowledge.search import prefer
from bot.knowledge.text import letters, mostly_latin, normalise
from bot.knowledge.topics import TOPICS
from bot.script import is_traditional

DATA = Path(__file__).resolve().parent.parent / "data"
MEASURES, CHECKLISTS = DATA / "measures", DATA / "checklists"
TRADITIONAL = "zh-hant"
TOPIC_PREFIX = "ask_"
NAMES_A_MATTER = 6  # letters: what is shorter and asks for a person says nothing else
NAMED = 0.15  # from this probability on a message is taken to name the topic


@functools.cache
def knowledge() -> KnowledgeBase:
    """The knowledge base, read once a process. KnowledgeError when it is faulty."""
    return load_knowledge(MEASURES)


@functools.cache
def checklists() -> dict[str, Checklist]:
    """The checklists, read once a process. KnowledgeError when they are faulty."""
    return load_checklists(CHECKLISTS, knowledge())


@dataclass(frozen=True)
class Part:
    """One of several questions in a message, with what was found for it."""

    text: str
    ranked: list[Ranked]


@dataclass(frozen=True)
class Context:
    """A message in its conversation. ``district`` is a code; ``topic`` one of the topics' codes.

    ``text`` is the message's in normal spelling, "" for a button's command; ``locale`` is zh, zh-hant or en.
    ``parts`` has one element a question when there are several, ``facts`` what the message says of an
    enterprise. ``answered_entry`` is the measure answered last, ``person_offered`` whether the last reply
    offered one, ``unsure`` how many replies in a row had no answer, ``guide`` the form or checklist that is
    open, as its module stores it, ``leans_on`` the message before that a follow-up was read with,
    ``beside`` how likely the message is out of scope by the classifier, ``wish`` its wish to be called.
    """

    text: str
    district: str | None
    locale: str
    topic: str | None
    ranked: list[Ranked]
    offered: list[Ranked]
    answered: bool
    answered_entry: str | None
    denials: int
    person_offered: bool
    parts: list[Part]
    facts: Facts
    unsure: int
    guide: dict[str, Any] | None
    leans_on: str | None = None
    beside: float = 0.0
    wish: Wish | None = None

    @classmethod
    def of(cls, tracker: Tracker, kb: KnowledgeBase) -> "Context":
        """Read it from Rasa's tracker; what is missing or malformed there counts as absent."""
        message = tracker.latest_message or {}
        metadata = message.get("metadata") or {}
        district = _district(tracker, metadata)
        text = _written(tracker)
        return cls(
            text="" if text.startswith("/") else normalise(text),
            district=district,
            locale=_locale(metadata, text, message.get("text") or text, tracker.get_slot("locale_seen")),
            topic=_topic(message) or tracker.get_slot("topic"),
            ranked=prefer(kb, list(_ranked(message.get("measures"))), district),
            offered=prefer(kb, list(_ranked(tracker.get_slot("offered"))), None),
            answered=bool(tracker.get_slot("answered")),
            answered_entry=tracker.get_slot("answered_entry"),
            denials=int(tracker.get_slot("denials") or 0),
            person_offered=bool(tracker.get_slot("person_offered")),
            parts=list(_parts(kb, message.get("parts"), district)),
            facts=Facts.from_json(message.get("enterprise")),
            unsure=int(tracker.get_slot("unsure") or 0),
            guide=tracker.get_slot("guide") or None,
            leans_on=message.get("leans_on") or None,
            beside=chance(message, "out_of_scope"),
            wish=callback_wish(normalise(message.get("text") or "")),
        )


def stored(ranked: list[Ranked]) -> list[dict[str, Any]]:
    """Ranked measures as a slot keeps them."""
    return [{"id": found.id, "point": found.point, "score": found.score} for found in ranked]


def entity(tracker: Tracker, name: str) -> str | None:
    """The first value of that entity in the message."""
    value = next(tracker.get_latest_entity_values(name), None)
    return value if isinstance(value, str) else None


def _written(tracker: Tracker) -> str:
    """The message as the visitor wrote it: what the pipeline hands on is in simplified characters."""
    said = (event.get("text") for event in reversed(tracker.events) if event.get("event") == "user")
    return next(said, None) or (tracker.latest_message or {}).get("text") or ""


def _ranked(values: Any) -> Iterator[Ranked]:
    for value in values or ():
        yield Ranked(value["id"], value["point"], float(value["score"]))


def _parts(kb: KnowledgeBase, values: Any, district: str | None) -> Iterator[Part]:
    """The questions of the message; none when it is only one."""
    parts = [value for value in values or () if value.get("text")]
    for part in parts if len(parts) > 1 else ():
        yield Part(part["text"], prefer(kb, list(_ranked(part.get("measures"))), district))


def topic_named(kb: KnowledgeBase, context: Context, tracker: Tracker) -> str | None:
    """The topic a request for a person is about: what this message names, else that of the last question."""
    return topic_here(kb, context, tracker) or tracker.get_slot("topic")


def topic_here(kb: KnowledgeBase, context: Context, tracker: Tracker) -> str | None:
    """The topic this very message names, if any."""
    message = tracker.latest_message or {}
    return _topic(message) or _found_topic(kb, context) or _worded_topic(kb, message)


def topic_of(kb: KnowledgeBase, found: Ranked) -> str:
    """The main topic of a point, or of its measure. KeyError when ``kb`` does not hold it."""
    measure = kb.measures[found.id]
    return (measure.point(found.point) or measure).topics[0]


def _found_topic(kb: KnowledgeBase, context: Context) -> str | None:
    """By what search finds; 「转人工」 alone is near to an entry about robots that do so, and about none."""
    if len(letters(context.text)) < NAMES_A_MATTER:
        return None
    best = context.ranked[0] if context.ranked else None
    return topic_of(kb, best) if best and best.score >= ABOUT else None


def _worded_topic(kb: KnowledgeBase, message: dict[str, Any]) -> str | None:
    """By the name of a topic, of its department or of a point, in the text."""
    text = message.get("text") or ""
    named = (code for code, topic in TOPICS.items() if topic.name in text or topic.department in text)
    points = (point for measure in kb.measures.values() for point in measure.points)
    return next(named, None) or next((point.topics[0] for point in points if point.title in text), None)


def chance(message: dict[str, Any], intent: str) -> float:
    """How likely a message has that intent, by the classifier."""
    ranking = message.get("intent_ranking") or []
    return max((float(each["confidence"]) for each in ranking if each.get("name") == intent), default=0.0)


def _topic(message: dict[str, Any]) -> str | None:
    """The likeliest topic among the intents, when it is likely at all."""
    intents = [message.get("intent") or {}, *(message.get("intent_ranking") or [])]
    likely = (intent.get("name") or "" for intent in intents if intent.get("confidence", 0) >= NAMED)
    return next((code for name in likely if (code := name.removeprefix(TOPIC_PREFIX)) in TOPICS), None)


def _district(tracker: Tracker, metadata: dict[str, Any]) -> str | None:
    """What this message names, else where the widget stands, else what was said before."""
    named = (entity(tracker, "district"), metadata.get("district"), tracker.get_slot("district"))
    return next((code for code in named if isinstance(code, str) and code in DISTRICTS), None)


def _locale(metadata: dict[str, Any], text: str, read: str, before: str | None) -> str:
    """English when the channel says so, or when the visitor writes it; traditional for who writes that.

    ``read`` is the text as the pipeline read it: Chinese when it was typed in pinyin, which is no English. A
    button's command, and what has no words, is in the language of the reply ``before``.
    """
    said = metadata.get("locale")
    if text.startswith("/") or not any(map(str.isalpha, text)):
        return before or (said if said in ("en", TRADITIONAL) else "zh")
    if said == "en" or mostly_latin(read):
        return "en"
    return TRADITIONAL if said == TRADITIONAL or is_traditional(text) else "zh"
