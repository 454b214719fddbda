"""Whether conversations that are looked at here have something new, asked once for all of them.

Nudges tell at once; this makes good the ones that got lost. A thousand visitors who each looked for
themselves every few seconds would keep a server busy with finding nothing.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.helpdesk.desk import Desk
from bot.helpdesk.errors import HelpdeskError
from bot.helpdesk.live import Live

log = structlog.stdlib.get_logger(__name__)

POLL_SECONDS = 5.0
_AT_ONCE = 1000
#: ``last_seq`` and ``owner_epoch``.
Mark = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Watch:
    """One that looks on: ``seen`` gives what it has shown, ``wake`` tells it that there is more."""

    conversation_id: str
    seen: Callable[[], Mark]
    wake: Callable[[], None]


class Pulse:
    """All the visitors' connections of this process."""

    def __init__(self, desk: Desk, live: Live) -> None:
        self._desk = desk
        self._live = live
        self._watches: set[Watch] = set()

    def watch(self, conversation_id: str, seen: Callable[[], Mark], wake: Callable[[], None]) -> Watch:
        """Begin to look after a connection, until ``forget``."""
        watch = Watch(conversation_id, seen, wake)
        self._watches.add(watch)
        return watch

    def forget(self, watch: Watch) -> None:
        """The connection has gone."""
        self._watches.discard(watch)

    async def run(self) -> None:
        """Look every POLL_SECONDS until cancelled."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self.beat()
                await self._live.visitors_seen({each.conversation_id for each in self._watches})
            except HelpdeskError:
                log.warning("pulse_waits")
            except Exception as error:
                log.error("pulse_failed", exc_info=error)

    async def beat(self) -> None:
        """Look once, and wake whoever has not shown what there is."""
        watches = list(self._watches)
        for start in range(0, len(watches), _AT_ONCE):
            some = watches[start : start + _AT_ONCE]
            marks = await self._desk.marks([each.conversation_id for each in some])
            for each in some:
                if marks.get(each.conversation_id, each.seen()) != each.seen():
                    each.wake()
