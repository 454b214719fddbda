"""The lease of a visitor's address, kept as long as something is being sent to them.

One message may take minutes: a token is renewed, a picture uploaded, WeChat is slow. A lease that long would
leave a visitor waiting for a server that has died. So it is short and renewed, as long as it is still the one
that was taken.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.helpdesk.database import Database
from bot.helpdesk.errors import Unavailable
from bot.helpdesk.storage import pushes
from bot.helpdesk.storage.pushes import Lease

LEASE_SECONDS = 60.0
Result = TypeVar("Result")


class Lost(Exception):
    """Somebody else may send to this visitor by now."""


class Held:
    """A lease that was taken."""

    def __init__(self, database: Database, lease: Lease, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._lease = lease
        self._clock = clock

    async def renew(self) -> bool:
        """Have it for another while; False when it is lost."""
        until = self._clock() + timedelta(seconds=LEASE_SECONDS)
        async with self._database.transaction() as connection:
            renewed = await pushes.renew(connection, self._lease, until)
        self._lease = renewed or self._lease
        return renewed is not None

    async def during(self, send: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """What ``send`` gives, done under the lease. Raises ``Lost`` when there is none to do it under."""
        if not await self.renew():
            raise Lost
        task = asyncio.create_task(send())
        try:
            while not (await asyncio.wait([task], timeout=LEASE_SECONDS / 3))[0]:
                # What is under way cannot be called back; what comes after it is not begun.
                with suppress(Unavailable):
                    await self.renew()
            return await task
        finally:
            task.cancel()

    async def release(self) -> None:
        """Give it back, if it is still ours."""
        with suppress(Unavailable):
            async with self._database.transaction() as connection:
                await pushes.release(connection, self._lease)
