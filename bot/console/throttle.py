"""Guessing passwords is slow: after ten failures within five minutes the caller has to wait.

Counted by address and user name together, so that nobody can lock a colleague out from elsewhere, and by
address alone with a wider bound, against trying one password on many names. An attempt counts from before
its password is checked, so that many at once are no way around.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256

import structlog
from redis.exceptions import RedisError

from bot.errors import HttpError
from bot.helpdesk.errors import BadCredentials
from bot.helpdesk.live import Live

log = structlog.stdlib.get_logger(__name__)

FAILURES = 10
FAILURES_OF_ADDRESS = 100
PERIOD_SECONDS = 300


class LoginThrottle:
    """Counts failed logins of one caller. Without Valkey none is counted: argon2id alone slows guessing."""

    def __init__(self, live: Live, address: str, username: str) -> None:
        self._client = live.client
        pair = sha256(f"{address}\n{username.strip().casefold()}".encode("utf-8", "replace")).hexdigest()
        self._bounds: Sequence[tuple[str, int]] = (
            (f"bangban:login:pair:{pair}", FAILURES),
            (f"bangban:login:address:{address}", FAILURES_OF_ADDRESS),
        )

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """One login; it stays counted only when it ends in ``BadCredentials``.

        Raises HttpError too_many_requests, before the block, when there have been too many failures.
        """
        try:
            await self._begin()
            yield
        except BadCredentials:
            raise
        except BaseException:
            await self._count(-1)
            raise
        else:
            await self._count(-1)

    async def _begin(self) -> None:
        counts = await self._count(1)
        if any(count > bound for count, (_, bound) in zip(counts, self._bounds, strict=False)):
            raise HttpError("too_many_requests", "Too many failed logins. Please wait five minutes.")

    async def _count(self, by: int) -> list[int]:
        """The counts after adding ``by``; none without Valkey."""
        pipeline = self._client.pipeline()
        for name, _ in self._bounds:
            pipeline.incrby(name, by)
        for name, _ in self._bounds:
            pipeline.expire(name, PERIOD_SECONDS, nx=True)
        try:
            return (await pipeline.execute())[: len(self._bounds)]
        except (RedisError, OSError):
            log.warning("login_not_throttled")
            return []
