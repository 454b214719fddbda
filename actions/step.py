"""What every action does first: look for alarms, markup, other cities' matters; go on with what is open."""

import re
from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import checklist_guide, eligibility_form, payloads
from actions.context import topic_named
from actions.decision import another_citys
from actions.handover import hand_over
from actions.lookup import refuse
from actions.replies import Events, Replies
from bot.knowledge.alarms import alarm
from bot.knowledge.markup import says_nothing

PERSON = ("request_human", "complaint")  # intents that go before anything that is open
# A short reply to a form (「四十来号人」) is soon taken for a request for a person; these words make it one.
_NAMES_PERSON = re.compile(
    r"人工|真人|活人|客服|帮办员|工作人员|[找叫换转接].{0,4}人|投诉|human|person|agent", re.IGNORECASE
)
LONGEST_LEAVE = 14  # characters
_LEAVES = re.compile(
    r"算了|不(?:想|要|用)?(?:再)?(?:填|弄|办|算|走|看|继续)(?:了|下去)|不用了|不要了|退出|取消|结束吧?"
    r"|先这样|到此为止|停(?:下|止)?吧?$|没空"
    r"|never ?mind|quit|exit|stop|cancel|leave it|forget it",
    re.IGNORECASE,
)  # fmt: skip


class Step(Action, ABC):
    """An action that replies once; what goes before its own reply is the same for all."""

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Reply, or go on with what is open."""
        replies = Replies(dispatcher, tracker, domain)
        before = _before(replies, tracker)
        return self.respond(replies, tracker) if before is None else before

    @abstractmethod
    def respond(self, replies: Replies, tracker: Tracker) -> Events:
        """This action's own reply."""


def leave(replies: Replies) -> Events:
    """Close the form or checklist that is open."""
    form = (replies.context.guide or {}).get("form", eligibility_form.FORM)
    replies.say("left", payloads.form(form, "left"))
    return replies.remember(guide=None, answered=False)


def resume(replies: Replies) -> Events:
    """Show again where the form or checklist stands; when none is open, leave."""
    guide = replies.context.guide or {}
    checklist = replies.checklists.get(guide.get("checklist") or "")
    if checklist is not None:
        return checklist_guide.show(replies, checklist, int(guide.get("step") or 1))
    if guide.get("form") != eligibility_form.FORM:
        return leave(replies)
    state = eligibility_form.State.of(guide)
    return eligibility_form.describe(replies, eligibility_form.again(state))


def _before(replies: Replies, tracker: Tracker) -> Events | None:
    context = replies.context
    intent = ((tracker.latest_message or {}).get("intent") or {}).get("name")
    if not context.text:
        return None
    if any(map(str.isalpha, context.text)) and says_nothing(context.text):
        return refuse(replies)
    if alarm(context.text):
        return hand_over(replies, "sensitive", topic_named(replies.kb, context, tracker))
    if intent in PERSON and (not context.guide or context.wish or _NAMES_PERSON.search(context.text)):
        return None
    if not context.guide and another_citys(context.text, context.leans_on):
        return refuse(replies)
    if (checklist := checklist_guide.asked_for(replies)) is not None:
        return checklist_guide.show(replies, checklist, 1)
    return _go_on(replies, context.guide) if context.guide else None


def _go_on(replies: Replies, guide: dict[str, Any]) -> Events | None:
    if len(replies.context.text) <= LONGEST_LEAVE and _LEAVES.search(replies.context.text):
        return leave(replies)
    module = checklist_guide if guide.get("form") == checklist_guide.FORM else eligibility_form
    return module.take(replies, guide)
