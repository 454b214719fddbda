"""The audit trail: who changed what, when, from what to what."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk import tables
from bot.helpdesk.administration.basis import Administration
from bot.helpdesk.models import JSON
from bot.helpdesk.worktime.schedule import at

PAGE = 100
_audit = tables.audit
_staff = tables.staff


@dataclass(frozen=True)
class AuditRow:
    """One row of the trail."""

    id: int
    at: datetime
    actor_kind: str
    actor_id: str | None
    actor_name: str | None
    action: str
    subject: str
    detail: JSON


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
        async with self._database.transaction() as connection:
            return await _rows(connection, wanted)


async def _rows(connection: AsyncConnection, wanted: WantedRows) -> list[AuditRow]:
    columns = [_audit.c[n] for n in ("id", "at", "actor_kind", "actor_id", "action", "subject", "detail")]
    query = select(*columns, _staff.c.name.label("actor_name")).select_from(
        _audit.outerjoin(_staff, _staff.c.id == _audit.c.actor_id)
    )
    if wanted.first:
        query = query.where(_audit.c.at >= at(wanted.first, 0))
    if wanted.last:
        query = query.where(_audit.c.at < at(wanted.last + timedelta(days=1), 0))
    if wanted.actor:
        query = query.where(_audit.c.actor_id == wanted.actor)
    if wanted.action:
        query = query.where(_audit.c.action == wanted.action)
    if wanted.before is not None:
        query = query.where(_audit.c.id < wanted.before)
    query = query.order_by(_audit.c.id.desc()).limit(PAGE + 1)
    return [AuditRow(**row) for row in (await connection.execute(query)).mappings()]
