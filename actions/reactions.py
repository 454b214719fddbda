"""What the visitor says to an answer: it helped, or it did not."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import payloads
from actions.answering import Events
from actions.context import Context, knowledge, stored
from actions.decision import MOST_CHOICES, NEAR
from actions.people import hand_over
from actions.replies import Replies

PATIENCE = 2  # denials after which a person takes over


class ActionClose(Action):
    """Closes the matter when an answer is confirmed; a yes to nothing is only acknowledged."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_close"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Close or acknowledge."""
        context = Context.of(tracker, knowledge())
        replies = Replies(dispatcher, knowledge(), context)
        if not context.answered:
            replies.say("acknowledge", payloads.plain("chitchat"))
            return []
        replies.say("closing", payloads.closing(resolved=True))
        return [SlotSet("denials", 0), SlotSet("answered", False), SlotSet("offered", None)]


class ActionDeny(Action):
    """Apologises and offers what else was near; the second time a person takes over."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_deny"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Offer more, or hand over."""
        context = Context.of(tracker, knowledge())
        denials = context.denials + 1
        if denials >= PATIENCE:
            return hand_over(dispatcher, context, "unresolved", tracker.get_slot("topic"))
        # What was shown as the answer, or all of it as choices, was not it.
        rest = [found for found in context.offered[1:] if found.score >= NEAR] if context.answered else []
        replies = Replies(dispatcher, knowledge(), context)
        if rest:
            replies.choose(rest[:MOST_CHOICES], "sorry_choices")
        else:
            replies.say("sorry", payloads.not_covered([]))
        left = stored(rest) or None
        return [SlotSet("denials", denials), SlotSet("answered", False), SlotSet("offered", left)]
