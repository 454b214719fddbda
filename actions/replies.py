"""Says things: picks the response in the visitor's language and sends it with its payload and buttons."""

import json
import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import payloads
from actions.context import TRADITIONAL, Context, checklists, knowledge
from bot.knowledge import KnowledgeBase
from bot.knowledge.checklists import Checklist, belonging
from bot.knowledge.details import lacking
from bot.knowledge.districts import DISTRICTS, ENGLISH_NAMES
from bot.knowledge.ranked import Ranked
from bot.knowledge.text import normalise
from bot.script import to_traditional

Events = list[dict[str, Any]]
Button = dict[str, str]
AFTER_CHOICES = "after_choices"  # its buttons come after the options
ENDS = ("handoff", "closing")  # what ends a form or a checklist
#: Fields of payloads that are read.
DISPLAYED = ("title", "label", "why", "missing", "known", "question", "district")


class Replies:
    """Replies to one message of a visitor. Responses are filled in here: one path for every language."""

    def __init__(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]):
        self.kb: KnowledgeBase = knowledge()
        self.checklists: dict[str, Checklist] = checklists()
        self.context = Context.of(tracker, self.kb)
        self.english = self.context.locale == "en"
        self._dispatcher, self._responses = dispatcher, domain.get("responses") or {}
        self._said: dict[str, Any] = {}
        # A button says nothing itself: what it opens answers what was typed before.
        self._asked = self.context.text or _typed_last(tracker)

    def say(self, name: str, custom: dict[str, Any], buttons: Sequence[Button] = (), **values: Any) -> None:
        """Send response ``utter_<name>`` with ``custom``; ``buttons`` come before its own."""
        self._said = custom
        text, shown = self.phrase(name, **values), [*buttons, *self.buttons(name)]
        if self.context.guide and custom["type"] not in (*ENDS, "form"):
            resume = f"resume_{self.context.guide['form']}"
            text, shown = f"{text}\n{self.phrase(resume)}", [*self.buttons(resume), *shown]
        self._dispatcher.utter_message(
            text=self._script(text), json_message=self._displayed(custom), utter_action=self._response(name),
            buttons=[{**button, "title": self._script(button["title"])} for button in shown],
        )  # fmt: skip

    def phrase(self, name: str, **values: Any) -> str:
        """The text of response ``utter_<name>`` with its places filled in. KeyError when there is none."""
        template = self._responses[self._response(name)][0]["text"]
        # In one pass: what is put in may have braces of its own.
        return re.sub(r"\{(\w+)\}", lambda place: str(values.get(place[1], place[0])), template)

    def buttons(self, name: str) -> list[Button]:
        """The buttons of response ``utter_<name>``."""
        return list(self._responses[self._response(name)][0].get("buttons") or [])

    def remember(self, **slots: Any) -> Events:
        """Events for ``slots``, and for what is kept of every reply: language, an offered person."""
        kept = {
            "locale_seen": self.context.locale,
            "person_offered": self._said.get("type") == "not_covered",
        }
        if self.context.guide and self._said.get("type") in ENDS:
            kept["guide"] = None
        return [SlotSet(name, value) for name, value in {**kept, **slots}.items()]

    def answer(self, ranked: Sequence[Ranked]) -> None:
        """The best measure's words; another district's is said to be that. The source is in the payload."""
        best = ranked[0]
        payload = payloads.answer(self.kb, ranked, self.english)
        self.say("answer", payload, self._guides(best), answer=self.of_district(self.words(best), best.id))

    def words(self, found: Ranked, question: str | None = None) -> str:
        """What the entry says, and which detail it lacks of those that the question asks for."""
        answer = self.kb.answer(found.id, found.point, self.english)
        asked = self._asked if question is None else question
        missing = lacking(asked, self.kb.answer(found.id, found.point))
        if not missing:
            return answer
        details = self.listed([self.phrase(f"detail_{detail}") for detail in missing])
        return f"{answer}\n{self.phrase('lacks', details=details)}"

    def of_district(self, text: str, entry: str, named: str | None = None) -> str:
        """What an entry says; where it is of another district than asked for, after a sentence on that.

        Asked for is the district that the question itself ``named``, otherwise the visitor's.
        That it has nothing here at all is said only when it is so.
        """
        asked, district = named or self.context.district, self.kb.measures[entry].district
        if asked in (None, district):
            return text
        held = {measure.district for measure in self.kb.measures.values()}
        preface = "elsewhere" if asked in held else "unheld"
        names = {"asked": self.district(asked), "district": self.district(district)}
        return f"{self.phrase(preface, **names)}\n{text}"

    def choose(self, ranked: Sequence[Ranked]) -> None:
        """Which of these do you mean."""
        self.say("choices", payloads.choices(self.kb, ranked, self.english), self.options(ranked))

    def choose_again(self, ranked: Sequence[Ranked]) -> None:
        """The same after a no."""
        payload = payloads.about_before(payloads.choices(self.kb, ranked, self.english))
        self.say("sorry_choices", payload, self.options(ranked))

    def not_covered(self, related: Sequence[Ranked]) -> None:
        """The knowledge base does not say; here is what is near, and a person is offered."""
        if not related:
            return self.say("not_covered", payloads.not_covered([]))
        names = self.listed([self.label(found) for found in related])
        payload = payloads.not_covered(related)
        return self.say("not_covered_near", payload, self.options(related), related=names)

    def options(self, ranked: Sequence[Ranked]) -> list[Button]:
        """A button for each, then those that refuse all."""
        return [*map(self.opening, ranked), *self.buttons(AFTER_CHOICES)]

    def opening(self, found: Ranked) -> Button:
        """A button that opens the entry."""
        payload = json.dumps({"entry": found.id, "point": found.point}, ensure_ascii=False)
        return {"title": self.label(found), "payload": f"/choose{payload}"}

    def label(self, found: Ranked) -> str:
        """What an entry is called on a button: its point, or itself."""
        return self.kb.title(found.id, found.point, self.english)

    def listed(self, names: Sequence[str]) -> str:
        """Names as a list inside a sentence."""
        return (", " if self.english else "、").join(names)

    def district(self, code: str | None) -> str:
        """A district's name; "" for none."""
        names = ENGLISH_NAMES if self.english else DISTRICTS
        return names.get(code or "", "")

    def _response(self, name: str) -> str:
        return f"utter_{name}{'_en' if self.english else ''}"

    def _script(self, text: str) -> str:
        return to_traditional(text) if self.context.locale == TRADITIONAL else text

    def _displayed(self, value: Any, field: str = "") -> Any:
        """A payload with what visitors read of it in their script; ids stay."""
        if self.context.locale != TRADITIONAL:
            return value
        if isinstance(value, dict):
            return {name: self._displayed(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [self._displayed(each, field) for each in value]
        return to_traditional(value) if isinstance(value, str) and field in DISPLAYED else value

    def _guides(self, found: Ranked) -> list[Button]:
        """A button to the checklist that the answered point is a step of, unless one is open."""
        checklist = belonging(self.checklists, found.id, found.point)
        if checklist is None or self.context.guide:
            return []
        title = checklist.title_en if self.english else checklist.title
        payload = json.dumps({"checklist": checklist.id})
        return [
            {"title": self.phrase("offer_checklist", title=title), "payload": f"/start_checklist{payload}"}
        ]


def _typed_last(tracker: Tracker) -> str:
    """The visitor's last message that was no button's command, in normal spelling; "" when there is none."""
    said = (event.get("text") or "" for event in reversed(tracker.events) if event.get("event") == "user")
    return normalise(next((text for text in said if text and not text.startswith("/")), ""))
