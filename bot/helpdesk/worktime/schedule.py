"""A department's working time, as data: the week, the holidays, the exceptions. Pure.

Local time is Asia/Shanghai, which is eight hours before UTC all year round. Within a day, time is counted in
minutes since midnight, because a day may end at 24:00.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from itertools import pairwise
from typing import Literal

from bot.helpdesk.errors import Invalid
from bot.helpdesk.worktime.holidays import special_day

LOCAL = timezone(timedelta(hours=8), "Asia/Shanghai")
MIDNIGHT = 24 * 60
MONDAY, SUNDAY = 1, 7
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of a day, in minutes since local midnight: ``starts`` inclusive, ``ends`` exclusive."""

    starts: int
    ends: int

    @classmethod
    def parse(cls, starts: str, ends: str) -> "Span":
        """From two local times ``HH:MM``. Raises ``Invalid``, also when it ends before it starts."""
        span = cls(_minutes(starts), _minutes(ends))
        if span.starts >= span.ends:
            raise Invalid("a span ends after it starts")
        return span

    @classmethod
    def of(cls, starts: time, ends: time) -> "Span":
        """From two times of day; an end at 00:00 is midnight, when the day ends."""
        return cls(starts.hour * 60 + starts.minute, ends.hour * 60 + ends.minute or MIDNIGHT)

    def as_text(self) -> tuple[str, str]:
        """Both ends as ``HH:MM``."""
        return _text(self.starts), _text(self.ends)


Spans = tuple[Span, ...]
Week = Mapping[int, Spans]
_WHOLE_DAY = (Span(0, MIDNIGHT),)
_OFFICE = (Span(9 * 60, 12 * 60), Span(13 * 60 + 30, 17 * 60 + 30))
#: Monday to Friday with a lunch break.
DEFAULT_WEEK: Week = {weekday: _OFFICE for weekday in range(MONDAY, 6)}


@dataclass(frozen=True)
class DutyException:
    """A day that is not like the week says: no ``spans`` means closed. ``department`` None: for all."""

    id: str
    department: str | None
    day: date
    spans: Spans
    reason: str


@dataclass(frozen=True)
class Schedule:
    """The working time of one department.

    ``always`` answers visitors at any hour, as a service does whose hours nobody has set; its working days
    are still those of ``week``.
    """

    week: Week = field(default_factory=lambda: DEFAULT_WEEK)
    exceptions: Mapping[date, DutyException] = field(default_factory=dict)
    always: bool = False


@dataclass(frozen=True)
class Day:
    """One day of a schedule; ``name`` is the holiday's, or the reason of the exception."""

    day: date
    kind: Literal["work", "rest", "holiday", "make_up", "exception"]
    name: str | None
    spans: Spans


def day_of(schedule: Schedule, day: date) -> Day:
    """How ``day`` is worked: an exception first, then a holiday or a make-up day, then the week.

    A make-up day is worked as a Monday.
    """
    if exception := schedule.exceptions.get(day):
        return Day(day, "exception", exception.reason, exception.spans)
    special = special_day(day)
    if special and special.kind == "holiday":
        return Day(day, "holiday", special.name, ())
    if special:
        return Day(day, "make_up", special.name, tuple(schedule.week.get(MONDAY, ())))
    spans = tuple(schedule.week.get(day.isoweekday(), ()))
    return Day(day, "work" if spans else "rest", None, spans)


def spans_on_duty(schedule: Schedule, day: date) -> Spans:
    """When visitors are answered on ``day``: at any hour if ``always``, but for an exception."""
    if schedule.always and day not in schedule.exceptions:
        return _WHOLE_DAY
    return day_of(schedule, day).spans


def ordered(spans: Iterable[Span]) -> Spans:
    """``spans`` by their start. Raises ``Invalid`` when two overlap."""
    result = tuple(sorted(spans))
    if any(earlier.ends > later.starts for earlier, later in pairwise(result)):
        raise Invalid("the spans of a day do not overlap")
    return result


def local_day(moment: datetime) -> date:
    """The local date of an aware time."""
    return moment.astimezone(LOCAL).date()


def at(day: date, minutes: int) -> datetime:
    """The aware time ``minutes`` after local midnight."""
    return datetime.combine(day, time(), LOCAL) + timedelta(minutes=minutes)


def _minutes(text: str) -> int:
    found = _CLOCK.fullmatch(text)
    if not found:
        raise Invalid("a time of day is HH:MM, from 00:00 to 24:00")
    return int(found[1]) * 60 + int(found[2]) if found[1] else MIDNIGHT


def _text(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
