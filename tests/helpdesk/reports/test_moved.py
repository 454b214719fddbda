"""Whose request it is and how long it took when it changed hands."""

from datetime import date, timedelta

import pytest

from bot.helpdesk.accounts import Accounts
from bot.helpdesk.database import Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.live import Live
from bot.helpdesk.reports.service import Asked, Reports
from bot.helpdesk.rules import Policy
from bot.helpdesk.storage import snapshot
from bot.helpdesk.team import Target, Team
from bot.helpdesk.texts import Texts
from bot.helpdesk.thresholds import Thresholds
from tests.conftest import FakeClock
from tests.helpdesk.conftest import Query, Queue, Ready, beat

pytestmark = pytest.mark.integration
DAY = date(2026, 1, 5)


async def test_first_answer_and_all_handling_count_when_others_went_on(
    database: Database, live: Live, texts: Texts, clock: FakeClock, desk: Desk, queue: Queue, ready: Ready,
    accounts: Accounts,
) -> None:  # fmt: skip
    ann, ben = await ready("ann"), await ready("ben")
    request = await queue()
    asked = clock()
    await desk.claim(request.id, ann)
    clock.advance(20)
    await desk.post(request.conversation_id, ann, "p1", "您好", "public")
    clock.advance(100)
    await desk.release(request.conversation_id, ann)
    clock.advance(1000)  # in nobody's hands
    await desk.claim(request.id, ann)
    clock.advance(200)
    await beat(accounts, ben)
    team = Team(database, live, texts, Policy(), clock)
    moved = await team.invite("transfer", request.conversation_id, ann, Target(staff_id=ben.id))
    await team.accept(moved.id, ben)
    clock.advance(30)
    await desk.close(request.conversation_id, ben, "resolved")
    found = await Reports(database, Thresholds(Policy()), clock).service(Asked(DAY, DAY, "helper"))
    assert [(row["key"], row["within"], row["mean_handling_seconds"]) for row in found.rows] == [
        ("ann", 1, 120 + 200 + 30)
    ]
    async with database.reading() as connection:
        (seen,) = await snapshot.history(connection, asked, 10)
    assert (seen.pickup_seconds, seen.handling_seconds) == (20, 350)


async def test_pickup_behind_the_wait_counts_from_the_first_offer_and_not_from_the_night(
    database: Database, clock: FakeClock, desk: Desk, queue: Queue, ready: Ready, query: Query
) -> None:
    ann = await ready("ann")
    offer = (
        "INSERT INTO help_offer (help_request_id, staff_id, level, reserved, offered_at, ended_at, ending)"
        " VALUES (:id, :staff, 0, true, :at, CAST(:at AS timestamptz) + interval '15 seconds', :ending)"
    )
    start = clock()
    for waits, night in ((30, 0), (0, 0), (30, 3600), (0, 3600)):
        request = await queue()
        if night:  # somebody had it ring before work began
            await query(offer, id=request.id, staff=ann.id, at=clock.advance(5), ending="ignored")
            opens = clock.advance(night)
            await query("UPDATE help_request SET promised_from = :at WHERE id = :id", at=opens, id=request.id)
        clock.advance(waits)  # for a place
        for ending in ("ignored", "accepted") if waits else ():
            await query(offer, id=request.id, staff=ann.id, at=clock(), ending=ending)
            clock.advance(15)
        await desk.claim(request.id, ann)
        clock.advance(5)
        await desk.post(request.conversation_id, ann, "p1", "您好", "public")
        await desk.close(request.conversation_id, ann, "resolved")
    unanswered = await queue()
    async with database.reading() as connection:
        seen = await snapshot.history(connection, start, 10)
    assert unanswered and [each.pickup_seconds for each in seen] == [None, 5, 35, 5, 35]


@pytest.mark.parametrize("taken_back", [False, True], ids=["let ring", "taken and silent"])
async def test_queueing_is_no_picking_up_when_it_rang_at_once_and_had_to_wait_after_all(
    database: Database, clock: FakeClock, desk: Desk, queue: Queue, ready: Ready, query: Query,
    taken_back: bool,
) -> None:  # fmt: skip
    ann, ben = await ready("ann"), await ready("ben")
    start = clock()

    async def rings(until: float) -> None:
        await query(
            "INSERT INTO help_offer (help_request_id, staff_id, level, reserved, offered_at, ended_at,"
            " ending) VALUES (:id, :staff, 0, true, :at, :until, 'ignored')",
            id=request.id, staff=ann.id, at=clock.now, until=clock.now + timedelta(seconds=until),
        )  # fmt: skip
        clock.advance(until)

    request = await queue()
    await rings(15)
    if taken_back:
        await desk.claim(request.id, ann)
        clock.advance(20)
        await desk.release(request.conversation_id, ann)
    clock.advance(300)  # nobody has room
    await rings(10)
    await desk.claim(request.id, ben)
    clock.advance(5)
    await desk.post(request.conversation_id, ben, "p1", "您好", "public")
    await desk.close(request.conversation_id, ben, "resolved")
    found = await Reports(database, Thresholds(Policy()), clock).service(Asked(DAY, DAY))
    pickup = 15 + (20 if taken_back else 0) + 10 + 5
    assert (found.total["median_pickup_seconds"], found.total["median_seconds"]) == (pickup, pickup + 300)
    async with database.reading() as connection:
        (seen,) = await snapshot.history(connection, start, 10)
    assert seen.pickup_seconds == pickup


async def test_clock_of_the_promise_is_kept_when_a_request_waits_again(
    database: Database, clock: FakeClock, desk: Desk, queue: Queue, ready: Ready, query: Query
) -> None:
    ann = await ready("ann")
    request = await queue()
    opens = clock.advance(3600)
    await query("UPDATE help_request SET waiting_since = :opens, promised_from = :opens", opens=opens)
    clock.advance(10)
    await desk.claim(request.id, ann)
    await desk.post(request.conversation_id, ann, "p1", "您好", "public")
    clock.advance(60)
    await desk.release(request.conversation_id, ann)
    found = await Reports(database, Thresholds(Policy()), clock).service(Asked(DAY, DAY))
    assert (found.total["median_seconds"], found.total["within"]) == (10, 1)
