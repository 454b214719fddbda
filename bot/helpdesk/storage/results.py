"""SQL for what became of the results of tickets on the channels that push them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk import tables
from bot.helpdesk.storage.pushes import ASSISTANT

_ticket = tables.ticket
_message = tables.message
_outbox = tables.outbox
_conversation = tables.conversation


@dataclass(frozen=True)
class Result:
    """A result whose ticket says otherwise: that it was told though the channel gave it up, or not."""

    ticket_id: str
    channel: str
    arrived: bool
    reason: str | None


def _read() -> ColumnElement[bool]:
    return _conversation.c.visitor_read_seq >= _message.c.seq


def _arrived() -> ColumnElement[bool]:
    return or_(_outbox.c.status == "done", _read())


def _otherwise(*columns: Any) -> Select[Any]:
    """The newest result of each ticket, where what became of it is not what ``told_at`` says."""
    told = and_(
        _message.c.conversation_id == _ticket.c.conversation_id,
        # It is told in the transaction that resolves; one of before a reopening does not count.
        _message.c.created_at >= _ticket.c.resolved_at,
        _message.c.payload["code"].astext == "ticket_resolved",
        _message.c.payload["ticket_id"].astext == _ticket.c.id,
    )
    pushed = and_(
        _outbox.c.conversation_id == _message.c.conversation_id,
        _outbox.c.seq == _message.c.seq,
        _outbox.c.target != ASSISTANT,
    )
    given_up = and_(_outbox.c.status.in_(("parked", "dropped")), ~_read())
    return (
        select(*columns)
        .select_from(_ticket)
        .join(_message, told)
        .join(_outbox, pushed)
        .join(_conversation, _conversation.c.id == _ticket.c.conversation_id)
        .where(
            or_(
                and_(_ticket.c.told_at.is_(None), _arrived()),
                and_(_ticket.c.told_at.is_not(None), given_up),
            )
        )
    )


async def unsettled(connection: AsyncConnection, conversation_id: str) -> list[Result]:
    """The results of a conversation's tickets to settle."""
    query = _otherwise(_ticket.c.id, _outbox.c.target, _arrived().label("arrived"), _outbox.c.reason)
    rows = await connection.execute(query.where(_ticket.c.conversation_id == conversation_id))
    return [Result(row.id, row.target, row.arrived, row.reason) for row in rows]


async def unsettled_conversations(connection: AsyncConnection) -> list[str]:
    """The conversations that have a result to settle, of tickets that are not closed."""
    query = _otherwise(_ticket.c.conversation_id).where(_ticket.c.status == "resolved").distinct()
    return list((await connection.execute(query)).scalars())
