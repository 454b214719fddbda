"""What may happen to a ticket: pure functions of (ticket, event, now)."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.helpdesk.errors import Forbidden, Invalid, WrongState
from bot.helpdesk.models import Staff
from bot.helpdesk.rules import OVERSEERS, Policy, clean_text
from bot.helpdesk.tickets.models import UNSETTLED, Complexity, Ticket
from bot.helpdesk.worktime import Schedule, add_working_days, add_working_hours

TITLE_LIMIT = 60
DESCRIPTION_LIMIT = 4000
RESULT_LIMIT = 2000
REASON_LIMIT = 1000
#: How long after they were told that it is settled the visitor may say that it is not.
REOPEN_DAYS = 7
BAD_STARS = 2
_CONTACT_LIMITS = {"name": 64, "phone": 32, "email": 200, "when": 200}
_PHONE = re.compile(r"\+?[0-9][0-9() -]{4,30}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


# --- the state machine ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Assign:
    """Somebody is to see to it."""

    staff_id: str
    staff_name: str
    department: str | None = None


@dataclass(frozen=True)
class Transfer:
    """It belongs to another department."""

    department: str


@dataclass(frozen=True)
class Start:
    """Work on it has begun."""


@dataclass(frozen=True)
class Contacted:
    """The visitor was spoken to."""


@dataclass(frozen=True)
class Resolve:
    """There is a result."""

    result: str


@dataclass(frozen=True)
class Close:
    """The result stands."""


@dataclass(frozen=True)
class Reopen:
    """The result does not hold; its deadlines start again."""

    contact_due_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class Cancel:
    """Nobody needs it any more."""


Event = Assign | Transfer | Start | Contacted | Resolve | Close | Reopen | Cancel
_FROM: dict[type[Event], tuple[str, ...]] = {
    Assign: UNSETTLED,
    Transfer: UNSETTLED,
    Start: ("assigned", "reopened"),
    Contacted: UNSETTLED,
    Resolve: ("in_progress",),
    Close: ("resolved",),
    Reopen: ("resolved", "closed"),
    Cancel: UNSETTLED,
}


def advance_ticket(ticket: Ticket, event: Event, now: datetime) -> Ticket:
    """The ticket after ``event``; the same object when the event changes nothing.

    Raises ``WrongState`` for a move that its status does not allow.
    """
    if ticket.status not in _FROM[type(event)]:
        raise WrongState(f"a ticket that is {ticket.status} does not allow this")
    match event:
        case Assign():
            return _assigned(ticket, event)
        case Transfer():
            return _transferred(ticket, event)
        case Start():
            return _started(ticket)
        case Contacted():
            return ticket if ticket.contacted_at else replace(ticket, contacted_at=now)
        case Resolve():
            # Every channel is told in the same transaction; what does not arrive there is ``untold`` again.
            return replace(ticket, status="resolved", result=event.result, resolved_at=now, told_at=now)
        case Close():
            return replace(ticket, status="closed", closed_at=now)
        case Reopen():
            return _reopened(ticket, event)
        case Cancel():
            return replace(ticket, status="cancelled", closed_at=now)


def _assigned(ticket: Ticket, event: Assign) -> Ticket:
    if ticket.assigned_to == event.staff_id:
        return ticket
    return replace(
        ticket,
        # Work that had begun goes on, in other hands.
        status="assigned" if ticket.status == "open" else ticket.status,
        assigned_to=event.staff_id,
        assigned_to_name=event.staff_name,
        assigned_to_department=event.department,
    )


def _transferred(ticket: Ticket, event: Transfer) -> Ticket:
    if ticket.department == event.department:
        raise WrongState("the ticket is in this department")
    return replace(
        ticket,
        status="open",
        department=event.department,
        assigned_to=None,
        assigned_to_name=None,
        assigned_to_department=None,
    )


def _started(ticket: Ticket) -> Ticket:
    if ticket.assigned_to is None:
        raise WrongState("nobody has the ticket yet")
    return replace(ticket, status="in_progress")


def _reopened(ticket: Ticket, event: Reopen) -> Ticket:
    return replace(
        ticket,
        status="reopened",
        contact_due_at=event.contact_due_at,
        due_at=event.due_at,
        contacted_at=None,
        resolved_at=None,
        closed_at=None,
        told_at=None,
        reopened=ticket.reopened + 1,
    )


# --- clocks -----------------------------------------------------------------------------------------------


def deadlines(
    schedule: Schedule, complexity: Complexity, policy: Policy, now: datetime
) -> tuple[datetime, datetime]:
    """When the visitor must have been contacted, and when the matter must be settled."""
    days = policy.ticket_complex_days if complexity == "complex" else policy.ticket_simple_days
    contact = add_working_days(schedule, now, policy.ticket_contact_days)
    return contact, add_working_days(schedule, now, days)


def due_reminders(
    ticket: Ticket, schedule: Schedule, policy: Policy, now: datetime
) -> list[tuple[str, datetime]]:
    """The deadlines that are near or past, as (``contact`` or ``due``, deadline)."""
    if ticket.status not in UNSETTLED:
        return []
    running = [("due", ticket.due_at)]
    if ticket.contacted_at is None:
        running.insert(0, ("contact", ticket.contact_due_at))
    hours = -policy.ticket_reminder_hours
    return [(kind, due) for kind, due in running if now >= add_working_hours(schedule, due, hours)]


def reminders_until(schedule: Schedule, policy: Policy, now: datetime) -> datetime:
    """Deadlines after this are not reminded of yet; a day too late rather than a minute too early."""
    return add_working_hours(schedule, now, policy.ticket_reminder_hours) + timedelta(days=1)


def told(ticket: Ticket, now: datetime) -> Ticket:
    """The ticket once its result has reached the visitor."""
    return replace(ticket, told_at=now)


def untold(ticket: Ticket) -> Ticket:
    """The ticket while its result cannot be brought to the visitor."""
    return replace(ticket, told_at=None)


def is_confirmed(ticket: Ticket, now: datetime) -> bool:
    """Whether the visitor has known a result for so long that nobody can object to it any more."""
    return (
        ticket.status == "resolved"
        and ticket.told_at is not None
        and now >= ticket.told_at + timedelta(days=REOPEN_DAYS)
    )


# --- tickets of a conversation ----------------------------------------------------------------------------


def running(theirs: Sequence[Ticket]) -> Ticket | None:
    """The ticket of a conversation's that is not settled: whoever has it follows up anyway."""
    return next((ticket for ticket in theirs if ticket.status in UNSETTLED), None)


