"""SQL for help requests and their history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, bindparam, false, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk import tables
from bot.helpdesk.models import JSON, Actor, HelpRequest, HistoryRow
from bot.helpdesk.rules import CLAIMABLE_STATUSES
from bot.helpdesk.rules.ladder import WARNED

_request = tables.help_request
_event = tables.help_request_event


def _select() -> Select[Any]:
    joined = _request.outerjoin(tables.staff, tables.staff.c.id == _request.c.claimed_by)
    return select(*_request.c, tables.staff.c.name.label("claimed_by_name")).select_from(joined)


#: For lists: what the visitor said and found stays where it is, and is not read for every desk's queue.
LISTED = select(
    *(c for c in _request.c if c.name != "brief"),
    tables.staff.c.name.label("claimed_by_name"),
).select_from(_request.outerjoin(tables.staff, tables.staff.c.id == _request.c.claimed_by))
_BY_STATUS = (
    LISTED.where(_request.c.status.in_(bindparam("statuses", expanding=True)))
    .order_by(_request.c.deadline_at, _request.c.id)
    .limit(bindparam("at_most"))
)
_NEWEST_BY_STATUS = (
    LISTED.where(_request.c.status.in_(bindparam("statuses", expanding=True)))
    .order_by(_request.c.requested_at.desc(), _request.c.id)
    .limit(bindparam("at_most"))
)
_SINCE = func.coalesce(_request.c.waiting_since, _request.c.requested_at)
_ANSWERED = func.coalesce(_request.c.first_response_at >= _SINCE, false())
_BY_DEADLINE = (_request.c.deadline_at, _request.c.id)
_IN_LINE = (
    select(
        _request.c.id,
        func.row_number().over(partition_by=_request.c.department, order_by=_BY_DEADLINE).label("place"),
    )
    .where(_request.c.status != "closed", _request.c.level >= WARNED, ~_ANSWERED)
    .subquery()
)
_ALARMING = (
    LISTED.join(_IN_LINE, _IN_LINE.c.id == _request.c.id)
    .where(_IN_LINE.c.place <= bindparam("at_most"))
    .order_by(*_BY_DEADLINE)
)
# Built once: every offer, claim and answer runs these, and building them costs more than running them.
_THIS = _select().where(_request.c.id == bindparam("this"))
_SOME = _select().where(_request.c.id.in_(bindparam("ids", expanding=True)))
# An open one is always the newest; requested_at alone could tie.
_NEWEST = (
    _select()
    .where(_request.c.conversation_id == bindparam("where"))
    .order_by(_request.c.status == "closed", _request.c.requested_at.desc())
    .limit(1)
)
_ADD_EVENT = insert(_event)


def _record(row: RowMapping) -> HelpRequest:
    return HelpRequest(**row)


async def create(connection: AsyncConnection, record: HelpRequest) -> None:
    """Insert a request. The partial unique index refuses a second open one of a conversation."""
    await connection.execute(insert(_request).values({c.name: getattr(record, c.name) for c in _request.c}))


async def get(connection: AsyncConnection, request_id: str) -> HelpRequest | None:
    """One request."""
    row = (await connection.execute(_THIS, {"this": request_id})).mappings().one_or_none()
    return _record(row) if row else None


async def newest_of(connection: AsyncConnection, conversation_id: str) -> HelpRequest | None:
    """The newest request of a conversation, open or closed."""
    row = (await connection.execute(_NEWEST, {"where": conversation_id})).mappings().one_or_none()
    return _record(row) if row else None


async def with_status(connection: AsyncConnection, statuses: Sequence[str], limit: int) -> list[HelpRequest]:
    """Requests in these states, earliest deadline first, without their briefs.

    Closed ones only become more: asked for alone, the newest come first.
    """
    query = _NEWEST_BY_STATUS if set(statuses) == {"closed"} else _BY_STATUS
    rows = await connection.execute(query, {"statuses": list(statuses), "at_most": limit})
    return [HelpRequest(brief={}, **row) for row in rows.mappings()]


async def save_claim(connection: AsyncConnection, record: HelpRequest) -> bool:
    """Write a claim in one UPDATE; False when the request was no longer to be had."""
    statement = (
        update(_request)
        .where(_request.c.id == record.id, _request.c.status.in_(CLAIMABLE_STATUSES))
        .values(status="claimed", claimed_by=record.claimed_by, claimed_at=record.claimed_at)
    )
    return (await connection.execute(statement)).rowcount == 1


async def by_ids(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, HelpRequest]:
    """Requests by their ids."""
    if not ids:
        return {}
    rows = await connection.execute(_SOME, {"ids": list(ids)})
    return {row["id"]: _record(row) for row in rows.mappings()}


async def lock(connection: AsyncConnection, request_id: str) -> None:
    """Hold a request until the transaction ends, as the dispatcher does before it touches its offers."""
    query = select(_request.c.id).where(_request.c.id == request_id)
    await connection.execute(query.with_for_update())


async def save(connection: AsyncConnection, before: HelpRequest, after: HelpRequest) -> None:
    """Write what changed, and nothing else; the caller holds the conversation's lock.

    The dispatcher raises levels and marks offers without that lock, so what did not change here may have
    changed there.
    """
    names = (c.name for c in _request.c if c.name not in ("id", "brief"))
    changed = {n: getattr(after, n) for n in names if getattr(before, n) != getattr(after, n)}
    if changed:
        await connection.execute(update(_request).where(_request.c.id == after.id).values(changed))


async def save_rating(connection: AsyncConnection, request_id: str, now: datetime, rating: JSON) -> None:
    """Write the visitor's rating over an earlier one."""
    await connection.execute(
        update(_request).where(_request.c.id == request_id).values(rated_at=now, **rating)
    )


