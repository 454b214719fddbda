"""Lists of help requests."""

import pytest
from sqlalchemy.exc import DBAPIError

from bot.helpdesk import helping
from bot.helpdesk.database import Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.engine import Dispatcher
from bot.helpdesk.live import Live
from bot.helpdesk.rules import Policy
from bot.helpdesk.storage import requests
from bot.helpdesk.texts import Texts
from bot.helpdesk.tickets.visiting import VisitorTickets
from tests.conftest import FakeClock
from tests.helpdesk.conftest import Hire, Query, Queue

pytestmark = pytest.mark.integration


async def test_list_ends_with_those_closed_last_when_there_are_more_than_it_holds(
    desk: Desk, hire: Hire, queue: Queue, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helping, "_REQUEST_LIMIT", 3)
    ann, closed = await hire("ann"), []
    for _ in range(3):
        request = await queue()
        clock.advance(1)
        await desk.claim(request.id, ann)
        await desk.close(request.conversation_id, ann, "resolved")
        closed.append(request.id)
    waiting = await queue()
    found = [each.id for each in await desk.requests(["closed", "waiting"])]
    assert found == [waiting.id, closed[2], closed[1]]
    assert [each.id for each in await desk.requests(["waiting"])] == [waiting.id]


async def test_every_department_alarms_when_one_has_more_late_than_are_listed(
    database: Database, queue: Queue, query: Query, desk: Desk, hire: Hire, clock: FakeClock
) -> None:
    late = []
    for _ in range(4):
        late.append(await queue())
        clock.advance(1)
    other, held = await queue(), await queue()
    await desk.claim(held.id, await hire("ann"))
    await query("UPDATE help_request SET level = 2")
    await query("UPDATE help_request SET department = '人社局' WHERE id = :id", id=other.id)
    async with database.transaction() as connection:
        found = await requests.alarming(connection, 2)
    assert [each.id for each in found] == [late[0].id, late[1].id, *sorted([other.id, held.id])]


@pytest.fixture
def visitors(database: Database, live: Live, texts: Texts, clock: FakeClock) -> VisitorTickets:
    return VisitorTickets(database, live, texts, Policy(), clock)


@pytest.mark.parametrize("table", ["help_request_event", "help_breach", "ticket_event", "audit"])
async def test_history_is_never_changed_not_even_by_hand(
    dispatcher: Dispatcher, queue: Queue, query: Query, clock: FakeClock, visitors: VisitorTickets, table: str
) -> None:
    request = await queue()
    clock.advance(60)
    await dispatcher.step()  # it is late: a breach
    await visitors.leave(request.conversation_id, {"phone": "13800000000"})
    await query(
        "INSERT INTO audit (at, actor_kind, action, subject, detail) VALUES (now(), 'system', 'x', 'y', '{}')"
    )
    written = await query(f"SELECT * FROM {table}")
    assert written
    with pytest.raises(DBAPIError, match=f"rows of {table} are never changed"):
        await query(f"UPDATE {table} SET detail = '{{}}', at = at - interval '1 hour'")
    assert await query(f"SELECT * FROM {table}") == written
