"""The helpdesk's rules: pure functions of (data, now). No IO, no clock, no randomness.

Source of the figures: section 8 ("The one-minute promise") of the product's design; all are settings.
"""

import json
import re
import statistics
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.helpdesk.errors import AlreadyClaimed, Forbidden, Invalid, WrongState
from bot.helpdesk.models import (
    BotReply,
    Conversation,
    HelpRequest,
    Outcome,
    Owner,
    Staff,
    Update,
    Visibility,
)

OPEN_STATUSES = ("waiting", "offered", "claimed")
CLAIMABLE_STATUSES = ("waiting", "offered")
PASSWORD_MINIMUM = 8
PASSWORD_MAXIMUM = 256
OVERSEERS = ("supervisor", "administrator")
_CLIENT_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Policy:
    """Thresholds of the helpdesk. ``lease_seconds`` must exceed the longest call to the assistant."""

    first_response_seconds: int = 60
    text_limit: int = 2000
    comment_limit: int = 1000
    delivery_attempts: int = 2
    delivery_backoff_seconds: float = 1.0
    lease_seconds: float = 30.0
    presence_fresh_seconds: int = 60
    wait_sample: int = 20
    wait_minimum: int = 5
    wait_window_seconds: int = 86_400


# --- the help request -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """A helper takes the request."""

    staff_id: str
    staff_name: str


@dataclass(frozen=True)
class Respond:
    """The helper who holds the request says something the visitor can read."""

    staff_id: str


@dataclass(frozen=True)
class Close:
    """Someone entitled to it (see ``check_in_charge``) ends the request."""

    staff_id: str
    outcome: Outcome


@dataclass(frozen=True)
class Release:
    """The helper lets go, or is gone: the request waits again, in the place it had."""


Event = Claim | Respond | Close | Release


def advance(request: HelpRequest, event: Event, now: datetime) -> HelpRequest:
    """The request after ``event``; the same object when the event changes nothing.

    Raises ``AlreadyClaimed`` for a claim on a claimed request and ``WrongState`` for any other illegal move.
    """
    if request.status == "closed":
        raise WrongState("the help request is closed")
    match event:
        case Claim():
            return _claimed(request, event, now)
        case Respond():
            return _responded(request, event, now)
        case Close():
            return replace(
                request, status="closed", closed_at=now, outcome=event.outcome, closed_by=event.staff_id
            )
        case Release():
            return _released(request)


def _claimed(request: HelpRequest, event: Claim, now: datetime) -> HelpRequest:
    if request.status not in CLAIMABLE_STATUSES:
        raise AlreadyClaimed("a helper holds the request already")
    return replace(
        request,
        status="claimed",
        claimed_at=now,
        claimed_by=event.staff_id,
        claimed_by_name=event.staff_name,
    )


def _responded(request: HelpRequest, event: Respond, now: datetime) -> HelpRequest:
    if request.status != "claimed" or request.claimed_by != event.staff_id:
        raise WrongState("only the helper who holds the request can answer it")
    # Only the first public message counts as the response.
    return request if request.first_response_at else replace(request, first_response_at=now)


def _released(request: HelpRequest) -> HelpRequest:
    if request.status != "claimed":
        raise WrongState("no helper holds the request")
    return replace(request, status="waiting", claimed_at=None, claimed_by=None, claimed_by_name=None)


def deadline(requested_at: datetime, policy: Policy) -> datetime:
    """When the first public helper message is due."""
    return requested_at + timedelta(seconds=policy.first_response_seconds)


def check_in_charge(request: HelpRequest, staff: Staff) -> None:
    """Raise ``Forbidden`` unless ``staff`` holds the request or oversees the service."""
    if request.claimed_by != staff.id and staff.role not in OVERSEERS:
        raise Forbidden("only the helper who holds the request, or a supervisor, may do this")


def check_may_rate(conversation: Conversation, newest: HelpRequest | None) -> None:
    """Raise ``WrongState`` before there is anything to rate.

    Help stays open to rating after the visitor has typed on, until they ask for a person again.
    """
    if newest.status != "closed" if newest else conversation.closed_at is None:
        raise WrongState("it can be rated once it is closed")


# --- who owns the conversation ----------------------------------------------------------------------


