import asyncio

import pytest

from bot.helpdesk.desk import Desk
from bot.helpdesk.errors import AlreadyClaimed, Forbidden, Invalid, NotFound, WrongState
from bot.helpdesk.models import HelpRequest, Staff
from tests.conftest import FakeClock
from tests.helpdesk.conftest import Hire, Query, Queue, codes

pytestmark = pytest.mark.integration


async def test_claim_has_one_winner_when_fifty_helpers_claim_at_once(
    desk: Desk, queue: Queue, hire: Hire, query: Query
) -> None:
    request = await queue()
    helpers = [await hire(f"helper-{n}") for n in range(50)]
    results = await asyncio.gather(*(desk.claim(request.id, h) for h in helpers), return_exceptions=True)
    won = [r for r in results if isinstance(r, HelpRequest)]
    assert len(won) == 1
    assert sum(isinstance(r, AlreadyClaimed) for r in results) == 49
    winner = helpers[results.index(won[0])]
    conversation = await desk.conversation(request.conversation_id)
    assert (conversation.owner, conversation.owner_epoch, conversation.helper_id) == ("helper", 3, winner.id)
    assert (await codes(desk, conversation.id)).count("helper_joined") == 1
    events = await query("SELECT event, actor_id FROM help_request_event ORDER BY id")
    assert [tuple(e) for e in events] == [("requested", None), ("claimed", winner.id)]


async def test_claim_has_one_winner_when_the_same_helper_clicks_twice(
    desk: Desk, queue: Queue, hire: Hire
) -> None:
    request, ann = await queue(), await hire("ann")
    claimed = await desk.claim(request.id, ann)
    assert (claimed.status, claimed.claimed_by_name, claimed.first_response_at) == ("claimed", "ann", None)
    with pytest.raises(AlreadyClaimed):
        await desk.claim(request.id, ann)


async def test_claim_raises_when_unknown_or_closed(desk: Desk, queue: Queue, hire: Hire) -> None:
    request, ann = await queue(), await hire("ann")
    with pytest.raises(NotFound):
        await desk.claim("nothing", ann)
    await desk.claim(request.id, ann)
    await desk.close(request.conversation_id, ann, "resolved")
    with pytest.raises(WrongState):
        await desk.claim(request.id, ann)


async def test_claim_tells_the_visitor_who_joined_when_the_helper_has_a_department(
    desk: Desk, queue: Queue, hire: Hire
) -> None:
    request, ann = await queue(), await hire("安", department="税务局")
    await desk.claim(request.id, ann)
    notice = (await desk.updates(request.conversation_id, 0, internal=False))[-1]
    assert notice.payload == {"code": "helper_joined", "name": "安", "department": "税务局"}
    assert notice.text and "税务局" in notice.text
    conversation = await desk.conversation(request.conversation_id)
    assert (conversation.helper_name, conversation.helper_department) == ("安", "税务局")


@pytest.fixture
async def held(desk: Desk, queue: Queue, hire: Hire, clock: FakeClock) -> tuple[HelpRequest, Staff]:
    """A request claimed by ann ten seconds after it was made."""
    request, ann = await queue(), await hire("ann")
    clock.advance(10)
    return await desk.claim(request.id, ann), ann


async def test_post_stops_the_clock_only_when_the_first_public_message_is_sent(
    desk: Desk, held: tuple[HelpRequest, Staff], clock: FakeClock, query: Query
) -> None:
    request, ann = held

    async def first_response() -> object:
        found = await desk.request_of(request.conversation_id)
        assert found
        return found.first_response_at

    await desk.post(request.conversation_id, ann, "n1", "内部备注", "internal")
    assert await first_response() is None
    answered_at = clock.advance(5)
    await desk.post(request.conversation_id, ann, "p1", "您好", "public")
    clock.advance(5)
    await desk.post(request.conversation_id, ann, "p2", "还在吗", "public")
    assert await first_response() == answered_at
    rows = await query("SELECT event FROM help_request_event ORDER BY id")
    assert [r[0] for r in rows] == ["requested", "claimed", "responded"]


async def test_post_returns_the_first_seq_when_it_is_sent_again_even_after_closing(
    desk: Desk, held: tuple[HelpRequest, Staff]
) -> None:
    request, ann = held
    sent = [desk.post(request.conversation_id, ann, "same", "您好", "public") for _ in range(5)]
    accepted = await asyncio.gather(*sent)
    await desk.close(request.conversation_id, ann, "resolved")
    again = await desk.post(request.conversation_id, ann, "same", "您好", "public")
    assert {a.seq for a in accepted} == {again.seq}
    assert again.repeated
    assert (await codes(desk, request.conversation_id)).count("helper:text") == 1


