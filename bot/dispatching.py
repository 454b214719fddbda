"""The dispatcher in a thread of its own, with its own event loop and connections.

A burst of visitors keeps the server's event loop busy for seconds; a step of the ladder that stood in line
behind every request being answered would be late by as much.
"""

import asyncio
import threading

import structlog

from bot.helpdesk.database import DISPATCHING, Database
from bot.helpdesk.engine import Dispatcher
from bot.helpdesk.live import Hub, Live
from bot.helpdesk.texts import Texts
from bot.helpdesk.thresholds import Thresholds

log = structlog.stdlib.get_logger(__name__)

_POOL = 6


class DispatcherThread:
    """Starts and stops the dispatcher of this process. ``thresholds`` is kept up to date by it."""

    def __init__(self, database_url: str, redis_url: str, texts: Texts, thresholds: Thresholds) -> None:
        self._database_url = database_url
        self._redis_url = redis_url
        self._texts = texts
        self._thresholds = thresholds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._main, name="dispatcher", daemon=True)

    def start(self) -> None:
        """Begin to dispatch, or to stand by."""
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Give the lease back and end, within ``seconds``. Blocks."""
        self._begun.wait(seconds)
        if self._loop and self._task and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(seconds)

    def _main(self) -> None:
        try:
            asyncio.run(self._run())
        except asyncio.CancelledError:
            return
        except Exception as error:
            log.error("dispatcher_ended", exc_info=error)

    async def _run(self) -> None:
        database = Database.open(self._database_url, pool_size=_POOL, patience=DISPATCHING)
        live = Live.open(self._redis_url)
        hub = Hub(live)
        dispatcher = Dispatcher(database, live, self._texts, self._thresholds)
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        self._begun.set()
        listening = asyncio.create_task(hub.run())
        try:
            await dispatcher.run(hub)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await live.close()
            await database.close()
