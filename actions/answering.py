"""Questions: answer, offer a choice, or say that it is not covered."""

from rasa_sdk import Tracker

from actions import eligibility_form
from actions.context import Context, entity
from actions.decision import (
    BESIDE,
    MOST_CHOICES,
    NEAR,
    PLAUSIBLE,
    SURE,
    Decision,
    answer_from,
    decide,
    may_be_outside,
)
from actions.eligibility_form import State
from actions.lookup import refuse, reply, reply_parts
from actions.payloads import MOST_ENTRIES
from actions.replies import Events, Replies
from actions.step import Step
from bot.knowledge.enterprise import describes, mentions_itself
from bot.knowledge.ranked import Ranked


class ActionAnswer(Step):
    """Answers from the knowledge base; also what was not understood, since search may still know."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_answer"

    def respond(self, replies: Replies, tracker: Tracker) -> Events:
        """Reply by what was found."""
        context = replies.context
        decision = decide(context.ranked, answer_from=answer_from(context.text, replies.english))
        if _is_elsewhere(context):
            return refuse(replies)
        # Not sure of an answer, it may be no question at all.
        if decision.kind != "answer" and describes(context.text, context.facts):
            return eligibility_form.describe(replies, State().told(context))
        if context.parts:
            return reply_parts(replies, context.parts)
        if decision.kind != "not_covered" and mentions_itself(context.text, context.facts):
            decision = _with_what_fits(replies, decision)
        return reply(replies, decision)


def _with_what_fits(replies: Replies, decision: Decision) -> Decision:
    """The best that was found, then what fits the enterprise that asks: it may ask for several at once."""
    found = decision.ranked[:MOST_CHOICES]
    listed = {each.id for each in found}
    further = [
        each for each in eligibility_form.fitting(replies.kb, replies.context) if each.id not in listed
    ]
    return Decision(decision.kind, [*found, *further][:MOST_ENTRIES])


class ActionChoose(Step):
    """Answers with the measure and point of the button pressed; without a point, the measure."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_choose"

    def respond(self, replies: Replies, tracker: Tracker) -> Events:
        """Reply with the chosen entry, or that it is not there any more."""
        measure = replies.kb.get(entity(tracker, "entry") or "")
        if measure is None:
            return reply(replies, Decision("not_covered", []))
        point = measure.point(entity(tracker, "point"))
        chosen = Ranked(measure.id, point.title if point else "", 1.0)
        # Chosen from what was offered, it is still the same matter: denials go on counting.
        return reply(replies, Decision("answer", [chosen]), denials=replies.context.denials)


class ActionOutOfScope(Step):
    """Says what the assistant is for, unless search finds that it may know after all."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_out_of_scope"

    def respond(self, replies: Replies, tracker: Tracker) -> Events:
        """Reply."""
        ranked = replies.context.ranked
        if not _has_words(replies.context):
            return reply(replies, decide(ranked))
        if ranked and ranked[0].score >= PLAUSIBLE:
            return reply(replies, decide(ranked, answer_from=SURE))
        return refuse(replies)


def _has_words(context: Context) -> bool:
    """Whether there is a word to judge; dots, question marks and numbers are not understood, no more."""
    return any(map(str.isalpha, context.text))


def _is_elsewhere(context: Context) -> bool:
    """Whether nothing near is known and it may not be ours, or it may be another city's matter."""
    best = context.ranked[0].score if context.ranked else 0.0
    if best < NEAR and context.beside >= BESIDE and _has_words(context):
        return True
    return may_be_outside(context.text, context.leans_on, best)