async def test_post_raises_when_the_id_belongs_to_somebody_elses_message(
    desk: Desk, held: tuple[HelpRequest, Staff], hire: Hire
) -> None:
    request, ann = held
    await desk.ingest(request.conversation_id, "visitors", "在吗")
    await desk.post(request.conversation_id, ann, "anns", "您好", "public")
    with pytest.raises(Invalid):
        await desk.post(request.conversation_id, ann, "visitors", "您好", "public")
    with pytest.raises(Invalid):
        await desk.post(request.conversation_id, await hire("ben"), "anns", "备注", "internal")
    with pytest.raises(Invalid):
        await desk.ingest(request.conversation_id, "anns", "您好")


async def test_post_raises_when_public_and_not_by_the_owner(
    desk: Desk, queue: Queue, held: tuple[HelpRequest, Staff], hire: Hire
) -> None:
    request, ann = held
    chief, waiting = await hire("chief", "supervisor"), await queue()
    for conversation_id, staff in ((request.conversation_id, chief), (waiting.conversation_id, ann)):
        with pytest.raises(WrongState):
            await desk.post(conversation_id, staff, "p1", "您好", "public")
        await desk.post(conversation_id, staff, "n1", "备注", "internal")
    await desk.close(request.conversation_id, ann, "resolved")
    with pytest.raises(WrongState):
        await desk.post(request.conversation_id, ann, "late", "等等", "public")


async def test_updates_hide_internal_notes_when_the_visitor_reads(
    desk: Desk, held: tuple[HelpRequest, Staff]
) -> None:
    request, ann = held
    note = await desk.post(request.conversation_id, ann, "n1", "企业有欠税", "internal")
    await desk.post(request.conversation_id, ann, "p1", "您好", "public")
    seen = await desk.updates(request.conversation_id, 0, internal=False)
    assert [u.seq for u in seen] == list(range(1, note.seq + 2))
    hidden = seen[note.seq - 1]
    assert (hidden.kind, hidden.text, hidden.payload, hidden.client_message_id) == ("hidden", None, {}, None)
    assert (hidden.sender.name, hidden.sender.department) == (None, None)
    staffs = await desk.updates(request.conversation_id, note.seq - 1, internal=True)
    assert [(u.text, u.visibility) for u in staffs] == [("企业有欠税", "internal"), ("您好", "public")]


async def test_conversation_never_shows_a_note_as_its_last_text_when_one_was_left(
    desk: Desk, held: tuple[HelpRequest, Staff]
) -> None:
    request, ann = held
    await desk.post(request.conversation_id, ann, "p1", "您好", "public")
    await desk.post(request.conversation_id, ann, "n1", "企业有欠税", "internal")
    assert (await desk.conversation(request.conversation_id)).last_text == "您好"


async def test_close_gives_the_conversation_back_when_its_helper_is_done(
    desk: Desk, held: tuple[HelpRequest, Staff], clock: FakeClock
) -> None:
    request, ann = held
    closed = await desk.close(request.conversation_id, ann, "no_response")
    assert (closed.status, closed.outcome, closed.closed_at, closed.closed_by) == (
        "closed", "no_response", clock(), ann.id
    )  # fmt: skip
    conversation = await desk.conversation(request.conversation_id)
    assert (conversation.owner, conversation.owner_epoch, conversation.helper_id) == ("bot", 4, None)
    assert (conversation.closed_at, conversation.resolved) == (clock(), None)
    notice = (await desk.updates(conversation.id, 0, internal=False))[-1]
    assert notice.payload == {"code": "closed", "outcome": "no_response", "ask_rating": True}


@pytest.mark.parametrize("role", ["helper", "supervisor", "administrator"])
async def test_release_puts_the_visitor_back_in_their_place_when_the_helper_or_an_overseer_wants_it(
    desk: Desk, held: tuple[HelpRequest, Staff], queue: Queue, hire: Hire, query: Query, role: str
) -> None:
    (request, ann), _later = held, await queue()
    who = ann if role == "helper" else await hire("chief", role)
    released = await desk.release(request.conversation_id, who)
    assert (released.status, released.claimed_by, released.claimed_at) == ("waiting", None, None)
    assert released.requested_at == request.requested_at
    assert await desk.request_of(request.conversation_id) == released
    conversation = await desk.conversation(request.conversation_id)
    assert (conversation.owner, conversation.owner_epoch, conversation.helper_id) == ("queue", 4, None)
    place = await desk.queue_position(conversation.id)
    assert place and place.position == 1
    notice = (await desk.updates(conversation.id, 0, internal=False))[-1]
    assert notice.payload == {"code": "helper_returned_to_queue"} and notice.text
    events = await query(
        "SELECT event, status_before, status_after, actor_id FROM help_request_event "
        "WHERE help_request_id = :id ORDER BY id",
        id=request.id,
    )
    assert tuple(events[-1]) == ("released", "claimed", "waiting", who.id)


