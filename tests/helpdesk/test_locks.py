"""Who takes locks in which order, so that two who want the same never stop each other."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from bot.helpdesk.database import Database
from bot.helpdesk.floor import Floor
from bot.helpdesk.live import Live
from bot.helpdesk.rules import Policy
from bot.helpdesk.storage import offers
from bot.helpdesk.texts import Texts
from tests.conftest import FakeClock
from tests.helpdesk.conftest import Hire, Query, Queue

pytestmark = pytest.mark.integration
WAITS = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def until(query: Query, statement: str) -> list[Any]:
    async with asyncio.timeout(20):
        while not (rows := await query(statement)):
            pass
    return rows


async def test_decline_waits_for_the_dispatcher_and_does_not_stop_it(
    database: Database, live: Live, texts: Texts, clock: FakeClock, hire: Hire, queue: Queue, query: Query
) -> None:
    floor = Floor(database, live, texts, Policy(), clock)
    ann, request = await hire("ann"), await queue()
    await query(
        "INSERT INTO help_offer (help_request_id, staff_id, level, reserved, offered_at, expires_at) "
        "VALUES (:request, :staff, 0, false, now(), now())",
        request=request.id,
        staff=ann.id,
    )
    (offer,) = await floor.offers_of(ann)
    async with database.transaction() as dispatcher:
        raised = await offers.climb_many(dispatcher, [(request.id, 2)], clock())
        assert list(raised) == [request.id]
        declining = asyncio.create_task(floor.decline(offer.id, ann))
        await until(query, WAITS)
        await dispatcher.execute(text("SET LOCAL lock_timeout = '5s'"))
        await offers.ring_on(dispatcher, [request.id])
    await declining
    rows = await query("SELECT ending, expires_at FROM help_offer")
    assert [tuple(row) for row in rows] == [("declined", None)]
