"""What happens to tickets by the clock alone: reminders before deadlines, and results that stand.

Several servers may run this at once: a reminder is a row under the conversation's lock that can be there
only once, and closing what is closed already changes nothing.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk.errors import Unavailable
from bot.helpdesk.live import STAFF_TOPIC
from bot.helpdesk.models import SYSTEM
from bot.helpdesk.storage import tickets as storage
from bot.helpdesk.tickets import rules
from bot.helpdesk.tickets.basis import TicketUseCases, nudge
from bot.helpdesk.tickets.models import Ticket
from bot.helpdesk.times import stamp
from bot.helpdesk.work import Work
from bot.helpdesk.worktime.roster import schedule_of

PASS_SECONDS = 30.0
_BATCH = 200
_log = structlog.get_logger(__name__)


class TicketClock(TicketUseCases):
    """Looks at the deadlines of tickets every so often."""

    async def run(self) -> None:
        """Work until cancelled; outlives a database that is away."""
        while True:
            try:
                await self.look()
            except Unavailable:
                _log.warning("ticket_clock_waits")
            except Exception as error:
                _log.error("ticket_clock_failed", exc_info=error)
            await asyncio.sleep(PASS_SECONDS)

    async def look(self) -> int:
        """One pass; how many reminders were sent. What fails with one ticket stops none of the others."""
        now = self._clock()
        async with self._database.transaction() as connection:
            near = await self._near(connection, now)
            told_at = now - timedelta(days=rules.REOPEN_DAYS)
            standing = await storage.told_before(connection, told_at, _BATCH)
        for ticket in standing:
            await self._safely(self._close, ticket)
        return sum([await self._safely(self._remind, ticket) for ticket in near])

    async def _near(self, connection: AsyncConnection, now: datetime) -> list[Ticket]:
        """The tickets to remind of. Nothing is locked before it is known that something is due."""
        found: list[Ticket] = []
        for department in await storage.unsettled_departments(connection):
            schedule = await schedule_of(connection, department)
            until = rules.reminders_until(schedule, self._policy, now)
            listed = await storage.not_reminded(connection, department, until, _BATCH)
            found += [t for t in listed if rules.due_reminders(t, schedule, self._policy, now)]
        return found

    async def _safely(self, job: Callable[[Ticket], Coroutine[Any, Any, int]], ticket: Ticket) -> int:
        try:
            return await job(ticket)
        except Unavailable:
            raise
        except Exception as error:
            _log.error("ticket_clock_failed", ticket_id=ticket.id, exc_info=error)
            return 0

    async def _remind(self, seen: Ticket) -> int:
        async with self._locked(seen.id) as (work, ticket):
            schedule = await schedule_of(work.connection, ticket.department)
            due = rules.due_reminders(ticket, schedule, self._policy, work.now)
            return sum([await self._send(work, ticket, kind, at) for kind, at in due])

    async def _send(self, work: Work, ticket: Ticket, kind: str, due_at: datetime) -> bool:
        """Remind whoever has the ticket, and its department, unless that was done before."""
        if not await storage.add_reminder(work.connection, ticket.id, kind, due_at, work.now):
            return False
        about = {"ticket_id": ticket.id, "number": ticket.number, "kind": kind, "due_at": stamp(due_at)}
        await storage.add_event(
            work.connection, ticket, ticket, "reminded", SYSTEM, kind, work.now, due_at=stamp(due_at)
        )
        work.nudges.append((STAFF_TOPIC, nudge(None, ticket, reminder=about)))
        return True

    async def _close(self, seen: Ticket) -> int:
        async with self._locked(seen.id) as (work, ticket):
            if rules.is_confirmed(ticket, work.now):
                await self._move(work, ticket, rules.Close(), "closed", SYSTEM, "not_reopened")
        return 0
