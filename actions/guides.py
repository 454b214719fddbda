"""The policy calculator, and the checklists."""

from rasa_sdk import Tracker

from actions import checklist_guide, eligibility_form
from actions.context import entity
from actions.decision import decide
from actions.eligibility_form import State
from actions.lookup import reply
from actions.replies import Events, Replies
from actions.step import Step, leave, resume
from bot.knowledge.checklists import named


class ActionEligibility(Step):
    """Tells an enterprise what fits it: from its description, or from a button of the form."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_eligibility"

    def respond(self, replies: Replies, tracker: Tracker) -> Events:
        """Show what fits so far."""
        state = State.of(replies.context.guide)
        fact, value = entity(tracker, "fact"), entity(tracker, "value")
        if fact and value:
            return eligibility_form.describe(replies, eligibility_form.chosen(state, fact, value))
        return eligibility_form.describe(replies, state.told(replies.context))


class ActionChecklist(Step):
    """Leads through a checklist: named in words, or at the step of a button."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_checklist"

    def respond(self, replies: Replies, tracker: Tracker) -> Events:
        """Show the step; what names no checklist is a question like any other."""
        context = replies.context
        chosen = replies.checklists.get(entity(tracker, "checklist") or "")
        checklist = chosen or named(replies.checklists, context.text, replies.kb, context.district)
        if checklist is None:
            return reply(replies, decide(context.ranked))
        step = entity(tracker, "step") or "1"
        if step == checklist_guide.HELP:
            return checklist_guide.ask_freely(replies, checklist, int((context.guide or {}).get("step") or 1))
        return checklist_guide.show(replies, checklist, int(step) if step.isdecimal() else 1)


class ActionLeaveForm(Step):
    """Closes the form or checklist that is open."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_leave_form"

    def respond(self, replies: Replies, tracker: Tracker) -> Events:
        """Leave."""
        return leave(replies)


class ActionContinueForm(Step):
    """Goes on with the form or checklist after a question in between."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_continue_form"

    def respond(self, replies: Replies, tracker: Tracker) -> Events:
        """Show where it stands."""
        return resume(replies)
