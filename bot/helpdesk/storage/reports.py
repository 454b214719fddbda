"""SQL for the rows that reports are made of."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk.reports.records import ConversationRecord, RequestRecord, TicketRecord

_REQUESTS = text(
    """
    SELECT r.id, r.conversation_id, r.requested_at, r.department,
           coalesce(r.claimed_by, r.closed_by) AS helper_id, s.name AS helper_name, r.reason,
           r.claimed_at, r.first_response_at, r.closed_at, r.outcome, b.cause,
           r.breached_at IS NOT NULL OR b.help_request_id IS NOT NULL AS breached, r.resolved, r.stars,
           (SELECT min(later.requested_at) FROM help_request later
            WHERE later.conversation_id = r.conversation_id
              AND later.requested_at > r.requested_at) AS newer_at
    FROM help_request r
    LEFT JOIN help_breach b ON b.help_request_id = r.id
    LEFT JOIN staff s ON s.id = coalesce(r.claimed_by, r.closed_by)
    WHERE r.requested_at >= :starts AND r.requested_at < :ends
      AND (CAST(:department AS text) IS NULL OR r.department = :department)
    ORDER BY r.requested_at, r.id
    """
)
_CONVERSATIONS = text(
    """
    SELECT c.id, c.created_at,
           c.resolved IS TRUE AND NOT EXISTS (SELECT FROM help_request r WHERE r.conversation_id = c.id)
               AS bot_solved
    FROM conversation c
    WHERE c.created_at >= :starts AND c.created_at < :ends
      AND EXISTS (SELECT FROM message m WHERE m.conversation_id = c.id AND m.sender_kind = 'visitor')
    ORDER BY c.created_at, c.id
    """
)
_TICKETS = text(
    """
    SELECT t.id, t.number, t.created_at, t.department, t.assigned_to AS helper_id, s.name AS helper_name,
           t.status
    FROM ticket t LEFT JOIN staff s ON s.id = t.assigned_to
    WHERE t.created_at >= :starts AND t.created_at < :ends
      AND (CAST(:department AS text) IS NULL OR t.department = :department)
    ORDER BY t.created_at, t.id
    """
)


async def requests(
    connection: AsyncConnection, starts: datetime, ends: datetime, department: str | None
) -> list[RequestRecord]:
    """Requests made from ``starts`` on and before ``ends``, in order."""
    values = {"starts": starts, "ends": ends, "department": department}
    return [RequestRecord(**row) for row in (await connection.execute(_REQUESTS, values)).mappings()]


async def conversations(
    connection: AsyncConnection, starts: datetime, ends: datetime
) -> list[ConversationRecord]:
    """Conversations begun from ``starts`` on and before ``ends`` in which the visitor said something."""
    rows = await connection.execute(_CONVERSATIONS, {"starts": starts, "ends": ends})
    return [ConversationRecord(**row) for row in rows.mappings()]


async def tickets(
    connection: AsyncConnection, starts: datetime, ends: datetime, department: str | None
) -> list[TicketRecord]:
    """Tickets opened from ``starts`` on and before ``ends``."""
    values = {"starts": starts, "ends": ends, "department": department}
    return [TicketRecord(**row) for row in (await connection.execute(_TICKETS, values)).mappings()]
