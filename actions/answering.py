"""Questions: answer, offer a choice, or say that it is not covered."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import payloads
from actions.context import Context, entity, knowledge, stored
from actions.decision import PLAUSIBLE, SURE, Decision, decide
from actions.replies import Replies
from bot.knowledge.index import Ranked

Events = list[dict[str, Any]]


class ActionAnswer(Action):
    """Answers from the knowledge base; also what was not understood, since search may still know."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_answer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Reply by what was found."""
        context = Context.of(tracker, knowledge())
        return reply(dispatcher, context, decide(context.ranked))


class ActionChoose(Action):
    """Answers with the measure and point of the button pressed; without a point, the measure."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_choose"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Reply with the chosen entry, or that it is not there any more."""
        kb = knowledge()
        context = Context.of(tracker, kb)
        measure = kb.get(entity(tracker, "entry") or "")
        if measure is None:
            return reply(dispatcher, context, Decision("not_covered", []))
        point = measure.point(entity(tracker, "point"))
        chosen = Ranked(measure.id, point.title if point else "", 1.0)
        events = reply(dispatcher, context, Decision("answer", [chosen]))
        return [*events, SlotSet("topic", (point or measure).topics[0])]


class ActionOutOfScope(Action):
    """Says what the assistant is for, unless search finds that it may know after all."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_out_of_scope"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Reply."""
        context = Context.of(tracker, knowledge())
        if context.ranked and context.ranked[0].score >= PLAUSIBLE:
            return reply(dispatcher, context, decide(context.ranked, answer_from=SURE))
        Replies(dispatcher, knowledge(), context).say("out_of_scope", payloads.plain("out_of_scope"))
        return [SlotSet("answered", False)]


def reply(dispatcher: CollectingDispatcher, context: Context, decision: Decision) -> Events:
    """Carry out a decision, and remember what was offered."""
    replies = Replies(dispatcher, knowledge(), context)
    if decision.kind == "answer":
        replies.answer(decision.ranked)
    elif decision.kind == "choices":
        replies.choose(decision.ranked)
    else:
        replies.not_covered(decision.ranked)
    return [
        SlotSet("offered", stored(decision.ranked)),
        SlotSet("answered", decision.kind == "answer"),
        SlotSet("topic", context.topic),
    ]
