"""Goes through a checklist (一件事) step by step.

While it is open, the slot ``guide`` holds ``{"form": "checklist", "checklist": id, "step": n}``, from 1.
"""

import json
import re
from typing import Any

from actions import payloads
from actions.context import stored, topic_of
from actions.replies import Button, Events, Replies
from bot.knowledge.checklists import Checklist, named
from bot.knowledge.ranked import Ranked
from bot.knowledge.text import mostly_latin

FORM = "checklist"
HELP = "help"  # what the button 「这步有问题」 sends as its step
LONGEST_REPLY = 12  # characters; what is longer is no 「下一步」
LONGEST_WISH, LONGEST_ENGLISH_WISH = 70, 160  # a story that is longer asks for something of its own
_NEXT = re.compile(
    r"^(?:好了?[,，。]?)?(?:下一步|继续|接着(?:办|来|说)?|往下|然后呢?|还有呢|办好了|做完了|弄好了|完成了"
    r"|next(?: step)?|go on|continue|done)[吧呢?？。.!！]*$",
    re.IGNORECASE,
)  # fmt: skip
_BACK = re.compile(
    r"^(?:上一步|退一步|回到?上一步|前一步|back|previous(?: step)?)[吧。.!！]*$", re.IGNORECASE
)
_STEP_BY_STEP = re.compile(
    r"一步一?步|一([样关项条])一?\1[^,。]{0,4}(?:教|带|列|说|讲|告诉|弄|办|来)|分步|逐步|手把手|从头(?:到尾|教|带|讲)|全流程(?:带|陪|走|引导)"
    r"|(?:流程|手续|过程|步骤)[^,。]{0,4}(?:走|过|捋)一?遍|[照按]着?步骤"
    r"|[带陪领]着?我[^,。]{0,6}(?:办|走|弄|开|过|捋)|[帮给]我[^,。]{0,4}捋|引导我"
    r"|从(?:第一|哪[一个]?)步|第一步[^,。]{0,6}(?:第二步|是什么|干什么|做什么)|先[干做办](?:啥|什么)[^,。]{0,4}[后再]"
    r"|一件事(?:怎么|咋|如何)?(?:走|办|弄|做)|(?:给|要|列|来|拿)(?:我|你们|一?[个份张])*(?:步骤|流程)?清单|步骤表|办事清单"
    r"|(?:一件事|步骤|流程)[^。]{0,4}开始[办吧走弄]"
    r"|分几步|[按照]着?[顺次]序|先后[顺次]序|从零(?:开始|起|带|教)|每一?步[^,。]{0,4}(?:告诉|讲|说|列|带|教)|指导我"
    r"|教我[^,。]{0,6}(?:办|开|弄|走)|跟着你[^,。]{0,3}(?:办|做|走|弄)|一步我[^,。]{0,3}一步"
    r"|步骤[^,。]{0,4}(?:列|写|发|摆)|(?:列|写|发|摆)[^,。]{0,4}步骤|步骤清单|开始引导"
    r"|from (?:start to finish|beginning to end|a to z)"
    r"|(?:what are|list|give me)(?: all)? the steps"
    r"|排个[顺次]序|列个一二三|step[- ]by[- ]step|one step at a time|(?:walk|guide|take|lead) me through"
    r"|guide me|checklist",
    re.IGNORECASE,
)  # fmt: skip


# Asking whether somebody would lead one through it, for one fact of it, or for a list of something else is a
# question; asking to be led (可以一步步带我开店吗) is none.
_IS_A_QUESTION = re.compile(
    r"多久|几天|多少(?:天|钱|时间)|多长时间|什么材料|被骗|退|有没有|有人|有伐|肯|谁|专员|窗口|老师"
    r"|(?:免罚|政策|负面|正面|材料|责任|事项|权力)清单|^(?!.*(?:可以|能)[^,。]{0,8}[带教领陪]着?我).*吗[?？]?$"
    r"|is there|can (?:someone|anyone|somebody)|do you",
    re.IGNORECASE,
)


