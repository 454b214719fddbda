"""The dispatcher's loop: look, decide, write, sleep until the next thing is due.

Every server runs one; the lease lets one of them act. It sleeps until the next step of any ladder, is woken
by nudges, and looks at least once a renewal of the lease, so that a lost nudge, or Valkey itself, costs less
than a second.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import uuid4

import structlog

from bot.helpdesk.database import Database
from bot.helpdesk.engine.keeper import Keeper
from bot.helpdesk.engine.lease import Lease, LeaseLost
from bot.helpdesk.engine.look import Looker, View
from bot.helpdesk.engine.writes import Nudges, Writer
from bot.helpdesk.errors import Busy, HelpdeskError, Unavailable
from bot.helpdesk.live import STAFF_TOPIC, Hub, Live, check_cancelled, utcnow
from bot.helpdesk.models import HelpRequest
from bot.helpdesk.rules import ladder
from bot.helpdesk.rules.absence import absent_at
from bot.helpdesk.rules.dispatch import decide, present_for
from bot.helpdesk.rules.policy import Policy
from bot.helpdesk.texts import Texts
from bot.helpdesk.thresholds import Thresholds

_WAKING = ("queue", "presence")
_TELLERS = 4
_MOST_ATTEMPTS = 3
_AT_ONCE = 20  # conversations taken back in one step: when a whole office goes dark, the ladder must not wait
_SHORTEST_SLEEP = 0.02
_UNAVAILABLE_SLEEP = 0.3
_REST = 3.0  # times as long as a look took
log = structlog.get_logger(__name__)


class Dispatcher:
    """Runs until cancelled. ``step`` does one round and may be called alone (tests with a fake clock do)."""

    def __init__(
        self,
        database: Database,
        live: Live,
        texts: Texts,
        thresholds: Thresholds,
        clock: Callable[[], datetime] = utcnow,
        lease_seconds: float = 1.2,
    ) -> None:
        self.lease = Lease(database, uuid4().hex, lease_seconds)
        self._database = database
        self._live = live
        self._thresholds = thresholds
        self._clock = clock
        self._looker = Looker()
        self._writer = Writer(database, self.lease, clock)
        self._keeper = Keeper(database, live, texts, thresholds, clock).use(self.lease, self._publish)
        self._awake = asyncio.Event()
        self._leads = asyncio.Event()
        self._untold: asyncio.Queue[str] = asyncio.Queue()
        self._failed: Counter[str] = Counter()
        #: When it last looked after the lease, on the monotonic clock.
        self.looked_at: float | None = None
        self._tick = lease_seconds / 3
        self._publishing: set[asyncio.Task[None]] = set()

    @property
    def leads(self) -> bool:
        """Whether this server dispatches."""
        return self._leads.is_set()

    async def run(self, hub: Hub) -> None:
        """Dispatch whenever this server holds the lease; gives it back when cancelled."""
        tellers = [self._forever(self._tell_one) for _ in range(_TELLERS)]
        jobs: list[Coroutine[Any, Any, None]] = [
            self._forever(self._renew),
            self._forever(self._round),
            self._forever(lambda: self._listen(hub)),
            *tellers,
        ]
        try:
            async with asyncio.TaskGroup() as group:
                for job in jobs:
                    group.create_task(job)
        finally:
            with suppress(HelpdeskError):
                await self.lease.give_back()

    async def _forever(self, job: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Repeat ``job``, whatever goes wrong: while any server runs, somebody must dispatch."""
        while True:
            try:
                await job()
            except LeaseLost:
                self._leads.clear()
            except Unavailable:
                check_cancelled()
                log.warning("dispatcher_waits")
                await asyncio.sleep(_UNAVAILABLE_SLEEP)
            except Exception as error:
                check_cancelled()
                log.error("dispatcher_failed", exc_info=error)
                await asyncio.sleep(_UNAVAILABLE_SLEEP)

    # --- the lease --------------------------------------------------------------------------------------

    async def _renew(self) -> None:
        self.looked_at = time.monotonic()
        if await self.lease.take():
            if not self.leads:
                await self._begin()
            await asyncio.sleep(self._tick)
            return
        self._leads.clear()
        async with self._database.transaction() as connection:
            await self._thresholds.refresh(connection)
        # Awake just when the holder's lease would run out: then it is dead.
        await asyncio.sleep(min(self._tick, await self.lease.seconds_left()) + _SHORTEST_SLEEP)

    async def _begin(self) -> None:
        log.info("dispatcher_leads", token=self.lease.token)
        for request_id in await self._keeper.untold():
            self._untold.put_nowait(request_id)
        self._leads.set()

    async def _listen(self, hub: Hub) -> None:
        async with hub.subscribe(STAFF_TOPIC) as nudges:
            async for nudge in nudges:
                if nudge["type"] in _WAKING or (
                    nudge["type"] == "changed" and "conversation_id" not in nudge
                ):
                    self._awake.set()

    # --- one round --------------------------------------------------------------------------------------

    async def _round(self) -> None:
        await self._leads.wait()
        self._awake.clear()
        begun = time.monotonic()
        pause = await self.step()
        # Under a burst every claim wakes the loop; looking takes time too, and most of it is for the others.
        rest = _REST * (time.monotonic() - begun)
        await asyncio.sleep(min(max(_SHORTEST_SLEEP, rest), self._tick))
        # Not wait_for: in Python 3.11 it may swallow a cancellation that comes together with the event.
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._awake.wait()

    async def step(self) -> float:
        """Look, decide and write once; after how many seconds to look again unless woken before."""
        now = self._clock()
        async with self._database.reading() as connection:
            await self._thresholds.refresh(connection)
            policy = self._thresholds.policy
            view = await self._looker.look(connection, now, policy)
        nudges = await self._climb(view, policy, now)
        changed = await self._keep(view, policy, now)
        changed += await self._offer(view, policy, nudges)
        if nudges:
            self._publish(nudges)
        if changed:
            return _SHORTEST_SLEEP
        return self._pause(view, policy)

    def _publish(self, nudges: Nudges) -> None:
        """Nudge, each once; not awaited, because a Valkey that hangs must not hold up the ladder."""
        once = {repr(each): each for each in nudges}
        task = asyncio.create_task(self._live.publish_all(once.values()))
        self._publishing.add(task)
        task.add_done_callback(self._publishing.discard)

    async def _climb(self, view: View, policy: Policy, now: datetime) -> Nudges:
        due = [(r, *step) for r in view.requests for step in ladder.steps_due(r, policy, now)]
        if not due:
            return []
        ready = _anyone_ready((request for request, *_ in due), view, policy, now)
        late, nudges = await self._writer.climb(due, anyone_ready=ready)
        for request_id in late:
            self._untold.put_nowait(request_id)
        top = {request.id: level for request, level, _ in due}
        view.requests[:] = [replace(r, level=top.get(r.id, r.level)) for r in view.requests]
        for request_id, level in top.items():
            if level >= ladder.WARNED and request_id in view.offers:
                offers = view.offers[request_id]
                view.offers[request_id] = [replace(each, expires_at=None) for each in offers]
        return nudges

    async def _keep(self, view: View, policy: Policy, now: datetime) -> int:
        silent = [r for r in view.requests if (due := ladder.reclaim_at(r, policy)) and due <= now]
        changed = 0
        for request in silent[:_AT_ONCE]:
            changed += await _unless_busy(self._keeper.take_back(request))
        gone = [
            held for held in view.unheard if (due := absent_at(held, view.hearing, policy)) and due <= now
        ]
        for held in gone[:_AT_ONCE]:
            changed += await _unless_busy(self._keeper.take_from_absent(held.request, view.hearing))
        for invitation in view.expired:
            changed += await _unless_busy(self._keeper.time_out(invitation))
        return changed

    async def _offer(self, view: View, policy: Policy, nudges: Nudges) -> int:
        plans = decide(view.waiting(), view.helpers, view.departments, policy, self._clock())
        if not plans:
            return 0
        nudges += await self._writer.apply(plans, {helper.id: helper.held for helper in view.helpers})
        return len(plans)

    def _pause(self, view: View, policy: Policy) -> float:
        times = [view.next_expiry] if view.next_expiry else []
        for request in view.requests:
            ends = [o.expires_at for o in view.offers.get(request.id, ()) if o.expires_at]
            if due := ladder.next_due(request, ends, policy):
                times.append(due)
        if not times:
            return self._tick
        wait = (min(times) - self._clock()).total_seconds()
        return min(self._tick, max(_SHORTEST_SLEEP, wait))

    async def _tell_one(self) -> None:
        request_id = await self._untold.get()
        try:
            await self._keeper.tell_late(request_id)
        except Unavailable:
            self._untold.put_nowait(request_id)
            raise
        except LeaseLost:
            raise  # whoever dispatches now tells them
        except Exception:
            self._failed[request_id] += 1
            if self._failed[request_id] < _MOST_ATTEMPTS:
                self._untold.put_nowait(request_id)
            raise


async def _unless_busy(job: Coroutine[Any, Any, None]) -> bool:
    """Do it, unless somebody holds the conversation: everybody else's steps must not wait for one."""
    try:
        await job
    except Busy:
        return False
    return True


def _anyone_ready(
    requests: Iterable[HelpRequest], view: View, policy: Policy, now: datetime
) -> dict[str, bool]:
    """For each request whether somebody in its chain is there at all, full or not."""

    @cache
    def ready(department: str | None) -> bool:
        return bool(present_for(department, view.helpers, view.departments, policy, now))

    return {request.id: ready(request.department) for request in requests}
