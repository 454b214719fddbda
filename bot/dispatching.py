"""The dispatcher in a thread of its own, with its own event loop and connections.

A burst of visitors keeps the server's event loop busy for seconds; a step of the ladder that stood in line
behind every request being answered would be late by as much.
"""

import asyncio
import threading
import time
from contextlib import suppress

import structlog

from bot.helpdesk.database import DISPATCHING, Database
from bot.helpdesk.engine import Dispatcher
from bot.helpdesk.live import Hub, Live
from bot.helpdesk.texts import Texts
from bot.helpdesk.thresholds import Thresholds

log = structlog.stdlib.get_logger(__name__)

_POOL = 6
_RESTART_SECONDS = 1.0
# It looks three times a second; after so long without a look something is broken.
_SILENT_SECONDS = 10.0


class DispatcherThread:
    """Starts and stops the dispatcher of this process. ``thresholds`` is kept up to date by it.

    Whatever ends it but ``stop`` starts it again: a server without one would serve on, and nobody would see.
    """

    def __init__(self, database_url: str, redis_url: str, texts: Texts, thresholds: Thresholds) -> None:
        self._database_url = database_url
        self._redis_url = redis_url
        self._texts = texts
        self._thresholds = thresholds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._dispatcher: Dispatcher | None = None
        self._begun = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._main, name="dispatcher", daemon=True)

    def start(self) -> None:
        """Begin to dispatch, or to stand by."""
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Give the lease back and end, within ``seconds``. Blocks."""
        self._begun.wait(seconds)
        self._stopping.set()
        # RuntimeError: its loop has just ended by itself.
        with suppress(RuntimeError):
            if self._loop and self._task and self._thread.is_alive():
                self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(seconds)

    @property
    def looks(self) -> bool:
        """Whether it works, leading or standing by; false also for the moments before its first look."""
        seen = self._dispatcher.looked_at if self._dispatcher else None
        return seen is not None and time.monotonic() - seen < _SILENT_SECONDS

    @property
    def leads(self) -> bool:
        """Whether it is this server that dispatches."""
        return self.looks and self._dispatcher is not None and self._dispatcher.leads

    def _main(self) -> None:
        while not self._stopping.is_set():
            try:
                asyncio.run(self._run())
            except asyncio.CancelledError:
                return
            except Exception as error:
                log.error("dispatcher_restarts", exc_info=error)
            self._stopping.wait(_RESTART_SECONDS)

    async def _run(self) -> None:
        database = Database.open(self._database_url, pool_size=_POOL, settings=DISPATCHING)
        live = Live.open(self._redis_url)
        hub = Hub(live)
        dispatcher = Dispatcher(database, live, self._texts, self._thresholds)
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        self._dispatcher = dispatcher
        self._begun.set()
        try:
            # Together: without the hub it would look on, but no nudge would wake it.
            async with asyncio.TaskGroup() as group:
                listening = group.create_task(hub.run())
                await dispatcher.run(hub)
                listening.cancel()
        finally:
            await live.close()
            await database.close()
