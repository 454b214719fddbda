import asyncio
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from bot.helpdesk.accounts import Accounts
from bot.helpdesk.desk import Desk
from bot.helpdesk.errors import BadCredentials, Invalid, NotFound, WrongState
from bot.helpdesk.models import BotReply
from tests.conftest import FakeClock
from tests.helpdesk.conftest import ANSWER, Hire, Query, Queue, Ready, codes, take_one

pytestmark = pytest.mark.integration


async def test_start_conversation_keeps_only_a_hash_when_it_hands_out_the_token(
    desk: Desk, query: Query
) -> None:
    conversation, token = await desk.start_conversation(
        channel="widget", district="jiading", page="https://example.org/", profile={"company": "甲公司"}
    )
    assert (await desk.conversation_by_token(token)).id == conversation.id
    (row,) = await query("SELECT to_jsonb(conversation)::text FROM conversation")
    assert token not in row[0]


@pytest.mark.parametrize("token", ["", "unknown", "\ud800"])
async def test_conversation_by_token_raises_when_the_token_is_unknown(desk: Desk, token: str) -> None:
    with pytest.raises(BadCredentials):
        await desk.conversation_by_token(token)


async def test_start_conversation_raises_when_postgresql_could_not_store_it(desk: Desk) -> None:
    with pytest.raises(Invalid):
        await desk.start_conversation(channel="widget", profile={"company": "a\0"})


async def test_ingest_saves_one_row_when_the_same_message_comes_twenty_times_at_once(
    desk: Desk, conversation_id: str, query: Query
) -> None:
    await desk.ingest(conversation_id, "before", "先说一句")
    sent = [desk.ingest(conversation_id, "same", "公司先不干了") for _ in range(20)]
    accepted = await asyncio.gather(*sent)
    assert {a.seq for a in accepted} == {2}
    assert sorted(a.repeated for a in accepted) == [False] + [True] * 19
    (row,) = await query("SELECT count(*) FROM message WHERE client_message_id = 'same'")
    assert row[0] == 1
    (row,) = await query("SELECT count(*) FROM outbox")
    assert row[0] == 2


async def test_ingest_numbers_without_gap_when_messages_come_at_once(
    desk: Desk, conversation_id: str
) -> None:
    sent = [desk.ingest(conversation_id, f"m{n}", f"第{n}条") for n in range(30)]
    accepted = await asyncio.gather(*sent)
    assert sorted(a.seq for a in accepted) == list(range(1, 31))
    updates = await desk.updates(conversation_id, 0, internal=False)
    assert [u.seq for u in updates] == list(range(1, 31))
    by_seq = {u.seq: u.client_message_id for u in updates}
    assert all(by_seq[a.seq] == f"m{n}" for n, a in enumerate(accepted))


async def test_ingest_saves_nothing_when_the_outbox_row_cannot_be_written(
    desk: Desk, conversation_id: str, query: Query
) -> None:
    await query(
        "INSERT INTO outbox (conversation_id, seq, owner_epoch, text, status, attempts, created_at, due_at) "
        "VALUES (:id, 1, 1, 'in the way', 'done', 1, now(), now())",
        id=conversation_id,
    )
    with pytest.raises(IntegrityError, match="outbox"):
        await desk.ingest(conversation_id, "m1", "你好")
    assert await desk.updates(conversation_id, 0, internal=True) == []
    assert (await desk.conversation(conversation_id)).last_seq == 0


@pytest.mark.parametrize("text", ["", "  ", "a\0b", "\ud83d", "长" * 2001])
async def test_ingest_raises_when_the_text_is_not_acceptable(
    desk: Desk, conversation_id: str, text: str
) -> None:
    with pytest.raises(Invalid):
        await desk.ingest(conversation_id, "m1", text)
    assert (await desk.conversation(conversation_id)).last_seq == 0


