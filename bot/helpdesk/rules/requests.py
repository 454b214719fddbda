"""The life of a help request: a state machine of pure functions (docs/help-engine.md has the table)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.helpdesk.errors import AlreadyClaimed, WrongState
from bot.helpdesk.models import HelpRequest, Outcome
from bot.helpdesk.rules.policy import Policy

OPEN_STATUSES = ("waiting", "offered", "claimed")
CLAIMABLE_STATUSES = ("waiting", "offered")
#: The reason of a request that nobody asked for: staff went to the visitor to follow a ticket up.
FOLLOW_UP = "follow_up"


@dataclass(frozen=True)
class Claim:
    """A helper takes the request."""

    staff_id: str
    staff_name: str


@dataclass(frozen=True)
class Respond:
    """Somebody says something that the visitor can read: the owner, or a participant beside them."""

    staff_id: str
    participant: bool = False


@dataclass(frozen=True)
class Close:
    """Someone entitled to it (see ``check_in_charge``) ends the request."""

    staff_id: str
    outcome: Outcome


@dataclass(frozen=True)
class Release:
    """The helper lets go, or is gone: the request waits again, in the place it had."""


@dataclass(frozen=True)
class Move:
    """It gets another owner at once: a transfer accepted, taken over, reassigned, handed over."""

    staff_id: str
    staff_name: str


@dataclass(frozen=True)
class Redirect:
    """It waits for another department, in the place it had."""

    department: str


@dataclass(frozen=True)
class EndByTicket:
    """Its visitor left a ticket before anybody had to be there: the matter goes on in the ticket."""


@dataclass(frozen=True)
class Abandon:
    """Its visitor waits no longer: they left the queue before a helper had taken it."""


Event = Claim | Respond | Close | Release | Move | Redirect | EndByTicket | Abandon


def advance(request: HelpRequest, event: Event, now: datetime) -> HelpRequest:
    """The request after ``event``; the same object when the event changes nothing.

    Raises ``AlreadyClaimed`` for a claim on a claimed request and ``WrongState`` for any other illegal move.
    """
    if request.status == "closed":
        raise WrongState("the help request is closed")
    match event:
        case Claim():
            if request.status not in CLAIMABLE_STATUSES:
                raise AlreadyClaimed("a helper holds the request already")
            return _held_by(request, event, now)
        case Move():
            return _moved(request, event, now)
        case Respond():
            return _responded(request, event, now)
        case Close():
            return replace(
                request, status="closed", closed_at=now, outcome=event.outcome, closed_by=event.staff_id
            )
        case Release():
            return _released(request, now)
        case Redirect():
            return _redirected(request, event, now)
        case EndByTicket():
            return _ended_by_ticket(request, now)
        case Abandon():
            return _abandoned(request, now)


def may_end_by_ticket(request: HelpRequest, now: datetime) -> bool:
    """Whether a ticket left now ends the request: nobody holds it, and its clock has not begun to run.

    Once the clock runs somebody may still come, and a broken promise stays one.
    """
    return request.status in CLAIMABLE_STATUSES and request.clock_from > now


def asks_rating(request: HelpRequest) -> bool:
    """Whether its end asks for a rating.

    Where a ticket goes on, that asks for one with its result; who left the queue unanswered met nobody to
    rate.
    """
    met_nobody = request.outcome == "abandoned" and request.first_response_at is None
    return request.outcome != "ticket" and not met_nobody and request.reason != FOLLOW_UP


def is_answered(request: HelpRequest) -> bool:
    """Whether a person has spoken since the clock started that runs now."""
    return request.first_response_at is not None and request.first_response_at >= request.clock_from


def _held_by(request: HelpRequest, event: Claim | Move, now: datetime) -> HelpRequest:
    return replace(
        request,
        status="claimed",
        claimed_at=now,
        claimed_by=event.staff_id,
        claimed_by_name=event.staff_name,
    )


def _moved(request: HelpRequest, event: Move, now: datetime) -> HelpRequest:
    if request.claimed_by == event.staff_id:
        raise WrongState("they hold the request already")
    return _held_by(request, event, now)


def _responded(request: HelpRequest, event: Respond, now: datetime) -> HelpRequest:
    if request.status != "claimed" or (request.claimed_by != event.staff_id and not event.participant):
        raise WrongState("only the helper who holds the request can answer it")
    if is_answered(request):
        return request
    # Only the first public message counts as the response; what ends a later wait stops only its clock.
    return replace(request, first_response_at=request.first_response_at or now, waiting_since=None)


def _released(request: HelpRequest, now: datetime) -> HelpRequest:
    if request.status != "claimed":
        raise WrongState("no helper holds the request")
    waiting = replace(request, status="waiting", claimed_at=None, claimed_by=None, claimed_by_name=None)
    # Who was answered once waits anew; who was not has been waiting all the time.
    return replace(waiting, waiting_since=now, level=0) if is_answered(request) else waiting


def _redirected(request: HelpRequest, event: Redirect, now: datetime) -> HelpRequest:
    waiting = _released(request, now) if request.status == "claimed" else replace(request, status="waiting")
    return replace(waiting, department=event.department)


def _ended_by_ticket(request: HelpRequest, now: datetime) -> HelpRequest:
    if not may_end_by_ticket(request, now):
        raise WrongState("its clock runs, or a helper holds it: somebody may still come")
    return replace(request, status="closed", closed_at=now, outcome="ticket")


def _abandoned(request: HelpRequest, now: datetime) -> HelpRequest:
    if request.status not in CLAIMABLE_STATUSES:
        raise WrongState("a helper has taken it: tell them")
    return replace(request, status="closed", closed_at=now, outcome="abandoned")


def deadline(requested_at: datetime, policy: Policy) -> datetime:
    """When the first public helper message is due."""
    return requested_at + timedelta(seconds=policy.first_response_seconds)