def asked_for(replies: Replies) -> Checklist | None:
    """The checklist that the message asks to be led through."""
    context = replies.context
    longest = LONGEST_ENGLISH_WISH if mostly_latin(context.text) else LONGEST_WISH
    if len(context.text) > longest or _IS_A_QUESTION.search(context.text):
        return None
    if not _STEP_BY_STEP.search(context.text):
        return None
    return named(replies.checklists, context.text, replies.kb, context.district)


def take(replies: Replies, guide: dict[str, Any]) -> Events | None:
    """Go on or back with a typed word; None when the message is something else."""
    checklist, text = replies.checklists.get(guide.get("checklist") or ""), replies.context.text
    if checklist is None or len(text) > LONGEST_REPLY:
        return None
    step = int(guide.get("step") or 1)
    if _NEXT.match(text):
        return show(replies, checklist, step + 1)
    return show(replies, checklist, step - 1) if _BACK.match(text) else None


def show(replies: Replies, checklist: Checklist, step: int) -> Events:
    """Show one step; before the first it is the first, after the last the matter is done."""
    of = len(checklist.steps)
    if step > of:
        return _done(replies, checklist)
    step = max(step, 1)
    at = checklist.steps[step - 1]
    found = Ranked(at.entry, at.point, 1.0)
    replies.say(
        "checklist", _payload(replies, checklist, step, found), _moves(replies, checklist, step),
        title=_headed(replies, checklist, step), step=step, of=of, point=replies.label(found),
        district=replies.district(replies.kb.measures[at.entry].district), answer=replies.words(found, ""),
    )  # fmt: skip
    guide = {"form": FORM, "checklist": checklist.id, "step": step}
    return replies.remember(
        guide=guide, answered=False, unsure=0, topic=topic_of(replies.kb, found), offered=stored([found])
    )


def ask_freely(replies: Replies, checklist: Checklist, step: int) -> Events:
    """Invite a question about the step; the checklist stays open."""
    at = checklist.steps[min(max(step, 1), len(checklist.steps)) - 1]
    found = Ranked(at.entry, at.point, 1.0)
    payload = _payload(replies, checklist, step, found)
    replies.say("checklist_help", payload, _moves(replies, checklist, step)[:1], point=replies.label(found))
    return replies.remember()


def _done(replies: Replies, checklist: Checklist) -> Events:
    of = len(checklist.steps)
    payload = payloads.form(FORM, "done", checklist=checklist.id, of=of, title=_title(replies, checklist))
    replies.say("checklist_done", payload, title=_title(replies, checklist))
    return replies.remember(guide=None, answered=True)


def _title(replies: Replies, checklist: Checklist) -> str:
    return checklist.title_en if replies.english else checklist.title


def _headed(replies: Replies, checklist: Checklist, step: int) -> str:
    """The title; at the first step after a sentence on whose it is, when it is another district's."""
    title = _title(replies, checklist)
    return title if step > 1 else replies.of_district(title, checklist.steps[0].entry)


def _payload(replies: Replies, checklist: Checklist, step: int, found: Ranked) -> dict[str, Any]:
    kb, english = replies.kb, replies.english
    entry = {**payloads.entry(kb, found, english), "title": replies.label(found)}
    return payloads.form(
        FORM, step, checklist=checklist.id, of=len(checklist.steps), title=_title(replies, checklist),
        citations=[kb.citation(found.id).as_json()],
    ) | {"entries": [entry]}  # fmt: skip


def _moves(replies: Replies, checklist: Checklist, step: int) -> list[Button]:
    """Buttons onward, back, and for a question."""
    moves = [("checklist_next" if step < len(checklist.steps) else "checklist_finish", step + 1)]
    moves += [("checklist_back", step - 1)] if step > 1 else []
    moves += [("checklist_stuck", HELP)]
    return [
        {"title": replies.phrase(name),
         "payload": "/start_checklist" + json.dumps({"checklist": checklist.id, "step": str(to)})}
        for name, to in moves
    ]  # fmt: skip
