"""What every desk sees of the queue, read once for all the staff sockets of this process.

A thousand requests that change in a second would otherwise be read and written out once for every console.
"""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog

from bot.helpdesk.errors import HelpdeskError
from bot.helpdesk.floor import Floor
from bot.helpdesk.live import STAFF_TOPIC, Hub
from bot.helpdesk.models import HelpRequest, Staff
from bot.helpdesk.rules import CLAIMABLE_STATUSES
from bot.helpdesk.rules.departments import Alert, DepartmentRecord, alerts_for
from bot.wire import request_out

log = structlog.stdlib.get_logger(__name__)

POLL_SECONDS = 5.0
SHOWN = 100
# Between two readings; the queue is pushed whole, so a burst of changes is one push.
_PAUSE_SECONDS = 0.1
_LONG_PAUSE_SECONDS = 0.5


class QueueFeed:
    """The queue as it is pushed, and who has to be alerted. ``watch`` is called at each change."""

    def __init__(self, floor: Floor, hub: Hub) -> None:
        self._floor = floor
        self._hub = hub
        self._awake = asyncio.Event()
        self._listeners: set[Callable[[], None]] = set()
        self._alarming: list[HelpRequest] = []
        self._departments: dict[str, DepartmentRecord] = {}
        self._written: dict[str, tuple[HelpRequest, dict[str, Any]]] = {}
        self.message = ""

    async def run(self) -> None:
        """Keep it up to date until cancelled."""
        listening = asyncio.create_task(self._listen())
        try:
            while True:
                self._awake.clear()
                begun = time.monotonic()
                await self._refresh_safely()
                # Long lists take long to write to everybody: they come less often.
                long = len(self.message) > 20_000
                pause = _LONG_PAUSE_SECONDS if long else _PAUSE_SECONDS
                await asyncio.sleep(max(pause, 2 * (time.monotonic() - begun)))
                await self._wait()
        finally:
            listening.cancel()

    async def _wait(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await self._awake.wait()

    async def _listen(self) -> None:
        async with self._hub.subscribe(STAFF_TOPIC) as nudges:
            async for nudge in nudges:
                kind = nudge["type"]
                if kind == "queue" or (kind == "changed" and "conversation_id" not in nudge):
                    self._awake.set()

    async def _refresh_safely(self) -> None:
        try:
            await self.refresh()
        except HelpdeskError:
            log.warning("queue_feed_waits")
        except Exception as error:
            log.error("queue_feed_failed", exc_info=error)

    async def refresh(self) -> None:
        """Read the queue now, and tell everyone who watches if it has changed."""
        waiting, total = await self._floor.queue(CLAIMABLE_STATUSES, SHOWN)
        alarming, departments = await self._floor.alarming()
        self._written = {each.id: (each, self._json(each)) for each in (*alarming, *waiting)}
        shown: dict[str, Any] = {
            "type": "queue",
            "requests": [self._json(request) for request in waiting],
            "total": total,
        }
        message = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
        if (message, alarming, departments) == (self.message, self._alarming, self._departments):
            return
        self.message, self._alarming, self._departments = message, alarming, departments
        for listener in tuple(self._listeners):
            listener()

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` at each change; the returned function ends that."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    def _json(self, request: HelpRequest) -> dict[str, Any]:
        """As it is sent; written once, for all the desks, until it changes."""
        written = self._written.get(request.id)
        return written[1] if written and written[0] == request else request_out(request).json_object()

    def alerts_shown(self, staff: Staff) -> list[dict[str, Any]]:
        """What ``staff`` has to hear about, as it is sent."""
        return [
            {"request": self._json(each.request), "reason": each.reason, "ring": each.ring}
            for each in self.alerts_for(staff)
        ]

    def alerts_for(self, staff: Staff) -> list[Alert]:
        """What ``staff`` has to hear about."""
        return alerts_for(staff, self._alarming, self._departments)
