"""The brief: what a helper sees first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.helpdesk.models import BotReply, Update


@dataclass(frozen=True)
class Turn:
    """One visitor message and the replies the bot gave to it, as (kind, payload)."""

    text: str
    replies: tuple[tuple[str, dict[str, Any]], ...] = ()


def turns(updates: Sequence[Update]) -> list[Turn]:
    """The visitor's messages of ``updates``, each with what the bot replied to it."""
    replies: dict[int, list[tuple[str, dict[str, Any]]]] = {}
    for update in updates:
        if update.sender.kind == "bot" and update.reply_to is not None:
            replies.setdefault(update.reply_to, []).append((update.kind, update.payload))
    said = (update for update in updates if update.sender.kind == "visitor" and update.text)
    return [Turn(update.text or "", tuple(replies.get(update.seq, ()))) for update in said]


def find_handoff(replies: Sequence[BotReply]) -> BotReply | None:
    """The reply that asks for a person, if any."""
    return next((reply for reply in replies if reply.kind == "handoff"), None)


# Reasons whose triggering message ("a person, please") is not itself the question.
_ASKED_EARLIER = ("asked", "unresolved")
_TAKEN_AS_QUESTION = frozenset({"answer", "choices", "not_covered", "form", "ticket"})


def offers_ticket(kind: str, payload: Mapping[str, Any]) -> bool:
    """Whether a reply of the bot offers the form that leaves a ticket."""
    return kind == "ticket" and payload.get("action") == "create"


def build_brief(
    said: Sequence[Turn],
    reason: str,
    facts: Iterable[tuple[str, str | None]],
    suggestions: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    """What the helper sees first; ``facts`` are (label, value) pairs, those without a value are left out."""
    return {
        "question": find_question(said, reason),
        "facts": [{"label": label, "value": value} for label, value in facts if value],
        "offered": _offered(said),
        "reason": reason,
        "suggestions": list(suggestions),
    }


def find_question(said: Sequence[Turn], reason: str) -> str:
    """The visitor's last message, or the question before it that a request for a person refers to."""
    return find_matter(said, reason) or (said[-1].text if said else "")


def find_matter(said: Sequence[Turn], reason: str) -> str | None:
    """The same, but None when nothing was asked except for a person."""
    if not said:
        return None
    last = said[-1]
    if reason in _ASKED_EARLIER and any(kind == "handoff" for kind, _ in last.replies):
        return asked_last(said) or None
    return last.text


def asked_last(said: Sequence[Turn]) -> str:
    """The last message that the bot took for a question; "" when there is none."""
    for turn in reversed(said):
        if any(_took_as_question(kind, payload) for kind, payload in turn.replies):
            return turn.text
    return ""


def _took_as_question(kind: str, payload: Mapping[str, Any]) -> bool:
    if payload.get("own_question") is False:
        return False  # it is about what was asked before
    if kind == "form" and payload.get("step") == "left":
        return False  # 「算了」 asks nothing
    return kind in _TAKEN_AS_QUESTION


def _offered(said: Sequence[Turn]) -> list[dict[str, Any]]:
    offered: dict[str, dict[str, Any]] = {}
    for turn in said:
        for kind, payload in turn.replies:
            for entry in payload.get("entries", []) if kind == "answer" else []:
                offered.setdefault(entry["id"], {"id": entry["id"], "title": entry.get("title")})
    return list(offered.values())
