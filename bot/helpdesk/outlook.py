"""What can be said about waiting: figures from PostgreSQL, put into the rules of the honest wait."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.helpdesk.database import Database
from bot.helpdesk.rules.departments import DepartmentRecord, distances
from bot.helpdesk.rules.dispatch import HelperState, capacity_of, is_present
from bot.helpdesk.rules.policy import Policy
from bot.helpdesk.rules.waiting import History, Places, Wait, estimate, estimate_next
from bot.helpdesk.storage import people, snapshot
from bot.helpdesk.thresholds import Thresholds


@dataclass(frozen=True)
class Figures:
    """Who is there, and what was seen lately."""

    helpers: list[HelperState]
    departments: dict[str, DepartmentRecord]
    history: History


class Outlook:
    """Figures, kept for ``keep_seconds``: every waiting visitor asks for them every few seconds."""

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
        self._keep = timedelta(seconds=keep_seconds)
        self._read_at: datetime | None = None
        self._figures: Figures | None = None

    async def figures(self) -> Figures:
        """The figures, at most ``keep_seconds`` old."""
        now = self._clock()
        if self._figures is None or self._read_at is None or now - self._read_at >= self._keep:
            self._figures, self._read_at = await self._read(now), now
        return self._figures

    async def _read(self, now: datetime) -> Figures:
        policy = self._thresholds.policy
        since = now - timedelta(seconds=policy.wait_window_seconds)
        async with self._database.transaction() as connection:
            rows = await snapshot.history(connection, since, policy.wait_sample)
            return Figures(
                await people.states(connection), await people.departments(connection), _history(rows, now)
            )

    async def wait(self, department: str | None, position: int) -> Wait | None:
        """How long who stands at ``position`` among those for ``department`` will wait."""
        figures, policy = await self.figures(), self._thresholds.policy
        return estimate(position, self._places(figures, department, policy), figures.history, policy)

    async def wait_next(self, department: str | None, waiting: int) -> Wait | None:
        """How long somebody who asks now would wait, behind ``waiting`` others."""
        figures, policy = await self.figures(), self._thresholds.policy
        return estimate_next(waiting, self._places(figures, department, policy), figures.history, policy)

    def _places(self, figures: Figures, department: str | None, policy: Policy) -> Places:
        now = self._clock()
        present = [helper for helper in figures.helpers if is_present(helper, policy, now)]
        serving = distances(department, figures.departments, present)
        return places((h for h in present if h.id in serving), policy, now)


def places(helpers: Iterable[HelperState], policy: Policy, now: datetime) -> Places:
    """How many conversations these helpers can hold, and how many more they can take."""
    counted = [(capacity_of(helper, policy, now), helper.held) for helper in helpers]
    return Places(sum(c for c, _ in counted), sum(max(0, c - held) for c, held in counted))


def _history(rows: list[tuple[float | None, float | None, datetime]], now: datetime) -> History:
    if not rows:
        return History()
    seen = max(1.0, (now - min(asked for _, _, asked in rows)).total_seconds())
    return History(
        [pickup for pickup, _, _ in rows if pickup is not None],
        [handling for _, handling, _ in rows if handling is not None],
        len(rows) / seen,
    )
