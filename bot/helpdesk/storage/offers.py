"""SQL for offers, breaches and the dispatcher's writes to many requests at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk import tables
from bot.helpdesk.models import HelpRequest, OfferRecord
from bot.helpdesk.rules.ladder import LATE
from bot.helpdesk.storage import requests

_offer = tables.help_offer
_request = tables.help_request
_event = tables.help_request_event
_OPEN = _offer.c.ended_at.is_(None)


# A desk asks at every change: one statement, built once.
_OPEN_OF = (
    requests.LISTED.add_columns(
        _offer.c.id.label("offer_id"),
        _offer.c.level.label("offer_level"),
        _offer.c.offered_at,
        _offer.c.expires_at,
    )
    .join(_offer, _request.c.id == _offer.c.help_request_id)
    .where(_offer.c.staff_id == bindparam("staff"), _OPEN, _request.c.status.in_(("waiting", "offered")))
    .order_by(_request.c.deadline_at, _offer.c.id)
)


async def open_of(connection: AsyncConnection, staff_id: str) -> list[OfferRecord]:
    """What rings at a desk now, earliest deadline first; requests without their briefs."""
    found = []
    for row in (await connection.execute(_OPEN_OF, {"staff": staff_id})).mappings():
        values = dict(row)
        offer = [values.pop(name) for name in ("offer_id", "offer_level", "offered_at", "expires_at")]
        request = HelpRequest(brief={}, **values)
        found.append(OfferRecord(offer[0], request, staff_id, *offer[1:]))
    return found


async def mark_rang(connection: AsyncConnection, offer_id: int, staff_id: str, now: datetime) -> bool:
    """The console rang for this offer; False when there is no such offer of theirs."""
    found = select(_offer.c.id).where(_offer.c.id == offer_id, _offer.c.staff_id == staff_id)
    if (await connection.execute(found)).first() is None:
        return False
    statement = update(_offer).where(_offer.c.id == offer_id, _offer.c.rang_at.is_(None))
    await connection.execute(statement.values(rang_at=now))
    return True


async def find(connection: AsyncConnection, offer_id: int, staff_id: str) -> Any | None:
    """One offer of this member of staff, as a row with its conversation."""
    query = (
        select(_offer, _request.c.conversation_id)
        .join(_request, _request.c.id == _offer.c.help_request_id)
        .where(_offer.c.id == offer_id, _offer.c.staff_id == staff_id)
    )
    return (await connection.execute(query)).first()


async def end(connection: AsyncConnection, offer_id: int, ending: str, now: datetime) -> bool:
    """End an open offer; False when it has ended."""
    statement = update(_offer).where(_offer.c.id == offer_id, _OPEN).values(ended_at=now, ending=ending)
    return (await connection.execute(statement)).rowcount == 1


async def end_all(
    connection: AsyncConnection, request_id: str, now: datetime, accepted_by: str | None = None
) -> list[str]:
    """End every open offer of a request, ``accepted`` for who took it; the ids of whose it was."""
    statement = (
        update(_offer)
        .where(_offer.c.help_request_id == request_id, _OPEN)
        .values(ended_at=now, ending="withdrawn")
        .returning(_offer.c.id, _offer.c.staff_id)
    )
    ended = (await connection.execute(statement)).all()
    for row in ended:
        if row.staff_id == accepted_by:
            await connection.execute(update(_offer).where(_offer.c.id == row.id).values(ending="accepted"))
    return [row.staff_id for row in ended]


# --- many at once -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ended:
    """An offer that has just ended."""

    help_request_id: str
    staff_id: str
    ending: str


async def lock_claimable(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, str]:
    """Hold those of ``ids`` that nobody holds, and that no other transaction is busy with; their status."""
    rows = await connection.execute(
        text(
            "SELECT id, status FROM help_request WHERE id = ANY(:ids) AND status IN ('waiting', 'offered') "
            "ORDER BY id FOR UPDATE SKIP LOCKED"
        ),
        {"ids": list(ids)},
    )
    return {row.id: row.status for row in rows}


async def end_many(
    connection: AsyncConnection, endings: Sequence[tuple[int, str]], now: datetime
) -> list[Ended]:
    """End open offers, each with its ending; those that had not ended before, in order."""
    if not endings:
        return []
    rows = await connection.execute(
        text(
            "UPDATE help_offer o SET ended_at = :now, ending = e.ending "
            "FROM unnest(CAST(:ids AS bigint[]), CAST(:endings AS text[])) AS e(id, ending) "
            "WHERE o.id = e.id AND o.ended_at IS NULL RETURNING o.id, o.help_request_id, o.staff_id, o.ending"
        ),
        {"now": now, "ids": [i for i, _ in endings], "endings": [e for _, e in endings]},
    )
    return [Ended(row.help_request_id, row.staff_id, row.ending) for row in sorted(rows)]


async def make_many(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert offers."""
    if rows:
        await connection.execute(insert(_offer), list(rows))