def left_for(theirs: Sequence[Ticket], request_id: str) -> Ticket | None:
    """The ticket by which who waits for help ``request_id`` is called anyway; it takes on what they add.

    That of the request, settled or not; else an unsettled one left off hours, or for a call with no request:
    who asks for a person after that means the same matter. ``theirs``: the conversation's, newest first.
    """
    left = [ticket for ticket in theirs if ticket.source != "matter"]
    own = (ticket for ticket in left if ticket.help_request_id == request_id)
    others = [ticket for ticket in left if ticket.source == "off_hours" or _is_wish(ticket)]
    return next(own, None) or running(others)


def _is_wish(ticket: Ticket) -> bool:
    return ticket.source == "callback" and ticket.help_request_id is None


def late_text(ticket: Ticket, now: datetime) -> tuple[str, datetime | None]:
    """Which text says what its visitor may expect of an unsettled ticket, and until when: None, overdue."""
    contacted = ticket.contacted_at is not None
    until = ticket.due_at if contacted else ticket.contact_due_at
    if until <= now:
        return "late_ticket_overdue", None
    return "late_ticket_contacted" if contacted else "late_ticket", until


def has_had_ticket(theirs: Sequence[Ticket], request_id: str | None) -> bool:
    """Whether one of a conversation's tickets was for the help ``request_id``; one help has one."""
    return any(each.source != "matter" and each.help_request_id == request_id for each in theirs)


