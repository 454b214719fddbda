"""Pleasantries."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import payloads
from actions.replies import Events, Replies

KNOWN = ("greet", "thank", "goodbye", "smalltalk")
SLOTS = {"greet": {"answered": False}, "thank": {"denials": 0}}  # what a pleasantry settles


class ActionChitchat(Action):
    """Replies to greetings, thanks, goodbyes, and questions about the assistant, by the intent's name."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_chitchat"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Reply."""
        intent = (tracker.latest_message or {}).get("intent", {}).get("name")
        replies = Replies(dispatcher, tracker, domain)
        replies.say(intent if intent in KNOWN else "smalltalk", payloads.plain("chitchat"))
        return replies.remember(**SLOTS.get(intent, {}))
