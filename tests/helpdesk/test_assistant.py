import asyncio
from dataclasses import replace

import pytest

from bot.helpdesk.accounts import Accounts
from bot.helpdesk.database import Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.errors import Invalid
from bot.helpdesk.live import Live
from bot.helpdesk.models import BotReply
from bot.helpdesk.rules import Policy
from bot.helpdesk.texts import Texts
from tests.conftest import FakeClock
from tests.helpdesk.conftest import ANSWER, HANDOFF, Hire, Query, Queue, codes, take_one

pytestmark = pytest.mark.integration


async def test_take_deliveries_gives_one_of_a_conversation_at_a_time_when_several_wait(
    desk: Desk, conversation_id: str
) -> None:
    for text in ("一", "二", "三"):
        await desk.ingest(conversation_id, f"m{ord(text)}", text)
    order = []
    while deliveries := await desk.take_deliveries(10):
        (delivery,) = deliveries
        assert await desk.take_deliveries(10) == []  # the next waits for this one
        order.append((delivery.text, delivery.district, delivery.seq))
        assert await desk.save_bot_replies(delivery, [ANSWER], [])
    assert order == [("一", "jiading", 1), ("二", "jiading", 2), ("三", "jiading", 3)]


async def test_take_deliveries_never_doubles_when_many_workers_take_at_once(desk: Desk) -> None:
    conversations = [(await desk.start_conversation(channel="widget"))[0].id for _ in range(6)]
    for conversation_id in conversations:
        for n in range(3):
            await desk.ingest(conversation_id, f"m{n}", str(n))
    in_flight: set[str] = set()
    done: list[tuple[str, str]] = []

    async def work() -> None:
        while len(done) < 18:
            for delivery in await desk.take_deliveries(2):
                assert delivery.conversation_id not in in_flight
                in_flight.add(delivery.conversation_id)
                await asyncio.sleep(0)
                done.append((delivery.conversation_id, delivery.text))
                # Out of flight before it is saved: from the commit on another worker may take the next.
                in_flight.discard(delivery.conversation_id)
                assert await desk.save_bot_replies(delivery, [ANSWER], [])

    async with asyncio.timeout(60):
        await asyncio.gather(*(work() for _ in range(5)))
    assert all([text for c, text in done if c == each] == ["0", "1", "2"] for each in conversations)


async def test_take_deliveries_gives_it_again_when_the_lease_ran_out(
    desk: Desk, conversation_id: str, clock: FakeClock, policy: Policy
) -> None:
    first = await take_one(desk, conversation_id, "问")
    clock.advance(policy.lease_seconds - 1)
    assert await desk.take_deliveries(10) == []
    clock.advance(1)
    (second,) = await desk.take_deliveries(10)
    assert (second.id, first.attempts, second.attempts) == (first.id, 1, 2)


async def test_save_bot_replies_saves_once_when_both_holders_of_an_expired_lease_answer(
    desk: Desk, conversation_id: str, clock: FakeClock, policy: Policy
) -> None:
    first = await take_one(desk, conversation_id, "问")
    clock.advance(policy.lease_seconds)
    (second,) = await desk.take_deliveries(10)
    saved = await asyncio.gather(
        desk.save_bot_replies(first, [ANSWER], []), desk.save_bot_replies(second, [ANSWER], [])
    )
    assert sorted(saved) == [False, True]
    assert await codes(desk, conversation_id) == ["visitor:text", "bot:answer"]


async def test_take_deliveries_parks_when_the_last_lease_ran_out_too(
    desk: Desk, conversation_id: str, clock: FakeClock, policy: Policy, query: Query
) -> None:
    await take_one(desk, conversation_id, "问")
    for _ in range(policy.delivery_attempts):
        clock.advance(policy.lease_seconds)
        last = await desk.take_deliveries(10)
    assert last == []
    assert await codes(desk, conversation_id) == ["visitor:text", "assistant_away", "queued_nobody_ready"]
    (row,) = await query("SELECT status, reason FROM outbox")
    assert tuple(row) == ("parked", "lease_expired")


