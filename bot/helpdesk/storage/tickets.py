"""SQL for tickets, their history, numbers and reminders."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    and_,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk import tables
from bot.helpdesk.models import Actor
from bot.helpdesk.tickets.models import UNSETTLED, Ticket, TicketEvent

_ticket = tables.ticket
_event = tables.ticket_event
_staff = tables.staff
_reminder = tables.ticket_reminder


@dataclass(frozen=True)
class Wanted:
    """Which tickets are listed; None or False: no matter.

    ``seen_by`` is (staff id, department): only theirs and their department's. ``after`` is the deadline and
    id of the last one of the page before.
    """

    statuses: Sequence[str] = ()
    department: str | None = None
    assigned_to: str | None = None
    late_at: datetime | None = None
    text: str | None = None
    seen_by: tuple[str, str] | None = None
    after: tuple[datetime, str] | None = None


def only_seen_by(wanted: Wanted, staff_id: str, department: str) -> Wanted:
    """The same list without what is neither theirs nor their department's."""
    return replace(wanted, seen_by=(staff_id, department))


def _select() -> Select[Any]:
    joined = _ticket.outerjoin(_staff, _staff.c.id == _ticket.c.assigned_to)
    return select(
        *_ticket.c,
        _staff.c.name.label("assigned_to_name"),
        _staff.c.department.label("assigned_to_department"),
    ).select_from(joined)


def _record(row: RowMapping) -> Ticket:
    return Ticket(**row)


async def next_number(connection: AsyncConnection, day: date) -> str:
    """The next number of ``day``: eight digits of the date and a running number from 0001."""
    counter = tables.ticket_counter
    statement = (
        upsert(counter)
        .values(day=day, last=1)
        .on_conflict_do_update(index_elements=["day"], set_={"last": counter.c.last + 1})
        .returning(counter.c.last)
    )
    return f"{day:%Y%m%d}-{(await connection.execute(statement)).scalar_one():04}"


async def create(connection: AsyncConnection, record: Ticket) -> None:
    """Insert a ticket."""
    await connection.execute(insert(_ticket).values({c.name: getattr(record, c.name) for c in _ticket.c}))


async def save(connection: AsyncConnection, record: Ticket) -> None:
    """Write all of a ticket that can change; the caller holds the conversation's lock."""
    fixed = ("id", "number", "conversation_id", "created_at")
    values = {c.name: getattr(record, c.name) for c in _ticket.c if c.name not in fixed}
    await connection.execute(update(_ticket).where(_ticket.c.id == record.id).values(values))


async def get(connection: AsyncConnection, ticket_id: str) -> Ticket | None:
    """One ticket."""
    row = (await connection.execute(_select().where(_ticket.c.id == ticket_id))).mappings().one_or_none()
    return _record(row) if row else None


async def of_conversation(connection: AsyncConnection, conversation_id: str) -> list[Ticket]:
    """The tickets of a conversation, newest first."""
    query = _select().where(_ticket.c.conversation_id == conversation_id)
    rows = await connection.execute(query.order_by(_ticket.c.created_at.desc(), _ticket.c.number.desc()))
    return [_record(row) for row in rows.mappings()]


async def of_visitor(connection: AsyncConnection, visitor_key: str, channel: str) -> list[Ticket]:
    """The tickets of all conversations under this key that are, or go on, on this channel, newest first."""
    conversation, address = tables.conversation, tables.address
    goes_on = exists().where(address.c.conversation_id == conversation.c.id, address.c.channel == channel)
    theirs = select(conversation.c.id).where(
        conversation.c.visitor_key == visitor_key, or_(conversation.c.channel == channel, goes_on)
    )
    query = _select().where(_ticket.c.conversation_id.in_(theirs))
    rows = await connection.execute(query.order_by(_ticket.c.created_at.desc(), _ticket.c.number.desc()))
    return [_record(row) for row in rows.mappings()]


async def listed(connection: AsyncConnection, wanted: Wanted, limit: int) -> list[Ticket]:
    """Tickets by deadline, earliest first."""
    query = _select().where(*_conditions(wanted)).order_by(_ticket.c.due_at, _ticket.c.id).limit(limit)
    return [_record(row) for row in (await connection.execute(query)).mappings()]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.statuses:
        found.append(_ticket.c.status.in_(wanted.statuses))
    if wanted.department is not None:
        found.append(_ticket.c.department == wanted.department)
    if wanted.assigned_to is not None:
        found.append(_ticket.c.assigned_to == wanted.assigned_to)
    if wanted.seen_by is not None:
        staff_id, department = wanted.seen_by
        found.append(or_(_ticket.c.assigned_to == staff_id, _ticket.c.department == department))
    if wanted.late_at is not None:
        found.append(_is_late(wanted.late_at))
    if wanted.text:
        columns = (_ticket.c.number, _ticket.c.title, _ticket.c.description)
        found.append(or_(*(column.icontains(wanted.text, autoescape=True) for column in columns)))
    if wanted.after is not None:
        found.append(tuple_(_ticket.c.due_at, _ticket.c.id) > tuple_(*wanted.after))
    return found


