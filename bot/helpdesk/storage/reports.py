"""SQL for the rows that reports are made of."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk.reports.records import ConversationRecord, RequestRecord, TicketRecord
from bot.helpdesk.rules import FOLLOW_UP
from bot.helpdesk.storage.holding import HELD_SECONDS, REQUEUED_SECONDS

_T = TypeVar("_T")
_PORTION = 500
# Staff who follow a ticket up were asked by nobody, so that is no request here.
# Whose request it is: who gave the first answer, though another may have closed it; else who held it last.
_REQUESTS = text(
    f"""
    SELECT r.id, r.requested_at, r.department, s.id AS helper_id, s.name AS helper_name,
           r.reason, r.promised_from, {HELD_SECONDS} AS held_seconds,
           {REQUEUED_SECONDS} AS requeued_seconds,
           r.first_response_at, r.closed_at, r.outcome, b.cause,
           (SELECT min(o.offered_at) FROM help_offer o WHERE o.help_request_id = r.id) AS first_offer_at,
           r.breached_at IS NOT NULL OR b.help_request_id IS NOT NULL AS breached, r.resolved, r.stars,
           (SELECT min(later.requested_at) FROM help_request later
            WHERE later.conversation_id = r.conversation_id
              AND later.requested_at > r.requested_at AND later.reason <> '{FOLLOW_UP}') AS newer_at
    FROM help_request r
    LEFT JOIN help_breach b ON b.help_request_id = r.id
    LEFT JOIN LATERAL (
        SELECT e.actor_id FROM help_request_event e
        WHERE e.help_request_id = r.id AND e.event = 'responded' ORDER BY e.id LIMIT 1
    ) first ON true
    LEFT JOIN staff s ON s.id = coalesce(first.actor_id, r.claimed_by, r.closed_by)
    WHERE r.requested_at >= :starts AND r.requested_at < :ends AND r.reason <> '{FOLLOW_UP}'
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
    return await _records(connection, _REQUESTS, values, RequestRecord)


async def conversations(
    connection: AsyncConnection, starts: datetime, ends: datetime
) -> list[ConversationRecord]:
    """Conversations begun from ``starts`` on and before ``ends`` in which the visitor said something."""
    values = {"starts": starts, "ends": ends}
    return await _records(connection, _CONVERSATIONS, values, ConversationRecord)


async def tickets(
    connection: AsyncConnection, starts: datetime, ends: datetime, department: str | None
) -> list[TicketRecord]:
    """Tickets opened from ``starts`` on and before ``ends``."""
    values = {"starts": starts, "ends": ends, "department": department}
    return await _records(connection, _TICKETS, values, TicketRecord)


async def _records(
    connection: AsyncConnection, query: TextClause, values: dict[str, Any], kind: Callable[..., _T]
) -> list[_T]:
    """All rows, fetched in portions: others are served between two of them."""
    found: list[_T] = []
    async with connection.stream(query, values) as rows:
        async for portion in rows.mappings().partitions(_PORTION):
            found += [kind(**row) for row in portion]
    return found