def hand_over(conversation: Conversation, owner: Owner, staff: Staff | None = None) -> Conversation:
    """The conversation under its new owner, one epoch later.

    Raises ``WrongState`` when a helper takes over without being named, or anyone else with a name.
    """
    if (owner == "helper") != (staff is not None):
        raise WrongState("exactly the owner 'helper' needs a member of staff")
    return replace(
        conversation,
        owner=owner,
        owner_epoch=conversation.owner_epoch + 1,
        helper_id=staff.id if staff else None,
        helper_name=staff.name if staff else None,
        helper_department=staff.department if staff else None,
    )


def accepts_bot_reply(conversation: Conversation, asked_epoch: int) -> bool:
    """Whether a bot reply asked for under ``asked_epoch`` may still appear."""
    return conversation.owner == "bot" and conversation.owner_epoch == asked_epoch


def check_may_post(conversation: Conversation, staff: Staff, visibility: Visibility) -> None:
    """Raise ``WrongState`` for public text by anyone but the owner; internal notes are open to all staff."""
    if visibility == "public" and (conversation.owner != "helper" or conversation.helper_id != staff.id):
        raise WrongState("only the helper who holds the conversation can write to the visitor")


# --- waiting and delivery ---------------------------------------------------------------------------


def honest_wait(first_response_seconds: Sequence[float], policy: Policy) -> int | None:
    """Median of recent first response times in whole seconds; None when too few to be honest."""
    if len(first_response_seconds) < policy.wait_minimum:
        return None
    return round(statistics.median(first_response_seconds))


@dataclass(frozen=True)
class Retry:
    """Deliver again, not before ``due_at``."""

    due_at: datetime


@dataclass(frozen=True)
class Park:
    """Stop trying: the visitor goes to a person."""


def after_failure(attempts: int, retryable: bool, now: datetime, policy: Policy) -> Retry | Park:
    """What to do after attempt number ``attempts`` failed; the backoff doubles with each attempt."""
    if not retryable or attempts >= policy.delivery_attempts:
        return Park()
    return Retry(now + timedelta(seconds=policy.delivery_backoff_seconds * 2 ** (attempts - 1)))


# --- text from outside ------------------------------------------------------------------------------


def check_storable(value: Any) -> None:
    """Raise ``Invalid`` for what PostgreSQL cannot store: NUL characters, unpaired surrogates, NaN."""
    try:
        encoded = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, TypeError) as error:  # UnicodeEncodeError is a ValueError
        raise Invalid("the value cannot be stored") from error
    # json.dumps writes a NUL as the escape \u0000; an even run of backslashes before it is plain text.
    if re.search(rb"(?<!\\)(?:\\\\)*\\u0000", encoded):
        raise Invalid("the text contains a NUL character")


def clean_text(text: str, limit: int) -> str:
    """``text`` without surrounding blanks; ``Invalid`` when nothing is left or it is over ``limit``."""
    text = text.strip()
    if not text:
        raise Invalid("the text is empty")
    if len(text) > limit:
        raise Invalid(f"the text is longer than {limit} characters")
    check_storable(text)
    return text


def check_client_message_id(value: str) -> None:
    """Raise ``Invalid`` unless ``value`` is 1 to 64 characters of ``[A-Za-z0-9_-]``."""
    if not _CLIENT_MESSAGE_ID.fullmatch(value):
        raise Invalid("client_message_id must be 1-64 characters of A-Z, a-z, 0-9, _ and -")


def as_plain_text(text: str) -> str:
    """``text`` as the assistant may see it: a slash in front, also behind blanks or unseen characters, would
    make it a command.
    """
    start = next((i for i, sign in enumerate(text) if not _may_hide_a_command(sign)), len(text))
    return text[start:] or "?"


def _may_hide_a_command(sign: str) -> bool:
    return sign in "/／" or sign.isspace() or unicodedata.category(sign) in ("Cc", "Cf")


# --- the brief --------------------------------------------------------------------------------------


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
    if not said:
        return ""
    last = said[-1]
    if reason in _ASKED_EARLIER and any(kind == "handoff" for kind, _ in last.replies):
        for turn in reversed(said):
            if any(kind in _TAKEN_AS_QUESTION for kind, _ in turn.replies):
                return turn.text
    return last.text


def _offered(said: Sequence[Turn]) -> list[dict[str, Any]]:
    offered: dict[str, dict[str, Any]] = {}
    for turn in said:
        for kind, payload in turn.replies:
            for entry in payload.get("entries", []) if kind == "answer" else []:
                offered.setdefault(entry["id"], {"id": entry["id"], "title": entry.get("title")})
    return list(offered.values())
