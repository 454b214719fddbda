"""Nobody holds more than they may, whoever is at it at the same time."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.helpdesk.database import Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.errors import AtCapacity
from bot.helpdesk.live import Live
from bot.helpdesk.models import HelpRequest
from bot.helpdesk.rules.people import Load, check_may_take
from bot.helpdesk.rules.policy import Policy
from bot.helpdesk.storage import people
from bot.helpdesk.team import Target, Team
from bot.helpdesk.texts import Texts
from tests.conftest import FakeClock
from tests.helpdesk.conftest import Query, Queue, Ready

STRICT = Policy(claims_beyond_capacity=False, helper_capacity=2)


@pytest.mark.parametrize(
    ("load", "refused"),
    [
        (Load(1), False),
        (Load(2), True),
        (Load(2, capacity=3), False),
        (Load(0, capacity=0), True),
        (Load(0, department_held=3, department_capacity=3), True),
        (Load(0, department_held=3, department_capacity=4), False),
        (Load(0, department_held=99), False),
    ],
)
def test_check_may_take_refuses_what_is_too_much_when_it_shall(load: Load, refused: bool) -> None:
    try:
        check_may_take(load, STRICT)
    except AtCapacity:
        assert refused
    else:
        assert not refused
    check_may_take(load, Policy())  # and lets everybody who wants to when it does not


@pytest.fixture
def strict(database: Database, live: Live, texts: Texts, clock: FakeClock) -> Desk:
    return Desk(database, live, texts, STRICT, clock)


@pytest.mark.integration
async def test_claims_stop_at_the_capacity_of_a_helper_when_they_come_all_at_once(
    strict: Desk, queue: Queue, ready: Ready
) -> None:
    ann = await ready("ann")
    made = [await queue() for _ in range(4)]
    results = await asyncio.gather(*(strict.claim(r.id, ann) for r in made), return_exceptions=True)
    assert [type(r) for r in results].count(AtCapacity) == 2
    assert [type(r) for r in results].count(HelpRequest) == 2


@pytest.mark.integration
async def test_claims_stop_at_the_capacity_of_a_department_when_its_people_claim_all_at_once(
    strict: Desk, queue: Queue, ready: Ready, query: Query
) -> None:
    values = "VALUES ('税务局', 3, true, now())"
    await query(f"INSERT INTO department (name, capacity, active, updated_at) {values}")
    crew = [await ready(name) for name in ("ann", "ben", "cy")]
    zoe = await ready("zoe", department="人社局")
    made = [await queue() for _ in range(7)]
    claims = [strict.claim(r.id, crew[n % 3]) for n, r in enumerate(made[:6])]
    results = await asyncio.gather(*claims, return_exceptions=True)
    assert [type(r) for r in results].count(HelpRequest) == 3
    assert [type(r) for r in results].count(AtCapacity) == 3
    assert (await strict.claim(made[6].id, zoe)).claimed_by == zoe.id  # another department has its own bound


@pytest.mark.integration
async def test_claim_waits_for_a_colleague_s_when_their_department_has_a_bound(
    database: Database, ready: Ready, query: Query
) -> None:
    ann, ben = await ready("ann"), await ready("ben")
    zoe = await ready("zoe", department="人社局")
    await query(
        "INSERT INTO department (name, capacity, active, updated_at) VALUES ('税务局', 1, true, now())"
    )
    async with database.transaction() as claiming:
        await people.lock_load(claiming, ann)
        async with database.transaction() as other:
            await other.execute(text("SET LOCAL lock_timeout = '50ms'"))
            assert (await people.lock_load(other, zoe)).department_capacity is None
            with pytest.raises(OperationalError, match="lock timeout"):
                await people.lock_load(other, ben)


@pytest.mark.integration
async def test_claim_is_held_to_the_department_of_now_when_they_were_moved_a_moment_ago(
    strict: Desk, queue: Queue, ready: Ready, query: Query
) -> None:
    await query(
        "INSERT INTO department (name, capacity, active, updated_at) VALUES ('税务局', 1, true, now())"
    )
    ann, ben = await ready("ann"), await ready("ben", department="人社局")
    await strict.claim((await queue()).id, ann)
    await query("UPDATE staff SET department = '税务局' WHERE id = :id", id=ben.id)
    with pytest.raises(AtCapacity):  # though what is known of ben is of before
        await strict.claim((await queue()).id, ben)


@pytest.mark.integration
async def test_transfer_stays_with_its_owner_when_who_was_asked_is_full(
    strict: Desk, queue: Queue, ready: Ready, database: Database, live: Live, texts: Texts, clock: FakeClock,
    query: Query,
) -> None:  # fmt: skip
    ann, ben = await ready("ann"), await ready("ben")
    for _ in range(2):
        await strict.claim((await queue()).id, ben)
    request = await queue()
    await strict.claim(request.id, ann)
    team = Team(database, live, texts, STRICT, clock)
    asked = await team.invite("transfer", request.conversation_id, ann, Target(staff_id=ben.id))
    with pytest.raises(AtCapacity):
        await team.accept(asked.id, ben)
    assert (await strict.conversation(request.conversation_id)).helper_id == ann.id
    assert [row.status for row in await query("SELECT status FROM invitation")] == ["pending"]
