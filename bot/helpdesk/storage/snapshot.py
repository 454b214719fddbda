"""SQL for what the dispatcher looks at: everything that waits, in few and narrow queries."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk.models import HelpRequest, Place
from bot.helpdesk.rules import FOLLOW_UP
from bot.helpdesk.rules.absence import CONNECTION_LOST, Held
from bot.helpdesk.rules.dispatch import OpenOffer
from bot.helpdesk.rules.waiting import Seen
from bot.helpdesk.storage.holding import HELD_SECONDS, REQUEUED_SECONDS

# Requests that somebody answered since their clock started need nothing of the dispatcher. Neither question
# nor brief: what visitors wrote stays where it is. In the order of the record: a thousand are read at a time.
_NARROW = """
    r.id, r.conversation_id, r.status, r.reason, r.topic, r.department, r.district, r.channel, '',
    r.requested_at, r.deadline_at, r.claimed_at, r.claimed_by, NULL, r.first_response_at, r.closed_at,
    r.outcome, NULL, NULL, NULL, NULL, NULL, NULL, r.level, r.waiting_since, r.breached_at
"""
_BRIEF_PLACE = 9  # of the record
_UNANSWERED = text(
    f"""
    SELECT {_NARROW} FROM help_request r
    WHERE r.status <> 'closed' AND (r.status <> 'claimed' OR r.first_response_at IS NULL
        OR r.first_response_at < coalesce(r.waiting_since, r.requested_at))
    ORDER BY r.deadline_at, r.id
    """
)
_UNHEARD = text(
    f"""
    SELECT {_NARROW}, seen.seen_at
    FROM help_request r LEFT JOIN staff_seen seen ON seen.staff_id = r.claimed_by
    WHERE r.status = 'claimed' AND r.claimed_at <= :before AND coalesce(seen.seen_at <= :before, true)
    """
)
_OPEN_OFFERS = text(
    "SELECT id, help_request_id, staff_id, reserved, offered_at, expires_at FROM help_offer "
    "WHERE ended_at IS NULL"
)
# What is asked of some requests goes in steps from them: a wrong estimate of how much belongs to them must
# not lead to comparing all rows with all, which would hold up every ladder.

# While the clock has not begun to run (asked for off hours), everything since the request counts: whoever let
# it ring at night is asked again in the morning, and not before.
_LEFT_OUT = text(
    """
    WITH asked AS MATERIALIZED (
        SELECT id, CASE WHEN waiting_since <= :now THEN waiting_since ELSE requested_at END AS since
        FROM help_request WHERE id = ANY(:ids)
    )
    SELECT o.help_request_id, o.staff_id FROM asked JOIN help_offer o ON o.help_request_id = asked.id
    WHERE o.ending IN ('ignored', 'declined') AND o.offered_at >= asked.since
    UNION
    SELECT e.help_request_id, e.detail ->> 'staff_id'
    FROM asked JOIN help_request_event e ON e.help_request_id = asked.id
    WHERE e.event = 'released' AND e.detail ? 'staff_id' AND e.reason <> :lost AND e.at >= asked.since
    """
)
# Only the last way back into the queue counts: who is sent to another department leaves their helper.
_LOST_BY = text(
    """
    SELECT last.help_request_id, last.detail ->> 'staff_id'
    FROM (SELECT DISTINCT ON (e.help_request_id) e.help_request_id, e.reason, e.detail
          FROM help_request_event e
          WHERE e.help_request_id = ANY(:ids) AND e.event IN ('released', 'redirected')
          ORDER BY e.help_request_id, e.id DESC) last
    WHERE last.reason = :lost AND last.detail ? 'staff_id'
    """
)
_KNOWN_BY = text(
    """
    WITH asked AS MATERIALIZED (
        SELECT id, conversation_id FROM help_request WHERE id = ANY(:ids)
    ), visitor AS MATERIALIZED (
        SELECT asked.id, c.visitor_key FROM asked JOIN conversation c ON c.id = asked.conversation_id
    ), theirs AS MATERIALIZED (
        SELECT id, conversation_id FROM asked
        UNION
        SELECT visitor.id, c.id FROM visitor JOIN conversation c ON c.visitor_key = visitor.visitor_key
    )
    SELECT theirs.id, old.claimed_by
    FROM theirs JOIN help_request old ON old.conversation_id = theirs.conversation_id
    WHERE old.id <> theirs.id AND old.status = 'closed' AND old.claimed_by IS NOT NULL
    ORDER BY theirs.id, old.closed_at DESC
    """
)


async def unanswered(connection: AsyncConnection) -> list[HelpRequest]:
    """Every open request that still waits for a word, earliest deadline first; without what was written."""
    return [_narrow(row) for row in await connection.execute(_UNANSWERED)]


def _narrow(row: Sequence[Any]) -> HelpRequest:
    values: list[Any] = [*row[:_BRIEF_PLACE], {}, *row[_BRIEF_PLACE:]]
    return HelpRequest(*values)


async def unheard(connection: AsyncConnection, before: datetime) -> list[Held]:
    """Claimed requests whose helpers have given no sign of themselves after ``before``."""
    rows = await connection.execute(_UNHEARD, {"before": before})
    return [Held(_narrow(row[:-1]), row[-1]) for row in rows]


async def open_offers(connection: AsyncConnection) -> dict[str, list[OpenOffer]]:
    """All open offers by request."""
    found: dict[str, list[OpenOffer]] = defaultdict(list)
    for row in await connection.execute(_OPEN_OFFERS):
        offer = OpenOffer(row.id, row.staff_id, row.reserved, row.offered_at, row.expires_at)
        found[row.help_request_id].append(offer)
    return found


async def left_out(
    connection: AsyncConnection, ids: Sequence[str], now: datetime
) -> dict[str, frozenset[str]]:
    """Who is not asked again, by request: they let it ring, declined, gave it back or had it taken back.

    Of the wait that runs at ``now``; before its clock begins, of the time since the request.
    """
    grouped = await _grouped(connection, _LEFT_OUT, ids, lost=CONNECTION_LOST, now=now)
    return {key: frozenset(each) for key, each in grouped.items()}


async def lost_by(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, str]:
    """Whose connection ended while they held these requests, by request; they are asked first."""
    grouped = await _grouped(connection, _LOST_BY, ids, lost=CONNECTION_LOST)
    return {key: each[0] for key, each in grouped.items()}


async def known_by(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Who helped these visitors before, by request, the latest first."""
    grouped = await _grouped(connection, _KNOWN_BY, ids)
    return {key: tuple(dict.fromkeys(each)) for key, each in grouped.items()}


