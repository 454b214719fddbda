"""The dispatcher on real PostgreSQL and Valkey, one step at a time with a clock that stands still."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis

from bot.helpdesk.accounts import Accounts
from bot.helpdesk.database import DISPATCHING, Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.engine import Dispatcher
from bot.helpdesk.engine.lease import Lease, LeaseLost
from bot.helpdesk.errors import Busy, Unavailable
from bot.helpdesk.live import Live
from bot.helpdesk.rules import Policy
from bot.helpdesk.rules.departments import DepartmentRecord
from bot.helpdesk.storage import conversations, directory, people, requests, settings
from bot.helpdesk.storage.directory import TopicRecord
from bot.helpdesk.texts import Texts
from bot.helpdesk.thresholds import Thresholds
from bot.helpdesk.tickets.visiting import VisitorTickets
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


# --- fencing


async def test_lease_is_held_by_one_and_its_token_rises_with_every_holder(
    database: Database, query: Query
) -> None:
    one, two = Lease(database, "one", 600), Lease(database, "two", 600)
    assert await one.take() and not await two.take()
    assert await one.take() and one.token == 1
    assert 0 < await two.seconds_left() <= 600
    await one.give_back()
    assert await two.take() and two.token == 2
    # Taken again by a process that forgot its token: it is another holder.
    await query("UPDATE dispatch_lease SET expires_at = clock_timestamp()")
    again = Lease(database, "two", 600)
    assert await again.take() and again.token == 3


async def test_writes_are_refused_when_the_lease_was_lost_meanwhile(
    dispatcher: Dispatcher, database: Database, queue: Queue, ready: Ready, query: Query, clock: FakeClock,
    desk: Desk, ringing: Any,
) -> None:  # fmt: skip
    ann = await ready("ann")
    request = await queue()
    await query("UPDATE dispatch_lease SET token = token + 1, holder = 'another'")
    with pytest.raises(LeaseLost):
        await dispatcher.step()
    clock.advance(61)
    with pytest.raises(LeaseLost):
        await dispatcher.step()
    await desk.claim(request.id, ann)
    with pytest.raises(LeaseLost):
        await dispatcher._keeper.take_back(request)
    assert await ringing() == [] and await query("SELECT 1 FROM help_breach") == []
    assert (await desk.conversation(request.conversation_id)).helper_id == ann.id


async def test_another_takes_the_lease_when_the_holder_stands_still_inside_a_transaction(
    database_url: str,
) -> None:
    frozen, other = (Database.open(database_url, patience=DISPATCHING) for _ in range(2))
    one, two = Lease(frozen, "one", 0.2), Lease(other, "two", 600)
    assert await one.take()
    with pytest.raises(Unavailable):
        async with frozen.transaction() as held, asyncio.timeout(20):
            await one.check_held(held)
            while two.token == 0:
                with suppress(Busy):
                    await two.take()
            await one.check_held(held)  # the frozen one wakes up, and its transaction is gone
    assert two.token == 2
    await frozen.close()
    await other.close()


async def test_round_goes_on_when_valkey_hangs(
    dispatcher: Dispatcher, queue: Queue, ready: Ready, desk: Desk, live: Live, clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    ann, mended, asked = await ready("ann"), asyncio.Event(), []
    held = [await queue() for _ in range(3)]
    for request in held:
        await desk.claim(request.id, ann)
    clock.advance(50)

    async def hang(nudges: Iterable[Any]) -> None:
        asked.append(list(nudges))
        await mended.wait()

    monkeypatch.setattr(live, "publish_all", hang)
    async with asyncio.timeout(20):
        await dispatcher.step()
    assert [(await desk.conversation(r.conversation_id)).owner for r in held] == ["queue"] * 3
    assert len(asked) >= 3
    mended.set()


async def test_conversation_is_passed_over_when_somebody_holds_it(
    dispatcher: Dispatcher, database: Database, queue: Queue, ready: Ready, desk: Desk, clock: FakeClock
) -> None:
    ann = await ready("ann")
    held, free = await queue(), await queue()
    for request in (held, free):
        await desk.claim(request.id, ann)
    clock.advance(50)
    async with database.transaction() as connection, asyncio.timeout(20):
        await conversations.lock(connection, held.conversation_id)
        await dispatcher.step()
        owners = [(await desk.conversation(r.conversation_id)).owner for r in (held, free)]
        assert owners == ["helper", "queue"]
    await dispatcher.step()
    assert (await desk.conversation(held.conversation_id)).owner == "queue"


async def test_new_dispatcher_tells_what_the_dead_one_did_not(
    dispatcher: Dispatcher, database: Database, live: Live, texts: Texts, clock: FakeClock, queue: Queue,
    desk: Desk, query: Query,
) -> None:  # fmt: skip
    request = await queue()
    clock.advance(60)
    await dispatcher.step()  # the breach is recorded, and here it dies
    assert (await codes(desk, request.conversation_id))[-1] == "queued_nobody_ready"
    heir = Dispatcher(database, live, texts, Thresholds(Policy()), clock, lease_seconds=600)
    await dispatcher.lease.give_back()
    assert await heir.lease.take()
    await heir._begin()
    await tell(heir)
    await heir._begin()
    await tell(heir)
    assert (await codes(desk, request.conversation_id)).count("late") == 1


async def test_who_left_a_ticket_is_not_asked_for_their_number_again_when_it_is_late(
    dispatcher: Dispatcher, queue: Queue, clock: FakeClock, desk: Desk, database: Database, live: Live,
    texts: Texts, query: Query,
) -> None:  # fmt: skip
    visitors = VisitorTickets(database, live, texts, Policy(), clock)
    waits, called = await queue(), await queue()
    tickets = [
        (await visitors.leave(each.conversation_id, {"phone": "13800000000"}))[0] for each in (waits, called)
    ]
    await query("UPDATE ticket SET contacted_at = now() WHERE id = :id", id=tickets[1].id)
    clock.advance(60)
    await dispatcher.step()
    await tell(dispatcher)
    last = (await desk.updates(waits.conversation_id, 0, internal=False))[-1]
    assert last.payload == {"code": "late", "callback": False, "number": tickets[0].number}
    assert tickets[0].number in (last.text or "")
    assert (await codes(desk, called.conversation_id))[-1] == "ticket_created"


async def test_late_notice_is_tried_again_a_few_times_when_something_unforeseen_fails(
    dispatcher: Dispatcher, queue: Queue, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = await queue()
    clock.advance(60)
    await dispatcher.step()
    tried: list[str] = []

    async def broken(request_id: str) -> None:
        tried.append(request_id)
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(dispatcher._keeper, "tell_late", broken)
    while not dispatcher._untold.empty():
        with pytest.raises(RuntimeError):
            await dispatcher._tell_one()
    assert tried == [request.id] * 3


async def test_nothing_is_lost_when_valkey_is_emptied_at_any_moment(
    dispatcher: Dispatcher, queue: Queue, ready: Ready, desk: Desk, redis_url: str, ringing: Any,
    clock: FakeClock,
) -> None:  # fmt: skip
    def flush() -> None:
        with Redis.from_url(redis_url) as client:
            client.flushall()

    ann = await ready("ann")
    flush()
    request = await queue()
    flush()
    await dispatcher.step()
    flush()
    assert await ringing() == [("ann", 0)]
    clock.advance(15)
    await dispatcher.step()
    flush()
    assert (await desk.request_of(request.conversation_id)).level == 1  # type: ignore[union-attr]
    assert (await desk.claim(request.id, ann)).claimed_by == ann.id


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
