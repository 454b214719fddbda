"""The policy calculator (政策演算器): tells what fits, asks for what would tell more, one thing at a time.

While it is open, the slot ``guide`` holds its state: ``{"form": "eligibility", "facts", "searches", "asked",
"asking"}``; ``searches`` are the measures found for what was said, ``asked`` the kinds of facts asked for so
far, ``asking`` the one that is open.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from actions import payloads
from actions.context import Context, stored
from actions.decision import MOST_ASKED
from actions.eligibility_text import found, label, payload, say_it
from actions.replies import Button, Events, Replies
from bot.knowledge.asking import surely_asks
from bot.knowledge.conditions import VOCABULARY
from bot.knowledge.eligibility import Assessment, assess
from bot.knowledge.enterprise import Facts
from bot.knowledge.ranked import Ranked
from bot.knowledge.schema import KnowledgeBase

FORM = "eligibility"
MOST_OPTIONS = 8
ASKED_NEEDS = (
    "subsidy",
    "loan",
    "premises",
    "hiring",
    "talent",
    "tax",
    "ip",
    "inspection",
)  # offered to choose from
KEPT = 10  # measures kept of each search
LONGEST_REPLY = 20  # characters; what is longer is no reply to a short question
SKIP = "skip"
_SKIPS = re.compile(
    r"^(?:跳过|不知道|不清楚|不好说|说不准|没有|都没有|都不是|都行|随便|不限|不想说|下一个|skip|none"
    r"|don't know|not sure)[。.!！]?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class State:
    """What is known so far, and what was asked."""

    facts: Facts = field(default_factory=Facts)
    searches: tuple[tuple[Ranked, ...], ...] = ()
    asked: tuple[str, ...] = ()
    asking: str | None = None

    def as_json(self) -> dict[str, Any]:
        """As the slot keeps it."""
        searches = [stored(list(search)) for search in self.searches]
        return {"form": FORM, "facts": self.facts.as_json(), "searches": searches,
                "asked": list(self.asked), "asking": self.asking}  # fmt: skip

    @classmethod
    def of(cls, guide: dict[str, Any] | None) -> "State":
        """The state in the slot; a fresh one when another form or none is open."""
        if not guide or guide.get("form") != FORM:
            return cls()
        searches = tuple(
            tuple(Ranked(each["id"], each["point"], each["score"]) for each in search)
            for search in guide.get("searches") or ()
        )
        return cls(Facts.from_json(guide.get("facts")), searches, tuple(guide.get("asked") or ()),
                   guide.get("asking"))  # fmt: skip

    def told(self, context: Context) -> "State":
        """With what this message says."""
        said = [context.ranked, *(part.ranked for part in context.parts)]
        searches = tuple(tuple(search[:KEPT]) for search in said if search)
        facts = self.facts.joined(context.facts)
        if facts.district is None and context.district:
            facts = replace(facts, district=context.district)
        return replace(self, facts=facts, searches=self.searches + searches)


def fitting(kb: KnowledgeBase, context: Context) -> list[Ranked]:
    """What fits, or may fit, the enterprise that one message tells of, the best first."""
    state = State().told(context)
    assessed = assess(kb, state.facts, state.searches)
    return [found(fit) for fit in sorted([*assessed.fits, *assessed.may_fit], key=lambda fit: -fit.score)]


def describe(replies: Replies, state: State) -> Events:
    """Say what fits, with the next question when there is one."""
    assessed = assess(replies.kb, state.facts, state.searches)
    left = (
        [kind for kind in assessed.asks if kind not in state.asked] if len(state.asked) < MOST_ASKED else []
    )
    asking = left[0] if left else None
    state = replace(state, asking=asking, asked=(*state.asked, asking) if asking else state.asked)
    shown = [found(fit) for fit in assessed.fits]
    question = _question(replies, asking, assessed)
    finish = replies.buttons("form") if asking else replies.buttons("eligibility_done")
    said = say_it(replies, state.facts, assessed, asking)
    custom = payloads.form(
        FORM, len(state.asked) or 1, facts=state.facts.as_json(), asks=left, known=said.known,
        question=said.question,
    ) | payload(replies, assessed)  # fmt: skip
    buttons = [*map(replies.opening, shown), *question, *finish]
    replies.say("eligibility", custom, buttons, lines=said.lines(replies))
    ranked = shown or [found(fit) for fit in assessed.may_fit]
    return replies.remember(
        guide=state.as_json() if asking else None, offered=stored(ranked), answered=bool(shown), unsure=0
    )


def take(replies: Replies, guide: dict[str, Any]) -> Events | None:
    """Go on with a typed reply to the open question; None when the message is something else."""
    context, state = replies.context, State.of(guide)
    if len(context.text) > LONGEST_REPLY or state.asking is None:
        return None
    if _SKIPS.match(context.text):
        return describe(replies, state)
    # Whatever it tells of the enterprise, it need not be what was asked; a need alone may be a new question.
    told = context.facts.kinds() - bool(context.facts.needs and state.asking != "needs")
    return describe(replies, state.told(context)) if told and not surely_asks(context.text) else None


def chosen(state: State, kind: str, code: str) -> State:
    """With the fact that a button stands for; unchanged when it was skipped or is not known any more."""
    try:
        return state if code == SKIP else replace(state, facts=state.facts.with_code(kind, code))
    except KeyError:
        return state


def again(state: State) -> State:
    """As it was before its open question, so that this is asked once more."""
    return replace(state, asked=tuple(kind for kind in state.asked if kind != state.asking), asking=None)


def _question(replies: Replies, asking: str | None, assessed: Assessment) -> list[Button]:
    """Buttons to choose from for the open question."""
    if asking is None:
        return []
    codes = _options(replies, asking, assessed)
    pairs = [(label(replies, asking, code), code) for code in codes] + [(replies.phrase("skip"), SKIP)]
    return [
        {"title": name, "payload": "/describe_enterprise" + json.dumps({"fact": asking, "value": code})}
        for name, code in pairs
    ]


def _options(replies: Replies, asking: str, assessed: Assessment) -> list[str]:
    """The codes offered: all of a short list, else what most measures name, first those that may fit."""
    if asking in ("sizes", "stages", "traits"):
        return list(VOCABULARY[asking])
    if asking == "needs":
        return list(ASKED_NEEDS)
    measures = replies.kb.measures
    if asking == "district":
        return [code for code, _ in Counter(each.district for each in measures.values()).most_common(6)]
    near = [code for fit in assessed.may_fit for code in getattr(measures[fit.id].conditions, asking)]
    all_codes = Counter(code for each in measures.values() for code in getattr(each.conditions, asking))
    common = [code for code, _ in all_codes.most_common()]
    return list(dict.fromkeys([*near, *common]))[:MOST_OPTIONS]