async def _grouped(
    connection: AsyncConnection, query: Any, ids: Sequence[str], **values: object
) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    if ids:
        for request_id, staff_id in await connection.execute(query, {"ids": list(ids), **values}):
            grouped[request_id].append(staff_id)
    return grouped


_LINE = text(
    """
    SELECT conversation_id, department, row_number() OVER line AS position,
           row_number() OVER (PARTITION BY department ORDER BY deadline_at, id) AS among_its_own
    FROM help_request WHERE status IN ('waiting', 'offered')
    WINDOW line AS (ORDER BY deadline_at, id)
    """
)


async def line(connection: AsyncConnection) -> dict[str, Place]:
    """Where everybody who waits stands, by conversation: by deadline, and among those for one department."""
    return {
        row.conversation_id: Place(
            row.department, row.position, row.among_its_own if row.department else row.position
        )
        for row in await connection.execute(_LINE)
    }


# --- figures of the board and of the honest wait ----------------------------------------------------------

_HISTORY = text(
    f"""
    SELECT extract(epoch FROM r.first_response_at - least(r.first_response_at, coalesce(
               (SELECT min(o.offered_at) FROM help_offer o
                WHERE o.help_request_id = r.id AND o.offered_at <= r.first_response_at
                  AND o.offered_at >= coalesce(r.promised_from, r.requested_at)),
               r.promised_from, r.requested_at))) - {REQUEUED_SECONDS} AS pickup,
           {HELD_SECONDS} AS handling, r.department, r.requested_at
    FROM help_request r
    WHERE r.requested_at >= :since AND r.outcome IS DISTINCT FROM 'ticket' AND r.reason <> '{FOLLOW_UP}'
    ORDER BY r.requested_at DESC LIMIT :limit
    """
)


async def history(connection: AsyncConnection, since: datetime, limit: int) -> list[Seen]:
    """The newest requests since ``since`` of all departments, all there are since the oldest of them.

    The pickup is counted from the first offer, so that waiting for a free place is not in it, before or after
    that, but whoever let it ring is: the next visitor may meet the same. Of what was asked off hours the
    night is not in it.
    """
    rows = await connection.execute(_HISTORY, {"since": since, "limit": limit})
    return [
        Seen(
            row.department,
            None if row.pickup is None else float(row.pickup),
            None if row.handling is None else float(row.handling),
            row.requested_at,
        )
        for row in rows
    ]


async def breaches_since(connection: AsyncConnection, since: datetime) -> dict[str, int]:
    """Broken promises since ``since`` by cause."""
    rows = await connection.execute(
        text("SELECT cause, count(*) FROM help_breach WHERE at >= :since GROUP BY cause"), {"since": since}
    )
    return {cause: count for cause, count in rows}


async def lost_since(connection: AsyncConnection, since: datetime) -> int:
    """How often since ``since`` a request went back because its helper's connection had ended."""
    rows = await connection.execute(
        text(
            "SELECT count(*) FROM help_request_event "
            # Spelt out, as in the index.
            f"WHERE at >= :since AND event = 'released' AND reason = '{CONNECTION_LOST}'"
        ),
        {"since": since},
    )
    return int(rows.scalar_one())


async def answered_since(connection: AsyncConnection, since: datetime) -> tuple[int, int]:
    """How many requests got their first response since ``since``, and how many of them in time."""
    rows = await connection.execute(
        text(
            "SELECT count(*), count(*) FILTER (WHERE first_response_at <= deadline_at) "
            f"FROM help_request WHERE first_response_at >= :since AND reason <> '{FOLLOW_UP}'"
        ),
        {"since": since},
    )
    answered, within = rows.one()
    return int(answered), int(within)


async def waiting_counts(connection: AsyncConnection) -> list[tuple[str | None, int, datetime]]:
    """Per department: how many wait and since when the oldest."""
    rows = await connection.execute(
        text(
            "SELECT department, count(*), min(requested_at) FROM help_request "
            "WHERE status IN ('waiting', 'offered') GROUP BY department"
        )
    )
    return [(row[0], int(row[1]), row[2]) for row in rows]
