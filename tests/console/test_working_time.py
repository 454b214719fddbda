"""Working time over HTTP: weekly hours, the calendar, exceptions by date."""

import pytest

from tests.console.administering import get, post, put, trail
from tests.server.running import Staff

pytestmark = pytest.mark.integration
OFFICE = [
    {"weekday": 1, "starts": "09:00", "ends": "12:00"},
    {"weekday": 1, "starts": "13:30", "ends": "17:30"},
]


async def test_hours_of_a_department_are_set_and_taken_back(boss: Staff):
    await put(boss, "hours", {"department": "税务局", "spans": OFFICE})
    assert (await get(boss, "hours"))["hours"] == [{"department": "税务局", "spans": OFFICE}]
    week = {"department": None, "spans": OFFICE[:1]}
    assert len((await put(boss, "hours", week))["hours"]) == 2
    await put(boss, "hours", {"department": "税务局", "spans": []})
    assert [each["department"] for each in (await get(boss, "hours"))["hours"]] == [None]
    assert (await trail(boss, "hours_saved"))[0][0] == "税务局"


@pytest.mark.parametrize(
    "spans",
    [
        [*OFFICE, {"weekday": 1, "starts": "11:00", "ends": "14:00"}],
        [{"weekday": 8, "starts": "09:00", "ends": "12:00"}],
        [{"weekday": 1, "starts": "12:00", "ends": "09:00"}],
        [{"weekday": 1, "starts": "9", "ends": "12"}],
        [{"weekday": 1}],
    ],
)
async def test_hours_stay_when_they_cannot_be(boss: Staff, spans: list):
    await put(boss, "hours", {"department": None, "spans": OFFICE})
    before = await get(boss, "hours")
    await put(boss, "hours", {"department": None, "spans": spans}, 400)
    await put(boss, "hours", {"department": "外星局", "spans": OFFICE}, 400)
    assert await get(boss, "hours") == before


async def test_calendar_shows_holidays_make_up_days_and_exceptions(boss: Staff):
    await put(boss, "hours", {"department": None, "spans": OFFICE})
    body = {"department": "税务局", "day": "2026-01-05", "spans": [["10:00", "11:00"]], "reason": "培训"}
    made = (await post(boss, "exceptions", body))["exception"]
    assert (await post(boss, "exceptions", body, 409))["error"]["code"] == "wrong_state"
    asked = {"department": "税务局", "from": "2026-01-01", "to": "2026-01-05"}
    calendar = await get(boss, "calendar", **asked)
    kinds = [(day["day"], day["kind"], day["name"]) for day in calendar["days"]]
    assert kinds == [
        ("2026-01-01", "holiday", "元旦"),
        ("2026-01-02", "holiday", "元旦"),
        ("2026-01-03", "holiday", "元旦"),
        ("2026-01-04", "make_up", "元旦"),
        ("2026-01-05", "exception", "培训"),
    ]
    assert calendar["days"][3]["spans"] == [["09:00", "12:00"], ["13:30", "17:30"]]
    assert calendar["missing_years"] == []
    shown = await get(boss, "exceptions", **{"from": "2026-01-05", "to": "2026-01-05"})
    assert shown["exceptions"] == [made]
    assert (await get(boss, "exceptions", **{"to": "2026-01-04"}))["exceptions"] == []
    gone = await boss.call("DELETE", f"/admin/exceptions/{made['id']}")
    assert gone.status_code == 204
    assert (await boss.call("DELETE", f"/admin/exceptions/{made['id']}")).status_code == 404
    assert [subject for subject, _ in await trail(boss, "exception_removed")] == [made["id"]]


async def test_calendar_says_which_years_are_missing(boss: Staff):
    asked = {"from": "2190-12-31", "to": "2191-01-01"}
    assert (await get(boss, "calendar", **asked))["missing_years"] == [2190, 2191]


@pytest.mark.parametrize(
    "query",
    ["", "from=2026-01-01", "from=x&to=2026-01-01", "from=2026-01-02&to=2026-01-01",
     "from=2020-01-01&to=2026-01-01", "from=2026-01-01&to=2026-01-02&department=x"],
)  # fmt: skip
async def test_calendar_is_refused_when_the_days_make_no_sense(boss: Staff, query: str):
    assert (await boss.call("GET", f"/admin/calendar?{query}")).status_code == 400


@pytest.mark.parametrize(
    "change",
    [{"day": "tomorrow"}, {"spans": [["09:00"]]}, {"spans": [["09:00", "12:00"], ["11:00", "13:00"]]},
     {"reason": ""}, {"department": "外星局"}],
)  # fmt: skip
async def test_exception_is_refused_when_it_makes_no_sense(boss: Staff, change: dict):
    body = {"department": None, "day": "2026-01-05", "spans": [], "reason": "停电", **change}
    await post(boss, "exceptions", body, 400)
    assert (await get(boss, "exceptions"))["exceptions"] == []