async def add_event(
    connection: AsyncConnection,
    before: HelpRequest | None,
    after: HelpRequest,
    event: str,
    actor: Actor,
    reason: str,
    now: datetime,
    detail: JSON | None = None,
) -> None:
    """One row of history: what happened, who did it and why."""
    values = {
        "help_request_id": after.id,
        "at": now,
        "event": event,
        "status_before": before.status if before else None,
        "status_after": after.status,
        "actor_kind": actor.kind,
        "actor_id": actor.staff_id,
        "reason": reason,
        "detail": detail or {},
    }
    await connection.execute(_ADD_EVENT, values)


async def history(connection: AsyncConnection, request_id: str) -> list[HistoryRow]:
    """Everything that happened to a request, in order."""
    query = (
        select(
            _event.c.at,
            _event.c.event,
            _event.c.status_before,
            _event.c.status_after,
            _event.c.actor_kind,
            _event.c.actor_id,
            tables.staff.c.name.label("actor_name"),
            _event.c.reason,
            _event.c.detail,
        )
        .outerjoin(tables.staff, tables.staff.c.id == _event.c.actor_id)
        .where(_event.c.help_request_id == request_id)
        .order_by(_event.c.id)
    )
    return [HistoryRow(**row) for row in (await connection.execute(query)).mappings()]


async def count(connection: AsyncConnection, statuses: Sequence[str]) -> int:
    """How many requests are in these states."""
    query = select(func.count()).select_from(_request).where(_request.c.status.in_(statuses))
    return int((await connection.execute(query)).scalar_one())


async def has_event(connection: AsyncConnection, request_id: str, event: str) -> bool:
    """Whether this has happened to the request."""
    query = select(_event.c.id).where(_event.c.help_request_id == request_id, _event.c.event == event)
    return (await connection.execute(query.limit(1))).first() is not None


async def breached_without_event(connection: AsyncConnection, event: str) -> list[str]:
    """Open requests whose promise was broken, that nobody answered, and to which ``event`` did not happen."""
    happened = select(_event.c.id).where(_event.c.help_request_id == _request.c.id, _event.c.event == event)
    query = select(_request.c.id).where(
        _request.c.status != "closed",
        _request.c.breached_at.is_not(None),
        _request.c.first_response_at.is_(None),
        ~happened.exists(),
    )
    return list((await connection.execute(query)).scalars())


async def alarming(connection: AsyncConnection, limit: int = 50) -> list[HelpRequest]:
    """Open requests that reached the warning and that nobody has answered, earliest deadline first.

    Without their briefs. Of each department no more than anybody can look at, since every desk is sent them
    at every change; of each, because what is late elsewhere must not hide what is late here.
    """
    rows = await connection.execute(_ALARMING, {"at_most": limit})
    return [HelpRequest(brief={}, **row) for row in rows.mappings()]


async def late_count(connection: AsyncConnection) -> int:
    """How many open requests have a broken promise and still no answer."""
    query = select(func.count()).select_from(_request)
    query = query.where(_request.c.status != "closed", _request.c.breached_at.is_not(None))
    return int((await connection.execute(query.where(_request.c.first_response_at.is_(None)))).scalar_one())
