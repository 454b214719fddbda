"""Says things: picks the response in the visitor's language and sends it with its payload and buttons."""

import json
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import payloads
from actions.context import Context, knowledge
from bot.knowledge import KnowledgeBase
from bot.knowledge.districts import DISTRICTS, ENGLISH_NAMES
from bot.knowledge.index import Ranked

Events = list[dict[str, Any]]
AFTER_CHOICES = "utter_after_choices"  # its buttons: Rasa would put a response's own before the options


class Replies:
    """Replies to one message of a visitor."""

    def __init__(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]):
        self.kb: KnowledgeBase = knowledge()
        self.context = Context.of(tracker, self.kb)
        self._dispatcher, self._responses = dispatcher, domain.get("responses") or {}
        self._offered_person = False

    def say(self, name: str, custom: dict[str, Any], choices: Sequence[Ranked] = (), **values: Any) -> None:
        """Send response ``utter_<name>``; the buttons of ``choices`` come first, then refusals."""
        buttons = [*map(_button, choices), *self._buttons_after_choices()] if choices else []
        self._offered_person = custom["type"] == "not_covered"
        self._dispatcher.utter_message(
            response=f"utter_{name}{self._suffix}", json_message=custom, buttons=buttons, **values
        )

    def remember(self, **slots: Any) -> Events:
        """Events for ``slots``, and for what is kept of every reply: language, an offered person."""
        kept = {"locale_seen": self.context.locale, "person_offered": self._offered_person, **slots}
        return [SlotSet(name, value) for name, value in kept.items()]

    def answer(self, ranked: Sequence[Ranked]) -> None:
        """The best measure's words; another district's is said to be that. The source is in the payload."""
        best = ranked[0]
        source = self.kb.measures[best.id].document
        self.say(
            self._answer_name(source.district), payloads.answer(self.kb, ranked),
            answer=self.kb.answer(best.id, best.point), asked=self._district(self.context.district),
            district=self._district(source.district),
        )  # fmt: skip

    def choose(self, ranked: Sequence[Ranked], name: str = "choices") -> None:
        """Which of these do you mean."""
        self.say(name, payloads.choices(ranked), ranked)

    def not_covered(self, related: Sequence[Ranked]) -> None:
        """The knowledge base does not say; here is what is near, and a person is offered."""
        if not related:
            return self.say("not_covered", payloads.not_covered([]))
        names = "、".join(found.point for found in related)
        return self.say("not_covered_near", payloads.not_covered(related), related, related=names)

    @property
    def _suffix(self) -> str:
        return "_en" if self.context.locale == "en" else ""

    def _answer_name(self, district: str) -> str:
        """Whose measure it is, and only when it is so that the visitor's district has none here at all."""
        asked = self.context.district
        if asked in (None, district):
            return "answer"
        held = {measure.document.district for measure in self.kb.measures.values()}
        return "answer_elsewhere" if asked in held else "answer_unheld"

    def _buttons_after_choices(self) -> list[dict[str, str]]:
        variants = self._responses.get(f"{AFTER_CHOICES}{self._suffix}") or [{}]
        return list(variants[0].get("buttons") or [])

    def _district(self, code: str | None) -> str:
        names = ENGLISH_NAMES if self.context.locale == "en" else DISTRICTS
        return names.get(code or "", "")


def _button(found: Ranked) -> dict[str, str]:
    payload = json.dumps({"entry": found.id, "point": found.point}, ensure_ascii=False)
    return {"title": found.point, "payload": f"/choose{payload}"}