async def test_take_deliveries_gives_the_others_when_one_cannot_be_parked(
    desk: Desk, conversation_id: str, clock: FakeClock, policy: Policy, query: Query
) -> None:
    await take_one(desk, conversation_id, "问")
    for _ in range(policy.delivery_attempts - 1):
        clock.advance(policy.lease_seconds)
        await desk.take_deliveries(10)
    # Parking opens a help request, which a stray open one forbids.
    await query(
        "INSERT INTO help_request (id, conversation_id, status, reason, channel, question, brief, "
        "requested_at, deadline_at) VALUES ('stray', :id, 'waiting', 'asked', 'widget', '', '{}', "
        "now(), now())",
        id=conversation_id,
    )
    clock.advance(policy.lease_seconds)
    other, _ = await desk.start_conversation(channel="widget")
    assert (await take_one(desk, other.id, "另一问")).text == "另一问"


async def test_save_bot_replies_drops_a_late_answer_when_the_visitor_went_to_a_person(
    desk: Desk, conversation_id: str, clock: FakeClock, policy: Policy, hire: Hire
) -> None:
    slow = await take_one(desk, conversation_id, "问")
    clock.advance(policy.lease_seconds)
    (fast,) = await desk.take_deliveries(10)
    assert await desk.save_bot_replies(fast, [HANDOFF], [])
    assert not await desk.save_bot_replies(slow, [ANSWER], [])
    request = await desk.request_of(conversation_id)
    assert request
    await desk.claim(request.id, ann := await hire("ann"))
    assert not await desk.save_bot_replies(slow, [ANSWER], [])
    await desk.close(conversation_id, ann, "resolved")
    assert not await desk.save_bot_replies(slow, [ANSWER], [])  # the bot owns it again, in a later epoch
    assert "bot:answer" not in await codes(desk, conversation_id)


async def test_save_bot_replies_drops_the_answer_when_only_the_epoch_moved_on(
    desk: Desk, conversation_id: str, query: Query
) -> None:
    delivery = await take_one(desk, conversation_id, "问")
    await query("UPDATE conversation SET owner_epoch = owner_epoch + 2")
    assert not await desk.save_bot_replies(delivery, [ANSWER], [])
    assert await codes(desk, conversation_id) == ["visitor:text"]
    assert (await query("SELECT status FROM outbox"))[0][0] == "dropped"


async def test_save_bot_replies_drops_what_still_waits_when_it_hands_off(
    desk: Desk, conversation_id: str, query: Query
) -> None:
    delivery = await take_one(desk, conversation_id, "转人工")
    await desk.ingest(conversation_id, "again", "快转人工")
    assert await desk.save_bot_replies(delivery, [HANDOFF], [])
    assert await desk.take_deliveries(10) == []
    assert sorted(r[0] for r in await query("SELECT status FROM outbox")) == ["done", "dropped"]
    assert (await query("SELECT count(*) FROM help_request"))[0][0] == 1


async def test_save_bot_replies_opens_a_request_with_its_brief_when_it_hands_off(
    desk: Desk, clock: FakeClock, query: Query
) -> None:
    conversation, _ = await desk.start_conversation(
        channel="widget", district="jiading", profile={"company": "甲公司", "phone": ""}
    )
    answered = await take_one(desk, conversation.id, "先不干了怎么办")
    await desk.save_bot_replies(answered, [ANSWER], [])
    asked = await take_one(desk, conversation.id, "转人工")
    await desk.save_bot_replies(asked, [HANDOFF], [{"id": "m-2"}])
    request = await desk.request_of(conversation.id)
    assert request is not None
    assert (request.status, request.reason, request.topic, request.department) == (
        "waiting", "asked", "tax", "税务局"
    )  # fmt: skip
    assert (request.requested_at, (request.deadline_at - request.requested_at).seconds) == (clock(), 60)
    assert request.question == "先不干了怎么办"
    assert request.brief == {
        "question": "先不干了怎么办",
        "facts": [{"label": "企业", "value": "甲公司"}, {"label": "所在区", "value": "嘉定区"}],
        "offered": [{"id": "m-1", "title": "歇业备案"}],
        "reason": "asked",
        "suggestions": [{"id": "m-2"}],
    }
    now = await desk.conversation(conversation.id)
    assert (now.owner, now.owner_epoch) == ("queue", 2)
    (event,) = await query(
        "SELECT event, status_before, status_after, actor_kind, reason FROM help_request_event"
    )
    assert tuple(event) == ("requested", None, "waiting", "bot", "asked")


