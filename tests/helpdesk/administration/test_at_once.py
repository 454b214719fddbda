"""Two who save at once: one takes the place of the other, and the trail tells of both in turn."""

import asyncio
from collections.abc import Awaitable

import pytest

from bot.helpdesk.administration.hours import HoursAdministration, WeekdaySpan
from bot.helpdesk.administration.places import PlaceAdministration
from bot.helpdesk.database import Database
from bot.helpdesk.storage.directory import TopicRecord
from tests.conftest import FakeClock
from tests.helpdesk.conftest import Hire, Query

pytestmark = pytest.mark.integration


async def trail(query: Query) -> list[tuple[object, object]]:
    rows = await query("SELECT detail->'before' AS before, detail->'after' AS after FROM audit ORDER BY id")
    return [(row.before, row.after) for row in rows]


async def all_of(*changes: Awaitable[None]) -> None:
    await asyncio.gather(*changes)


async def test_one_week_is_left_when_two_are_saved_at_once(
    database: Database, hire: Hire, query: Query, clock: FakeClock
):
    hours, boss = HoursAdministration(database, clock), await hire("boss", "administrator")
    await hours.save_week(boss, None, [WeekdaySpan(1, "08:00", "09:00")])
    ends = ("12:00", "17:00", "13:00", "18:00")
    await all_of(*(hours.save_week(boss, None, [WeekdaySpan(1, "09:00", end)]) for end in ends))
    spans = await query("SELECT to_char(ends, 'HH24:MI') FROM duty_span")
    assert len(spans) == 1 and spans[0][0] in ends
    rows = await trail(query)
    assert [before for before, _ in rows[1:]] == [after for _, after in rows[:-1]]


async def test_trail_tells_what_was_there_when_a_topic_is_saved_twice_at_once(
    database: Database, hire: Hire, query: Query, clock: FakeClock
):
    places, boss = PlaceAdministration(database, clock), await hire("boss", "administrator")
    names = ("税费", "税务", "税", "纳税")
    await all_of(*(places.save_topic(boss, TopicRecord("tax", name, None, True)) for name in names))
    rows = await trail(query)
    assert [row[0] for row in rows].count(None) == 1  # one of them found nothing there
    assert {before["name"] for before, _ in rows if before} < set(names)  # type: ignore[index]
    assert len({str(before) for before, _ in rows}) == len(names)
