"""The dispatcher on real PostgreSQL and Valkey, one step at a time with a clock that stands still."""

from datetime import timedelta
from typing import Any

import pytest

from bot.helpdesk.accounts import Accounts
from bot.helpdesk.database import Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.engine import Dispatcher
from bot.helpdesk.rules.departments import DepartmentRecord
from bot.helpdesk.storage import directory, people, requests, settings
from bot.helpdesk.storage.directory import TopicRecord
from tests.conftest import FakeClock
from tests.helpdesk.conftest import HANDOFF, Query, Queue, Ready, beat, codes, history, take_one, tell

pytestmark = pytest.mark.integration


async def test_ladder_takes_every_step_at_its_second_when_nobody_answers(
    dispatcher: Dispatcher, queue: Queue, ready: Ready, accounts: Accounts, clock: FakeClock,
    query: Query, ringing: Any, desk: Desk,
) -> None:  # fmt: skip
    ann, ben = await ready("ann"), await ready("ben")
    hub = await ready("hub", department="政务服务中心")
    chief = await ready("chief", "supervisor", "办公室")
    await add_departments(query)
    request = await queue()
    await dispatcher.step()
    assert await ringing() == [("ann", 0)]
    assert await dispatcher.step() == 15  # asleep until the next step of the ladder
    for seconds, rings, level in (
        (15, [("ben", 1)], 1),
        (15, [("ben", 1)], 2),
        (15, [("ben", 1), ("hub", 3)], 3),
        (15, [("ben", 1), ("hub", 3)], 4),
    ):
        clock.advance(seconds)
        await beat(accounts, ann, ben, hub, chief)
        await dispatcher.step()
        assert (await ringing(), (await desk.request_of(request.conversation_id)).level) == (rings, level)  # type: ignore[union-attr]
    await tell(dispatcher)
    assert await history(query, request) == [
        "requested", "offered", "widened", "offer_ignored", "offered", "warned", "fallback_joined", "offered",
        "late", "told_late",
    ]  # fmt: skip
    breaches = await query("SELECT help_request_id, at, cause, department FROM help_breach")
    assert [tuple(row) for row in breaches] == [(request.id, clock(), "offered_and_ignored", "税务局")]
    assert (await codes(desk, request.conversation_id))[-1] == "late"
    claimed = await desk.claim(request.id, ben)  # it stayed first in line
    assert claimed.breached_at == clock()
    assert await ringing() == []


async def add_departments(query: Query) -> None:
    await query(
        "INSERT INTO department (name, fallback, active, updated_at) VALUES "
        "('政务服务中心', NULL, true, now()), ('税务局', '政务服务中心', true, now())"
    )


async def test_breach_names_its_cause(
    dispatcher: Dispatcher, queue: Queue, ready: Ready, desk: Desk, accounts: Accounts, clock: FakeClock,
    query: Query,
) -> None:  # fmt: skip
    async def cause() -> str:
        clock.advance(60)
        await dispatcher.step()
        return str((await query("SELECT cause FROM help_breach ORDER BY at DESC LIMIT 1"))[0][0])

    await queue()
    assert await cause() == "nobody_on_duty"
    ann = await ready("ann")
    await query("UPDATE staff SET capacity = 0")
    await queue()
    clock.advance(30)
    await beat(accounts, ann)
    clock.advance(-30)
    assert await cause() == "all_full"
    held = await queue()
    await desk.claim(held.id, ann)
    await beat(accounts, ann)
    assert await cause() == "claimed_and_silent"


async def test_silent_claim_goes_back_to_others_when_nothing_was_said(
    dispatcher: Dispatcher, queue: Queue, ready: Ready, desk: Desk, accounts: Accounts, clock: FakeClock,
    query: Query, ringing: Any,
) -> None:  # fmt: skip
    ann, ben = await ready("ann"), await ready("ben")
    request = await queue()
    await desk.claim(request.id, ann)
    clock.advance(49.9)
    await beat(accounts, ann, ben)
    await dispatcher.step()
    assert (await desk.conversation(request.conversation_id)).owner == "helper"
    clock.advance(0.1)
    await dispatcher.step()
    assert (await desk.conversation(request.conversation_id)).owner == "queue"
    await dispatcher.step()
    assert [name for name, _ in await ringing()] == ["ben"]  # and not ann, who was silent
    assert (await codes(desk, request.conversation_id))[-1] == "helper_returned_to_queue"
    assert (await history(query, request))[-2:] == ["released", "offered"]


