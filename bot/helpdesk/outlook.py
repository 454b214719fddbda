"""What can be said about waiting: figures from PostgreSQL, put into the rules of the honest wait."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from bot.helpdesk.database import Database
from bot.helpdesk.models import Place
from bot.helpdesk.rules.departments import DepartmentRecord
from bot.helpdesk.rules.dispatch import HelperState, capacity_of, present_for
from bot.helpdesk.rules.policy import Policy
from bot.helpdesk.rules.waiting import (
    History,
    Places,
    Wait,
    arrival_rate,
    estimate,
    estimate_next,
    histories,
    history_of,
)
from bot.helpdesk.storage import directory, people, snapshot
from bot.helpdesk.thresholds import Thresholds

NEWCOMER_SECONDS = 0.3
Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Something read for everybody at once; who asks while it is being read waits for that reading."""

    def __init__(
        self,
        read: Callable[[datetime], Awaitable[Value]],
        clock: Callable[[], datetime],
        keep_seconds: float,
    ) -> None:
        self._read = read
        self._clock = clock
        self._keep_seconds = keep_seconds
        self._read_at: datetime | None = None
        self._value: Value | None = None
        self._one = asyncio.Lock()

    async def get(self, at_most_seconds: float = math.inf) -> Value:
        """The value, at most as old as it is kept, or ``at_most_seconds`` if that is less."""
        asked = self._clock()
        async with self._one:
            oldest = asked - timedelta(seconds=min(self._keep_seconds, at_most_seconds))
            if self._value is None or self._read_at is None or self._read_at <= oldest:
                now = self._clock()
                self._value = await self._read(now)
                self._read_at = now
            return self._value


@dataclass(frozen=True)
class Figures:
    """Who is there, and what was seen lately: of each department, and under None of the whole service.

    ``arrivals_per_second`` is the whole service's.
    """

    helpers: list[HelperState]
    departments: dict[str, DepartmentRecord]
    histories: dict[str | None, History]
    arrivals_per_second: float


class Outlook:
    """Figures and the line, kept for ``keep_seconds``: every waiting visitor asks every few seconds.

    A thousand visitors who each counted who stands before them would be a million rows every time.
    """

    def __init__(
        self,
        database: Database,
        thresholds: Thresholds,
        clock: Callable[[], datetime],
        keep_seconds: float = 0.0,
    ) -> None:
        self._database = database
        self._thresholds = thresholds
        self._clock = clock
        self._figures = Kept(self._read, clock, keep_seconds)
        self._line = Kept(self._read_line, clock, keep_seconds)

    async def figures(self) -> Figures:
        """The figures, at most ``keep_seconds`` old."""
        return await self._figures.get()

    async def place(self, conversation_id: str) -> Place | None:
        """Where a conversation's visitor stands in the queue; None when they are not waiting."""
        found = (await self._line.get()).get(conversation_id)
        # Who has just come is not in a line that was read before.
        return found or (await self._line.get(NEWCOMER_SECONDS)).get(conversation_id)

    async def _read_line(self, _now: datetime) -> dict[str, Place]:
        async with self._database.reading() as connection:
            return await snapshot.line(connection)

    async def _read(self, now: datetime) -> Figures:
        policy = self._thresholds.policy
        since = now - timedelta(seconds=policy.wait_window_seconds)
        async with self._database.reading() as connection:
            seen = await snapshot.history(connection, since, policy.wait_sample)
            return Figures(
                await people.states(connection),
                await directory.departments(connection),
                histories(seen),
                arrival_rate(seen, now),
            )

    async def wait(self, department: str | None, position: int) -> Wait | None:
        """How long who stands at ``position`` among those for ``department`` will wait."""
        figures, policy = await self.figures(), self._thresholds.policy
        history = history_of(department, figures.histories, policy)
        return estimate(position, self._places(figures, department, policy), history, policy)

    async def wait_next(self, waiting: int) -> Wait | None:
        """How long somebody who asks the service now would wait, behind ``waiting`` others."""
        figures, policy = await self.figures(), self._thresholds.policy
        whole, there = history_of(None, figures.histories, policy), self._places(figures, None, policy)
        return estimate_next(waiting, there, whole, figures.arrivals_per_second, policy)

    def _places(self, figures: Figures, department: str | None, policy: Policy) -> Places:
        now = self._clock()
        serving = present_for(department, figures.helpers, figures.departments, policy, now)
        return places(serving, policy, now)


def places(helpers: Iterable[HelperState], policy: Policy, now: datetime) -> Places:
    """How many conversations these helpers can hold, and how many more they can take."""
    counted = [(capacity_of(helper, policy, now), helper.held) for helper in helpers]
    return Places(sum(c for c, _ in counted), sum(max(0, c - held) for c, held in counted))