async def test_ingest_raises_when_the_conversation_is_unknown(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.ingest("nowhere", "m1", "你好")


async def test_ingest_saves_without_delivery_when_a_person_is_asked_for(
    desk: Desk, queue: Queue, conversation_id: str
) -> None:
    await queue(conversation_id)
    await desk.ingest(conversation_id, "more", "补充一句")
    assert await desk.take_deliveries(10) == []
    assert [u.text for u in await desk.updates(conversation_id, 3, internal=False)] == ["补充一句"]


async def test_updates_resume_after_a_seq_when_asked_for_pages(desk: Desk, conversation_id: str) -> None:
    for n in range(5):
        await desk.ingest(conversation_id, f"m{n}", str(n))
    page = await desk.updates(conversation_id, 1, internal=False, limit=2)
    assert [(u.seq, u.text) for u in page] == [(2, "1"), (3, "2")]
    assert await desk.updates(conversation_id, 5, internal=False) == []


async def test_choose_sends_the_command_and_shows_the_label_when_a_button_is_pressed(
    desk: Desk, conversation_id: str
) -> None:
    delivery = await take_one(desk, conversation_id, "担保")
    buttons = (("担保费率", "/inform{1}"), ("都不是", "/deny"))
    reply = BotReply("choices", "您是问？", {"options": []}, buttons)
    assert await desk.save_bot_replies(delivery, [reply], [])
    (update,) = await desk.updates(conversation_id, 1, internal=False)
    assert update.commands == {}
    assert [b["label"] for b in update.payload["buttons"]] == ["担保费率", "都不是"]
    option = update.payload["buttons"][0]["id"]
    first = await desk.choose(conversation_id, "pick", update.seq, option)
    again = await desk.choose(conversation_id, "pick", update.seq, option)
    assert (first.seq, again.seq, again.repeated) == (3, 3, True)
    (chosen,) = await desk.updates(conversation_id, 2, internal=False)
    assert (chosen.text, chosen.sender.kind) == ("担保费率", "visitor")
    (delivery,) = await desk.take_deliveries(10)
    assert delivery.text == "/inform{1}"


@pytest.mark.parametrize(("seq", "option"), [(1, "x"), (2, "x"), (99, "x")])
async def test_choose_raises_when_the_button_does_not_exist(
    desk: Desk, conversation_id: str, seq: int, option: str
) -> None:
    delivery = await take_one(desk, conversation_id, "担保")
    await desk.save_bot_replies(delivery, [ANSWER], [])
    with pytest.raises(Invalid):
        await desk.choose(conversation_id, "pick", seq, option)


async def test_ingest_delivers_no_command_when_the_visitor_types_a_slash(
    desk: Desk, conversation_id: str
) -> None:
    delivery = await take_one(desk, conversation_id, "/restart")
    assert delivery.text == "restart"
    (update,) = await desk.updates(conversation_id, 0, internal=False)
    assert update.text == "/restart"


async def test_rate_raises_when_the_conversation_is_not_closed(desk: Desk, conversation_id: str) -> None:
    with pytest.raises(WrongState):
        await desk.rate(conversation_id, resolved=True, stars=5, comment=None)


async def test_rate_replaces_the_rating_when_the_visitor_changes_their_mind(
    desk: Desk, queue: Queue, hire: Hire, query: Query
) -> None:
    request, ann = await queue(), await hire("ann")
    await desk.claim(request.id, ann)
    await desk.close(request.conversation_id, ann, "resolved")
    assert (await desk.conversation(request.conversation_id)).rated_seq is None
    first = await desk.rate(request.conversation_id, resolved=True, stars=5, comment=None)
    again = await desk.rate(request.conversation_id, resolved=True, stars=5, comment=" 很快 ")
    other = await desk.rate(request.conversation_id, resolved=False, stars=None, comment="")
    assert (again.seq, again.repeated) == (first.seq, True)
    assert other.seq == first.seq + 1
    conversation = await desk.conversation(request.conversation_id)
    assert (conversation.resolved, conversation.stars, conversation.rated_seq) == (False, None, other.seq)
    (notice,) = await desk.updates(conversation.id, first.seq, internal=False)
    assert notice.payload == {"code": "rated", "resolved": False, "stars": None}
    assert (await query("SELECT rating_comment FROM help_request"))[0][0] is None


@pytest.mark.parametrize("stars", [0, 6, -1])
async def test_rate_raises_when_the_stars_are_out_of_range(
    desk: Desk, conversation_id: str, stars: int
) -> None:
    with pytest.raises(Invalid):
        await desk.rate(conversation_id, resolved=True, stars=stars, comment=None)


async def test_ingest_reopens_with_the_bot_and_keeps_the_rating_when_the_conversation_was_closed(
    desk: Desk, queue: Queue, hire: Hire, query: Query, clock: FakeClock
) -> None:
    request, ann = await queue(), await hire("ann")
    await desk.claim(request.id, ann)
    await desk.close(request.conversation_id, ann, "resolved")
    rated = await desk.rate(request.conversation_id, resolved=True, stars=4, comment="很快")
    delivery = await take_one(desk, request.conversation_id, "再问一句")
    conversation = await desk.conversation(request.conversation_id)
    assert (conversation.owner, conversation.closed_at) == ("bot", None)
    assert (conversation.resolved, conversation.stars, conversation.rated_seq) == (True, 4, rated.seq)
    assert await desk.save_bot_replies(delivery, [ANSWER], [])
    rows = await query("SELECT resolved, stars, rating_comment, rated_seq, rated_at FROM help_request")
    assert [tuple(row) for row in rows] == [(True, 4, "很快", rated.seq, clock())]


async def test_rate_is_saved_when_the_visitor_typed_on_after_the_helper_closed(
    desk: Desk, queue: Queue, hire: Hire
) -> None:
    request, ann = await queue(), await hire("ann")
    await desk.claim(request.id, ann)
    await desk.close(request.conversation_id, ann, "resolved")
    await desk.ingest(request.conversation_id, "thanks", "谢谢")
    rated = await desk.rate(request.conversation_id, resolved=True, stars=5, comment=None)
    conversation = await desk.conversation(request.conversation_id)
    assert (conversation.stars, conversation.rated_seq, conversation.closed_at) == (5, rated.seq, None)


async def test_rate_is_of_the_newest_help_when_there_were_two(
    desk: Desk, queue: Queue, hire: Hire, clock: FakeClock, query: Query
) -> None:
    ann, conversation_id = await hire("ann"), None
    for stars in (2, 5):
        clock.advance(60)
        request = await queue(conversation_id)
        conversation_id = request.conversation_id
        with pytest.raises(WrongState):
            await desk.rate(conversation_id, resolved=True, stars=1, comment=None)
        await desk.claim(request.id, ann)
        await desk.close(conversation_id, ann, "resolved")
        assert (await desk.conversation(conversation_id)).rated_seq is None
        await desk.rate(conversation_id, resolved=True, stars=stars, comment=None)
        assert (await desk.conversations_of(ann, open_only=False))[0].stars == stars
    rows = await query("SELECT stars FROM help_request ORDER BY requested_at")
    assert [row[0] for row in rows] == [2, 5]


async def test_mark_read_only_rises_when_marks_come_out_of_order(desk: Desk, conversation_id: str) -> None:
    for n in range(3):
        await desk.ingest(conversation_id, uuid4().hex, str(n))
    for seq, mark in ((2, 2), (1, 2), (99, 3)):
        await desk.mark_read(conversation_id, seq)
        assert (await desk.conversation(conversation_id)).visitor_read_seq == mark


async def test_queue_position_counts_by_deadline_when_several_wait(
    desk: Desk, queue: Queue, hire: Hire, clock: FakeClock, conversation_id: str
) -> None:
    assert await desk.queue_position(conversation_id) is None
    waiting = []
    for _ in range(3):
        waiting.append(await queue())
        clock.advance(1)
    places = [await desk.queue_position(r.conversation_id) for r in waiting]
    assert [p and (p.position, p.wait_seconds) for p in places] == [(1, None), (2, None), (3, None)]
    await desk.claim(waiting[0].id, await hire("ann"))
    places = [await desk.queue_position(r.conversation_id) for r in waiting]
    assert [p and p.position for p in places] == [None, 1, 2]


async def test_queue_position_tells_the_median_wait_when_enough_were_answered(
    desk: Desk, accounts: Accounts, queue: Queue, hire: Hire, clock: FakeClock
) -> None:
    ann = await hire("ann")

    async def answer_after(seconds: float) -> None:
        request = await queue()
        await desk.claim(request.id, ann)
        clock.advance(seconds)
        await desk.post(request.conversation_id, ann, "hello", "您好", "public")
        await desk.close(request.conversation_id, ann, "resolved")

    for seconds in (10, 20, 30, 40, 50):
        await answer_after(seconds)
    request = await queue()
    place = await desk.queue_position(request.conversation_id)
    assert place and place.wait_seconds is None  # nobody is on duty
    assert place.promise_seconds == 60
    await accounts.set_presence(ann.id, "ready")
    place = await desk.queue_position(request.conversation_id)
    assert place and (place.wait_seconds, place.wait_low_seconds, place.wait_high_seconds) == (30, 10, 50)
    clock.advance(86_401)
    await accounts.heartbeat(ann.id)
    place = await desk.queue_position(request.conversation_id)
    assert place and place.wait_seconds is None


async def test_queue_position_tells_the_wait_of_the_department_that_is_waited_for(
    desk: Desk, queue: Queue, ready: Ready, clock: FakeClock, query: Query
) -> None:
    ann = await ready("ann", department=None)
    for department, seconds in (("税务局", 10), ("人社局", 40)):
        for _ in range(5):
            request = await queue()
            await query("UPDATE help_request SET department = :d WHERE id = :id", d=department, id=request.id)
            await desk.claim(request.id, ann)
            clock.advance(seconds)
            await desk.post(request.conversation_id, ann, "hello", "您好", "public")
            await desk.close(request.conversation_id, ann, "resolved")
    found = []
    for department in ("税务局", "人社局", "金融办"):
        request = await queue()
        await query("UPDATE help_request SET department = :d WHERE id = :id", d=department, id=request.id)
        place = await desk.queue_position(request.conversation_id)
        found.append(place and place.wait_seconds)
    # Nothing is known of the last one: the median of all.
    assert found == [10, 40, 25]


async def test_list_shows_the_whole_job_in_order_when_a_person_settles_it(
    desk: Desk, queue: Queue, hire: Hire, conversation_id: str
) -> None:
    delivery = await take_one(desk, conversation_id, "先不干了怎么办")
    await desk.save_bot_replies(delivery, [ANSWER], [])
    request, ann = await queue(conversation_id), await hire("ann", department="市场监管局")
    await desk.claim(request.id, ann)
    await desk.post(conversation_id, ann, "h1", "您好，我来帮您。", "public")
    await desk.close(conversation_id, ann, "resolved")
    await desk.rate(conversation_id, resolved=True, stars=5, comment=None)
    assert await codes(desk, conversation_id) == [
        "visitor:text", "bot:answer", "visitor:text", "bot:handoff", "queued_nobody_ready",
        "helper_joined", "helper:text", "closed", "rated",
    ]  # fmt: skip