async def test_release_raises_when_not_in_charge_or_nobody_holds_it(
    desk: Desk, held: tuple[HelpRequest, Staff], queue: Queue, hire: Hire
) -> None:
    (request, ann), waiting = held, await queue()
    with pytest.raises(Forbidden):
        await desk.release(request.conversation_id, await hire("ben"))
    assert (await desk.conversation(request.conversation_id)).helper_id == ann.id
    with pytest.raises(WrongState):
        await desk.release(waiting.conversation_id, await hire("chief", "supervisor"))
    await desk.close(request.conversation_id, ann, "resolved")
    with pytest.raises(WrongState):
        await desk.release(request.conversation_id, ann)


async def test_close_raises_when_a_helper_does_not_hold_it(
    desk: Desk, held: tuple[HelpRequest, Staff], hire: Hire
) -> None:
    with pytest.raises(Forbidden):
        await desk.close(held[0].conversation_id, await hire("ben"), "resolved")
    assert (await desk.conversation(held[0].conversation_id)).owner == "helper"


@pytest.mark.parametrize("role", ["supervisor", "administrator"])
async def test_close_succeeds_when_an_overseer_ends_a_waiting_request(
    desk: Desk, queue: Queue, hire: Hire, role: str
) -> None:
    request, chief = await queue(), await hire("chief", role)
    assert (await desk.close(request.conversation_id, chief, "unresolved")).claimed_by is None


async def test_close_raises_when_nothing_is_open(
    desk: Desk, held: tuple[HelpRequest, Staff], conversation_id: str
) -> None:
    request, ann = held
    with pytest.raises(WrongState):
        await desk.close(conversation_id, ann, "resolved")
    await desk.close(request.conversation_id, ann, "resolved")
    with pytest.raises(WrongState):
        await desk.close(request.conversation_id, ann, "resolved")
    with pytest.raises(Invalid):
        await desk.close(request.conversation_id, ann, "gone")  # type: ignore[arg-type]


async def test_close_and_claim_and_post_end_consistently_when_they_race(
    desk: Desk, queue: Queue, hire: Hire, query: Query
) -> None:
    ann, ben, chief = await hire("ann"), await hire("ben"), await hire("chief", "supervisor")
    for n in range(8):
        request = await queue()
        where = request.conversation_id
        await asyncio.gather(
            desk.claim(request.id, ann),
            desk.claim(request.id, ben),
            desk.close(where, chief, "unresolved"),
            desk.post(where, ann, f"a{n}", "您好", "public"),
            desk.ingest(where, f"v{n}", "在吗"),
            return_exceptions=True,
        )
        conversation, found = await desk.conversation(where), await desk.request_of(where)
        assert found
        assert (conversation.owner == "helper") == (found.status == "claimed")
        assert conversation.helper_id == (found.claimed_by if found.status == "claimed" else None)
        seqs = [u.seq for u in await desk.updates(where, 0, internal=True)]
        assert seqs == list(range(1, conversation.last_seq + 1))


async def test_requests_come_by_deadline_when_filtered_by_status(
    desk: Desk, queue: Queue, hire: Hire, clock: FakeClock
) -> None:
    made = []
    for _ in range(3):
        made.append(await queue())
        clock.advance(1)
    await desk.claim(made[1].id, await hire("ann"))
    waiting = await desk.requests(["waiting", "offered"])
    everything = await desk.requests(["waiting", "offered", "claimed", "closed"])
    assert [r.id for r in waiting] == [made[0].id, made[2].id]
    assert [r.id for r in everything] == [r.id for r in made]
    assert everything[1].claimed_by_name == "ann"


async def test_conversations_of_lists_what_i_hold_and_what_i_closed_when_both_exist(
    desk: Desk, queue: Queue, hire: Hire, clock: FakeClock
) -> None:
    ann, ben = await hire("ann"), await hire("ben")
    requests = [await queue() for _ in range(4)]
    for request in requests[:3]:
        await desk.claim(request.id, ann)
    await desk.claim(requests[3].id, ben)
    for request in requests[:2]:
        clock.advance(1)
        await desk.close(request.conversation_id, ann, "resolved")
    held = await desk.conversations_of(ann, open_only=True)
    closed = await desk.conversations_of(ann, open_only=False)
    assert [c.id for c in held] == [requests[2].conversation_id]
    assert [c.id for c in closed] == [requests[1].conversation_id, requests[0].conversation_id]
    assert held[0].last_text and held[0].helper_name == "ann"
