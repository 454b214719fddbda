"""Pleasantries."""

from rasa_sdk import Tracker

from actions import payloads
from actions.replies import Events, Replies
from actions.step import Step

KNOWN = ("greet", "thank", "goodbye", "smalltalk")
SLOTS = {"greet": {"answered": False}, "thank": {"denials": 0}}  # what a pleasantry settles


class ActionChitchat(Step):
    """Replies to greetings, thanks, goodbyes, and questions about the assistant, by the intent's name."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_chitchat"

    def respond(self, replies: Replies, tracker: Tracker) -> Events:
        """Reply."""
        intent = (tracker.latest_message or {}).get("intent", {}).get("name")
        replies.say(intent if intent in KNOWN else "smalltalk", payloads.plain("chitchat"))
        return replies.remember(**SLOTS.get(intent, {}))
