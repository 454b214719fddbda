"""Working time over HTTP: weekly spans, exceptions, the calendar they make."""

from typing import Any

from pydantic import Field

from bot.console.administration import ADMINISTERING
from bot.helpdesk.administration.hours import WeekdaySpan, exception_json
from bot.helpdesk.rules import OVERSEERS
from bot.helpdesk.worktime import Day, Week
from bot.web import Body, Call, LocalDay, Route
from bot.wire import Wire

Clock = str  # HH:MM; what it may be is a rule of the working time


class SpanIn(Body):
    """A span of a weekday; Monday is 1."""

    weekday: int
    starts: Clock
    ends: Clock


class SaveHours(Body):
    """The week of one department, or of all that have none of their own."""

    department: str | None
    spans: list[SpanIn] = Field(max_length=100)


class WhichExceptions(Body):
    """Days, both included."""

    first: LocalDay | None = Field(default=None, alias="from")
    last: LocalDay | None = Field(default=None, alias="to")


class AddException(Body):
    """A day that is not like the week says; no spans: closed."""

    department: str | None
    day: LocalDay
    spans: list[list[Clock]] = Field(max_length=20)
    reason: str


class WhichDays(Body):
    """A department's days, both included."""

    department: str | None = Field(default=None, max_length=64)
    first: LocalDay = Field(alias="from")
    last: LocalDay = Field(alias="to")


class SpanOut(Wire):
    """A span of a weekday."""

    weekday: int
    starts: str
    ends: str


class WeekOut(Wire):
    """A department's week."""

    department: str | None
    spans: list[SpanOut]


class HoursOut(Wire):
    """All weeks that are set."""

    hours: list[WeekOut]


class ExceptionOut(Wire):
    """A day that is not like the week says."""

    id: str
    department: str | None
    day: str
    spans: list[list[str]]
    reason: str


class ExceptionsOut(Wire):
    """Exceptions by day."""

    exceptions: list[ExceptionOut]


class OneExceptionOut(Wire):
    """One exception."""

    exception: ExceptionOut


class DayOut(Wire):
    """How a day is worked."""

    day: str
    kind: str
    name: str | None
    spans: list[list[str]]


class CalendarOut(Wire):
    """Days; of ``missing_years`` no public holidays are known."""

    days: list[DayOut]
    missing_years: list[int]


def _week_out(department: str | None, week: Week) -> WeekOut:
    spans = [
        SpanOut(weekday=weekday, starts=starts, ends=ends)
        for weekday, of_day in week.items()
        for starts, ends in (span.as_text() for span in of_day)
    ]
    return WeekOut(department=department, spans=spans)


async def hours(call: Call) -> HoursOut:
    """All weeks that are set."""
    weeks = await call.parts.office.hours.weeks()
    ordered = sorted(weeks.items(), key=lambda item: item[0] or "")
    return HoursOut(hours=[_week_out(department, week) for department, week in ordered])


async def save_hours(call: Call) -> HoursOut:
    """Set a week."""
    spans = [WeekdaySpan(span.weekday, span.starts, span.ends) for span in call.body.spans]
    await call.parts.office.hours.save_week(call.staff, call.body.department, spans)
    return await hours(call)


async def exceptions(call: Call) -> ExceptionsOut:
    """Exceptions by day."""
    found = await call.parts.office.hours.exceptions(call.query.first, call.query.last)
    return ExceptionsOut(exceptions=[ExceptionOut(**exception_json(each)) for each in found])


async def add_exception(call: Call) -> OneExceptionOut:
    """Add an exception."""
    asked: AddException = call.body
    pairs = [_pair(span) for span in asked.spans]
    record = await call.parts.office.hours.add_exception(
        call.staff, asked.department, asked.day, pairs, asked.reason
    )
    return OneExceptionOut(exception=ExceptionOut(**exception_json(record)))


def _pair(span: list[str]) -> tuple[str, str]:
    # What is no pair becomes one that the rule refuses.
    return (span[0], span[1]) if len(span) == 2 else ("", "")


async def remove_exception(call: Call, exception_id: str) -> None:
    """Remove an exception."""
    await call.parts.office.hours.remove_exception(call.staff, exception_id)


async def calendar(call: Call) -> CalendarOut:
    """How each day is worked."""
    asked: WhichDays = call.query
    days, missing = await call.parts.office.hours.calendar(asked.department, asked.first, asked.last)
    return CalendarOut(days=[_day_out(day) for day in days], missing_years=missing)


def _day_out(day: Day) -> DayOut:
    spans = [list(span.as_text()) for span in day.spans]
    return DayOut(day=day.day.isoformat(), kind=day.kind, name=day.name, spans=spans)


_ADMIN = "/api/staff/admin"


def _read(
    name: str, handler: Any, summary: str, answer: type[Wire], query: type[Body] | None = None
) -> Route:
    path = f"{_ADMIN}/{name}"
    return Route("GET", path, "staff", handler, summary, query=query, answer=answer, roles=OVERSEERS)


ROUTES = (
    _read("hours", hours, "Weekly spans", HoursOut),
    Route(
        "PUT",
        f"{_ADMIN}/hours",
        "staff",
        save_hours,
        "Set a week",
        body=SaveHours,
        answer=HoursOut,
        roles=ADMINISTERING,
    ),
    _read("exceptions", exceptions, "Exceptions by date", ExceptionsOut, WhichExceptions),
    Route(
        "POST",
        f"{_ADMIN}/exceptions",
        "staff",
        add_exception,
        "Add an exception",
        body=AddException,
        answer=OneExceptionOut,
        status=201,
        roles=ADMINISTERING,
    ),
    Route(
        "DELETE",
        f"{_ADMIN}/exceptions/<exception_id:[0-9a-f]{{32}}>",
        "staff",
        remove_exception,
        "Remove an exception",
        status=204,
        roles=ADMINISTERING,
    ),
    _read("calendar", calendar, "How each day is worked", CalendarOut, WhichDays),
)
