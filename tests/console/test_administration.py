"""Administration over HTTP: who may what, what is kept, what the trail says, and what changes nothing."""

from typing import Any

import pytest

from tests.console.administering import NOBODY, get, post, put, trail
from tests.server.running import PASSWORD, Site, Staff

pytestmark = pytest.mark.integration


# --- who may ----------------------------------------------------------------------------------------------


async def test_overseers_read_and_only_administrators_write(site: Site):
    helper, chief = await site.staff("lin"), await site.staff("chen", role="supervisor")
    reads = ("staff", "departments", "topics", "hours", "exceptions", "thresholds", "audit")
    for name in reads:
        assert (await helper.call("GET", f"/admin/{name}")).status_code == 403, name
        assert (await chief.call("GET", f"/admin/{name}")).status_code == 200, name
    for method, name in [
        ("POST", "staff"),
        ("PUT", f"staff/{NOBODY}"),
        ("POST", f"staff/{NOBODY}/password"),
        ("PUT", "departments"),
        ("PUT", "topics"),
        ("PUT", "hours"),
        ("POST", "exceptions"),
        ("DELETE", f"exceptions/{NOBODY}"),
        ("PUT", "thresholds"),
    ]:
        refused = await chief.call(method, f"/admin/{name}", json={})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden"), name


# --- staff ------------------------------------------------------------------------------------------------


async def test_account_is_opened_changed_and_closed(site: Site, boss: Staff):
    new = {"username": "wang", "name": "王", "role": "helper", "department": "税务局"}
    made = await post(boss, "staff", {**new, "capacity": 3, "skills": ["tax"]})
    person, password = made["staff"], made["password"]
    assert (person["capacity"], person["skills"], person["connected"]) == (3, ["tax"], False)
    login = await site.http("POST", "/api/staff/login", json={"username": "wang", "password": password})
    assert login.status_code == 200

    changed = (await put(boss, f"staff/{person['id']}", {"role": "specialist", "capacity": None}))["staff"]
    assert (changed["role"], changed["capacity"], changed["department"]) == ("specialist", None, "税务局")
    assert (await put(boss, f"staff/{person['id']}", {"skills": []}))["staff"]["skills"] == []
    closed = (await put(boss, f"staff/{person['id']}", {"active": False}))["staff"]
    assert (closed["active"], closed["presence"]) == (False, "away")
    again = await site.http("POST", "/api/staff/login", json={"username": "wang", "password": password})
    assert again.status_code == 401
    assert (await put(boss, f"staff/{person['id']}", {"active": True}))["staff"]["active"] is True

    changes = [detail for subject, detail in await trail(boss, "staff_changed") if subject == person["id"]]
    assert changes[-1] == {
        "before": {"role": "helper", "capacity": 3},
        "after": {"role": "specialist", "capacity": None},
    }
    assert {"before": {"active": True}, "after": {"active": False}} in changes
    assert password not in str(await get(boss, "audit"))


async def test_visitors_are_back_in_the_queue_when_their_helpers_account_is_closed(site: Site, boss: Staff):
    site.assistant.replies["转人工"] = [{"text": "好", "custom": {"type": "handoff", "reason": "asked"}}]
    visitor, helper = await site.visitor(), await site.staff("lin")
    await visitor.say("转人工")
    await visitor.updates(lambda found: any(u["kind"] == "notice" for u in found))
    request = await site.parts.desk.request_of(visitor.conversation_id)
    assert request is not None
    assert (await helper.call("POST", f"/help-requests/{request.id}/claim")).status_code == 200
    lin = next(p for p in (await get(boss, "staff"))["staff"] if p["username"] == "lin")
    await put(boss, f"staff/{lin['id']}", {"active": False})
    assert (await visitor.call("GET", "/conversation")).json()["owner"] == "queue"


async def test_last_administrator_stays(boss: Staff):
    (me,) = [p for p in (await get(boss, "staff"))["staff"] if p["username"] == "boss"]
    for change in ({"role": "helper"}, {"active": False}):
        refused = await put(boss, f"staff/{me['id']}", change, 409)
        assert refused["error"]["code"] == "wrong_state"
    second = await post(boss, "staff", {"username": "vice", "name": "副", "role": "administrator"})
    assert (await put(boss, f"staff/{second['staff']['id']}", {"role": "helper"}))["staff"][
        "role"
    ] == "helper"


async def test_password_is_reset_and_changed(site: Site, boss: Staff):
    lin = await site.staff("lin")
    (person,) = [p for p in (await get(boss, "staff"))["staff"] if p["username"] == "lin"]
    wrong = await lin.call("POST", "/password", json={"old": "wrong", "new": "a-new-password"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "bad_request")
    short = await lin.call("POST", "/password", json={"old": PASSWORD, "new": "short"})
    assert short.status_code == 400
    changed = await lin.call("POST", "/password", json={"old": PASSWORD, "new": "a-new-password"})
    assert changed.status_code == 204
    assert (await lin.call("GET", "/me")).status_code == 200  # this session goes on
    login = {"username": "lin", "password": "a-new-password"}
    assert (await site.http("POST", "/api/staff/login", json=login)).status_code == 200
    password = (await post(boss, f"staff/{person['id']}/password", {}, 200))["password"]
    assert (await lin.call("GET", "/me")).status_code == 401
    login["password"] = password
    assert (await site.http("POST", "/api/staff/login", json=login)).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"username": "boss"}, 409),
        ({"username": "a b"}, 400),
        ({"name": " "}, 400),
        ({"role": "king"}, 400),
        ({"department": "外星局"}, 400),
        ({"skills": ["magic"]}, 400),
        ({"capacity": 101}, 400),
        ({"capacity": "3"}, 400),
    ],
)
async def test_no_account_is_opened_when_something_is_wrong(boss: Staff, body: dict, status: int):
    before = await get(boss, "staff")
    await post(boss, "staff", {"username": "wang", "name": "王", "role": "helper", **body}, status)
    assert await get(boss, "staff") == before
    (person,) = before["staff"]
    if "username" not in body:
        await put(boss, f"staff/{person['id']}", body, 400)
        assert await get(boss, "staff") == before
    await put(boss, f"staff/{NOBODY}", {"name": "x"}, 404)


