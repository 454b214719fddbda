"""Transfer, three-party, taking over and the end of a shift, on real PostgreSQL and Valkey."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.helpdesk.accounts import Accounts
from bot.helpdesk.database import Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.engine import Dispatcher
from bot.helpdesk.errors import AlreadyClaimed, Forbidden, HelpdeskError, Invalid, NotFound, WrongState
from bot.helpdesk.floor import Floor
from bot.helpdesk.live import Live
from bot.helpdesk.models import HelpRequest, Invitation, Role, Staff
from bot.helpdesk.rules import Policy
from bot.helpdesk.team import Target, Team
from bot.helpdesk.texts import Texts
from bot.helpdesk.thresholds import Thresholds
from tests.conftest import FakeClock
from tests.helpdesk.conftest import Hire, Query, Queue, codes

pytestmark = pytest.mark.integration

Ready = Callable[..., Awaitable[Staff]]


@pytest.fixture
def team(database: Database, live: Live, texts: Texts, policy: Policy, clock: FakeClock) -> Team:
    return Team(database, live, texts, policy, clock)


@pytest.fixture
def floor(database: Database, live: Live, texts: Texts, policy: Policy, clock: FakeClock) -> Floor:
    return Floor(database, live, texts, policy, clock)


@pytest.fixture
def ready(hire: Hire, accounts: Accounts) -> Ready:
    async def add(name: str, role: Role = "helper", department: str | None = "税务局") -> Staff:
        staff = await hire(name, role, department)
        await accounts.set_presence(staff.id, "ready")
        return staff

    return add


@pytest.fixture
async def held(desk: Desk, queue: Queue, ready: Ready) -> tuple[HelpRequest, Staff]:
    """A request that ann holds and has answered."""
    ann = await ready("ann")
    request = await queue()
    await desk.claim(request.id, ann)
    await desk.post(request.conversation_id, ann, "p1", "您好", "public")
    return request, ann


async def owner(desk: Desk, request: HelpRequest) -> str | None:
    return (await desk.conversation(request.conversation_id)).helper_name


async def snapshot(query: Query) -> list[object]:
    """Everything that a refused call must not change."""
    found = []
    for table in (
        "conversation",
        "help_request",
        "invitation",
        "participant",
        "message",
        "help_request_event",
    ):
        found.append(await query(f"SELECT * FROM {table} ORDER BY 1, 2"))
    return found


# --- transfer


async def test_transfer_leaves_the_owner_in_charge_until_it_is_accepted(
    team: Team, desk: Desk, ready: Ready, held: tuple[HelpRequest, Staff], floor: Floor, query: Query
) -> None:
    request, ann = held
    ben = await ready("ben", department="人社局")
    where = request.conversation_id
    asked = await team.invite("transfer", where, ann, Target(ben.id), "已核对营业执照")
    assert await owner(desk, request) == "ann"
    await desk.post(where, ann, "p2", "正在为您转办", "public")
    assert [view.invitation.id for view in await floor.invitations_of(ben)] == [asked.id]
    assert (await team.accept(asked.id, ben)).status == "accepted"
    conversation = await desk.conversation(where)
    assert (conversation.helper_name, conversation.helper_department) == ("ben", "人社局")
    assert (await codes(desk, where))[-1] == "helper_changed"
    with pytest.raises(WrongState):
        await desk.post(where, ann, "p3", "还有", "public")
    await desk.post(where, ben, "p4", "您好", "public")
    notes = [u for u in await desk.updates(where, 0, internal=True) if u.visibility == "internal"]
    assert [(n.payload["code"], n.payload["note"]) for n in notes] == [("transfer_note", "已核对营业执照")]
    events = await query("SELECT event, actor_id FROM help_request_event ORDER BY id")
    assert [tuple(e) for e in events][-2:] == [("transfer_asked", ann.id), ("transferred", ben.id)]
    assert await floor.invitations_of(ben) == []


@pytest.mark.parametrize("how", ["refused", "cancelled", "timed_out"])
async def test_transfer_goes_back_to_the_owner_when_it_is_not_accepted(
    team: Team, desk: Desk, ready: Ready, held: tuple[HelpRequest, Staff], how: str, clock: FakeClock,
    database: Database, live: Live, texts: Texts, query: Query,
) -> None:  # fmt: skip
    request, ann = held
    ben = await ready("ben")
    asked = await team.invite("transfer", request.conversation_id, ann, Target(ben.id))
    if how == "refused":
        await team.refuse(asked.id, ben, "不属于我们")
    elif how == "cancelled":
        await team.cancel(asked.id, ann)
    else:
        dispatcher = Dispatcher(database, live, texts, Thresholds(Policy()), clock, 600)
        assert await dispatcher.lease.take()
        clock.advance(59)
        assert await dispatcher.step() == 1
        clock.advance(1)
        await dispatcher.step()
    assert await owner(desk, request) == "ann"
    assert [row[0] for row in await query("SELECT status FROM invitation")] == [how]
    with pytest.raises(WrongState):
        await team.accept(asked.id, ben)
    await team.invite("transfer", request.conversation_id, ann, Target((await ready("cy")).id))


async def test_transfer_to_a_department_is_had_by_one_when_all_accept_at_once(
    team: Team, desk: Desk, ready: Ready, held: tuple[HelpRequest, Staff]
) -> None:
    request, ann = held
    people = [await ready(f"h{n}", department="人社局") for n in range(5)]
    asked = await team.invite("transfer", request.conversation_id, ann, Target(department="人社局"))
    results = await asyncio.gather(*(team.accept(asked.id, p) for p in people), return_exceptions=True)
    assert [type(r) for r in results].count(Invitation) == 1
    assert [type(r) for r in results].count(AlreadyClaimed) == 4
    winner = next(p for p, r in zip(people, results, strict=True) if isinstance(r, Invitation))
    assert await owner(desk, request) == winner.name


async def test_department_that_is_asked_says_no_one_by_one(
    team: Team, desk: Desk, ready: Ready, held: tuple[HelpRequest, Staff], floor: Floor, query: Query
) -> None:
    request, ann = held
    ben, cy = [await ready(name, department="人社局") for name in ("ben", "cy")]
    asked = await team.invite("join", request.conversation_id, ann, Target(department="人社局"))
    with pytest.raises(WrongState):
        await team.invite("join", request.conversation_id, ann, Target(department="人社局"))
    assert (await team.refuse(asked.id, ben)).status == "pending"
    listed = [len(await floor.invitations_of(each)) for each in (ann, ben, cy)]
    assert listed == [1, 0, 1]
    assert (await team.refuse(asked.id, cy)).status == "refused"
    assert [len(await floor.invitations_of(each)) for each in (ann, ben, cy)] == [0, 0, 0]
    with pytest.raises(WrongState):
        await team.refuse(asked.id, ben)
    assert await owner(desk, request) == "ann"


async def test_bad_input_is_refused_and_changes_nothing(
    team: Team, desk: Desk, ready: Ready, hire: Hire, queue: Queue, held: tuple[HelpRequest, Staff],
    query: Query,
) -> None:  # fmt: skip
    request, ann = held
    where, ben, away = request.conversation_id, await ready("ben"), await hire("away", "helper", "税务局")
    chief, waiting = await ready("chief", "supervisor", None), await queue()
    pending = await team.invite("transfer", where, ann, Target(ben.id))
    before = await snapshot(query)
    attempts: list[tuple[Callable[[], Awaitable[object]], type[HelpdeskError]]] = [
        (lambda: team.invite("transfer", where, ann, Target("0" * 32)), NotFound),
        (lambda: team.invite("transfer", where, ann, Target(department="没有的局")), Invalid),
        (lambda: team.invite("transfer", where, ann, Target(ann.id)), WrongState),
        (lambda: team.invite("transfer", where, ann, Target(away.id)), WrongState),
        (lambda: team.invite("transfer", where, ann, Target(chief.id)), WrongState),  # one is pending
        (lambda: team.invite("join", where, ben, Target(chief.id)), Forbidden),
        (lambda: team.invite("join", waiting.conversation_id, ann, Target(ben.id)), WrongState),
        (lambda: team.invite("join", "0" * 32, ann, Target(ben.id)), NotFound),
        (lambda: team.invite("join", where, ann, Target(ben.id), "长" * 1001), Invalid),
        (lambda: team.accept(pending.id, chief), NotFound),
        (lambda: team.accept("0" * 32, ben), NotFound),
        (lambda: team.cancel(pending.id, ben), Forbidden),
        (lambda: team.leave(where, ann), WrongState),
        (lambda: team.leave(where, ben), WrongState),
        (lambda: team.hand_over(where, ann, ben.id, stay=False), WrongState),
        (lambda: team.take_over(where, ben), Forbidden),
        (lambda: team.reassign(where, ann, Target(ben.id)), Forbidden),
        (lambda: team.reassign(where, chief, Target(away.id)), WrongState),
        (lambda: team.reassign(where, chief, Target(department="没有的局")), Invalid),
        (lambda: team.end_shift(ann, of=ben.id), Forbidden),
        (lambda: team.end_shift(ann, to=away.id), WrongState),
        (lambda: team.end_shift(ann, to=ann.id), WrongState),
        (lambda: desk.post(where, ben, "x", "您好", "public"), WrongState),
    ]
    for number, (attempt, error) in enumerate(attempts):
        with pytest.raises(error):
            await attempt()
        assert await snapshot(query) == before, number
    for nobody in ((None, None), (ben.id, "税务局")):
        with pytest.raises(Invalid):
            Target(*nobody)


# --- three-party


async def test_specialist_speaks_beside_the_owner_until_they_leave(
    team: Team, desk: Desk, ready: Ready, held: tuple[HelpRequest, Staff], floor: Floor
) -> None:
    request, ann = held
    zoe = await ready("zoe", "specialist", "人社局")
    where = request.conversation_id
    asked = await team.invite("join", where, ann, Target(zoe.id), "请看社保部分")
    await team.accept(asked.id, zoe)
    assert await owner(desk, request) == "ann"  # one accountable owner
    assert [p.person.name for p in (await floor.participants([where]))[where]] == ["zoe"]
    assert await floor.mine(zoe) == {where: "participant"} and await floor.mine(ann) == {where: "owner"}
    assert [c.id for c in await desk.conversations_of(zoe, open_only=True)] == [where]
    await desk.post(where, zoe, "z1", "社保补缴要三份材料", "public")
    said = (await desk.updates(where, 0, internal=False))[-1]
    assert (said.sender.name, said.sender.department) == ("zoe", "人社局")  # the visitor sees who speaks
    with pytest.raises(Forbidden):
        await desk.close(where, zoe, "resolved")
    await team.leave(where, zoe)
    assert (await codes(desk, where))[-1] == "specialist_left"
    with pytest.raises(WrongState):
        await desk.post(where, zoe, "z2", "还有", "public")
    await desk.post(where, zoe, "z3", "内部备注", "internal")


async def test_specialist_who_speaks_first_stops_the_clock(
    team: Team, desk: Desk, ready: Ready, queue: Queue, clock: FakeClock
) -> None:
    ann, zoe = await ready("ann"), await ready("zoe", "specialist")
    request = await queue()
    await desk.claim(request.id, ann)
    asked = await team.invite("join", request.conversation_id, ann, Target(zoe.id))
    await team.accept(asked.id, zoe)
    clock.advance(7)
    await desk.post(request.conversation_id, zoe, "z1", "您好", "public")
    found = await desk.request_of(request.conversation_id)
    assert found and found.first_response_at == clock()


@pytest.mark.parametrize("stay", [True, False])
async def test_owner_hands_ownership_to_a_participant(
    team: Team, desk: Desk, ready: Ready, held: tuple[HelpRequest, Staff], floor: Floor, stay: bool
) -> None:
    request, ann = held
    where, zoe = request.conversation_id, await ready("zoe", "specialist")
    await team.accept((await team.invite("join", where, ann, Target(zoe.id))).id, zoe)
    await team.hand_over(where, ann, zoe.id, stay=stay)
    assert await owner(desk, request) == "zoe"
    beside = [p.person.name for p in (await floor.participants([where]))[where]]
    assert beside == (["ann"] if stay else [])
    await desk.close(where, zoe, "resolved")
    assert await floor.mine(zoe) == await floor.mine(ann) == {}


async def test_release_sends_everyone_away_and_ends_what_was_asked(
    team: Team, desk: Desk, ready: Ready, held: tuple[HelpRequest, Staff], floor: Floor
) -> None:
    request, ann = held
    where, zoe, ben = request.conversation_id, await ready("zoe", "specialist"), await ready("ben")
    await team.accept((await team.invite("join", where, ann, Target(zoe.id))).id, zoe)
    asked = await team.invite("transfer", where, ann, Target(ben.id))
    await desk.release(where, ann)
    assert (await floor.participants([where]))[where] == [] and await floor.invitations_of(ben) == []
    with pytest.raises(WrongState):
        await team.accept(asked.id, ben)


# --- overseers and shifts


async def test_supervisor_takes_over_and_reassigns_whoever_holds_it(
    team: Team, desk: Desk, ready: Ready, held: tuple[HelpRequest, Staff], queue: Queue, query: Query
) -> None:
    (request, _), chief, ben = held, await ready("chief", "supervisor"), await ready("ben")
    where = request.conversation_id
    await team.take_over(where, chief, "投诉")
    assert await owner(desk, request) == "chief"
    await team.reassign(where, chief, Target(ben.id), "更熟悉")
    assert await owner(desk, request) == "ben"
    waiting = await queue()
    await team.take_over(waiting.conversation_id, chief)
    assert (await codes(desk, waiting.conversation_id))[-1] == "helper_joined"
    redirected = await team.reassign(where, chief, Target(department="税务局"))
    assert (redirected.status, redirected.department) == ("waiting", "税务局")
    assert (await codes(desk, where))[-1] == "redirected"
    rows = await query(
        "SELECT event, reason FROM help_request_event WHERE help_request_id = :id ORDER BY id", id=request.id
    )
    assert [tuple(row) for row in rows][-3:] == [
        ("taken_over", "投诉"), ("reassigned", "更熟悉"), ("redirected", "none_given")
    ]  # fmt: skip


@pytest.mark.parametrize("to_somebody", [True, False])
async def test_end_of_shift_leaves_nobody_alone(
    team: Team, desk: Desk, ready: Ready, held: tuple[HelpRequest, Staff], to_somebody: bool, queue: Queue
) -> None:
    (request, ann), ben = held, await ready("ben")
    other = await queue()
    await desk.claim(other.id, ann)
    moved = await team.end_shift(ann, to=ben.id if to_somebody else None, note="请跟进")
    assert {where for where, _ in moved} == {request.conversation_id, other.conversation_id}
    for each in (request, other):
        conversation = await desk.conversation(each.conversation_id)
        wanted = ("helper", "ben") if to_somebody else ("queue", None)
        assert (conversation.owner, conversation.helper_name) == wanted
        notes = [
            u for u in await desk.updates(conversation.id, 0, internal=True) if u.visibility == "internal"
        ]
        assert [n.payload["note"] for n in notes] == ["请跟进"]
    assert await team.end_shift(ann) == []


# --- the floor


async def test_board_and_history_tell_what_happened(
    floor: Floor, desk: Desk, ready: Ready, held: tuple[HelpRequest, Staff], queue: Queue
) -> None:
    request, ann = held
    chief = await ready("chief", "supervisor")
    waiting = await queue()
    board = await floor.board(chief)
    assert (board.waiting, board.held, board.ready, board.answered_today, board.within_today) == (
        1,
        1,
        2,
        1,
        1,
    )
    assert board.oldest_requested_at == waiting.requested_at
    assert [r.id for r in board.held_requests] == [request.id]
    assert board.next_wait is None  # too few were answered to say
    with pytest.raises(Forbidden):
        await floor.board(ann)
    events = await floor.history(request.id)
    assert [(e.event, e.actor_name) for e in events] == [
        ("requested", None), ("claimed", "ann"), ("responded", "ann")
    ]  # fmt: skip
    with pytest.raises(NotFound):
        await floor.history("0" * 32)


async def test_decline_ends_the_offer_and_tells_the_truth_about_the_request(
    floor: Floor, desk: Desk, ready: Ready, queue: Queue, database: Database, live: Live, texts: Texts,
    clock: FakeClock,
) -> None:  # fmt: skip
    ann, ben = await ready("ann"), await ready("ben", department="人社局")
    request = await queue()
    dispatcher = Dispatcher(database, live, texts, Thresholds(Policy()), clock, 600)
    assert await dispatcher.lease.take()
    await dispatcher.step()
    (offer,) = await floor.offers_of(ann)
    await floor.rang(offer.id, ann)
    for attempt in (floor.rang, floor.decline):
        with pytest.raises(NotFound):
            await attempt(offer.id, ben)
    await floor.decline(offer.id, ann)
    with pytest.raises(WrongState):
        await floor.decline(offer.id, ann)
    assert (await desk.request_of(request.conversation_id)).status == "waiting"  # type: ignore[union-attr]
    await dispatcher.step()
    assert await floor.offers_of(ann) == []


async def test_shift_leaves_nobody_behind_when_a_claim_comes_while_it_ends(
    team: Team, desk: Desk, queue: Queue, held: tuple[HelpRequest, Staff], monkeypatch: pytest.MonkeyPatch
):
    first, ann = held
    second = await queue()
    listed = team._declare_away

    async def claimed_just_after(leaving: Staff) -> list[str]:
        found = await listed(leaving)
        if first.conversation_id in found:
            await desk.claim(second.id, ann)
        return found

    monkeypatch.setattr(team, "_declare_away", claimed_just_after)
    moved = await team.end_shift(ann)
    assert [each for each, _ in moved] == [first.conversation_id, second.conversation_id]
    assert await desk.conversations_of(ann, open_only=True) == []
