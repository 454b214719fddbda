"""What the dispatcher does when something fails: leases lost, stores that hang, predecessors that died."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pytest
from redis import Redis

from bot.helpdesk.database import DISPATCHING, Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.engine import Dispatcher
from bot.helpdesk.engine.lease import Lease, LeaseLost
from bot.helpdesk.errors import Busy, Unavailable
from bot.helpdesk.live import Live
from bot.helpdesk.rules import Policy
from bot.helpdesk.storage import conversations
from bot.helpdesk.texts import Texts
from bot.helpdesk.thresholds import Thresholds
from bot.helpdesk.tickets.visiting import VisitorTickets
from bot.helpdesk.times import in_words, stamp
from tests.conftest import FakeClock
from tests.helpdesk.conftest import Query, Queue, Ready, codes, tell

pytestmark = pytest.mark.integration


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
    frozen, other = (Database.open(database_url, settings=DISPATCHING) for _ in range(2))
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
    clock.advance(60)
    await query("UPDATE ticket SET contacted_at = :at WHERE id = :id", at=clock.now, id=tickets[1].id)
    await dispatcher.step()
    await tell(dispatcher)
    last = (await desk.updates(waits.conversation_id, 0, internal=False))[-1]
    until = stamp(tickets[0].contact_due_at)
    assert last.payload == {"code": "late", "callback": False, "number": tickets[0].number, "until": until}
    assert f"您的工单 {tickets[0].number} 正在办理，工作人员会在" in (last.text or "")
    assert (await codes(desk, called.conversation_id))[-1] == "ticket_created"


async def test_late_notice_names_the_call_that_is_coming_when_it_was_wished_for_before(
    dispatcher: Dispatcher, queue: Queue, clock: FakeClock, desk: Desk, database: Database, live: Live,
    texts: Texts, conversation_id: str, query: Query,
) -> None:  # fmt: skip
    visitors = VisitorTickets(database, live, texts, Policy(), clock)
    ticket, _ = await visitors.leave(conversation_id, {"phone": "13800000000"}, "补缴社保")
    assert ticket.help_request_id is None
    await query("UPDATE ticket SET contacted_at = :at WHERE id = :id", at=clock.now, id=ticket.id)
    clock.advance(60)
    await queue(conversation_id)
    clock.advance(60)
    await dispatcher.step()
    await tell(dispatcher)
    last = (await desk.updates(conversation_id, 0, internal=False))[-1]
    until = stamp(ticket.due_at)
    assert last.payload == {"code": "late", "callback": False, "number": ticket.number, "until": until}
    assert f"{in_words(texts, 'zh', ticket.due_at)}前办结" in (last.text or "")


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
