"""Reaching a person: when asked for, when angry."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import payloads
from actions.answering import Events, reply
from actions.context import Context, knowledge
from actions.decision import decide
from actions.replies import Replies
from bot.knowledge.topics import department_of


class ActionHandoff(Action):
    """Hands over because the visitor asks for it; works from any state."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_handoff"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Hand over."""
        asked_before = tracker.get_slot("topic")
        return hand_over(dispatcher, Context.of(tracker, knowledge()), "asked", asked_before)


class ActionComplaint(Action):
    """Hands anger at the service to a person; an angry question that has an answer gets the answer."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_complaint"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Answer or hand over."""
        context = Context.of(tracker, knowledge())
        decision = decide(context.ranked)
        if decision.kind == "answer":
            return reply(dispatcher, context, decision)
        return hand_over(dispatcher, context, "complaint", context.topic)


def hand_over(dispatcher: CollectingDispatcher, context: Context, reason: str, topic: str | None) -> Events:
    """Hand over to the department of ``topic``, and start counting afresh."""
    custom = payloads.handoff(reason, topic, department_of(topic))
    Replies(dispatcher, knowledge(), context).say(f"handoff_{reason}", custom)
    return [SlotSet("denials", 0), SlotSet("answered", False), SlotSet("offered", None)]
