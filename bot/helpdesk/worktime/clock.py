"""Clocks that run in working time. Pure: every function receives the moment it starts from.

Working days are counted as the Civil Code counts periods (articles 201 and 203): the day something happens
on does not count, and the last day ends when business ends.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from bot.helpdesk.duty import Duty
from bot.helpdesk.worktime.schedule import Schedule, Spans, at, day_of, local_day, spans_on_duty

#: A department that is closed for longer than this is taken to be closed for good.
HORIZON_DAYS = 400
Stretch = tuple[datetime, datetime]


def duty(schedule: Schedule, now: datetime) -> Duty:
    """Whether the department is on duty at ``now``; until when, or from when again."""
    stretches = _merged(_stretches(lambda day: spans_on_duty(schedule, day), local_day(now)))
    for starts, ends in stretches:
        if starts <= now < ends:
            # Nothing ends what lasts as far as is looked.
            return Duty(True, until=ends if ends < _horizon(now) else None)
        if starts > now:
            return Duty(False, next_start=starts)
    return Duty(False)


def add_working_days(schedule: Schedule, start: datetime, days: int) -> datetime:
    """The end of business on the ``days``-th working day after the day of ``start``.

    A department without any working day within the horizon is counted in calendar days: its deadlines must
    not vanish with its hours.
    """
    day, left = local_day(start), days
    for _ in range(HORIZON_DAYS):
        day += timedelta(days=1)
        spans = day_of(schedule, day).spans
        left -= bool(spans)
        if left <= 0 and spans:
            return at(day, spans[-1].ends)
    return start + timedelta(days=days)


def add_working_hours(schedule: Schedule, start: datetime, hours: float) -> datetime:
    """``start`` moved by working ``hours``; backwards when they are negative.

    Only time within the working spans counts. In plain hours for a department that never works.
    """
    amount = timedelta(hours=abs(hours))
    moved = _forward(schedule, start, amount) if hours >= 0 else _backward(schedule, start, amount)
    return moved or start + timedelta(hours=hours)


def _forward(schedule: Schedule, start: datetime, left: timedelta) -> datetime | None:
    for begins, ends in _stretches(lambda day: day_of(schedule, day).spans, local_day(start)):
        usable = ends - max(begins, start)
        if usable > timedelta() and usable >= left:
            return max(begins, start) + left
        left -= max(usable, timedelta())
    return None


def _backward(schedule: Schedule, start: datetime, left: timedelta) -> datetime | None:
    for begins, ends in _stretches(lambda day: day_of(schedule, day).spans, local_day(start), step=-1):
        usable = min(ends, start) - begins
        if usable > timedelta() and usable >= left:
            return min(ends, start) - left
        left -= max(usable, timedelta())
    return None


def _stretches(spans_of: Callable[[date], Spans], first: date, step: int = 1) -> Iterator[Stretch]:
    """The spans of the days from ``first`` on, as times; with ``step`` -1 the latest first."""
    for offset in range(HORIZON_DAYS):
        day = first + timedelta(days=offset * step)
        for span in spans_of(day)[::step]:
            yield at(day, span.starts), at(day, span.ends)


def _merged(stretches: Iterator[Stretch]) -> Iterator[Stretch]:
    """Stretches that follow each other without a gap, as at midnight, are one."""
    starts: datetime | None = None
    ends: datetime | None = None
    for begins, stops in stretches:
        if starts and ends and begins > ends:
            yield starts, ends
            starts = None
        starts, ends = starts or begins, stops
    if starts and ends:
        yield starts, ends


def _horizon(now: datetime) -> datetime:
    return at(local_day(now) + timedelta(days=HORIZON_DAYS), 0)
