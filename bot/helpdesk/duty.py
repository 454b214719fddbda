"""The one question asked of working time, whether anybody is on duty for a department now, and its answer."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Duty:
    """Whether a department is on duty: until when, or from when again. Both None: it never changes."""

    on_duty: bool
    until: datetime | None = None
    next_start: datetime | None = None


@dataclass(frozen=True)
class Reception:
    """Where a request for a person goes, whether somebody is there, and the department's duty."""

    department: str | None
    anyone_ready: bool
    duty: Duty = field(default_factory=lambda: Duty(on_duty=True))


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