async def test_take_back_says_how_late_it_was_when_the_dispatcher_came_late(
    dispatcher: Dispatcher, queue: Queue, ready: Ready, desk: Desk, accounts: Accounts, clock: FakeClock,
    query: Query,
) -> None:  # fmt: skip
    ann = await ready("ann")
    request = await queue()
    await desk.claim(request.id, ann)
    due = clock() + timedelta(seconds=50)
    clock.advance(50.4)
    await beat(accounts, ann)
    await dispatcher.step()
    (row,) = await query("SELECT detail, reason FROM help_request_event WHERE event = 'released'")
    assert row.reason == "claimed_and_silent"
    assert row.detail == {"staff_id": ann.id, "due_at": due.isoformat(), "late_seconds": 0.4}


async def test_claim_stays_when_the_helper_spoke_in_time(
    dispatcher: Dispatcher, queue: Queue, ready: Ready, desk: Desk, clock: FakeClock, query: Query
) -> None:
    ann = await ready("ann")
    request = await queue()
    await desk.claim(request.id, ann)
    clock.advance(49)
    await desk.post(request.conversation_id, ann, "p1", "您好", "public")
    clock.advance(500)
    await dispatcher.step()
    assert (await desk.conversation(request.conversation_id)).helper_id == ann.id
    assert await query("SELECT 1 FROM help_breach") == []


async def test_later_wait_is_late_but_no_breach_when_the_promise_was_kept_once(
    dispatcher: Dispatcher, queue: Queue, ready: Ready, desk: Desk, clock: FakeClock, query: Query
) -> None:
    ann = await ready("ann")
    request = await queue()
    await desk.claim(request.id, ann)
    await desk.post(request.conversation_id, ann, "p1", "您好", "public")
    clock.advance(600)
    await dispatcher.step()
    assert (await desk.request_of(request.conversation_id)).level == 0  # type: ignore[union-attr]
    await desk.release(request.conversation_id, ann)
    clock.advance(60)
    await dispatcher.step()
    late = await desk.request_of(request.conversation_id)
    assert late and (late.level, late.breached_at) == (4, None)
    assert await query("SELECT 1 FROM help_breach") == []


async def test_helper_who_knows_the_visitor_is_asked_first_when_there_are_others(
    dispatcher: Dispatcher, desk: Desk, ready: Ready, queue: Queue, ringing: Any, clock: FakeClock
) -> None:
    await ready("ann")
    ben = await ready("ben")
    phone = {"phone": "139 1234 5678"}
    first, _ = await desk.start_conversation(channel="widget", profile=phone)
    request = await queue(first.id)
    await desk.claim(request.id, ben)
    await desk.close(first.id, ben, "resolved")
    again, _ = await desk.start_conversation(channel="widget", profile=phone)
    await queue(again.id)
    await dispatcher.step()
    assert await ringing() == [("ben", 0)]


async def test_decline_passes_the_request_on_when_a_helper_says_no(
    dispatcher: Dispatcher, queue: Queue, ready: Ready, query: Query, ringing: Any
) -> None:
    await ready("ann")
    await ready("ben")
    await queue()
    await dispatcher.step()
    await query("UPDATE help_offer SET ended_at = now(), ending = 'declined'")
    await dispatcher.step()
    assert await ringing() == [("ben", 0)]