async def settle_status(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, str]:
    """Set ``offered`` where something rings and ``waiting`` where nothing does; the status of each now."""
    rows = await connection.execute(
        text(
            "UPDATE help_request r SET status = CASE WHEN EXISTS (SELECT 1 FROM help_offer o WHERE "
            "o.help_request_id = r.id AND o.ended_at IS NULL) THEN 'offered' ELSE 'waiting' END "
            "WHERE r.id = ANY(:ids) AND r.status IN ('waiting', 'offered') RETURNING r.id, r.status"
        ),
        {"ids": list(ids)},
    )
    return {row.id: row.status for row in rows}


async def climb_many(
    connection: AsyncConnection, steps: Sequence[tuple[str, int]], now: datetime
) -> dict[str, str]:
    """Raise requests to a level, unless they were answered or have it; the status of those raised.

    An answer stops only the clock that runs: one before a later wait does not count. Whoever holds a row
    is not waited for.
    """
    rows = await connection.execute(
        text(
            """
            WITH step AS (
                SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:levels AS smallint[])) AS s(id, level)
            ), held AS (
                SELECT r.id FROM help_request r JOIN step s ON s.id = r.id
                WHERE r.status <> 'closed' AND r.level < s.level
                  AND NOT coalesce(r.first_response_at >= coalesce(r.waiting_since, r.requested_at), false)
                ORDER BY r.id FOR UPDATE OF r SKIP LOCKED
            )
            UPDATE help_request r SET level = s.level, breached_at = CASE
                WHEN s.level = :late AND r.first_response_at IS NULL THEN CAST(:now AS timestamptz)
                ELSE r.breached_at END
            FROM step s JOIN held h ON h.id = s.id WHERE r.id = s.id
            RETURNING r.id, r.status
            """
        ),
        {"ids": [i for i, _ in steps], "levels": [level for _, level in steps], "now": now, "late": LATE},
    )
    return {row.id: row.status for row in rows}


async def ring_on(connection: AsyncConnection, ids: Sequence[str]) -> None:
    """Let the open offers of these requests ring until taken."""
    await connection.execute(
        text(
            "UPDATE help_offer SET expires_at = NULL WHERE help_request_id = ANY(:ids) "
            "AND ended_at IS NULL AND expires_at IS NOT NULL"
        ),
        {"ids": list(ids)},
    )


async def add_events(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert history, many rows at once."""
    if rows:
        await connection.execute(insert(_event), list(rows))


async def add_breaches(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Record broken promises."""
    if rows:
        await connection.execute(insert(tables.help_breach), list(rows))


async def past_of(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, tuple[bool, bool]]:
    """For each request whether it was ever offered, and whether it was ever claimed."""
    rows = await connection.execute(
        text(
            """
            SELECT r.id,
                   EXISTS (SELECT 1 FROM help_offer o WHERE o.help_request_id = r.id) AS offered,
                   r.status = 'claimed' OR EXISTS (SELECT 1 FROM help_request_event e
                       WHERE e.help_request_id = r.id AND e.event = 'claimed') AS claimed
            FROM help_request r WHERE r.id = ANY(:ids)
            """
        ),
        {"ids": list(ids)},
    )
    return {row.id: (row.offered, row.claimed) for row in rows}
