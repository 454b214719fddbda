"""Which of the stored hours hold for whom."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from bot.helpdesk.database import Database
from bot.helpdesk.storage import worktime as storage
from bot.helpdesk.worktime import LOCAL, DutyException, Span
from bot.helpdesk.worktime.roster import WorkingHours
from tests.helpdesk.conftest import Query

pytestmark = pytest.mark.integration
MONDAY_NOON = datetime(2026, 1, 5, 12, 30, tzinfo=LOCAL)
THROUGH_NOON = {1: (Span.parse("11:00", "14:00"),)}


@pytest.fixture
def hours(database: Database) -> WorkingHours:
    return WorkingHours(database)


@pytest.fixture(autouse=True)
async def departments(query: Query) -> None:
    for name in ("税务局", "人社局"):
        await query(
            "INSERT INTO department (name, active, updated_at) VALUES (:name, true, now())", name=name
        )


async def set_week(database: Database, department: str | None, week: dict) -> None:
    async with database.transaction() as connection:
        await storage.replace_week(connection, department, week)


async def test_everybody_is_on_duty_when_no_hours_are_set(hours: WorkingHours):
    assert (await hours.duty("税务局", MONDAY_NOON)).on_duty
    assert (await hours.duty(None, MONDAY_NOON)).on_duty


async def test_department_keeps_its_own_hours_and_others_the_common_ones(
    hours: WorkingHours, database: Database
):
    await set_week(database, "税务局", THROUGH_NOON)
    assert (await hours.duty("税务局", MONDAY_NOON)).until == MONDAY_NOON + timedelta(minutes=90)
    # Nobody set hours for all: those of an office, with its lunch break.
    assert (await hours.duty("人社局", MONDAY_NOON)).next_start == MONDAY_NOON + timedelta(hours=1)
    await set_week(database, None, THROUGH_NOON)
    assert (await hours.duty("人社局", MONDAY_NOON)).on_duty
    await set_week(database, "税务局", {2: (Span(0, 60),)})
    assert not (await hours.duty("税务局", MONDAY_NOON)).on_duty


async def test_duty_has_no_gap_at_midnight_when_it_lasts_all_day(hours: WorkingHours, database: Database):
    whole = Span.parse("00:00", "24:00")
    assert whole.as_text() == ("00:00", "24:00")
    await set_week(database, None, {weekday: (whole,) for weekday in range(1, 6)})
    last_moment = datetime(2026, 1, 5, 23, 59, 59, tzinfo=LOCAL)
    found = await hours.duty(None, last_moment)
    assert (found.on_duty, found.until) == (True, datetime(2026, 1, 10, tzinfo=LOCAL))


async def test_exception_of_a_department_goes_before_that_of_all(hours: WorkingHours, database: Database):
    day = date(2026, 1, 5)
    closed = DutyException(uuid4().hex, None, day, (), "停电")
    own = DutyException(uuid4().hex, "税务局", day, (Span.parse("12:00", "13:00"),), "值班")
    async with database.transaction() as connection:
        now = datetime.now(LOCAL)
        assert await storage.add_exception(connection, closed, now)
        assert await storage.add_exception(connection, own, now)
        again = DutyException(uuid4().hex, None, day, (), "停电")
        assert not await storage.add_exception(connection, again, now)
    assert (await hours.duty("税务局", MONDAY_NOON)).on_duty
    assert not (await hours.duty("人社局", MONDAY_NOON)).on_duty
