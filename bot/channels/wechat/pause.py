"""The account as a whole pauses: WeChat says that it calls too often, or that something is set up wrongly.

Kept in Valkey for all servers; without it each server keeps its own.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from redis.exceptions import RedisError

from bot.helpdesk.live import Live, utcnow

_NAME = "bangban:wechat:pause"


class Pause:
    """Whether nobody should call WeChat right now."""

    def __init__(self, live: Live, app_id: str, clock: Callable[[], datetime] = utcnow) -> None:
        self._live = live
        self._name = f"{_NAME}:{app_id}"
        self._clock = clock
        self._until: datetime | None = None

    async def begin(self, seconds: float) -> None:
        """Nobody calls for so long."""
        self._until = self._clock() + timedelta(seconds=seconds)
        with suppress(RedisError, OSError):
            await self._live.client.set(self._name, "1", px=max(1, int(seconds * 1000)))

    async def runs(self) -> bool:
        """Whether a pause runs, begun here or elsewhere."""
        if self._until is not None and self._clock() < self._until:
            return True
        try:
            return bool(await self._live.client.exists(self._name))
        except (RedisError, OSError):
            return False
