"""Guessing passwords is slow: after ten failures within five minutes the caller has to wait.

Counted by address and user name together, so that nobody can lock a colleague out from elsewhere, and by
address alone with a wider bound, against trying one password on many names.
"""

from collections.abc import Sequence
from hashlib import sha256

import structlog
from redis.exceptions import RedisError

from bot.errors import HttpError
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

    async def check(self) -> None:
        """Raise HttpError too_many_requests when there have been too many failures."""
        try:
            counts = await self._client.mget([name for name, _ in self._bounds])
        except (RedisError, OSError):
            log.warning("login_not_throttled")
            return
        if any(int(count or 0) >= bound for count, (_, bound) in zip(counts, self._bounds, strict=True)):
            raise HttpError("too_many_requests", "Too many failed logins. Please wait five minutes.")

    async def failed(self) -> None:
        """Count a failure."""
        try:
            pipeline = self._client.pipeline()
            for name, _ in self._bounds:
                pipeline.incr(name)
                pipeline.expire(name, PERIOD_SECONDS, nx=True)
            await pipeline.execute()
        except (RedisError, OSError):
            log.warning("login_not_throttled")
