"""Handing a conversation to a person, now or by a call later."""

from rasa_sdk import Tracker

from actions import payloads
from actions.context import chance, topic_here
from actions.replies import Events, Replies
from bot.knowledge.callbacks import Wish
from bot.knowledge.text import letters
from bot.knowledge.topics import department_of

ANGRY = (
    0.05  # of a complaint; asking outweighs anger in the classifier, and where there is none this is near 0
)
SAYS_WHAT = 4  # letters beside a wish for a call that can say what it is about


def hand_over(replies: Replies, reason: str, topic: str | None) -> Events:
    """Hand over to the department of ``topic``, and start counting afresh."""
    replies.say(f"handoff_{reason}", payloads.handoff(reason, topic, department_of(topic)))
    return replies.remember(denials=0, unsure=0, answered=False, offered=None, topic=topic)


def call_back(replies: Replies, wish: Wish, tracker: Tracker) -> Events:
    """Offer the form for a call, about what the message names, else about the last question.

    Nobody is asked to come: that is what the button beside it is for.
    """
    message = tracker.latest_message or {}
    named = topic_here(replies.kb, replies.context, tracker)
    topic = named or tracker.get_slot("topic")
    found = named is not None and not replies.context.leans_on and len(letters(wish.beside)) >= SAYS_WHAT
    payload = payloads.callback(wish, topic, department_of(topic), own_question=wish.matter or found)
    if chance(message, "complaint") >= ANGRY:
        replies.say("ticket_callback_sorry", payload)
    else:
        replies.say("ticket_callback", payload)
    return replies.remember(denials=0, unsure=0, answered=False, offered=None, topic=topic)