@pytest.mark.parametrize(("beats", "notice"), [(True, "queued"), (False, "queued_nobody_ready")])
async def test_queued_notice_is_honest_when_a_ready_helper_is_or_is_not_connected(
    desk: Desk, accounts: Accounts, hire: Hire, queue: Queue, clock: FakeClock, beats: bool, notice: str
) -> None:
    ann = await hire("ann")
    await accounts.set_presence(ann.id, "ready")
    clock.advance(61)
    if beats:
        await accounts.heartbeat(ann.id)
    request = await queue()
    assert (await codes(desk, request.conversation_id))[-1] == notice


async def test_queued_notice_says_what_was_asked_before_the_person(
    desk: Desk, queue: Queue, conversation_id: str
) -> None:
    delivery = await take_one(desk, conversation_id, "能歇业吗")
    assert await desk.save_bot_replies(delivery, [ANSWER], [])
    request = await queue(conversation_id)
    notice = (await desk.updates(conversation_id, 0, internal=False))[-1]
    assert notice.payload == {"code": "queued_nobody_ready", "question": request.question}
    assert request.question == "能歇业吗"


async def test_save_bot_replies_closes_the_conversation_when_the_bot_settled_it(
    desk: Desk, conversation_id: str, clock: FakeClock
) -> None:
    delivery = await take_one(desk, conversation_id, "解决了")
    await desk.save_bot_replies(delivery, [BotReply("closing", "好的", {"resolved": True})], [])
    conversation = await desk.conversation(conversation_id)
    assert (conversation.owner, conversation.closed_at, conversation.resolved) == ("bot", clock(), True)
    rated = await desk.rate(conversation_id, resolved=True, stars=None, comment=None)
    assert not rated.repeated


async def test_save_bot_replies_leaves_it_open_when_closing_is_not_resolved(
    desk: Desk, conversation_id: str
) -> None:
    delivery = await take_one(desk, conversation_id, "再见")
    await desk.save_bot_replies(delivery, [BotReply("closing", "再见", {"resolved": False})], [])
    assert (await desk.conversation(conversation_id)).closed_at is None


@pytest.mark.parametrize("bad", [replace(ANSWER, text="a\0"), replace(ANSWER, payload={"x": float("nan")})])
async def test_save_bot_replies_saves_nothing_when_a_reply_cannot_be_stored(
    desk: Desk, conversation_id: str, bad: BotReply
) -> None:
    delivery = await take_one(desk, conversation_id, "问")
    with pytest.raises(Invalid):
        await desk.save_bot_replies(delivery, [ANSWER, bad], [])
    assert await codes(desk, conversation_id) == ["visitor:text"]
    assert await desk.save_bot_replies(delivery, [ANSWER], [])  # still in flight


async def test_delivery_failed_tries_again_after_the_backoff_when_attempts_remain(
    desk: Desk, conversation_id: str, clock: FakeClock, policy: Policy
) -> None:
    delivery = await take_one(desk, conversation_id, "问")
    await desk.ingest(conversation_id, "next", "又问")
    await desk.delivery_failed(delivery, "timeout", [])
    assert await desk.take_deliveries(10) == []  # nor does the later message overtake
    clock.advance(policy.delivery_backoff_seconds)
    (again,) = await desk.take_deliveries(10)
    assert (again.text, again.attempts) == ("问", 2)


