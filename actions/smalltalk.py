"""Pleasantries."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import payloads
from actions.answering import Events
from actions.context import Context, knowledge
from actions.replies import Replies

KNOWN = ("greet", "thank", "goodbye", "smalltalk")


class ActionChitchat(Action):
    """Replies to greetings, thanks, goodbyes, and questions about the assistant, by the intent's name."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_chitchat"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Reply."""
        intent = (tracker.latest_message or {}).get("intent", {}).get("name")
        context = Context.of(tracker, knowledge())
        reply = intent if intent in KNOWN else "smalltalk"
        Replies(dispatcher, knowledge(), context).say(reply, payloads.plain("chitchat"))
        return []
