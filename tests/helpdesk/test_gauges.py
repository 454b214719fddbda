"""What monitoring reads of the stores."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.helpdesk.database import Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.storage import gauges
from tests.helpdesk.conftest import Hire, Query, Queue

pytestmark = pytest.mark.integration


async def test_gauges_count_what_waits_and_what_went_wrong(
    database: Database,
    desk: Desk,
    queue: Queue,
    query: Query,
    hire: Hire,
):
    first, second = await queue(), await queue()
    asked = first.requested_at
    await query(
        "INSERT INTO help_breach (help_request_id, at, cause, detail) VALUES (:id, now(), 'all_full', '{}')",
        id=first.id,
    )
    await query("UPDATE outbox SET status = 'parked' WHERE conversation_id = :id", id=first.conversation_id)
    await desk.claim(second.id, await hire("ann"))
    async with database.transaction() as connection:
        found = await gauges.read(connection, asked + timedelta(seconds=90))
        early = await gauges.read(connection, datetime(2020, 1, 1, tzinfo=UTC))
    assert (found.waiting, found.oldest_seconds, found.held) == (1, 90.0, 1)
    assert found.breaches == {"all_full": 1}
    assert found.outbox == {("assistant", "parked"): 1}
    assert early.oldest_seconds == 0
