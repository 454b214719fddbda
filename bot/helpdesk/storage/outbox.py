"""SQL for the outbox: visitor messages on their way to the assistant; ``pushes`` has what goes to channels.

``pending`` rows wait or are leased; ``done``, ``dropped`` (the owner changed) and ``parked`` are final.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk import tables
from bot.helpdesk.models import Delivery
from bot.helpdesk.storage.pushes import ASSISTANT

_outbox = tables.outbox
_conversation = tables.conversation


async def add(
    connection: AsyncConnection, conversation_id: str, seq: int, owner_epoch: int, text: str, now: datetime
) -> None:
    """Queue message ``seq`` for the assistant."""
    await connection.execute(
        insert(_outbox).values(
            conversation_id=conversation_id,
            seq=seq,
            owner_epoch=owner_epoch,
            text=text,
            target=ASSISTANT,
            status="pending",
            attempts=0,
            created_at=now,
            due_at=now,
        )
    )


async def take(
    connection: AsyncConnection, now: datetime, lease_seconds: float, limit: int
) -> list[Delivery]:
    """Lease due rows: per conversation only its oldest pending one, and only when no lease runs on it."""
    earlier = _outbox.alias("earlier")
    blocked = exists().where(
        earlier.c.conversation_id == _outbox.c.conversation_id,
        earlier.c.status == "pending",
        earlier.c.target == ASSISTANT,
        earlier.c.id < _outbox.c.id,
    )
    due = (
        select(_outbox.c.id)
        .where(
            _outbox.c.target == ASSISTANT, _outbox.c.status == "pending", _outbox.c.due_at <= now, ~blocked
        )
        .where(or_(_outbox.c.leased_until.is_(None), _outbox.c.leased_until <= now))
        .order_by(_outbox.c.due_at, _outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = (await connection.execute(due)).scalars().all()
    if not ids:
        return []
    lease = {"attempts": _outbox.c.attempts + 1, "leased_until": now + timedelta(seconds=lease_seconds)}
    await connection.execute(update(_outbox).where(_outbox.c.id.in_(ids)).values(lease))
    return await _deliveries(connection, ids)


async def _deliveries(connection: AsyncConnection, ids: Sequence[int]) -> list[Delivery]:
    query = (
        select(
            _outbox.c.id,
            _outbox.c.conversation_id,
            _outbox.c.seq,
            _outbox.c.owner_epoch,
            _outbox.c.text,
            _outbox.c.attempts,
            _conversation.c.district,
            _conversation.c.channel,
            _conversation.c.locale,
        )
        .join(_conversation, _conversation.c.id == _outbox.c.conversation_id)
        .where(_outbox.c.id.in_(ids))
        .order_by(_outbox.c.due_at, _outbox.c.id)
    )
    return [Delivery(**row) for row in (await connection.execute(query)).mappings()]


async def finish(
    connection: AsyncConnection, delivery_id: int, status: str, now: datetime, reason: str | None = None
) -> bool:
    """End a pending row as ``done``, ``dropped`` or ``parked``; False when it had ended already."""
    statement = (
        update(_outbox)
        .where(_outbox.c.id == delivery_id, _outbox.c.status == "pending")
        .values(status=status, finished_at=now, leased_until=None, reason=reason)
    )
    return (await connection.execute(statement)).rowcount == 1


async def is_current(connection: AsyncConnection, delivery: Delivery) -> bool:
    """Whether ``delivery`` is the attempt in flight: not ended, not leased again since."""
    query = select(_outbox.c.id).where(
        _outbox.c.id == delivery.id,
        _outbox.c.status == "pending",
        _outbox.c.attempts == delivery.attempts,
    )
    return (await connection.execute(query)).first() is not None


async def retry(connection: AsyncConnection, delivery_id: int, due_at: datetime, reason: str) -> None:
    """Give the lease back; the row is due again at ``due_at``."""
    await connection.execute(
        update(_outbox)
        .where(_outbox.c.id == delivery_id)
        .values(due_at=due_at, leased_until=None, reason=reason)
    )


async def drop_pending(connection: AsyncConnection, conversation_id: str, now: datetime, reason: str) -> None:
    """End every pending row of a conversation: its owner changed, no answer is wanted any more."""
    await connection.execute(
        update(_outbox)
        .where(_outbox.c.conversation_id == conversation_id, _outbox.c.status == "pending")
        .where(_outbox.c.target == ASSISTANT)
        .values(status="dropped", finished_at=now, leased_until=None, reason=reason)
    )
