"""Questions: answer, offer a choice, or say that it is not covered."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import payloads
from actions.context import entity, stored, topic_of
from actions.decision import PLAUSIBLE, SURE, Decision, decide
from actions.replies import Events, Replies
from bot.knowledge.index import Ranked


class ActionAnswer(Action):
    """Answers from the knowledge base; also what was not understood, since search may still know."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_answer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Reply by what was found."""
        replies = Replies(dispatcher, tracker, domain)
        return reply(replies, decide(replies.context.ranked))


class ActionChoose(Action):
    """Answers with the measure and point of the button pressed; without a point, the measure."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_choose"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Reply with the chosen entry, or that it is not there any more."""
        replies = Replies(dispatcher, tracker, domain)
        measure = replies.kb.get(entity(tracker, "entry") or "")
        if measure is None:
            return reply(replies, Decision("not_covered", []))
        point = measure.point(entity(tracker, "point"))
        chosen = Ranked(measure.id, point.title if point else "", 1.0)
        # Chosen from what was offered, it is still the same matter: denials go on counting.
        return reply(replies, Decision("answer", [chosen]), denials=replies.context.denials)


class ActionOutOfScope(Action):
    """Says what the assistant is for, unless search finds that it may know after all."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_out_of_scope"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Reply."""
        replies = Replies(dispatcher, tracker, domain)
        ranked = replies.context.ranked
        if ranked and ranked[0].score >= PLAUSIBLE:
            return reply(replies, decide(ranked, answer_from=SURE))
        replies.say("out_of_scope", payloads.plain("out_of_scope"))
        return replies.remember(answered=False)


def reply(replies: Replies, decision: Decision, **slots: Any) -> Events:
    """Carry out a decision, and remember what was offered; ``slots`` go before what it would set itself."""
    context, answered = replies.context, decision.kind == "answer"
    kept = {"offered": stored(decision.ranked), "answered": answered, "topic": context.topic}
    if answered:
        best = decision.ranked[0]
        replies.answer(decision.ranked)
        kept |= {"topic": topic_of(replies.kb, best), "answered_entry": best.id}
        if best.id != context.answered_entry:
            kept["denials"] = 0
    elif decision.kind == "choices":
        replies.choose(decision.ranked)
    else:
        replies.not_covered(decision.ranked)
    return replies.remember(**{**kept, **slots})
