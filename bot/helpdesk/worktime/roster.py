"""Working time as the rest of the helpdesk asks for it: schedules read from PostgreSQL."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk.database import Database
from bot.helpdesk.duty import Duty
from bot.helpdesk.storage import worktime as storage
from bot.helpdesk.worktime.clock import duty
from bot.helpdesk.worktime.schedule import DEFAULT_WEEK, DutyException, Schedule, Week


class WorkingHours:
    """The ``Roster`` of a service whose hours are in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def duty(self, department: str | None, now: datetime) -> Duty:
        """The duty of ``department`` (None: of the service as a whole) at ``now``."""
        async with self._database.transaction() as connection:
            return duty(await schedule_of(connection, department), now)


async def schedule_of(connection: AsyncConnection, department: str | None) -> Schedule:
    """The schedule of one department."""
    return choose(department, await storage.weeks(connection), await storage.exceptions(connection))


def choose(
    department: str | None, weeks: Mapping[str | None, Week], exceptions: Iterable[DutyException]
) -> Schedule:
    """The schedule of ``department`` out of what is set for all of them.

    Its own week goes before that of all, and so do its exceptions, day by day. Without any week set at all
    the service never closes, so that a fresh installation answers.
    """
    listed = list(exceptions)
    days = {each.day: each for each in listed if each.department is None}
    if department is not None:
        days |= {each.day: each for each in listed if each.department == department}
    week = weeks.get(department) or weeks.get(None) or DEFAULT_WEEK
    return Schedule(week, days, always=not weeks)
