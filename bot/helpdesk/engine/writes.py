"""What a decision writes. Every transaction shows the fencing token first, then locks in the usual order.

Offers and levels are written for many requests in one transaction; rows that somebody is busy with are
passed over and come up again at the next look. What the visitor is told goes through the conversation's lock.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk.database import Database
from bot.helpdesk.engine.lease import Lease
from bot.helpdesk.live import STAFF_TOPIC, staff_topic
from bot.helpdesk.models import JSON, HelpRequest
from bot.helpdesk.rules import ladder
from bot.helpdesk.rules.dispatch import Plan, within_bounds
from bot.helpdesk.storage import offers, people
from bot.helpdesk.storage.offers import Ended

Nudges = list[tuple[str, JSON]]
_OFFERS: JSON = {"type": "offers"}
_QUEUE: JSON = {"type": "queue"}


def _event(request_id: str, name: str, before: str, after: str, now: datetime, **detail: Any) -> JSON:
    return {
        "help_request_id": request_id,
        "at": now,
        "event": name,
        "status_before": before,
        "status_after": after,
        "actor_kind": "system",
        "reason": str(detail.pop("reason", "dispatch")),
        "detail": detail,
    }


class Writer:
    """Writes as the dispatcher; ``LeaseLost`` when it is not."""

    def __init__(self, database: Database, lease: Lease, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._lease = lease
        self._clock = clock

    # --- offers -----------------------------------------------------------------------------------------

    async def apply(self, plans: Sequence[Plan], held: Mapping[str, int]) -> Nudges:
        """Make and end offers; the nudges for whom it concerns.

        ``held``: how many conversations everybody held when it was decided. Who holds another number now, or
        is being given something at this moment, or is not ready any more, or whose department has no room any
        more, is decided about anew.
        """
        async with self._database.transaction() as connection:
            await self._lease.check_held(connection)
            asked = {offer.staff_id for plan in plans for offer in plan.offer}
            now_held = await people.lock_ready(connection, asked)
            bounds = await people.lock_bounds(connection, now_held)
            same = {each for each, number in now_held.items() if number == held.get(each)}
            before = await offers.lock_claimable(connection, [plan.request_id for plan in plans])
            plans = [_only_for(same, plan) for plan in plans if plan.request_id in before]
            if not plans:
                return []
            now = self._clock()
            ended = await offers.end_many(connection, [each for plan in plans for each in plan.end], now)
            plans = within_bounds(plans, await people.room_of(connection, bounds), bounds.department_of)
            await offers.make_many(connection, [row for plan in plans for row in _offer_rows(plan, now)])
            after = await offers.settle_status(connection, list(before))
            await offers.add_events(connection, _offer_events(plans, ended, before, after, now))
        concerned = {each.staff_id for each in ended}
        concerned |= {offer.staff_id for plan in plans for offer in plan.offer}
        return [*((staff_topic(each), _OFFERS) for each in sorted(concerned)), (STAFF_TOPIC, _QUEUE)]

    # --- the ladder -------------------------------------------------------------------------------------

    async def climb(
        self, due: Sequence[tuple[HelpRequest, int, datetime]], *, anyone_ready: dict[str, bool]
    ) -> tuple[list[str], Nudges]:
        """Raise requests to the levels that are due, one row of history a step; breaches with their cause.

        ``anyone_ready`` says per request whether somebody in reach was there at all. Returns the requests
        whose visitors have to be told that the promise was broken.
        """
        top = _top_levels(due)
        async with self._database.transaction() as connection:
            await self._lease.check_held(connection)
            now = self._clock()
            raised = await offers.climb_many(connection, sorted(top.items()), now)
            steps = [each for each in due if each[0].id in raised]
            await offers.add_events(connection, _climb_events(steps, raised, now))
            await offers.ring_on(connection, [r.id for r, level, _ in steps if level >= ladder.WARNED])
            late = [r for r, level, _ in steps if level == ladder.LATE and r.first_response_at is None]
            await self._record_breaches(connection, late, anyone_ready, now)
        return [request.id for request in late], [(STAFF_TOPIC, _QUEUE)] if raised else []

    async def _record_breaches(
        self,
        connection: AsyncConnection,
        late: Sequence[HelpRequest],
        anyone_ready: dict[str, bool],
        now: datetime,
    ) -> None:
        past = await offers.past_of(connection, [request.id for request in late])
        rows = []
        for request in late:
            offered, claimed = past[request.id]
            ready = anyone_ready.get(request.id, False)
            cause = ladder.cause(claimed=claimed, offered=offered, anyone_ready=ready)
            waited = (now - request.clock_from).total_seconds()
            detail = {"offered": offered, "claimed": claimed, "ready": ready, "waited_seconds": waited}
            rows.append(
                {
                    "help_request_id": request.id,
                    "at": now,
                    "cause": cause,
                    "department": request.department,
                    "detail": detail,
                }
            )
        await offers.add_breaches(connection, rows)


def _top_levels(due: Sequence[tuple[HelpRequest, int, datetime]]) -> dict[str, int]:
    top: dict[str, int] = {}
    for request, level, _ in due:
        top[request.id] = max(level, top.get(request.id, 0))
    return top


def _only_for(staff_ids: Collection[str], plan: Plan) -> Plan:
    return replace(plan, offer=tuple(offer for offer in plan.offer if offer.staff_id in staff_ids))


def _offer_rows(plan: Plan, now: datetime) -> list[JSON]:
    return [
        {
            "help_request_id": plan.request_id,
            "staff_id": offer.staff_id,
            "level": offer.level,
            "reserved": offer.reserved,
            "offered_at": now,
            "expires_at": offer.expires_at,
        }
        for offer in plan.offer
    ]


def _offer_events(
    plans: Sequence[Plan],
    ended: Sequence[Ended],
    before: dict[str, str],
    after: dict[str, str],
    now: datetime,
) -> list[JSON]:
    rows = []
    # What has ended, not what was to end: a decline may have been faster.
    ended_of: defaultdict[str, list[Ended]] = defaultdict(list)
    for each in ended:
        ended_of[each.help_request_id].append(each)
    for plan in plans:
        statuses = before[plan.request_id], after[plan.request_id]
        for each in ended_of[plan.request_id]:
            rows.append(
                _event(plan.request_id, f"offer_{each.ending}", *statuses, now, staff_id=each.staff_id)
            )
        for offer in plan.offer:
            about: JSON = {"staff_id": offer.staff_id, "level": offer.level}
            rows.append(_event(plan.request_id, "offered", *statuses, now, **about))
    return rows


def _climb_events(
    steps: Sequence[tuple[HelpRequest, int, datetime]], raised: dict[str, str], now: datetime
) -> list[JSON]:
    rows = []
    for request, level, due_at in steps:
        status = raised[request.id]
        detail = {"level": level, **ladder.timing(due_at, now)}
        name = ladder.STEP_NAMES[level]
        rows.append(_event(request.id, name, status, status, now, reason="ladder", **detail))
    return rows
