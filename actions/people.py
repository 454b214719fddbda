"""Reaching a person: when asked for, when angry, when nobody else should answer."""

from rasa_sdk import Tracker

from actions.context import topic_named
from actions.decision import decide
from actions.handover import call_back, hand_over
from actions.lookup import reply
from actions.replies import Events, Replies
from actions.step import Step

SURELY_SENSITIVE = 0.7  # below this probability a message without alarming words is taken for a question


class ActionHandoff(Step):
    """Hands over because the visitor asks for it, or offers the call they wish for; works from any state."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_handoff"

    def respond(self, replies: Replies, tracker: Tracker) -> Events:
        """Hand over, or offer a call."""
        if replies.context.wish:
            return call_back(replies, replies.context.wish, tracker)
        return hand_over(replies, "asked", topic_named(replies.kb, replies.context, tracker))


class ActionComplaint(Step):
    """Hands anger at the service to a person; an angry question that has an answer gets the answer."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_complaint"

    def respond(self, replies: Replies, tracker: Tracker) -> Events:
        """Answer, hand over or offer a call."""
        if replies.context.wish:
            return call_back(replies, replies.context.wish, tracker)
        decision = decide(replies.context.ranked)
        if decision.kind == "answer":
            return reply(replies, decision)
        return hand_over(replies, "complaint", replies.context.topic)


class ActionSensitive(Step):
    """Hands over what a person must see: accusations, threats, despair. Alarming words did so before."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_sensitive"

    def respond(self, replies: Replies, tracker: Tracker) -> Events:
        """Hand over when sure, otherwise treat it as a question."""
        decision = decide(replies.context.ranked)
        confidence = ((tracker.latest_message or {}).get("intent") or {}).get("confidence") or 0.0
        if confidence < SURELY_SENSITIVE or decision.kind == "answer":
            return reply(replies, decision)
        return hand_over(replies, "sensitive", topic_named(replies.kb, replies.context, tracker))
