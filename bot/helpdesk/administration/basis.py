"""What administrative use cases share: a transaction, a clock, a row of the audit trail for each change."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk.database import Database
from bot.helpdesk.errors import Invalid
from bot.helpdesk.live import utcnow
from bot.helpdesk.models import JSON, Actor, Staff
from bot.helpdesk.storage import audit, directory


class Administration:
    """The ground that administrative use cases stand on. Who may call them is the route's concern."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utcnow) -> None:
        self._database = database
        self._clock = clock

    async def _audit(
        self,
        connection: AsyncConnection,
        staff: Staff,
        action: str,
        subject: str,
        before: JSON | None,
        after: JSON | None,
    ) -> None:
        """One row of the trail; of what was there before and after only what differs."""
        actor, now = Actor("staff", staff.id), self._clock()
        detail = dict(zip(("before", "after"), difference(before, after), strict=True))
        await audit.add(connection, actor, action, subject, now, **detail)


def difference(before: JSON | None, after: JSON | None) -> tuple[JSON | None, JSON | None]:
    """Both without what they have in common; None stays None: there was nothing, or is nothing any more."""
    if before is None or after is None:
        return before, after
    changed = [key for key in after if before.get(key) != after[key]]
    return {key: before.get(key) for key in changed}, {key: after[key] for key in changed}


async def check_topics(connection: AsyncConnection, codes: Any) -> None:
    """Raise ``Invalid`` unless every one of ``codes`` is a topic in use."""
    known = await directory.topics(connection)
    if any(code not in known or not known[code].active for code in codes):
        raise Invalid("unknown topic")
