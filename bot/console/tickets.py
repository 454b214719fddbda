"""Staff and tickets over HTTP."""

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import Field

from bot.console.desk import OneRequestOut
from bot.contact import Contact
from bot.errors import HttpError
from bot.helpdesk.live import utcnow
from bot.helpdesk.models import Staff
from bot.helpdesk.rules import CLAIMERS, OVERSEERS
from bot.helpdesk.storage.tickets import Wanted
from bot.helpdesk.tickets import STATUSES, Ticket, TicketEvent
from bot.helpdesk.tickets.handling import PAGE, Matter
from bot.web import Body, Call, Route
from bot.wire import Moment, NamedOut, Wire, request_out


class Which(Body):
    """Which tickets: statuses separated by commas, a department's, mine, late, with a text, after a page."""

    status: str = Field(default="", max_length=200)
    department: str | None = Field(default=None, max_length=64)
    mine: bool = False
    late: bool = False
    q: str | None = Field(default=None, max_length=100)
    after: str | None = Field(default=None, max_length=100)


class OpenMatter(Body):
    """A matter for a department."""

    conversation_id: str = Field(pattern=r"^[0-9a-f]{32}$")
    department: str = Field(max_length=64)
    title: str
    description: str
    complexity: Literal["simple", "complex"]
    contact: Contact = Contact()
    topic: str | None = Field(default=None, max_length=64)


class Assign(Body):
    """To a person, to a department, or to me."""

    staff_id: str | None = Field(default=None, max_length=64)
    department: str | None = Field(default=None, max_length=64)
    reason: str = ""


class Note(Body):
    """A word on it."""

    note: str


class OptionalNote(Body):
    """A word on it, or none."""

    note: str = ""


class Result(Body):
    """What the visitor is told."""

    result: str


class Reason(Body):
    """Why."""

    reason: str


class TicketOut(Wire):
    """A ticket as staff see it."""

    id: str
    number: str
    conversation_id: str
    help_request_id: str | None
    source: str
    complexity: str
    department: str
    topic: str | None
    district: str | None
    channel: str
    locale: str
    title: str
    description: str
    contact: dict[str, Any]
    status: str
    assigned_to: NamedOut | None
    created_at: Moment
    contact_due_at: Moment
    contacted_at: Moment | None
    due_at: Moment
    resolved_at: Moment | None
    closed_at: Moment | None
    result: str | None
    told_at: Moment | None
    reopened: int
    resolved: bool | None
    stars: int | None
    late: bool


class TicketEventOut(Wire):
    """One row of a ticket's history."""

    at: Moment
    event: str
    status_before: str | None
    status_after: str
    actor: dict[str, str | None]
    reason: str
    detail: dict[str, Any]


class TicketsOut(Wire):
    """A page of tickets, earliest deadline first; ``next`` goes into ``after`` for the page that follows."""

    tickets: list[TicketOut]
    next: str | None


class OneTicketOut(Wire):
    """One ticket."""

    ticket: TicketOut


class TicketDetailOut(OneTicketOut):
    """A ticket with its history."""

    events: list[TicketEventOut]


def ticket_out(ticket: Ticket) -> TicketOut:
    """A ticket as staff see it."""
    person = None
    if ticket.assigned_to:
        person = NamedOut(
            id=ticket.assigned_to, name=ticket.assigned_to_name, department=ticket.assigned_to_department
        )
    own = ("assigned_to", "late")
    same = {name: getattr(ticket, name) for name in TicketOut.model_fields if name not in own}
    return TicketOut(assigned_to=person, late=ticket.is_late(utcnow()), **same)


def tickets_changed(nudge: dict[str, Any], staff: Staff) -> dict[str, Any] | None:
    """What the console of ``staff`` is told of a change of a ticket; None when it is not theirs to see."""
    everything = staff.role in OVERSEERS or staff.department is None
    if not everything and staff.department not in nudge["departments"] and staff.id not in nudge["people"]:
        return None
    return {key: nudge[key] for key in ("type", "reminder") if key in nudge}


def _event_out(event: TicketEvent) -> TicketEventOut:
    actor = {"kind": event.actor_kind, "id": event.actor_id, "name": event.actor_name}
    same = {name: getattr(event, name) for name in TicketEventOut.model_fields if name != "actor"}
    return TicketEventOut(actor=actor, **same)


def _one(ticket: Ticket) -> OneTicketOut:
    return OneTicketOut(ticket=ticket_out(ticket))


async def listed(call: Call) -> TicketsOut:
    """Tickets by deadline."""
    asked: Which = call.query
    statuses = [status for status in asked.status.split(",") if status]
    if not set(statuses) <= set(STATUSES):
        raise HttpError("bad_request", f"status: one or more of {', '.join(STATUSES)}")
    wanted = Wanted(
        statuses=statuses,
        department=asked.department,
        assigned_to=call.staff.id if asked.mine else None,
        late_at=utcnow() if asked.late else None,
        text=asked.q,
        after=_read_cursor(asked.after) if asked.after else None,
    )
    found = await call.parts.office.tickets.listed(call.staff, wanted)
    page = found[:PAGE]
    return TicketsOut(
        tickets=[ticket_out(ticket) for ticket in page],
        next=_cursor(page[-1]) if len(found) > PAGE else None,
    )


