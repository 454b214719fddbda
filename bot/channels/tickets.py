"""The visitor's API of tickets: leave a message, see where it stands, rate the result."""

from pydantic import Field
from sanic import HTTPResponse
from sanic.response import json as json_response

from bot.contact import Contact
from bot.helpdesk.models import JSON
from bot.helpdesk.tickets.answers import as_shown
from bot.web import Body, Call, Route, limit
from bot.wire import Wire

TICKETS_PER_HOUR = 20


class Leave(Body):
    """A message to be followed up; without a description it is about what was asked last.

    A phone or an e-mail address is needed.
    """

    description: str | None = Field(default=None, max_length=4000)
    contact: Contact


class Verdict(Body):
    """What the visitor thinks of the result."""

    resolved: bool
    stars: int | None = Field(default=None, ge=1, le=5)
    comment: str | None = Field(default=None, max_length=1000)


class VisitorTicketOut(Wire):
    """A ticket as its visitor sees it."""

    id: str
    number: str
    status: str
    department: str
    title: str
    created_at: str
    contact_due_at: str
    due_at: str
    resolved_at: str | None
    result: str | None


class OneVisitorTicketOut(Wire):
    """One ticket."""

    ticket: VisitorTicketOut


class VisitorTicketsOut(Wire):
    """The tickets of this conversation, newest first."""

    tickets: list[VisitorTicketOut]


async def leave(call: Call) -> HTTPResponse:
    """Leave a message and a way to be reached."""
    conversation_id = call.visitor.id
    await limit(call.parts, f"tickets:{conversation_id}", TICKETS_PER_HOUR, 3600)
    asked: Leave = call.body
    contact: JSON = asked.contact.model_dump(exclude_none=True)
    ticket, new = await call.parts.office.visitor_tickets.leave(conversation_id, contact, asked.description)
    return json_response({"ticket": as_shown(ticket)}, status=201 if new else 200)


async def listed(call: Call) -> VisitorTicketsOut:
    """Where the visitor's tickets stand."""
    found = await call.parts.office.visitor_tickets.theirs(call.visitor)
    return VisitorTicketsOut(tickets=[VisitorTicketOut(**as_shown(ticket)) for ticket in found])


async def rate(call: Call, ticket_id: str) -> OneVisitorTicketOut:
    """Give a verdict on a result."""
    conversation_id, asked = call.visitor.id, call.body
    await limit(call.parts, f"messages:{conversation_id}", call.parts.limits.messages_per_10_seconds, 10)
    ticket = await call.parts.office.visitor_tickets.rate(
        conversation_id, ticket_id, resolved=asked.resolved, stars=asked.stars, comment=asked.comment
    )
    return OneVisitorTicketOut(ticket=VisitorTicketOut(**as_shown(ticket)))


ROUTES = (
    Route(
        "POST",
        "/api/visitor/tickets",
        "visitor",
        leave,
        "Leave a message that becomes a ticket",
        body=Leave,
        answer=OneVisitorTicketOut,
        status=201,
    ),
    Route("GET", "/api/visitor/tickets", "visitor", listed, "My tickets", answer=VisitorTicketsOut),
    Route(
        "POST",
        "/api/visitor/tickets/<ticket_id:[0-9a-f]{32}>/rating",
        "visitor",
        rate,
        "Rate the result of a ticket",
        body=Verdict,
        answer=OneVisitorTicketOut,
    ),
)
