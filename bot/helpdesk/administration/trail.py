"""The audit trail: who changed what, when, from what to what."""

from dataclasses import dataclass
from datetime import date, timedelta

from bot.helpdesk.administration.basis import Administration
from bot.helpdesk.storage import audit as storage
from bot.helpdesk.storage.audit import AuditRow
from bot.helpdesk.worktime.schedule import at

PAGE = 100


@dataclass(frozen=True)
class WantedRows:
    """Local days, both included; who; what; older than row ``before``."""

    first: date | None = None
    last: date | None = None
    actor: str | None = None
    action: str | None = None
    before: int | None = None


class AuditTrail(Administration):
    """Reads the trail; nothing changes it."""

    async def listed(self, wanted: WantedRows) -> list[AuditRow]:
        """Rows, newest first; one more than a page, so that its end can be told."""
        starts = at(wanted.first, 0) if wanted.first else None
        ends = at(wanted.last + timedelta(days=1), 0) if wanted.last else None
        rows = storage.Wanted(starts, ends, wanted.actor, wanted.action, wanted.before)
        async with self._database.transaction() as connection:
            return await storage.listed(connection, rows, PAGE + 1)
