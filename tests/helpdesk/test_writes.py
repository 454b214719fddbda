"""What was decided meets what has happened since."""

import pytest

from bot.helpdesk.database import Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.engine import Dispatcher
from bot.helpdesk.floor import Floor
from bot.helpdesk.live import Live
from bot.helpdesk.models import Staff
from bot.helpdesk.rules import Policy
from bot.helpdesk.rules.dispatch import NewOffer, Plan
from bot.helpdesk.storage import people
from bot.helpdesk.texts import Texts
from tests.conftest import FakeClock
from tests.helpdesk.conftest import Query, Queue, Ready, Ringing, history

pytestmark = pytest.mark.integration


def ring_at(request_id: str, *staff: Staff) -> Plan:
    return Plan(request_id, offer=tuple(NewOffer(each.id, 0, True, None) for each in staff))


async def test_offer_is_not_made_when_its_helper_took_somebody_meanwhile(
    dispatcher: Dispatcher, desk: Desk, queue: Queue, ready: Ready, ringing: Ringing, query: Query
) -> None:
    ann, ben = await ready("ann"), await ready("ben")
    decided = {ann.id: 0, ben.id: 0}
    await desk.claim((await queue()).id, ann)
    request = await queue()
    await dispatcher._writer.apply([ring_at(request.id, ann, ben)], decided)
    assert await ringing() == [("ben", 0)]
    assert await history(query, request) == ["requested", "offered"]


async def test_offer_is_not_made_when_its_helper_went_away_or_is_busy_in_another_transaction(
    dispatcher: Dispatcher, database: Database, queue: Queue, ready: Ready, ringing: Ringing, query: Query,
    clock: FakeClock,
) -> None:  # fmt: skip
    ann, ben, cy = await ready("ann"), await ready("ben"), await ready("cy")
    await query("UPDATE staff SET presence = 'away' WHERE id = :id", id=ann.id)
    request = await queue()
    async with database.transaction() as claiming:
        await people.engage(claiming, ben.id, clock())
        await dispatcher._writer.apply([ring_at(request.id, ann, ben, cy)], {ann.id: 0, ben.id: 0, cy.id: 0})
    assert await ringing() == [("cy", 0)]


async def bound(query: Query, capacity: int) -> None:
    await query(
        "INSERT INTO department (name, capacity, active, updated_at) VALUES ('税务局', :n, true, now())",
        n=capacity,
    )


async def test_offer_is_not_made_when_a_colleague_took_the_last_place_of_the_department_meanwhile(
    dispatcher: Dispatcher, desk: Desk, queue: Queue, ready: Ready, ringing: Ringing, query: Query
) -> None:
    await bound(query, 1)
    ann, ben, zoe = await ready("ann"), await ready("ben"), await ready("zoe", department="人社局")
    await desk.claim((await queue()).id, ann)
    request = await queue()
    await dispatcher._writer.apply([ring_at(request.id, ben, zoe)], {ben.id: 0, zoe.id: 0})
    assert await ringing() == [("zoe", 0)]
    assert await history(query, request) == ["requested", "offered"]


async def test_offer_is_not_made_when_an_earlier_round_gave_the_last_place_of_the_department(
    dispatcher: Dispatcher, queue: Queue, ready: Ready, ringing: Ringing, query: Query
) -> None:
    await bound(query, 1)
    ann, ben = await ready("ann"), await ready("ben")
    first, second = await queue(), await queue()
    stale = ring_at(second.id, ben)  # decided when nothing rang yet
    await dispatcher._writer.apply([ring_at(first.id, ann)], {ann.id: 0})
    await dispatcher._writer.apply([stale], {ben.id: 0})
    assert await ringing() == [("ann", 0)]
    (offer,) = await query("SELECT id FROM help_offer")
    ending = Plan(first.id, end=((offer.id, "withdrawn"),))
    await dispatcher._writer.apply([ending, stale], {ben.id: 0})
    assert await ringing() == [("ben", 0)]  # its own ending makes room


async def test_offer_is_not_made_when_a_claim_is_counting_the_places_of_the_department(
    dispatcher: Dispatcher, database: Database, queue: Queue, ready: Ready, ringing: Ringing, query: Query
) -> None:
    await bound(query, 2)
    ann, ben = await ready("ann"), await ready("ben")
    request = await queue()
    async with database.transaction() as claiming:
        assert (await people.lock_load(claiming, ann)).department_capacity == 2
        await dispatcher._writer.apply([ring_at(request.id, ben)], {ben.id: 0})
    assert await ringing() == []
    await dispatcher._writer.apply([ring_at(request.id, ben)], {ben.id: 0})
    assert await ringing() == [("ben", 0)]


async def test_history_says_declined_and_not_withdrawn_when_a_decline_was_faster(
    dispatcher: Dispatcher, database: Database, live: Live, texts: Texts, clock: FakeClock, queue: Queue,
    ready: Ready, query: Query,
) -> None:  # fmt: skip
    ann = await ready("ann")
    request = await queue()
    await dispatcher.step()
    floor = Floor(database, live, texts, Policy(), clock)
    (offer,) = await floor.offers_of(ann)
    await floor.decline(offer.id, ann)
    await dispatcher._writer.apply([Plan(request.id, end=((offer.id, "withdrawn"),))], {})
    assert await history(query, request) == ["requested", "offered", "offer_declined"]
    assert [row.ending for row in await query("SELECT ending FROM help_offer")] == ["declined"]
