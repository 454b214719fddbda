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
    counted,
    handling_seconds,
    pickup_seconds,
    response_seconds,
    wanted_at,
)
from bot.helpdesk.reports.replaying import Replay, replay
from bot.helpdesk.reports.staffing import (
    LOOK_BACK_DAYS,
    Advice,
    Arrival,
    Basis,
    Day,
    Goal,
    actual,
    advise,
)
from bot.helpdesk.rules.ladder import CAUSES
from bot.helpdesk.storage import reports as storage
from bot.helpdesk.texts import LOCALES, STAFF_LOCALE, Texts
from bot.helpdesk.thresholds import Thresholds
from bot.helpdesk.worktime.schedule import at, local_day

LONGEST_DAYS = 400
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
    """Advice for one day and what it rests on; each half hour with the real share and helpers."""

    day: date
    goal: Goal
    basis: Basis
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
        self, day: date, department: str | None, share: float, seconds: float | None
    ) -> StaffingReport:
        """How many helpers each half hour of ``day`` needs, from the same weekdays before it.

        ``seconds``: within how many the ``share`` is to be answered; None: within the promise.

        Of a day to come, from those before today: what is not over tells too little.
        """
        goal, until = self._goal(share, seconds), min(day, local_day(self._clock()))
        starts, ends = bounds(until - timedelta(days=LOOK_BACK_DAYS), until)
        records = await self._requests(starts, ends, department)
        return await self._aside(_advised, records, day, until, goal)

    async def replay(
        self, first: date, last: date, department: str | None, share: float, seconds: float | None
    ) -> Replay:
        """The advice for each day of a period, checked by the requests of that day."""
        _, ends = bounds(first, last)
        starts, _ = bounds(first - timedelta(days=LOOK_BACK_DAYS), first)
        records = await self._requests(starts, ends, department)
        return await self._aside(_replayed, records, first, last, self._goal(share, seconds))

    def _goal(self, share: float, seconds: float | None) -> Goal:
        policy = self._thresholds.policy
        within = policy.first_response_seconds if seconds is None else seconds
        return Goal(share, within, max(1, policy.helper_capacity), policy.wait_minimum)

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


def _advised(records: list[RequestRecord], day: date, until: date, goal: Goal) -> StaffingReport:
    log = _by_day(records)
    advised = advise({on: Day.of(each) for on, each in log.items()}, day, until, goal)
    real = actual(log.get(day, []), goal.seconds)
    return StaffingReport(day, goal, advised.basis, [(each, *real[each.slot]) for each in advised.slots])


def _replayed(records: list[RequestRecord], first: date, last: date, goal: Goal) -> Replay:
    return replay(_by_day(records), first, last, goal)


def _by_day(records: list[RequestRecord]) -> dict[date, list[Arrival]]:
    """What wanted a helper's place, by local day; a day whose requests wanted none is of the log as well."""
    log: dict[date, list[Arrival]] = {}
    for record in records:
        at = wanted_at(record)
        those = log.setdefault(local_day(at or record.requested_at), [])
        if at is not None:
            those.append(_arrival(record, at))
    return log


def _arrival(record: RequestRecord, at: datetime) -> Arrival:
    return Arrival(
        at,
        handling_seconds(record),
        record.helper_id,
        response_seconds(record),
        pickup_seconds(record),
        counted(record),
    )


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
