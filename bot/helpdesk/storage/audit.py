"""SQL for the audit trail: who changed what, when, from what to what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk import tables
from bot.helpdesk.models import JSON, Actor

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
class Wanted:
    """Which rows: from ``starts`` on and before ``ends``; who; what; older than row ``before``."""

    starts: datetime | None = None
    ends: datetime | None = None
    actor: str | None = None
    action: str | None = None
    before: int | None = None


async def add(
    connection: AsyncConnection,
    actor: Actor,
    action: str,
    subject: str,
    now: datetime,
    **detail: Any,
) -> None:
    """One line of the audit trail; never a password, a token or a visitor's text."""
    await connection.execute(
        insert(_audit).values(
            at=now,
            actor_kind=actor.kind,
            actor_id=actor.staff_id,
            action=action,
            subject=subject,
            detail=detail,
        )
    )


_ROWS = select(
    *(_audit.c[name] for name in ("id", "at", "actor_kind", "actor_id", "action", "subject", "detail")),
    _staff.c.name.label("actor_name"),
).select_from(_audit.outerjoin(_staff, _staff.c.id == _audit.c.actor_id))


async def listed(connection: AsyncConnection, wanted: Wanted, limit: int) -> list[AuditRow]:
    """The first ``limit`` rows, newest first."""
    query = _ROWS
    if wanted.starts:
        query = query.where(_audit.c.at >= wanted.starts)
    if wanted.ends:
        query = query.where(_audit.c.at < wanted.ends)
    if wanted.actor:
        query = query.where(_audit.c.actor_id == wanted.actor)
    if wanted.action:
        query = query.where(_audit.c.action == wanted.action)
    if wanted.before is not None:
        query = query.where(_audit.c.id < wanted.before)
    query = query.order_by(_audit.c.id.desc()).limit(limit)
    return [AuditRow(**row) for row in (await connection.execute(query)).mappings()]
