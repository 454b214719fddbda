"""SQL for pushes: updates on their way to a visitor's address on a channel, as rows of the outbox.

A row is made in the transaction that saves the update. ``pending`` rows wait, ``done`` ones have been handed
to the channel, ``parked`` ones could not be delivered. Who sends holds the lease of the *address*, so that
a visitor's messages go out one after the other; one on hold is about to be answered by the channel itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, Integer, RowMapping, bindparam, exists, insert, literal, or_, select, update
from sqlalchemy import Update as SqlUpdate
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk import tables
from bot.helpdesk.models import Update
from bot.helpdesk.storage import messages

_outbox = tables.outbox
_address = tables.address
_message = tables.message
#: Not a channel: the outbox's other target.
ASSISTANT = "assistant"
#: Several messages a helper types in a row go out as one.
MERGE_SECONDS = 2.0


_NEW = {
    "conversation_id": _address.c.conversation_id,
    "seq": bindparam("seq", type_=Integer),
    "owner_epoch": literal(0),
    "text": literal(""),
    "target": _address.c.channel,
    "status": literal("pending"),
    "attempts": literal(0),
    "progress": literal(0),
    "created_at": bindparam("made", type_=DateTime(timezone=True)),
    "due_at": bindparam("due", type_=DateTime(timezone=True)),
}
# Built once: it runs for every update there is.
_ADD = insert(_outbox).from_select(
    list(_NEW), select(*_NEW.values()).where(_address.c.conversation_id == bindparam("here"))
)


@dataclass(frozen=True)
class Address:
    """Where a conversation's updates go on one channel."""

    conversation_id: str
    channel: str
    address: str


@dataclass(frozen=True)
class Lease:
    """The right to send to an address; ``until`` tells it from anybody else's."""

    address: Address
    until: datetime


@dataclass(frozen=True)
class Push:
    """An update that waits; ``progress`` characters of it have been sent, ``attempts`` failed."""

    id: int
    update: Update
    progress: int
    attempts: int


async def add(connection: AsyncConnection, record: Update) -> None:
    """Queue an update for every address of its conversation; what the visitor wrote is not sent."""
    if record.visibility != "public" or record.sender.kind == "visitor":
        return
    typed = record.sender.kind == "helper"
    due = record.at + timedelta(seconds=MERGE_SECONDS) if typed else record.at
    values = {"here": record.conversation_id, "seq": record.seq, "made": record.at, "due": due}
    await connection.execute(_ADD, values)


async def save_address(connection: AsyncConnection, record: Address) -> None:
    """Make or change the address of a conversation on a channel."""
    values = {"address": record.address}
    statement = upsert(_address).values(
        conversation_id=record.conversation_id, channel=record.channel, **values
    )
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["conversation_id", "channel"], set_=values)
    )


async def has_address(connection: AsyncConnection, conversation_id: str, channel: str) -> bool:
    """Whether updates of a conversation go out on a channel."""
    values = {"here": conversation_id, "channel": channel}
    return (await connection.execute(_HAS_ADDRESS, values)).first() is not None


async def address_of(connection: AsyncConnection, conversation_id: str, channel: str) -> str | None:
    """Where updates of a conversation go out on a channel."""
    found = select(_address.c.address).where(
        _address.c.conversation_id == conversation_id, _address.c.channel == channel
    )
    return (await connection.execute(found)).scalar_one_or_none()


_HAS_ADDRESS = select(literal(1)).where(
    _address.c.conversation_id == bindparam("here"), _address.c.channel == bindparam("channel")
)


async def drop_address(connection: AsyncConnection, channel: str, address: str) -> None:
    """Forget an address everywhere."""
    await connection.execute(
        _address.delete().where(_address.c.channel == channel, _address.c.address == address)
    )


def holding(conversation_id: str, channel: str, until: datetime) -> SqlUpdate:
    """The statement that lets nobody push before ``until``: the channel may answer by itself."""
    here = (_address.c.conversation_id == conversation_id, _address.c.channel == channel)
    return update(_address).where(*here).values(hold_until=until)