def _cursor(last: Ticket) -> str:
    return f"{last.due_at.astimezone(UTC):%Y%m%dT%H%M%S%f}-{last.id}"


def _read_cursor(text: str) -> tuple[datetime, str]:
    due, _, ticket_id = text.partition("-")
    try:
        return datetime.strptime(due, "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC), ticket_id
    except ValueError:
        raise HttpError("bad_request", "after: what `next` of the page before said") from None


async def open_matter(call: Call) -> OneTicketOut:
    """Hand a matter to a department."""
    asked: OpenMatter = call.body
    contact = asked.contact.model_dump(exclude_none=True)
    matter = Matter(asked.department, asked.title, asked.description, asked.complexity, contact, asked.topic)
    return _one(await call.parts.office.tickets.open_matter(call.staff, asked.conversation_id, matter))


async def detail(call: Call, ticket_id: str) -> TicketDetailOut:
    """A ticket with its history."""
    ticket, events = await call.parts.office.tickets.one(call.staff, ticket_id)
    return TicketDetailOut(ticket=ticket_out(ticket), events=[_event_out(event) for event in events])


async def assign(call: Call, ticket_id: str) -> OneTicketOut:
    """Give it to a person, a department, or myself."""
    asked: Assign = call.body
    return _one(
        await call.parts.office.tickets.assign(
            call.staff, ticket_id, to=asked.staff_id, department=asked.department, reason=asked.reason
        )
    )


async def start(call: Call, ticket_id: str) -> OneTicketOut:
    """Begin to work on it."""
    return _one(await call.parts.office.tickets.start(call.staff, ticket_id))


async def contacted(call: Call, ticket_id: str) -> OneTicketOut:
    """The visitor was spoken to."""
    return _one(await call.parts.office.tickets.contacted(call.staff, ticket_id, call.body.note))


async def note(call: Call, ticket_id: str) -> OneTicketOut:
    """Add to the history."""
    return _one(await call.parts.office.tickets.note(call.staff, ticket_id, call.body.note))


async def resolve(call: Call, ticket_id: str) -> OneTicketOut:
    """Settle it and tell the visitor."""
    return _one(await call.parts.office.tickets.resolve(call.staff, ticket_id, call.body.result))


async def close(call: Call, ticket_id: str) -> OneTicketOut:
    """The result stands."""
    return _one(await call.parts.office.tickets.close(call.staff, ticket_id))


async def reopen(call: Call, ticket_id: str) -> OneTicketOut:
    """The result does not hold."""
    return _one(await call.parts.office.tickets.reopen(call.staff, ticket_id, call.body.reason))


async def cancel(call: Call, ticket_id: str) -> OneTicketOut:
    """Nobody needs it any more."""
    return _one(await call.parts.office.tickets.cancel(call.staff, ticket_id, call.body.reason))


async def talk(call: Call, ticket_id: str) -> OneRequestOut:
    """Go to the visitor in their conversation."""
    return OneRequestOut(request=request_out(await call.parts.office.follow_ups.talk(call.staff, ticket_id)))


_TICKET = "/api/staff/tickets/<ticket_id:[0-9a-f]{32}>"


def _step(name: str, handler: Any, summary: str, body: type[Body] | None = None) -> Route:
    return Route("POST", f"{_TICKET}/{name}", "staff", handler, summary, body=body, answer=OneTicketOut)


ROUTES = (
    Route("GET", "/api/staff/tickets", "staff", listed, "Tickets", query=Which, answer=TicketsOut),
    Route(
        "POST",
        "/api/staff/tickets",
        "staff",
        open_matter,
        "Hand a matter to a department",
        body=OpenMatter,
        answer=OneTicketOut,
        status=201,
    ),
    Route("GET", _TICKET, "staff", detail, "A ticket with its history", answer=TicketDetailOut),
    _step("assign", assign, "Assign a ticket", Assign),
    _step("start", start, "Begin to work on it"),
    _step("contacted", contacted, "The visitor was spoken to", OptionalNote),
    _step("note", note, "Add to its history", Note),
    _step("resolve", resolve, "Settle it", Result),
    _step("close", close, "The result stands"),
    _step("reopen", reopen, "The result does not hold", Reason),
    _step("cancel", cancel, "Nobody needs it", Reason),
    Route(
        "POST",
        f"{_TICKET}/talk",
        "staff",
        talk,
        "Go to the visitor in their conversation",
        answer=OneRequestOut,
        roles=CLAIMERS,
    ),
)