async def test_offer_is_withdrawn_and_status_is_honest_when_the_helper_goes_away(
    dispatcher: Dispatcher, queue: Queue, ready: Ready, accounts: Accounts, desk: Desk, ringing: Any
) -> None:
    ann = await ready("ann")
    request = await queue()
    await dispatcher.step()
    assert (await desk.request_of(request.conversation_id)).status == "offered"  # type: ignore[union-attr]
    await accounts.set_presence(ann.id, "away")
    await dispatcher.step()
    assert await ringing() == []
    assert (await desk.request_of(request.conversation_id)).status == "waiting"  # type: ignore[union-attr]


async def test_thresholds_count_at_the_next_step_when_an_administrator_changed_them(
    dispatcher: Dispatcher, queue: Queue, database: Database, clock: FakeClock, desk: Desk
) -> None:
    request = await queue()
    async with database.transaction() as connection:
        await settings.save(connection, "widen_seconds", 5, None, clock())
    clock.advance(5)
    await dispatcher.step()
    assert (await desk.request_of(request.conversation_id)).level == 1  # type: ignore[union-attr]
    async with database.transaction() as connection:
        await settings.save(connection, "widen_seconds", "nonsense", None, clock())
    await dispatcher.step()  # and goes on with the defaults


async def test_visitor_is_told_the_promise_that_holds_when_an_administrator_changed_it(
    dispatcher: Dispatcher, desk: Desk, database: Database, queue: Queue, clock: FakeClock
) -> None:
    async with database.transaction() as connection:
        await settings.save(connection, "first_response_seconds", 90, None, clock())
    request = await queue()
    clock.advance(90)
    await dispatcher.step()
    await tell(dispatcher)
    last = (await desk.updates(request.conversation_id, 0, internal=False))[-1]
    assert last.payload == {"code": "late", "callback": True}
    assert last.text is not None and "没能在90秒内接入" in last.text


async def test_every_department_is_alarmed_when_one_has_more_late_requests_than_are_shown(
    database: Database, queue: Queue, query: Query
) -> None:
    made = [await queue() for _ in range(3)]
    await query("UPDATE help_request SET level = 2")
    await query("UPDATE help_request SET department = '人社局' WHERE id = :id", id=made[2].id)
    async with database.reading() as connection:
        found = await requests.alarming(connection, 1)
    assert {each.department for each in found} == {"税务局", "人社局"} and len(found) == 2


async def test_topic_gives_the_department_when_the_handoff_names_none(
    database: Database, desk: Desk, clock: FakeClock
) -> None:
    async with database.transaction() as connection:
        rows = [("tax", "税费", "税务局"), ("talent", "人才", "人社局")]
        await people.add_missing_topics(connection, rows, "政务服务中心", clock())
        await people.add_missing_topics(connection, rows, "政务服务中心", clock())
        departments = await directory.departments(connection)
    assert {name: each.fallback for name, each in departments.items()} == {
        "政务服务中心": None, "税务局": "政务服务中心", "人社局": "政务服务中心"
    }  # fmt: skip
    conversation, _ = await desk.start_conversation(channel="widget")
    delivery = await take_one(desk, conversation.id, "转人工")
    reply = type(HANDOFF)("handoff", "转", {"reason": "asked", "topic": "talent"})
    await desk.save_bot_replies(delivery, [reply], [])
    assert (await desk.request_of(conversation.id)).department == "人社局"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("kept", "active", "expected"),
    [("数据局", True, "数据局"), (None, True, None), ("数据局", False, "税务局")],
)
async def test_topic_gives_the_department_an_administrator_chose_when_the_handoff_names_another(
    database: Database, desk: Desk, clock: FakeClock, kept: str | None, active: bool, expected: str | None
) -> None:
    async with database.transaction() as connection:
        for name in ("数据局", "税务局"):
            await directory.save_department(connection, DepartmentRecord(name), clock())
        await directory.save_topic(connection, TopicRecord("tax", "税费", kept, active), clock())
    conversation, _ = await desk.start_conversation(channel="widget")
    await desk.save_bot_replies(await take_one(desk, conversation.id, "转人工"), [HANDOFF], [])
    assert (await desk.request_of(conversation.id)).department == expected  # type: ignore[union-attr]
