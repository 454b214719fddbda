"""A visitor leaves the queue, against real stores."""

import asyncio

import pytest

from bot.helpdesk.desk import Desk
from bot.helpdesk.engine import Dispatcher
from bot.helpdesk.errors import AlreadyClaimed, WrongState
from tests.conftest import FakeClock
from tests.helpdesk.conftest import Hire, Query, Queue, Ready, Ringing, codes, history

pytestmark = pytest.mark.integration


async def test_visitor_who_leaves_the_queue_is_the_bots_again(
    desk: Desk, queue: Queue, query: Query, clock: FakeClock
) -> None:
    request = await queue()
    before = await desk.conversation(request.conversation_id)
    clock.advance(12)
    await desk.leave_queue(request.conversation_id)
    after = await desk.conversation(request.conversation_id)
    assert (after.owner, after.owner_epoch) == ("bot", before.owner_epoch + 1)
    ended = await desk.request_of(request.conversation_id)
    assert ended is not None
    assert (ended.status, ended.outcome, ended.closed_at, ended.closed_by) == (
        "closed", "abandoned", clock.now, None,
    )  # fmt: skip
    rows = await query("SELECT event, actor_kind, reason FROM help_request_event ORDER BY id DESC LIMIT 1")
    assert [tuple(row) for row in rows] == [("closed", "visitor", "abandoned")]
    notice = (await desk.updates(request.conversation_id, 0, internal=False))[-1]
    assert notice.payload == {"code": "closed", "outcome": "abandoned", "ask_rating": False}
    assert "退出排队" in (notice.text or "")
    assert await desk.queue_position(request.conversation_id) is None


async def test_it_rings_nowhere_any_more_when_the_visitor_has_left(
    desk: Desk, queue: Queue, ready: Ready, ringing: Ringing, dispatcher: Dispatcher
) -> None:
    await ready("ann")
    request = await queue()
    await dispatcher.step()
    assert await ringing() == [("ann", 0)]
    await desk.leave_queue(request.conversation_id)
    assert await ringing() == []
    await dispatcher.step()
    assert await ringing() == []


async def test_leaving_again_changes_nothing(desk: Desk, queue: Queue, query: Query) -> None:
    request = await queue()
    await desk.leave_queue(request.conversation_id)
    said, events = await codes(desk, request.conversation_id), await history(query, request)
    await desk.leave_queue(request.conversation_id)
    assert (await codes(desk, request.conversation_id), await history(query, request)) == (said, events)


async def test_newer_request_stays_when_the_call_for_the_one_before_comes_again(
    desk: Desk, queue: Queue, query: Query, clock: FakeClock
) -> None:
    first = await queue()
    waiting = (await desk.conversation(first.conversation_id)).last_seq
    await desk.leave_queue(first.conversation_id, waiting)
    clock.advance(5)
    again = await queue(first.conversation_id)
    told = await codes(desk, first.conversation_id)
    await desk.leave_queue(first.conversation_id, waiting)
    assert await desk.request_of(first.conversation_id) == again
    assert await codes(desk, first.conversation_id) == told
    assert await history(query, again) == ["requested"]
    now_waiting = (await desk.conversation(first.conversation_id)).last_seq
    await desk.leave_queue(first.conversation_id, now_waiting)
    ended = await desk.request_of(first.conversation_id)
    assert ended is not None and (ended.id, ended.outcome) == (again.id, "abandoned")


async def test_leaving_what_a_helper_holds_is_refused_until_they_have_closed_it(
    desk: Desk, queue: Queue, hire: Hire
) -> None:
    request = await queue()
    waiting = (await desk.conversation(request.conversation_id)).last_seq
    ann = await hire("ann")
    await desk.claim(request.id, ann)
    with pytest.raises(WrongState):
        await desk.leave_queue(request.conversation_id, waiting)
    await desk.close(request.conversation_id, ann, "resolved")
    await desk.leave_queue(request.conversation_id, waiting)
    ended = await desk.request_of(request.conversation_id)
    assert ended is not None and ended.outcome == "resolved"


async def test_visitor_who_left_may_ask_for_a_person_again(desk: Desk, queue: Queue) -> None:
    first = await queue()
    await desk.leave_queue(first.conversation_id)
    again = await queue(first.conversation_id)
    assert (again.id != first.id, again.status) == (True, "waiting")


async def test_nobody_can_be_left_when_nobody_is_waited_for(
    desk: Desk, queue: Queue, hire: Hire, conversation_id: str
) -> None:
    with pytest.raises(WrongState):
        await desk.leave_queue(conversation_id)
    request = await queue(conversation_id)
    ann = await hire("ann")
    claimed = await desk.claim(request.id, ann)
    before = await codes(desk, conversation_id)
    with pytest.raises(WrongState):
        await desk.leave_queue(conversation_id)
    assert await desk.request_of(conversation_id) == claimed
    assert await codes(desk, conversation_id) == before
    await desk.close(conversation_id, ann, "resolved")
    with pytest.raises(WrongState):
        await desk.leave_queue(conversation_id)


async def test_either_the_helper_takes_it_or_the_visitor_leaves_when_both_come_at_once(
    desk: Desk, queue: Queue, hire: Hire
) -> None:
    ann = await hire("ann")
    for _ in range(20):
        request = await queue()
        taking, leaving = await asyncio.gather(
            desk.claim(request.id, ann), desk.leave_queue(request.conversation_id), return_exceptions=True
        )
        ended = await desk.request_of(request.conversation_id)
        assert ended is not None
        owner = (await desk.conversation(request.conversation_id)).owner
        if ended.status == "claimed":
            assert isinstance(leaving, WrongState) and owner == "helper"
        else:
            assert isinstance(taking, (WrongState, AlreadyClaimed)) and leaving is None and owner == "bot"
            assert (ended.status, ended.outcome) == ("closed", "abandoned")


async def test_who_was_helped_before_and_leaves_the_queue_may_rate_that(
    desk: Desk, queue: Queue, hire: Hire
) -> None:
    request = await queue()
    ann = await hire("ann")
    await desk.claim(request.id, ann)
    await desk.post(request.conversation_id, ann, "m1", "您好", "public")
    await desk.release(request.conversation_id, ann)
    await desk.leave_queue(request.conversation_id)
    notice = (await desk.updates(request.conversation_id, 0, internal=False))[-1]
    assert notice.payload == {"code": "closed", "outcome": "abandoned", "ask_rating": True}
    await desk.rate(request.conversation_id, resolved=False, stars=2, comment=None)