# --- departments and topics -------------------------------------------------------------------------------


async def test_fallback_is_refused_when_it_leads_back(boss: Staff):
    await put(boss, "departments", {"name": "税务局", "fallback": "人社局"})
    before = await get(boss, "departments")
    for body in (
        {"name": "人社局", "fallback": "税务局"},
        {"name": "税务局", "fallback": "税务局"},
        {"name": "新局", "fallback": "外星局"},
        {"name": " "},
        {"name": "税务局", "capacity": -1},
    ):
        assert (await put(boss, "departments", body, 400))["error"]["code"] == "bad_request"
    assert await get(boss, "departments") == before
    await put(boss, "departments", {"name": "新局", "fallback": "税务局", "active": True})
    await put(boss, "departments", {"name": "人社局", "fallback": "新局"}, 400)
    assert (await trail(boss, "department_saved"))[1] == (
        "税务局",
        {"before": {"fallback": None}, "after": {"fallback": "人社局"}},
    )


async def test_department_keeps_what_a_change_left_out(boss: Staff):
    await put(boss, "departments", {"name": "税务局", "fallback": "人社局", "capacity": 9})
    found = (await put(boss, "departments", {"name": "税务局", "active": False}))["departments"]
    (tax,) = [each for each in found if each["name"] == "税务局"]
    shown = {"name": "税务局", "fallback": "人社局", "capacity": 9, "active": False, "staff": 1}
    assert tax == {**shown, "last_resort": False}
    found = (await put(boss, "departments", {"name": "税务局", "last_resort": True}))["departments"]
    assert {**shown, "last_resort": True} in found
    changed = {"before": {"last_resort": False}, "after": {"last_resort": True}}
    assert (await trail(boss, "department_saved"))[0] == ("税务局", changed)


async def test_topic_needs_a_department_that_is_open(boss: Staff):
    topic = {"code": "social", "name": "社保", "department": "人社局", "active": True}
    assert topic in (await put(boss, "topics", topic))["topics"]
    await put(boss, "topics", {**topic, "department": "外星局"}, 400)
    await put(boss, "topics", {**topic, "code": ""}, 400)
    assert topic in (await get(boss, "topics"))["topics"]


# --- thresholds -------------------------------------------------------------------------------------------


async def test_threshold_holds_at_once_and_comes_back(site: Site, boss: Staff):
    def named(found: dict, name: str) -> dict:
        return next(each for each in found["thresholds"] if each["name"] == name)

    saved = named(await put(boss, "thresholds", {"name": "helper_capacity", "value": 8}), "helper_capacity")
    assert (saved["value"], saved["default"], saved["changed_by"]) == (8, 5, "Boss")
    assert site.parts.desk.thresholds.policy.helper_capacity == 8
    back = named(await put(boss, "thresholds", {"name": "helper_capacity", "value": None}), "helper_capacity")
    assert (back["value"], back["changed_at"]) == (5, None)
    assert await trail(boss, "threshold_saved") == [
        ("helper_capacity", {"before": {"value": 8}, "after": {"value": None}}),
        ("helper_capacity", {"before": {"value": None}, "after": {"value": 8}}),
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("helper_capacity", -1),
        ("helper_capacity", 1.5),
        ("helper_capacity", True),
        ("helper_capacity", "5"),
        ("claims_beyond_capacity", 1),
        ("widen_seconds", 31),
        ("gravity", 9.81),
        ("gravity", None),
    ],
)
async def test_threshold_is_refused_when_it_may_not_be(boss: Staff, name: str, value: Any):
    before = await get(boss, "thresholds")
    assert (await put(boss, "thresholds", {"name": name, "value": value}, 400))["error"]
    assert await get(boss, "thresholds") == before
    assert await trail(boss, "threshold_saved") == []


# --- the trail --------------------------------------------------------------------------------------------


async def test_trail_is_paged_newest_first_and_narrowed(boss: Staff):
    for n in range(60):
        await put(boss, "departments", {"name": "税务局", "capacity": n})
        await put(boss, "departments", {"name": "人社局", "capacity": n})
    first = await get(boss, "audit", action="department_saved")
    assert len(first["rows"]) == 100
    second = await get(boss, "audit", action="department_saved", after=first["next"])
    ids = [row["id"] for page in (first, second) for row in page["rows"]]
    assert ids == sorted(set(ids), reverse=True) and len(ids) == 122
    assert second["next"] is None
    assert first["rows"][0]["actor"]["name"] == "Boss"
    assert (await get(boss, "audit", actor=NOBODY))["rows"] == []
    assert (await get(boss, "audit", **{"to": "2020-01-01"}))["rows"] == []
    wrong = await boss.call("GET", "/admin/audit?from=2026-01-02&to=2026-01-01")
    assert wrong.status_code == 400
