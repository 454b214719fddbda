"""Carries out what was decided about a question: answer, choices, not covered, or a person after all."""

from collections.abc import Sequence
from typing import Any

from actions import payloads
from actions.context import Part, stored, topic_of
from actions.decision import UNSURE_PATIENCE, Decision, answer_from, decide
from actions.handover import hand_over
from actions.replies import Button, Events, Replies
from bot.knowledge.districts import first_named
from bot.knowledge.ranked import Ranked

OPTIONS_A_PART = 2
LONGEST_HEADING = 40  # characters of a visitor's question that are repeated


def reply(replies: Replies, decision: Decision, **slots: Any) -> Events:
    """Carry out a decision, and remember what was offered; ``slots`` go before what it would set itself."""
    if (lost := _lost(replies, decision.kind)) is not None:
        return lost
    if decision.kind == "answer":
        replies.answer(decision.ranked)
    elif decision.kind == "choices":
        replies.choose(decision.ranked)
    else:
        replies.not_covered(decision.ranked)
    return _kept(replies, decision.kind == "answer", decision.ranked, **slots)


def reply_parts(replies: Replies, parts: Sequence[Part]) -> Events:
    """Answer each question of a message under its own heading; when none can be, offer what is near."""
    decisions = [decide(part.ranked, answer_from=answer_from(part.text, replies.english)) for part in parts]
    answered = [decision.ranked[0] for decision in decisions if decision.kind == "answer"]
    if not answered:
        return _reply_to_none(replies, parts, decisions)
    sure = [decision.kind == "answer" for decision in decisions]
    found = [(part.text, part.ranked, each) for part, each in zip(parts, sure, strict=True)]
    listed = [
        replies.phrase("part", number=number, text=_heading(part), body=_body(replies, part, decision))
        for number, (part, decision) in enumerate(zip(parts, decisions, strict=True), 1)
    ]
    buttons = [button for decision in decisions for button in _part_buttons(replies, decision)]
    payload = payloads.answers(replies.kb, found, replies.english)
    replies.say("answer", payload, buttons, answer="\n".join(listed))
    return _kept(replies, True, [answered[0], *_not_shown(parts, answered)])


def _not_shown(parts: Sequence[Part], answered: Sequence[Ranked]) -> list[Ranked]:
    """What else was found for the questions, likeliest first, for who denies the answers."""
    shown = {found.id for found in answered}
    others = {found.id: found for part in parts for found in part.ranked if found.id not in shown}
    return sorted(others.values(), key=lambda found: -found.score)


def _lost(replies: Replies, kind: str) -> Events | None:
    """A person, when this would be one reply without an answer too many."""
    if kind == "answer" or replies.context.unsure + 1 < UNSURE_PATIENCE:
        return None
    return hand_over(replies, "low_confidence", replies.context.topic)


def _kept(replies: Replies, answered: bool, ranked: Sequence[Ranked], **slots: Any) -> Events:
    context = replies.context
    unsure = 0 if answered else context.unsure + 1
    kept = {"offered": stored(list(ranked)), "answered": answered, "topic": context.topic, "unsure": unsure}
    if answered:
        best = ranked[0]
        kept |= {"topic": topic_of(replies.kb, best), "answered_entry": best.id}
        if best.id != context.answered_entry:
            kept["denials"] = 0
    return replies.remember(**{**kept, **slots})


def _reply_to_none(replies: Replies, parts: Sequence[Part], decisions: Sequence[Decision]) -> Events:
    """Choices for the questions that have some, or what is near to any."""
    kinds = [decision.kind for decision in decisions]
    kind = "choices" if "choices" in kinds else "not_covered"
    if (lost := _lost(replies, kind)) is not None:
        return lost
    each = (decision.ranked[:OPTIONS_A_PART] for decision in decisions if decision.kind == kind)
    ranked = list({(found.id, found.point): found for options in each for found in options}.values())
    listed = payloads.listed_parts([(part.text, part.ranked) for part in parts])
    if kind == "choices":
        payload = {**payloads.choices(replies.kb, ranked, replies.english), "parts": listed}
        replies.say("choices", payload, replies.options(ranked))
    else:
        payload = {**payloads.not_covered(ranked), "parts": listed}
        replies.say("not_covered", payload, [replies.opening(found) for found in ranked])
    return _kept(replies, False, ranked)


def _heading(part: Part) -> str:
    return part.text if len(part.text) <= LONGEST_HEADING else f"{part.text[:LONGEST_HEADING]}…"


def _body(replies: Replies, part: Part, decision: Decision) -> str:
    if decision.kind == "answer":
        best = decision.ranked[0]
        return replies.of_district(replies.words(best, part.text), best.id, first_named(part.text))
    if decision.kind == "choices":
        names = replies.listed([replies.label(found) for found in decision.ranked[:OPTIONS_A_PART]])
        return replies.phrase("part_choices", names=names)
    return replies.phrase("part_not_covered")


def _part_buttons(replies: Replies, decision: Decision) -> list[Button]:
    if decision.kind != "choices":
        return []
    return [replies.opening(found) for found in decision.ranked[:OPTIONS_A_PART]]


def refuse(replies: Replies) -> Events:
    """One honest sentence that this is not the service's business, and what is."""
    replies.say("out_of_scope", payloads.plain("out_of_scope"))
    return replies.remember(answered=False)
