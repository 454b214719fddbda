"""Accounts are closed at once and never the last administrator's, whoever else closes one."""

import asyncio

import pytest

from bot.helpdesk.accounts import Accounts
from bot.helpdesk.administration.people import PeopleAdministration
from bot.helpdesk.database import Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.errors import WrongState
from bot.helpdesk.rules import Policy
from bot.helpdesk.thresholds import Thresholds
from tests.conftest import FakeClock
from tests.helpdesk.conftest import Hire, Query, Queue

pytestmark = pytest.mark.integration
ACTIVE = "SELECT username FROM staff WHERE active AND role = 'administrator'"


@pytest.fixture
def people(database: Database, accounts: Accounts, clock: FakeClock) -> PeopleAdministration:
    return PeopleAdministration(database, accounts, Thresholds(Policy()), clock)


async def test_one_administrator_stays_when_two_close_each_other_at_once(
    people: PeopleAdministration, hire: Hire, query: Query
):
    one, two = await hire("one", "administrator"), await hire("two", "administrator")
    for _ in range(5):
        await query("UPDATE staff SET active = true")
        done = await asyncio.gather(
            people.change(one, two.id, {"active": False}),
            people.change(two, one.id, {"active": False}),
            return_exceptions=True,
        )
        assert [type(each) for each in done].count(WrongState) == 1
        assert len(await query(ACTIVE)) == 1


async def test_last_administrator_is_not_closed_from_the_shell(accounts: Accounts, hire: Hire, query: Query):
    await hire("one", "administrator")
    await hire("two", "administrator")
    done = await asyncio.gather(*map(accounts.deactivate, ("one", "two")), return_exceptions=True)
    assert [type(each) for each in done].count(WrongState) == 1
    assert len(await query(ACTIVE)) == 1


async def test_closing_is_one_row_of_the_trail_and_lets_go_of_the_visitors(
    people: PeopleAdministration, hire: Hire, desk: Desk, queue: Queue, query: Query
):
    boss, ann = await hire("boss", "administrator"), await hire("ann")
    request = await queue()
    await desk.claim(request.id, ann)
    closed = await people.change(boss, ann.id, {"active": False, "name": "安"})
    assert (closed.active, closed.name, closed.presence) == (False, "安", "away")
    rows = await query("SELECT action, detail FROM audit WHERE subject = :id", id=ann.id)
    before, after = {"active": True, "name": "ann"}, {"active": False, "name": "安"}
    assert [tuple(row) for row in rows] == [("staff_changed", {"before": before, "after": after})]
    assert (await desk.conversation(request.conversation_id)).owner == "queue"
