"""What the visitor asked before, as a follow-up is read with it."""

from dataclasses import dataclass

from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlu.intents import CHOOSE, HUMAN, PLEASANTRIES, REACTIONS, TICKET

MOST = 2  # messages before that a follow-up may lean on
NOT_QUESTIONS = (*REACTIONS, *PLEASANTRIES, HUMAN, CHOOSE, TICKET)


@dataclass(frozen=True)
class Earlier:
    """A message before this one, with the intent it was taken for."""

    text: str
    intent: str | None


def earlier_messages(tracker: DialogueStateTracker | None) -> list[Earlier]:
    """What was asked in this session, newest last: no commands, reactions or pleasantries."""
    said: list[Earlier] = []
    for event in reversed(tracker.applied_events() if tracker else []):
        if isinstance(event, UserUttered) and event.text and not event.text.startswith("/"):
            intent = (event.intent or {}).get("name")
            if intent not in NOT_QUESTIONS:
                said.append(Earlier(event.text, intent))
            if len(said) == MOST:
                break
    return said[::-1]
