"""What the visitor says to a reply: it helped, it did not, or yes to a person."""

import re

from rasa_sdk import Tracker

from actions import payloads
from actions.context import stored
from actions.decision import DENIAL_PATIENCE, MOST_CHOICES, NEAR
from actions.handover import hand_over
from actions.replies import Events, Replies
from actions.step import Step

# Said after a person was offered too, these praise what was found; they ask for nobody.
_SETTLED = re.compile(
    r"谢|就是这|正是|解决|找到|有用|有帮助|清楚|明白|懂了|晓得|知道了|够了|搞定"
    r"|exactly|perfect|helpful|got it|thank|solved",
    re.IGNORECASE,
)


class ActionClose(Step):
    """A yes: to a person that was offered, or to an answer; a yes to nothing is only acknowledged."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_close"

    def respond(self, replies: Replies, tracker: Tracker) -> Events:
        """Hand over, close or acknowledge."""
        if replies.context.person_offered and not _SETTLED.search(replies.context.text):
            return hand_over(replies, "asked", tracker.get_slot("topic"))
        if not replies.context.answered:
            replies.say("acknowledge", payloads.plain("chitchat"))
            return replies.remember()
        replies.say("closing", payloads.closing(resolved=True))
        return replies.remember(denials=0, answered=False, offered=None)


class ActionDeny(Step):
    """Apologises and offers what else was near; the second time a person takes over."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_deny"

    def respond(self, replies: Replies, tracker: Tracker) -> Events:
        """Offer more, or hand over."""
        context = replies.context
        denials = context.denials + 1
        if denials >= DENIAL_PATIENCE:
            return hand_over(replies, "unresolved", tracker.get_slot("topic"))
        # What was shown as the answer, or all of it as choices, was not it.
        rest = [found for found in context.offered[1:] if found.score >= NEAR] if context.answered else []
        if rest:
            replies.choose_again(rest[:MOST_CHOICES])
        else:
            replies.say("sorry", payloads.about_before(payloads.not_covered([])))
        return replies.remember(denials=denials, answered=False, offered=stored(rest) or None)
