"""Offers, moves and the board over HTTP and the staff WebSocket, against the real application."""

from collections.abc import Callable

import pytest

from tests.server.running import HANDOFF, Site, Staff, StandIn, Visitor

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def handoff_on_request(stand_in: StandIn) -> None:
    stand_in.replies["转人工"] = [{"text": "好的。"}, {"custom": HANDOFF}]


async def held(site: Site) -> tuple[Visitor, Staff]:
    """A conversation that lin holds."""
    lin, visitor = await site.staff("lin"), await site.visitor()
    await lin.call("PUT", "/presence", json={"status": "ready"})
    await visitor.say("转人工")
    await visitor.updates(lambda found: len(found) >= 3)
    request = await site.parts.desk.request_of(visitor.conversation_id)
    assert request is not None
    await lin.call("POST", f"/help-requests/{request.id}/claim")
    return visitor, lin


async def test_topics_are_told_by_name_when_they_were_added_or_closed(site: Site):
    boss, lin = await site.staff("boss", role="administrator"), await site.staff("lin")
    added = {"code": "night", "name": "夜间经济", "department": None, "active": False}
    assert (await boss.call("PUT", "/admin/topics", json=added)).status_code == 200
    told = (await lin.call("GET", "/topics")).json()["topics"]
    assert {"code": "night", "name": "夜间经济"} in told and len(told) > 10


async def test_transfer_reaches_the_colleague_and_the_visitor_sees_who_speaks(site: Site):
    visitor, lin = await held(site)
    wang = await site.staff("wang")
    await wang.call("PUT", "/presence", json={"status": "ready"})
    me = (await wang.call("GET", "/me")).json()["staff"]["id"]
    async with wang.socket() as bell, lin.socket() as other:
        await other.next("mine")
        body = {"staff_id": me, "note": "请接手"}
        asked = await lin.call("POST", f"/conversations/{visitor.conversation_id}/transfer", json=body)
        assert asked.status_code == 201
        shown = await bell.until(lambda m: m["type"] == "invitations" and m["invitations"])
        (invitation,) = shown["invitations"]
        assert invitation == asked.json()["invitation"]
        accepted = await wang.call("POST", f"/invitations/{invitation['id']}/accept")
        assert accepted.json()["invitation"]["status"] == "accepted"
        moved = await other.next("moved")
        assert (moved["event"], moved["to"]["name"]) == ("transferred", "Wang")
        await other.next("mine", conversations=[])
        await bell.next("invitations", invitations=[])
    found = await visitor.updates(lambda updates: updates[-1:] and updates[-1]["kind"] == "notice" and
                                  updates[-1]["payload"]["code"] == "helper_changed")  # fmt: skip
    assert found[-1]["payload"] == {"code": "helper_changed", "name": "Wang", "department": "税务局"}


async def test_colleagues_see_who_else_looks(site: Site):
    visitor, lin = await held(site)
    chief = await site.staff("chief", "supervisor")
    async with lin.socket() as one, chief.socket() as two:
        await one.send("watch", conversation_id=visitor.conversation_id)
        await one.next("watching", people=[])
        await two.send("watch", conversation_id=visitor.conversation_id)
        seen = await one.until(lambda m: m["type"] == "watching" and m["people"])
        assert [each["name"] for each in seen["people"]] == ["Chief"]
        await two.send("watch", conversation_id=None)
        await one.next("watching", people=[])


async def test_board_is_for_overseers(site: Site):
    _, lin = await held(site)
    chief = await site.staff("chief", "supervisor")
    refused = await lin.call("GET", "/board")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")
    board = (await chief.call("GET", "/board")).json()
    assert (board["held"], board["waiting"], board["breaches_today"]["total"]) == (1, 0, 0)
    departments = (await lin.call("GET", "/departments")).json()["departments"]
    assert "税务局" in {each["name"] for each in departments}
    people = (await lin.call("GET", "/people")).json()["people"]
    assert {each["name"]: each["held"] for each in people} == {"Lin": 1, "Chief": 0}


async def fast_ladder(site: Site, **seconds: float) -> None:
    """Steps that come within moments; the steps keep their order at each change."""
    boss = await site.staff("boss", "administrator")
    for name, value in seconds.items():
        saved = await boss.call("PUT", "/admin/thresholds", json={"name": name, "value": value})
        assert saved.status_code == 200, saved.text


def alarm_at(level: int) -> Callable[[dict], bool]:
    """Whether a message rings for one request of this level."""
    return lambda m: m["type"] == "offers" and [a["request"]["level"] for a in m["alerts"]] == [level]


async def test_supervisor_of_another_department_is_alarmed_at_the_second_and_the_third_level(site: Site):
    await fast_ladder(site, widen_seconds=0.2, warn_seconds=0.4, fallback_seconds=3)
    chief, visitor = await site.staff("chief", "supervisor"), await site.visitor()
    async with site.parts.database.transaction() as connection:
        await connection.exec_driver_sql("UPDATE staff SET department = '人社局' WHERE role = 'supervisor'")
    async with chief.socket() as bell:
        assert (await bell.next("offers"))["alerts"] == []
        await visitor.say("转人工")
        for level in (2, 3):
            pushed = await bell.until(alarm_at(level))
            (alert,) = pushed["alerts"]
            assert alert["request"]["conversation_id"] == visitor.conversation_id
            assert (alert["reason"], alert["ring"]) == ("supervisor", True)


async def test_board_counts_a_breach_of_today_by_its_cause(site: Site):
    await fast_ladder(
        site, widen_seconds=0.2, warn_seconds=0.4, fallback_seconds=0.6, first_response_seconds=1
    )
    chief, visitor = await site.staff("chief", "supervisor"), await site.visitor()
    await visitor.say("转人工")
    await visitor.updates(lambda found: any(each["payload"].get("code") == "late" for each in found))
    counted = (await chief.call("GET", "/board")).json()["breaches_today"]
    assert {cause: number for cause, number in counted.items() if number} == {
        "total": 1,
        "nobody_on_duty": 1,
    }


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/conversations/{id}/transfer", {}, 400),
        ("POST", "/conversations/{id}/transfer", {"staff_id": "0" * 32, "department": "税务局"}, 400),
        ("POST", "/conversations/{id}/transfer", {"staff_id": "0" * 32}, 404),
        ("POST", "/conversations/{id}/transfer", {"department": "没有的局"}, 400),
        ("POST", "/conversations/{id}/invite", {"staff_id": "nonsense"}, 400),
        ("POST", "/conversations/{id}/leave", None, 409),
        ("POST", "/conversations/{id}/take-over", {}, 403),
        ("POST", "/conversations/{id}/reassign", {"department": "税务局"}, 403),
        ("POST", "/conversations/{id}/hand-over", {"staff_id": "0" * 32}, 409),
        ("POST", f"/invitations/{'0' * 32}/accept", None, 404),
        ("POST", "/offers/999999999999999999999999/decline", None, 404),
        ("POST", "/offers/99999/rang", None, 404),
        ("POST", "/shift/end", {"to": "0" * 32}, 404),
        ("GET", f"/help-requests/{'0' * 32}/history", None, 404),
    ],
)
async def test_bad_input_gets_the_one_error_shape(
    site: Site, method: str, path: str, body: dict | None, status: int
):
    visitor, lin = await held(site)
    response = await lin.call(method, path.replace("{id}", visitor.conversation_id), json=body)
    assert response.status_code == status, response.text
    assert set(response.json()) == {"error"} and set(response.json()["error"]) == {"code", "message"}
    assert (await site.parts.desk.conversation(visitor.conversation_id)).owner == "helper"
