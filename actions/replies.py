"""Says things: picks the response in the visitor's language and sends it with its payload and buttons."""

import json
from collections.abc import Sequence
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import payloads
from actions.context import Context
from bot.knowledge import KnowledgeBase
from bot.knowledge.districts import DISTRICTS, ENGLISH_NAMES
from bot.knowledge.index import Ranked


class Replies:
    """Replies to one message of a visitor."""

    def __init__(self, dispatcher: CollectingDispatcher, kb: KnowledgeBase, context: Context):
        self._dispatcher, self._kb, self._context = dispatcher, kb, context

    def say(self, name: str, custom: dict[str, Any], choices: Sequence[Ranked] = (), **values: Any) -> None:
        """Send response ``utter_<name>``; ``choices`` become its first buttons."""
        suffix = "_en" if self._context.locale == "en" else ""
        self._dispatcher.utter_message(
            response=f"utter_{name}{suffix}", json_message=custom,
            buttons=[_button(found) for found in choices], **values,
        )  # fmt: skip

    def answer(self, ranked: Sequence[Ranked]) -> None:
        """The best measure's words; another district's is said to be that. The source is in the payload."""
        best = ranked[0]
        source = self._kb.measures[best.id].document
        elsewhere = self._context.district not in (None, source.district)
        self.say(
            "answer_elsewhere" if elsewhere else "answer", payloads.answer(self._kb, ranked),
            answer=self._kb.answer(best.id, best.point), asked=self._district(self._context.district),
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

    def _district(self, code: str | None) -> str:
        names = ENGLISH_NAMES if self._context.locale == "en" else DISTRICTS
        return names.get(code or "", "")


def _button(found: Ranked) -> dict[str, str]:
    payload = json.dumps({"entry": found.id, "point": found.point}, ensure_ascii=False)
    return {"title": found.point, "payload": f"/choose{payload}"}