async def held(connection: AsyncConnection, conversation_id: str, channel: str, now: datetime) -> bool:
    """Whether the channel is about to answer by itself."""
    query = select(_address.c.hold_until).where(
        _address.c.conversation_id == conversation_id, _address.c.channel == channel
    )
    until = (await connection.execute(query)).scalar_one_or_none()
    return until is not None and until > now


async def take(
    connection: AsyncConnection, channel: str, now: datetime, lease_seconds: float, limit: int
) -> list[Lease]:
    """Lease addresses whose oldest waiting update is due."""
    oldest = (
        select(_outbox.c.due_at)
        .where(_outbox.c.conversation_id == _address.c.conversation_id)
        .where(_outbox.c.target == _address.c.channel, _outbox.c.status == "pending")
        .order_by(_outbox.c.id)
        .limit(1)
        .scalar_subquery()
    )
    some = select(_outbox.c.conversation_id).where(
        _outbox.c.target == channel, _outbox.c.status == "pending", _outbox.c.due_at <= now
    )
    query = (
        select(_address.c.conversation_id, _address.c.channel, _address.c.address)
        .where(_address.c.channel == channel, _address.c.conversation_id.in_(some), oldest <= now)
        .where(or_(_address.c.leased_until.is_(None), _address.c.leased_until <= now))
        .where(or_(_address.c.hold_until.is_(None), _address.c.hold_until <= now))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = [Address(**row) for row in (await connection.execute(query)).mappings()]
    until = now + timedelta(seconds=lease_seconds)
    for each in found:
        await connection.execute(_at(each).values(leased_until=until))
    return [Lease(each, until) for each in found]


async def renew(connection: AsyncConnection, lease: Lease, until: datetime) -> Lease | None:
    """The lease for longer; None when it has become somebody else's, or the conversation's address has."""
    ours = (_address.c.leased_until == lease.until, _address.c.address == lease.address.address)
    renewed = await connection.execute(_at(lease.address).where(*ours).values(leased_until=until))
    return Lease(lease.address, until) if renewed.rowcount else None


async def release(connection: AsyncConnection, lease: Lease) -> None:
    """Give the lease back, unless it is somebody else's by now."""
    ours = _address.c.leased_until == lease.until
    await connection.execute(_at(lease.address).where(ours).values(leased_until=None))


def _at(it: Address) -> SqlUpdate:
    return update(_address).where(
        _address.c.conversation_id == it.conversation_id, _address.c.channel == it.channel
    )


async def waiting(connection: AsyncConnection, conversation_id: str, channel: str) -> list[Push]:
    """What waits for an address, oldest first."""
    values = {"here": conversation_id, "channel": channel}
    return [_push(row) for row in (await connection.execute(_WAITING, values)).mappings()]


_WAITING = (
    select(*_message.c, _outbox.c.id, _outbox.c.progress, _outbox.c.attempts)
    .join(
        _message,
        (_message.c.conversation_id == _outbox.c.conversation_id) & (_message.c.seq == _outbox.c.seq),
    )
    .where(_outbox.c.conversation_id == bindparam("here"), _outbox.c.target == bindparam("channel"))
    .where(_outbox.c.status == "pending")
    .order_by(_outbox.c.id)
)


def _push(row: RowMapping) -> Push:
    return Push(row["id"], messages.from_row(row), row["progress"], row["attempts"])


async def advance(connection: AsyncConnection, row: int, characters: int | None, now: datetime) -> None:
    """Save that so many characters of a row are sent; None when all are."""
    sent = {"progress": characters, "attempts": 0}
    done = {"status": "done", "finished_at": now, "reason": None}
    await connection.execute(
        update(_outbox)
        .where(_outbox.c.id == row, _outbox.c.status == "pending")
        .values(done if characters is None else sent)
    )


async def retry(connection: AsyncConnection, rows: Sequence[int], due_at: datetime, reason: str) -> None:
    """Try rows again that failed, not before ``due_at``."""
    values = {"due_at": due_at, "reason": reason, "attempts": _outbox.c.attempts + 1}
    await connection.execute(update(_outbox).where(_outbox.c.id.in_(rows)).values(values))


async def put_off(connection: AsyncConnection, rows: Sequence[int], due_at: datetime, reason: str) -> None:
    """Leave rows until ``due_at``; nothing failed."""
    values = {"due_at": due_at, "reason": reason}
    await connection.execute(update(_outbox).where(_outbox.c.id.in_(rows)).values(values))


async def park(connection: AsyncConnection, rows: Sequence[int], now: datetime, reason: str) -> int:
    """Give rows up as undelivered, until ``revive``; how many there were."""
    statement = (
        update(_outbox)
        .where(_outbox.c.id.in_(rows), _outbox.c.status == "pending")
        .values(status="parked", finished_at=now, reason=reason)
    )
    return (await connection.execute(statement)).rowcount


async def reached_by(connection: AsyncConnection, channel: str, address: str) -> list[str]:
    """The conversations whose updates go to this address."""
    query = select(_address.c.conversation_id).where(
        _address.c.channel == channel, _address.c.address == address
    )
    return list((await connection.execute(query)).scalars())


def reviving(conversation_ids: Any, channel: str, now: Any, *reasons: str) -> SqlUpdate:
    """The statement that puts parked rows back in line: the visitor can be reached again.

    Only those of ``reasons``, if any; a message that the channel rejected stays where it is.
    """
    statement = (
        update(_outbox)
        .where(_outbox.c.conversation_id.in_(conversation_ids), _outbox.c.target == channel)
        .where(_outbox.c.status == "parked", _outbox.c.reason != "rejected")
        .values(status="pending", finished_at=None, due_at=now, attempts=0)
    )
    return statement.where(_outbox.c.reason.in_(reasons)) if reasons else statement


async def revive(
    connection: AsyncConnection, channel: str, reason: str, after: datetime, now: datetime
) -> int:
    """Put what was given up for ``reason`` since ``after`` back in line, for everybody; how many rows."""
    statement = (
        update(_outbox)
        .where(_outbox.c.target == channel, _outbox.c.status == "parked", _outbox.c.reason == reason)
        .where(_outbox.c.finished_at >= after)
        .values(status="pending", finished_at=None, due_at=now, attempts=0)
    )
    return (await connection.execute(statement)).rowcount


async def unread_since(
    connection: AsyncConnection, channel: str, reasons: Sequence[str], after: datetime, before: datetime
) -> dict[str, list[int]]:
    """Messages of helpers given up for ``reasons`` between two moments, by conversation.

    Without those the visitor has read elsewhere, and those that a ticket follows up already.
    """
    conversation, ticket = tables.conversation, tables.ticket
    followed = exists().where(
        ticket.c.conversation_id == _outbox.c.conversation_id,
        ticket.c.source == "undelivered",
        ticket.c.created_at >= _outbox.c.created_at,
    )
    query = (
        select(_outbox.c.conversation_id, _outbox.c.seq)
        .join(
            _message,
            (_message.c.conversation_id == _outbox.c.conversation_id) & (_message.c.seq == _outbox.c.seq),
        )
        .join(conversation, conversation.c.id == _outbox.c.conversation_id)
        .where(_outbox.c.target == channel, _outbox.c.status == "parked", _outbox.c.reason.in_(reasons))
        .where(_outbox.c.finished_at.between(after, before), _message.c.sender_kind == "helper")
        .where(_outbox.c.seq > conversation.c.visitor_read_seq, ~followed)
        .order_by(_outbox.c.id)
    )
    found: dict[str, list[int]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.conversation_id, []).append(row.seq)
    return found


_STATES = {"pending": "pending", "done": "sent", "parked": "undelivered", "dropped": "undelivered"}


async def states(connection: AsyncConnection, conversation_id: str, after: int) -> dict[int, str]:
    """``sent``, ``pending`` or ``undelivered`` by ``seq``, for updates that are pushed at all."""
    query = select(_outbox.c.seq, _outbox.c.status).where(
        _outbox.c.conversation_id == conversation_id, _outbox.c.seq > after, _outbox.c.target != ASSISTANT
    )
    return {row.seq: _STATES[row.status] for row in await connection.execute(query)}
