"""The intents that code names, and how a message carries its own: one place for both."""

from typing import Any

from rasa.shared.nlu.training_data.message import Message

Intent = dict[str, Any]

HUMAN, COMPLAINT, SENSITIVE = "request_human", "complaint", "sensitive"
AFFIRM, DENY = "affirm", "deny"
OUT_OF_SCOPE, FOLLOW_UP = "out_of_scope", "follow_up"
DESCRIBES, CHECKLIST, CHOOSE = "describe_enterprise", "start_checklist", "choose"
TICKET = "ticket_status"
TOPICS = "ask_"  # what the intents of questions begin with; the topic's code follows
#: Answered alike.
PLEASANTRIES = ("greet", "thank", "goodbye", "smalltalk")
REACTIONS = (AFFIRM, DENY)


def ranking_of(message: Message) -> list[Intent]:
    """The intents of a message with their confidence, likeliest first; none before it was classified."""
    return list(message.get("intent_ranking") or [])


def set_ranking(message: Message, ranking: list[Intent]) -> None:
    """Give a message these intents, the first of which is its own."""
    message.set("intent", ranking[0], add_to_output=True)
    message.set("intent_ranking", ranking, add_to_output=True)


def chance_of(name: str, ranking: list[Intent]) -> float:
    """The confidence of the intent ``name``; 0 when it is not among them."""
    return max((float(each["confidence"]) for each in ranking if each["name"] == name), default=0.0)


def without(name: str, ranking: list[Intent]) -> list[Intent]:
    """The other intents."""
    return [each for each in ranking if each["name"] != name]