async def test_delivery_failed_hands_over_to_a_person_when_attempts_are_used_up(
    desk: Desk, conversation_id: str, clock: FakeClock, policy: Policy, query: Query
) -> None:
    delivery = await take_one(desk, conversation_id, "担保费率多少")
    await desk.delivery_failed(delivery, "timeout", [])
    clock.advance(policy.delivery_backoff_seconds)
    (delivery,) = await desk.take_deliveries(10)
    await desk.delivery_failed(delivery, "timeout", [{"id": "m-9"}])
    assert await codes(desk, conversation_id) == ["visitor:text", "assistant_away", "queued_nobody_ready"]
    request = await desk.request_of(conversation_id)
    assert request and (request.reason, request.question) == ("unresolved", "担保费率多少")
    assert request.brief["suggestions"] == [{"id": "m-9"}]
    row = (await query("SELECT status, attempts, reason FROM outbox"))[0]
    assert tuple(row) == ("parked", 2, "timeout")
    assert await desk.take_deliveries(10) == []


async def test_delivery_failed_parks_at_once_when_trying_again_is_useless(
    desk: Desk, conversation_id: str
) -> None:
    delivery = await take_one(desk, conversation_id, "问")
    await desk.delivery_failed(delivery, "malformed", [], retryable=False)
    assert (await desk.conversation(conversation_id)).owner == "queue"


async def test_delivery_failed_changes_nothing_when_it_was_answered_or_taken_again(
    desk: Desk, conversation_id: str, clock: FakeClock, policy: Policy
) -> None:
    first = await take_one(desk, conversation_id, "问")
    clock.advance(policy.lease_seconds)
    (second,) = await desk.take_deliveries(10)
    await desk.delivery_failed(first, "timeout", [], retryable=False)
    assert (await desk.conversation(conversation_id)).owner == "bot"
    assert await desk.save_bot_replies(second, [ANSWER], [])
    await desk.delivery_failed(second, "timeout", [], retryable=False)
    assert await codes(desk, conversation_id) == ["visitor:text", "bot:answer"]


async def test_one_request_opens_when_a_handoff_and_a_failure_come_at_once(
    desk: Desk, database: Database, live: Live, texts: Texts, clock: FakeClock, query: Query
) -> None:
    eager = Desk(database, live, texts, Policy(delivery_attempts=1), clock)
    for _ in range(10):
        conversation_id = (await eager.start_conversation(channel="widget"))[0].id
        delivery = await take_one(eager, conversation_id, "转人工")
        await asyncio.gather(
            eager.save_bot_replies(delivery, [HANDOFF], []), eager.delivery_failed(delivery, "timeout", [])
        )
    rows = await query("SELECT count(*) FROM help_request GROUP BY conversation_id")
    assert [r[0] for r in rows] == [1] * 10


async def test_second_request_opens_when_the_visitor_comes_back_after_closing(
    desk: Desk, queue: Queue, hire: Hire
) -> None:
    first, ann = await queue(), await hire("ann")
    await desk.claim(first.id, ann)
    await desk.close(first.conversation_id, ann, "unresolved")
    second = await queue(first.conversation_id)
    assert (second.id != first.id, second.status) == (True, "waiting")


async def test_english_visitor_reads_english_when_queued(desk: Desk, texts: Texts) -> None:
    conversation, _ = await desk.start_conversation(channel="widget", locale="en-GB")
    delivery = await take_one(desk, conversation.id, "a person please")
    await desk.save_bot_replies(delivery, [HANDOFF], [])
    update = (await desk.updates(conversation.id, 0, internal=False))[-1]
    assert update.text == texts.get("en", "queued_nobody_ready")
