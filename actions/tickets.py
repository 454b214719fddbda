"""Tickets: matters left with the service before."""

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import payloads
from actions.replies import Events, Replies

# A day and a running number; people leave out the dash, or write another.
_NUMBER = re.compile(r"(?<!\d)(20\d{6})\s*[-－—_ ]?\s*(\d{4,5})(?!\d)")


class ActionTicket(Action):
    """Says that tickets were asked about, and which; the server fills in where they stand."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_ticket"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Reply."""
        replies = Replies(dispatcher, tracker, domain)
        text = (tracker.latest_message or {}).get("text") or ""
        replies.say("ticket", payloads.ticket_status(number_in(text)))
        return replies.remember(answered=False)


def number_in(text: str) -> str | None:
    """The number of a ticket in ``text``, as it is printed: eight digits of the day, a dash, the rest."""
    found = _NUMBER.search(text)
    return f"{found[1]}-{found[2]}" if found else None