def _is_late(now: datetime) -> ColumnElement[bool]:
    uncontacted = and_(_ticket.c.contacted_at.is_(None), _ticket.c.contact_due_at < now)
    return and_(_ticket.c.status.in_(UNSETTLED), or_(_ticket.c.due_at < now, uncontacted))


async def unsettled_departments(connection: AsyncConnection) -> list[str]:
    """The departments that have something to settle."""
    query = select(_ticket.c.department).where(_ticket.c.status.in_(UNSETTLED)).distinct()
    return list((await connection.execute(query.order_by(_ticket.c.department))).scalars())


async def not_reminded(
    connection: AsyncConnection, department: str, due_before: datetime, limit: int
) -> list[Ticket]:
    """A department's unsettled tickets with a deadline before ``due_before`` that nobody was reminded of.

    The nearest of such deadlines first: whoever is reminded of it makes room for the next.
    """

    def open_deadline(kind: str, due: Any, *more: Any) -> ColumnElement[Any]:
        reminded = (
            select(_reminder.c.ticket_id)
            .where(_reminder.c.ticket_id == _ticket.c.id, _reminder.c.kind == kind, _reminder.c.due_at == due)
            .exists()
        )
        return case((and_(~reminded, *more), due), else_=None)

    contact = open_deadline("contact", _ticket.c.contact_due_at, _ticket.c.contacted_at.is_(None))
    # In PostgreSQL the least of a value and nothing is the value.
    nearest = func.least(contact, open_deadline("due", _ticket.c.due_at))
    query = _select().where(_ticket.c.status.in_(UNSETTLED), _ticket.c.department == department)
    query = query.where(nearest < due_before).order_by(nearest, _ticket.c.id).limit(limit)
    return [_record(row) for row in (await connection.execute(query)).mappings()]


async def told_before(connection: AsyncConnection, moment: datetime, limit: int) -> list[Ticket]:
    """Resolved tickets whose visitor has known the result since before ``moment``."""
    query = _select().where(_ticket.c.status == "resolved", _ticket.c.told_at <= moment)
    rows = await connection.execute(query.order_by(_ticket.c.told_at).limit(limit))
    return [_record(row) for row in rows.mappings()]


async def add_reminder(
    connection: AsyncConnection, ticket_id: str, kind: str, due_at: datetime, now: datetime
) -> bool:
    """Note that a deadline was reminded of; False when it had been before."""
    statement = upsert(_reminder).values(ticket_id=ticket_id, kind=kind, due_at=due_at, sent_at=now)
    statement = statement.on_conflict_do_nothing()
    # The row comes back only when it was inserted.
    return (await connection.execute(statement.returning(_reminder.c.ticket_id))).first() is not None


async def add_event(
    connection: AsyncConnection,
    before: Ticket | None,
    after: Ticket,
    event: str,
    actor: Actor,
    reason: str,
    now: datetime,
    **detail: Any,
) -> None:
    """One row of history: what happened, who did it and why."""
    await connection.execute(
        insert(_event).values(
            ticket_id=after.id,
            at=now,
            event=event,
            status_before=before.status if before else None,
            status_after=after.status,
            actor_kind=actor.kind,
            actor_id=actor.staff_id,
            reason=reason,
            detail=detail,
        )
    )


async def events(connection: AsyncConnection, ticket_id: str) -> list[TicketEvent]:
    """The history of a ticket, in order."""
    query = (
        select(*(c for c in _event.c if c.name not in ("id", "ticket_id")), _staff.c.name.label("actor_name"))
        .select_from(_event.outerjoin(_staff, _staff.c.id == _event.c.actor_id))
        .where(_event.c.ticket_id == ticket_id)
        .order_by(_event.c.id)
    )
    return [TicketEvent(**row) for row in (await connection.execute(query)).mappings()]


async def forget_contacts(connection: AsyncConnection, conversation_ids: Sequence[str]) -> None:
    """Remove how the person of these conversations is reached from tickets that nobody works at any more."""
    settled = _ticket.c.status.not_in(UNSETTLED)
    await connection.execute(
        update(_ticket).where(_ticket.c.conversation_id.in_(conversation_ids), settled).values(contact={})
    )
