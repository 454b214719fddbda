"""Reaching a person: when asked for, when angry."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import payloads
from actions.answering import reply
from actions.context import topic_named
from actions.decision import decide
from actions.replies import Events, Replies
from bot.knowledge.topics import department_of


class ActionHandoff(Action):
    """Hands over because the visitor asks for it; works from any state."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_handoff"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Hand over."""
        replies = Replies(dispatcher, tracker, domain)
        return hand_over(replies, "asked", topic_named(replies.kb, replies.context, tracker))


class ActionComplaint(Action):
    """Hands anger at the service to a person; an angry question that has an answer gets the answer."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_complaint"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Answer or hand over."""
        replies = Replies(dispatcher, tracker, domain)
        decision = decide(replies.context.ranked)
        if decision.kind == "answer":
            return reply(replies, decision)
        return hand_over(replies, "complaint", replies.context.topic)


def hand_over(replies: Replies, reason: str, topic: str | None) -> Events:
    """Hand over to the department of ``topic``, and start counting afresh."""
    replies.say(f"handoff_{reason}", payloads.handoff(reason, topic, department_of(topic)))
    return replies.remember(denials=0, answered=False, offered=None, topic=topic)