# --- verdict ----------------------------------------------------------------------------------------------


def check_may_rate(ticket: Ticket) -> None:
    """Raise ``WrongState`` before there is a result."""
    if ticket.status not in ("resolved", "closed"):
        raise WrongState("a ticket can be rated once it is resolved")


def rated(ticket: Ticket, resolved: bool, stars: int | None, comment: str | None, now: datetime) -> Ticket:
    """The ticket with this verdict, over an earlier one."""
    return replace(ticket, resolved=resolved, stars=stars, rating_comment=comment, rated_at=now)


def repeats(ticket: Ticket, resolved: bool, stars: int | None, comment: str | None) -> bool:
    """Whether this very verdict has been given on this very result: a channel may deliver it twice."""
    if ticket.rated_at is None or ticket.resolved_at is None or ticket.rated_at < ticket.resolved_at:
        return False
    return (ticket.resolved, ticket.stars, ticket.rating_comment) == (resolved, stars, comment)


def reopens(ticket: Ticket, now: datetime) -> bool:
    """Whether its verdict sends a ticket back: not resolved, or one or two stars, and not too late."""
    bad = ticket.resolved is False or (ticket.stars is not None and ticket.stars <= BAD_STARS)
    in_time = ticket.told_at is None or now <= ticket.told_at + timedelta(days=REOPEN_DAYS)
    return bad and in_time


# --- who may ----------------------------------------------------------------------------------------------


def may_see(ticket: Ticket, staff: Staff) -> bool:
    """Overseers see all, others what is theirs or their department's; who has none serves all."""
    if staff.role in OVERSEERS or staff.department is None:
        return True
    return ticket.assigned_to == staff.id or ticket.department == staff.department


def check_may_handle(ticket: Ticket, staff: Staff) -> None:
    """Raise ``Forbidden`` for a ticket of another department."""
    if not may_see(ticket, staff):
        raise Forbidden("the ticket belongs to another department")


# --- what comes from outside ------------------------------------------------------------------------------


def clean_contact(contact: dict[str, Any], profile: dict[str, Any], *, needed: bool = True) -> dict[str, str]:
    """How the visitor can be reached; what they left out is taken from what the page knows of them.

    What the page says and cannot be right is left out: its visitor cannot put it right. Raises ``Invalid``
    for a number or an address that was typed and cannot be one, and without either if one is ``needed``.
    """
    cleaned: dict[str, str] = {}
    for name in _CONTACT_LIMITS:
        if contact.get(name) and str(contact[name]).strip():
            cleaned[name] = _clean_entry(name, contact[name])
        elif profile.get(name) and str(profile[name]).strip():
            known = str(profile[name]).strip()
            with suppress(Invalid):
                cleaned[name] = _clean_entry(
                    name, known[: _CONTACT_LIMITS["name"]] if name == "name" else known
                )
    if needed and not {"phone", "email"} & set(cleaned):
        raise Invalid("contact needs a phone or an email")
    return cleaned


def _clean_entry(name: str, value: Any) -> str:
    cleaned = clean_text(str(value), _CONTACT_LIMITS[name])
    if name == "phone" and not _PHONE.fullmatch(cleaned):
        raise Invalid("contact.phone is not a telephone number")
    if name == "email" and not _EMAIL.fullmatch(cleaned):
        raise Invalid("contact.email is not an e-mail address")
    return cleaned


def title_of(description: str) -> str:
    """The first line of a description, cut to the length of a title."""
    line = description.strip().splitlines()[0].strip()
    return line if len(line) <= TITLE_LIMIT else f"{line[: TITLE_LIMIT - 1]}…"
