"""Thresholds that may be changed while the service runs; what they may be is ``rules.policy``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.helpdesk.administration.basis import Administration
from bot.helpdesk.database import Database
from bot.helpdesk.live import utcnow
from bot.helpdesk.models import Staff
from bot.helpdesk.rules.policy import THRESHOLDS, Threshold, check_threshold, with_changes
from bot.helpdesk.storage import settings
from bot.helpdesk.thresholds import Thresholds


@dataclass(frozen=True)
class ThresholdState:
    """A threshold with what holds now, and who changed it when."""

    about: Threshold
    value: Any
    default: Any
    changed_at: datetime | None
    changed_by: str | None


class ThresholdAdministration(Administration):
    """Use cases of thresholds. Errors: ``bot.helpdesk.errors``."""

    def __init__(
        self, database: Database, thresholds: Thresholds, clock: Callable[[], datetime] = utcnow
    ) -> None:
        super().__init__(database, clock)
        self._thresholds = thresholds

    async def listed(self) -> list[ThresholdState]:
        """All thresholds."""
        async with self._database.transaction() as connection:
            changed = {name: (at, by) for name, at, by in await settings.changes(connection)}
            await self._thresholds.refresh(connection)
        policy, default = self._thresholds.policy, self._thresholds.default
        return [
            ThresholdState(
                about, getattr(policy, name), getattr(default, name), *changed.get(name, (None, None))
            )
            for name, about in THRESHOLDS.items()
        ]

    async def save(self, administrator: Staff, name: str, value: Any) -> None:
        """Change a threshold; None: the default again. ``Invalid`` when it may not be that, or the ladder
        would not rise any more.
        """
        if value is not None or name not in THRESHOLDS:
            value = check_threshold(name, value)
        async with self._database.transaction() as connection:
            await settings.lock(connection)
            changes = await settings.changed(connection)
            before = changes.pop(name, None)
            with_changes(self._thresholds.default, {**changes, **({} if value is None else {name: value})})
            await settings.save(connection, name, value, administrator.id, self._clock())
            if before != value:
                was, now = {"value": before}, {"value": value}
                await self._audit(connection, administrator, "threshold_saved", name, was, now)
            await self._thresholds.refresh(connection)
