"""Working time, as administrators set it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

from bot.helpdesk.administration.basis import Administration
from bot.helpdesk.errors import Invalid, NotFound, WrongState
from bot.helpdesk.models import JSON, Staff
from bot.helpdesk.rules import clean_text
from bot.helpdesk.storage import worktime as storage
from bot.helpdesk.usecases import check_department
from bot.helpdesk.worktime import Day, DutyException, Span, Week, day_of, missing_years
from bot.helpdesk.worktime.roster import schedule_of
from bot.helpdesk.worktime.schedule import Spans, ordered

CALENDAR_DAYS = 400
REASON_LIMIT = 200
_EVERYBODY = "*"


@dataclass(frozen=True)
class WeekdaySpan:
    """A span of one weekday (Monday is 1), in local times ``HH:MM``."""

    weekday: int
    starts: str
    ends: str


class HoursAdministration(Administration):
    """Use cases of working time. Errors: ``bot.helpdesk.errors``."""

    async def weeks(self) -> dict[str | None, Week]:
        """The weeks that are set, by department; under None that of all others."""
        async with self._database.transaction() as connection:
            return await storage.weeks(connection)

    async def save_week(
        self, administrator: Staff, department: str | None, spans: Sequence[WeekdaySpan]
    ) -> None:
        """Put a week in the place of what was; no spans: nothing of its own. ``Invalid`` when two overlap."""
        week = _week(spans)
        async with self._database.transaction() as connection:
            await storage.lock(connection)
            await check_department(connection, department)
            before = (await storage.weeks(connection)).get(department, {})
            await storage.replace_week(connection, department, week)
            if before != week:
                subject = department or _EVERYBODY
                await self._audit(
                    connection, administrator, "hours_saved", subject, _as_json(before), _as_json(week)
                )

    async def exceptions(self, first: date | None, last: date | None) -> list[DutyException]:
        """Exceptions from ``first`` to ``last``, both included."""
        async with self._database.transaction() as connection:
            return await storage.exceptions(connection, first, last)

    async def add_exception(
        self,
        administrator: Staff,
        department: str | None,
        day: date,
        spans: Sequence[tuple[str, str]],
        reason: str,
    ) -> DutyException:
        """A day that is not like the week says. ``WrongState`` when the department has one on that day."""
        record = DutyException(uuid4().hex, department, day, _spans(spans), clean_text(reason, REASON_LIMIT))
        async with self._database.transaction() as connection:
            await check_department(connection, department)
            if not await storage.add_exception(connection, record, self._clock()):
                raise WrongState("there is an exception on this day already")
            shown = exception_json(record)
            await self._audit(connection, administrator, "exception_added", record.id, None, shown)
        return record

    async def remove_exception(self, administrator: Staff, exception_id: str) -> None:
        """The day is like the week says again. Raises ``NotFound``."""
        async with self._database.transaction() as connection:
            removed = await storage.remove_exception(connection, exception_id)
            if removed is None:
                raise NotFound("no such exception")
            shown = exception_json(removed)
            await self._audit(connection, administrator, "exception_removed", exception_id, shown, None)

    async def calendar(self, department: str | None, first: date, last: date) -> tuple[list[Day], list[int]]:
        """The days from ``first`` to ``last``, and the years of them whose holidays are not known."""
        if not 0 <= (last - first).days < CALENDAR_DAYS:
            raise Invalid(f"from 1 to {CALENDAR_DAYS} days")
        async with self._database.transaction() as connection:
            await check_department(connection, department)
            schedule = await schedule_of(connection, department)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        unknown = {year for day in days for year in missing_years(day)}
        return [day_of(schedule, day) for day in days], sorted(unknown & {day.year for day in days})


def _week(spans: Sequence[WeekdaySpan]) -> dict[int, Spans]:
    if any(not 1 <= span.weekday <= 7 for span in spans):
        raise Invalid("weekday is from 1, Monday, to 7")
    week: dict[int, list[Span]] = {}
    for span in spans:
        week.setdefault(span.weekday, []).append(Span.parse(span.starts, span.ends))
    return {weekday: ordered(of_day) for weekday, of_day in sorted(week.items())}


def _spans(spans: Sequence[tuple[str, str]]) -> Spans:
    return ordered(Span.parse(starts, ends) for starts, ends in spans)


def _as_json(week: Week) -> JSON:
    return {str(weekday): [list(span.as_text()) for span in spans] for weekday, spans in week.items()}


def exception_json(record: DutyException) -> JSON:
    """An exception as it is shown and kept in the trail."""
    return {
        "id": record.id,
        "department": record.department,
        "day": record.day.isoformat(),
        "spans": [list(span.as_text()) for span in record.spans],
        "reason": record.reason,
    }
