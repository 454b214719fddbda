"""The worker that sends what waits in the outbox for WeChat, and looks after what WeChat needs looked after.

Any number may run, in any number of processes: who sends to a visitor holds the lease of their address.
What is sent, and whether, is decided by ``plan`` and ``errcodes``; ``delivery`` does it and writes it down. A
message that WeChat has not taken is never called sent.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.channels.wechat import leasing
from bot.channels.wechat.account import CHANNEL
from bot.channels.wechat.delivery import Delivery, Outcome
from bot.channels.wechat.keeping import Keeping
from bot.channels.wechat.leasing import Held, Lost
from bot.channels.wechat.pause import Pause
from bot.channels.wechat.unreached import Unreached
from bot.helpdesk.database import Database
from bot.helpdesk.errors import Unavailable
from bot.helpdesk.live import utcnow
from bot.helpdesk.storage import pushes
from bot.helpdesk.storage.pushes import Address, Lease

log = structlog.stdlib.get_logger(__name__)

POLL_SECONDS = 0.3
KEEP_EVERY_SECONDS = 600.0


class Sender:
    """Sends to up to ``concurrency`` visitors at a time until it is stopped."""

    def __init__(
        self,
        database: Database,
        delivery: Delivery,
        keeping: Keeping,
        pause: Pause,
        unreached: Unreached,
        concurrency: int = 8,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self._database = database
        self._delivery = delivery
        self._keeping = keeping
        self._pause = pause
        self._concurrency = concurrency
        self._unreached = unreached
        self._clock = clock
        self._stopping = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._keep_at = clock()
        self._store_answers = True

    async def run(self, grace_seconds: float) -> None:
        """Work until ``stop``, then let what is under way finish for at most ``grace_seconds``."""
        while not self._stopping.is_set():
            await self._look()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), POLL_SECONDS)
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=grace_seconds)
            for task in late:
                task.cancel()

    def stop(self) -> None:
        """Make ``run`` come to its end."""
        self._stopping.set()

    async def _look(self) -> None:
        try:
            for lease in await self._take():
                self._start(self._serve(Held(self._database, lease, self._clock), lease.address))
            if self._clock() >= self._keep_at:
                self._keep_at = self._clock() + timedelta(seconds=KEEP_EVERY_SECONDS)
                self._start(self._keep())
            if not await self._pause.runs():
                for media in await self._keeping.take_media():
                    self._start(self._keeping.fetch(media))
            self._store_answers = True
        except Exception as error:
            # Whatever it is, the worker must outlive it; said once, not three times a second.
            if self._store_answers:
                log.error("wechat_outbox_not_read", exc_info=error)
            self._store_answers = False

    async def _keep(self) -> None:
        """What is to be done now and then. Each by itself: one that fails must not keep the others."""
        for job in (self._keeping.forget, self._unreached.overdue):
            try:
                await job()
            except Exception as error:
                log.error("wechat_not_kept", job=job.__name__, exc_info=error)

    async def _take(self) -> list[Lease]:
        free = self._concurrency - len(self._running)
        if free <= 0 or await self._pause.runs():
            return []
        async with self._database.transaction() as connection:
            return await pushes.take(connection, CHANNEL, self._clock(), leasing.LEASE_SECONDS, free)

    def _start(self, job: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(job)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _serve(self, held: Held, address: Address) -> None:
        """Send one message after the other until nothing is left, or something stands in the way."""
        try:
            outcome: Outcome | None = None
            while outcome is None:
                outcome = await held.during(lambda: self._delivery.send_next(address))
            if outcome.undelivered:
                seqs = list(outcome.undelivered)
                await self._unreached.tell(address.conversation_id, seqs, outcome.reason)
        except (Lost, Unavailable):
            pass  # another sender goes on, or whoever takes what waits when the lease has run out
        except Exception as error:
            log.error("wechat_not_sent", conversation_id=address.conversation_id, exc_info=error)
            await self._hold_off(address)
        finally:
            await held.release()

    async def _hold_off(self, address: Address) -> None:
        """Something unforeseen: later, not at once and forever."""
        with suppress(Unavailable):
            async with self._database.transaction() as connection:
                waiting = await pushes.waiting(connection, address.conversation_id, CHANNEL)
                rows = [each.id for each in waiting]
                await pushes.retry(connection, rows, self._clock() + timedelta(seconds=60), "broken")
