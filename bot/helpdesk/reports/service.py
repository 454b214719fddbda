"""Use cases of reports."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from bot.helpdesk.database import Database
from bot.helpdesk.errors import Invalid
from bot.helpdesk.live import utcnow
from bot.helpdesk.models import JSON
from bot.helpdesk.reports.figures import Material, report
from bot.helpdesk.reports.records import (
    By,
    ConversationRecord,
    RequestRecord,
    TicketRecord,
    days_between,
    handling_seconds,
    response_seconds,
)
from bot.helpdesk.reports.staffing import (
    Advice,
    Arrival,
    Goal,
    Replayed,
    actual,
    advise,
    mean_handling,
    replay,
)
from bot.helpdesk.rules.ladder import CAUSES
from bot.helpdesk.storage import reports as storage
from bot.helpdesk.texts import LOCALES, STAFF_LOCALE, Texts
from bot.helpdesk.thresholds import Thresholds
from bot.helpdesk.worktime.schedule import at, local_day

LONGEST_DAYS = 400
LOOK_BACK_DAYS = 56
_T = TypeVar("_T")


@dataclass(frozen=True)
class Asked:
    """Which report: local days, both included."""

    first: date
    last: date
    by: By = "day"
    department: str | None = None


@dataclass(frozen=True)
class ServiceReport:
    """Figures with their definitions, and the rows behind them."""

    asked: Asked
    definitions: JSON
    total: JSON
    rows: list[JSON]
    material: Material


@dataclass(frozen=True)
class StaffingReport:
    """Advice for one day, from ``days`` days like it; each half hour with the real share and helpers."""

    day: date
    days: int
    handling_seconds: float | None
    slots: list[tuple[Advice, float | None, int | None]]


class Reports:
    """Reports over what is stored. Errors: ``bot.helpdesk.errors``."""

    def __init__(
        self, database: Database, thresholds: Thresholds, clock: Callable[[], datetime] = utcnow
    ) -> None:
        self._database = database
        self._thresholds = thresholds
        self._clock = clock
        # A long report takes all of a core for a while: one at a time, and never on the event loop, which
        # serves everybody.
        self._one = asyncio.Lock()
        self.texts = Texts.load(LOCALES / "reports")

    async def service(self, asked: Asked) -> ServiceReport:
        """The figures of a period. Raises ``Invalid`` for one that is empty or too long."""
        starts, ends = bounds(asked.first, asked.last)
        async with self._database.transaction() as connection:
            requests = await storage.requests(connection, starts, ends, asked.department)
            talks = [] if asked.department else await storage.conversations(connection, starts, ends)
            tickets = await storage.tickets(connection, starts, ends, asked.department)
        promise = self._thresholds.policy.first_response_seconds
        material, (total, rows) = await self._aside(
            _computed, asked, requests, talks, tickets, promise, self._clock()
        )
        return ServiceReport(asked, definitions(self.texts, promise), total, rows, material)

    async def _aside(self, compute: Callable[..., _T], *values: Any) -> _T:
        async with self._one:
            return await asyncio.to_thread(compute, *values)

    # --- staffing -----------------------------------------------------------------------------------

    async def staffing(
        self, day: date, department: str | None, share: float, seconds: float
    ) -> StaffingReport:
        """How many helpers each half hour of ``day`` needs, from the same weekdays before it."""
        goal = self._goal(share, seconds)
        starts, _ = bounds(day - timedelta(days=LOOK_BACK_DAYS), day)
        records = await self._requests(starts, at(day + timedelta(days=1), 0), department)
        return await self._aside(_advised, records, day, goal)

    async def replay(
        self, first: date, last: date, department: str | None, share: float, seconds: float
    ) -> tuple[list[Replayed], float | None]:
        """The advice that a period would have given, checked by the requests of the period."""
        starts, ends = bounds(first, last)
        records = await self._requests(starts, ends, department)
        return await self._aside(_replayed, records, self._goal(share, seconds))

    def _goal(self, share: float, seconds: float) -> Goal:
        return Goal(share, seconds, max(1, self._thresholds.policy.helper_capacity))

    async def _requests(
        self, starts: datetime, ends: datetime, department: str | None
    ) -> list[RequestRecord]:
        async with self._database.transaction() as connection:
            return await storage.requests(connection, starts, ends, department)


def _computed(
    asked: Asked,
    requests: list[RequestRecord],
    talks: list[ConversationRecord],
    tickets: list[TicketRecord],
    promise: float,
    now: datetime,
) -> tuple[Material, tuple[JSON, list[JSON]]]:
    material = Material.of(requests, talks, tickets, promise, now)
    return material, report(material, asked.by, asked.first, asked.last)


def _advised(records: list[RequestRecord], day: date, goal: Goal) -> StaffingReport:
    days_of = [local_day(each.requested_at) for each in records]
    that_day = [each for each, on in zip(records, days_of, strict=True) if on == day]
    before = [each for each, on in zip(records, days_of, strict=True) if on < day]
    alike, days = _alike(before, day)
    handling = mean_handling(_arrivals(before))
    advised = advise(_arrivals(alike), days, handling, goal)
    real = actual(_arrivals(that_day), goal.seconds)
    return StaffingReport(day, days, handling, [(each, *real[each.slot]) for each in advised])


def _replayed(records: list[RequestRecord], goal: Goal) -> tuple[list[Replayed], float | None]:
    days = len({local_day(each.requested_at) for each in records})
    return replay(_arrivals(records), days, goal)


def _alike(before: list[RequestRecord], day: date) -> tuple[list[RequestRecord], int]:
    """Requests of days like ``day``, and how many such days the log holds.

    The same weekday since the log began; of a log shorter than a week, all days.
    """
    if not before:
        return [], 0
    began = local_day(before[0].requested_at)
    days = [each for each in days_between(began, day - timedelta(days=1)) if each.weekday() == day.weekday()]
    days = days or days_between(began, day - timedelta(days=1))
    wanted = set(days)
    return [each for each in before if local_day(each.requested_at) in wanted], len(days)


def _arrivals(records: list[RequestRecord]) -> list[Arrival]:
    """Those that wanted a helper's place; what a ticket ended off hours wanted none."""
    return [_arrival(each) for each in records if not each.by_ticket]


def _arrival(record: RequestRecord) -> Arrival:
    return Arrival(record.requested_at, handling_seconds(record), record.helper_id, response_seconds(record))


def bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """From the start of ``first`` to the end of ``last``. Raises ``Invalid`` when that is no fair period."""
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise Invalid(f"from 1 to {LONGEST_DAYS} days")
    return at(first, 0), at(last + timedelta(days=1), 0)


_DEFINED = (
    "requests", "answered", "within", "rate_base", "rate", "median_seconds", "p95_seconds", "breached",
    *CAUSES, "closed", "resolved", "resolution_base", "resolution_rate", "abandoned", "abandonment_rate",
    "by_ticket", "conversations", "bot_solved", "bot_solved_rate", "reason", "rated", "mean_stars",
    "satisfied", "satisfied_rate", "tickets", "mean_handling_seconds",
    "median_pickup_seconds",
)  # fmt: skip


def definitions(texts: Texts, promise_seconds: float) -> JSON:
    """What each figure means, by its name."""
    return {
        name: texts.get(STAFF_LOCALE, f"{name}_definition", seconds=f"{promise_seconds:g}")
        for name in _DEFINED
    }
