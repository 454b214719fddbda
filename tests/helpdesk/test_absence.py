"""A helper whose connection ends: the rule, and the dispatcher with a clock that stands still."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.helpdesk import rules
from bot.helpdesk.accounts import Accounts
from bot.helpdesk.desk import Desk
from bot.helpdesk.engine import Dispatcher
from bot.helpdesk.floor import Floor
from bot.helpdesk.models import HelpRequest, Staff
from bot.helpdesk.rules.absence import Hearing, Held, absent_at
from bot.helpdesk.rules.policy import Policy
from bot.helpdesk.team import Target, Team
from tests.conftest import FakeClock
from tests.helpdesk.conftest import Query, Queue, Ready, Ringing, codes, history

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
POLICY = Policy()
WAITING = HelpRequest(
    "r1", "c1", "waiting", "asked", None, None, None, "widget", "?", {}, NOW, NOW + timedelta(seconds=60),
    None, None, None, None, None, None,
)  # fmt: skip


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


# --- the rule


@pytest.mark.parametrize(
    ("seen", "claimed", "heard_since", "due"),
    [
        (100, 10, 0, 175),
        (None, 10, 0, 85),  # never heard: from the claim
        (5, 10, 0, 85),  # a claim is a sign too
        (100, 10, 160, 235),  # the service was deaf until then
    ],
)
def test_absent_at_counts_from_the_last_sign_of_the_helper(
    seen: float | None, claimed: float, heard_since: float, due: float
) -> None:
    held = rules.advance(WAITING, rules.Claim("ann", "安"), after(claimed))
    hearing = Hearing(after(heard_since), after(heard_since))
    seen_at = None if seen is None else after(seen)
    assert absent_at(Held(held, seen_at), hearing, POLICY) == after(due)
    answered = rules.advance(held, rules.Respond("ann"), after(claimed + 1))
    assert absent_at(Held(answered, seen_at), hearing, POLICY) == after(due)


def test_absent_at_is_none_when_nobody_holds_it() -> None:
    assert absent_at(Held(WAITING, None), Hearing(NOW, NOW), POLICY) is None
    held = rules.advance(WAITING, rules.Claim("ann", "安"), NOW)
    closed = rules.advance(held, rules.Close("ann", "resolved"), after(9))
    assert absent_at(Held(closed, None), Hearing(NOW, NOW), POLICY) is None


def test_hearing_begins_anew_when_nobody_looked_for_a_while() -> None:
    hearing = Hearing(NOW, NOW)
    for seconds in (5, 10, 15):
        hearing = hearing.at(after(seconds))
    assert hearing == Hearing(NOW, after(15))
    assert hearing.at(after(20.1)) == Hearing(after(20.1), after(20.1))


# --- the dispatcher

Wait = Callable[..., Awaitable[None]]


@pytest.fixture
def wait(dispatcher: Dispatcher, accounts: Accounts, clock: FakeClock) -> Wait:
    """Lets time pass with the dispatcher looking; only ``heard`` have a console that is still heard."""

    async def run(seconds: int, *heard: Staff) -> None:
        for _ in range(seconds):
            clock.advance(1)
            for each in heard:
                await accounts.heartbeat(each.id)
            await dispatcher.step()

    return run


@pytest.fixture
def answered(desk: Desk, queue: Queue, dispatcher: Dispatcher) -> Callable[[Staff], Awaitable[HelpRequest]]:
    async def make(helper: Staff) -> HelpRequest:
        await dispatcher.step()
        request = await queue()
        await desk.claim(request.id, helper)
        await desk.post(request.conversation_id, helper, "p1", "您好", "public")
        found = await desk.request_of(request.conversation_id)
        assert found is not None
        return found

    return make


@pytest.mark.integration
async def test_request_returns_to_its_place_when_its_helper_is_heard_no_more(
    ready: Ready, answered: Any, wait: Wait, desk: Desk, query: Query, ringing: Ringing, clock: FakeClock,
    accounts: Accounts, queue: Queue,
) -> None:  # fmt: skip
    ann, ben = await ready("ann"), await ready("ben")
    request = await answered(ann)
    await wait(40, ben)
    younger = await queue()
    await wait(34, ben)
    assert (await desk.conversation(request.conversation_id)).helper_id == ann.id
    await wait(2, ben)
    back = await desk.request_of(request.conversation_id)
    assert back and (back.status, back.claimed_by, back.level) == ("offered", None, 0)
    assert (back.deadline_at, back.requested_at) == (request.deadline_at, request.requested_at)
    first = await desk.requests(["waiting", "offered"])
    assert [each.id for each in first] == [request.id, younger.id]
    notice = (await desk.updates(request.conversation_id, 0, internal=False))[-1]
    assert notice.payload == {"code": "helper_returned_to_queue", "cause": "connection_lost"}
    assert "连接中断" in (notice.text or "")
    rows = await query(
        "SELECT reason, actor_kind, detail FROM help_request_event WHERE event = 'released' "
        "AND help_request_id = :id", id=request.id,
    )  # fmt: skip
    assert [(row.reason, row.actor_kind, row.detail["staff_id"]) for row in rows] == [
        ("connection_lost", "system", ann.id)
    ]
    assert rows[0].detail["seen_at"].startswith("2026-01-05T09:0")
    assert ("ben", 0) in await ringing()
    # What she declared is hers to change.
    assert [each.presence for each in await accounts.all() if each.id == ann.id] == ["ready"]


@pytest.mark.integration
async def test_nothing_happens_when_the_helper_is_back_before_the_period_ends(
    ready: Ready, answered: Any, wait: Wait, desk: Desk, query: Query, accounts: Accounts
) -> None:
    ann = await ready("ann")
    request = await answered(ann)
    for _ in range(3):
        await wait(70)
        await accounts.heartbeat(ann.id)
    await wait(70)
    await desk.post(request.conversation_id, ann, "p2", "我在", "public")  # a word is a sign as well
    await wait(70)
    assert (await desk.conversation(request.conversation_id)).helper_id == ann.id
    assert await history(query, request) == ["requested", "claimed", "responded"]


@pytest.mark.integration
@pytest.mark.parametrize("presence", ["busy", "away"])
async def test_declared_presence_takes_nothing_away_when_the_console_is_heard(
    presence: Any, ready: Ready, answered: Any, wait: Wait, desk: Desk, accounts: Accounts
) -> None:
    ann = await ready("ann")
    request = await answered(ann)
    await accounts.set_presence(ann.id, presence)
    await wait(100, ann)
    assert (await desk.conversation(request.conversation_id)).helper_id == ann.id


@pytest.mark.integration
async def test_former_helper_is_asked_first_when_they_are_back(
    ready: Ready, answered: Any, wait: Wait, ringing: Ringing, accounts: Accounts
) -> None:
    ann = await ready("ann", department="人社局")  # of another department, called in by hand
    await ready("ben")
    await answered(ann)
    await wait(76)
    assert await ringing() == []
    for each in await accounts.all():
        await accounts.heartbeat(each.id)
    await wait(1)
    assert await ringing() == [("ann", 0)]


@pytest.mark.integration
async def test_it_rings_at_the_former_helper_too_when_they_come_back_after_others_were_asked(
    ready: Ready, answered: Any, wait: Wait, ringing: Ringing, desk: Desk
) -> None:
    ann, ben = await ready("ann"), await ready("ben")
    request = await answered(ann)
    await wait(77, ben)
    assert await ringing() == [("ben", 0)]
    await wait(1, ann, ben)
    assert await ringing() == [("ann", 0), ("ben", 0)]
    assert (await desk.claim(request.id, ann)).claimed_by == ann.id
    assert await ringing() == []


@pytest.mark.integration
async def test_former_helper_has_no_claim_to_it_when_it_was_sent_to_another_department(
    ready: Ready, answered: Any, wait: Wait, ringing: Ringing, database: Any, live: Any, texts: Any,
    clock: FakeClock,
) -> None:  # fmt: skip
    ann, chief = await ready("ann"), await ready("chief", "supervisor", "人社局")
    request = await answered(ann)
    await wait(76, chief)
    team = Team(database, live, texts, POLICY, clock)
    await team.reassign(request.conversation_id, chief, Target(department="人社局"))
    await wait(1, chief, ann)
    assert await ringing() == [("chief", 0)]


@pytest.mark.integration
async def test_nobody_loses_a_conversation_when_the_service_itself_was_away(
    ready: Ready, answered: Any, wait: Wait, desk: Desk, clock: FakeClock
) -> None:
    ann = await ready("ann")
    request = await answered(ann)
    clock.advance(3600)  # all servers stopped
    await wait(74)
    assert (await desk.conversation(request.conversation_id)).helper_id == ann.id
    await wait(2)
    assert (await desk.conversation(request.conversation_id)).owner == "queue"


@pytest.mark.integration
async def test_take_from_absent_changes_nothing_when_they_were_heard_meanwhile(
    dispatcher: Dispatcher, ready: Ready, answered: Any, wait: Wait, desk: Desk, accounts: Accounts,
    clock: FakeClock, query: Query,
) -> None:  # fmt: skip
    ann = await ready("ann")
    request = await answered(ann)
    await wait(70)
    clock.advance(6)
    await accounts.heartbeat(ann.id)  # between the look and the write
    await dispatcher._keeper.take_from_absent(request, Hearing(NOW, clock()))
    assert (await desk.conversation(request.conversation_id)).helper_id == ann.id
    assert "released" not in await history(query, request)


@pytest.mark.integration
async def test_company_leaves_and_the_board_counts_it_when_the_connection_was_lost(
    ready: Ready, answered: Any, wait: Wait, desk: Desk, database: Any, live: Any, texts: Any,
    clock: FakeClock, query: Query,
) -> None:  # fmt: skip
    ann, chief = await ready("ann"), await ready("chief", "supervisor")
    request = await answered(ann)
    team = Team(database, live, texts, POLICY, clock)
    asked = await team.invite("join", request.conversation_id, ann, Target(staff_id=chief.id))
    await team.accept(asked.id, chief)
    await wait(80, chief)
    assert await query("SELECT 1 FROM participant WHERE left_at IS NULL") == []
    assert (await codes(desk, request.conversation_id))[-1] == "helper_returned_to_queue"
    floor = Floor(database, live, texts, POLICY, clock)
    board = await floor.board(replace(chief, role="supervisor"))
    assert board.lost_today == 1
    assert [(each.staff.name, each.connected) for each in board.people] == [("ann", False), ("chief", True)]
