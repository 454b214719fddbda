"""Handing a conversation to a person."""

from actions import payloads
from actions.replies import Events, Replies
from bot.knowledge.topics import department_of


def hand_over(replies: Replies, reason: str, topic: str | None) -> Events:
    """Hand over to the department of ``topic``, and start counting afresh."""
    replies.say(f"handoff_{reason}", payloads.handoff(reason, topic, department_of(topic)))
    return replies.remember(denials=0, unsure=0, answered=False, offered=None, topic=topic)
