"""SQL for the figures that machines watch: how much waits, for how long, and what went wrong."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_QUEUE = text(
    "SELECT count(*), coalesce(extract(epoch FROM max(:now - coalesce(waiting_since, requested_at))), 0) "
    "FROM help_request WHERE status IN ('waiting', 'offered')"
)
_HELD = text("SELECT count(*) FROM help_request WHERE status = 'claimed'")
_BREACHES = text("SELECT cause, count(*) FROM help_breach GROUP BY cause")
# Each by its own partial index: the table itself only grows.
_OUTBOX = text(
    "SELECT target, status, count(*) FROM outbox WHERE status = 'pending' GROUP BY target, status "
    "UNION ALL SELECT target, status, count(*) FROM outbox WHERE status = 'parked' GROUP BY target, status"
)


@dataclass(frozen=True)
class Gauges:
    """Counts as they are now; breaches by cause since ever, the outbox by (target, status)."""

    waiting: int
    oldest_seconds: float
    held: int
    breaches: dict[str, int]
    outbox: dict[tuple[str, str], int]


async def read(connection: AsyncConnection, now: datetime) -> Gauges:
    """The figures at ``now``; who waits for office hours waits since minus something, shown as 0."""
    waiting, oldest = (await connection.execute(_QUEUE, {"now": now})).one()
    held = (await connection.execute(_HELD)).scalar_one()
    breaches = {cause: int(count) for cause, count in await connection.execute(_BREACHES)}
    outbox = {(target, status): int(n) for target, status, n in await connection.execute(_OUTBOX)}
    return Gauges(int(waiting), max(0.0, float(oldest)), int(held), breaches, outbox)
