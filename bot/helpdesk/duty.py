"""The one question the engine asks of working time: is anybody on duty for a department now?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Duty:
    """Whether a department is on duty: until when, or from when again. Both None: it never changes."""

    on_duty: bool
    until: datetime | None = None
    next_start: datetime | None = None


class Roster(Protocol):
    """Working time, as the engine sees it."""

    async def duty(self, department: str | None, now: datetime) -> Duty:
        """The duty of ``department`` (None: of the service as a whole) at ``now``."""
        ...


class AlwaysOnDuty:
    """A service that never closes: the default."""

    async def duty(self, department: str | None, now: datetime) -> Duty:
        """On duty."""
        return Duty(on_duty=True)
