"""A conversation that goes from hand to hand, and a bell that rings, over HTTP and the staff WebSocket."""

from typing import Any

import pytest

from tests.server.running import HANDOFF, Site, Staff, StandIn, Visitor

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def handoff_on_request(stand_in: StandIn) -> None:
    stand_in.replies["转人工"] = [{"text": "好的。"}, {"custom": HANDOFF}]


async def ready(site: Site, name: str, role: Any = "helper") -> tuple[Staff, str]:
    """Somebody who is there, and their id."""
    staff = await site.staff(name, role)
    me = (await staff.call("GET", "/me")).json()["staff"]["id"]
    async with staff.socket() as desk:  # heard once
        await desk.next("presence")
    assert (await staff.call("PUT", "/presence", json={"status": "ready"})).status_code == 200
    return staff, me


async def waiting(site: Site) -> tuple[Visitor, str]:
    """A visitor who asked for a person, and the request."""
    visitor = await site.visitor()
    await visitor.say("转人工")
    await visitor.updates(lambda found: len(found) >= 3)
    request = await site.parts.desk.request_of(visitor.conversation_id)
    assert request is not None
    return visitor, request.id


async def owner(site: Site, visitor: Visitor) -> str | None:
    return (await site.parts.desk.conversation(visitor.conversation_id)).helper_name


async def ok(staff: Staff, method: str, path: str, status: int = 200, **body: Any) -> Any:
    answer = await staff.call(method, path, json=body or None)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


async def test_offer_rings_is_declined_once_and_stands_in_the_history(site: Site):
    lin, _ = await ready(site, "lin")
    async with lin.socket() as bell:
        _, request_id = await waiting(site)
        pushed = (await bell.until(lambda m: m["type"] == "offers" and m["offers"]))["offers"]
        listed = await ok(lin, "GET", "/offers")
        (offer,) = listed["offers"]
        assert (offer, listed["alerts"]) == (pushed[0], [])
        await ok(lin, "POST", f"/offers/{offer['id']}/rang", 204)
        await ok(lin, "POST", f"/offers/{offer['id']}/decline", 204)
        await bell.next("offers", offers=[])
    refused = await lin.call("POST", f"/offers/{offer['id']}/decline")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "wrong_state")
    events = (await ok(lin, "GET", f"/help-requests/{request_id}/history"))["events"]
    assert [each["event"] for each in events] == ["requested", "offered", "offer_declined"]
    assert events[-1]["actor"]["name"] == "Lin" and events[-1]["status_after"] == "waiting"


@pytest.mark.parametrize(("how", "who"), [("refuse", "wang"), ("cancel", "lin")])
async def test_transfer_ends_and_both_are_told_when_it_is_not_accepted(site: Site, how: str, who: str):
    (lin, _), (wang, wang_id) = await ready(site, "lin"), await ready(site, "wang")
    visitor, request_id = await waiting(site)
    await ok(lin, "POST", f"/help-requests/{request_id}/claim")
    path = f"/conversations/{visitor.conversation_id}/transfer"
    asked = (await ok(lin, "POST", path, 201, staff_id=wang_id))["invitation"]
    status = {"refuse": "refused", "cancel": "cancelled"}[how]
    async with lin.socket() as one, wang.socket() as two:
        await one.until(lambda m: m["type"] == "invitations" and m["invitations"])
        await two.until(lambda m: m["type"] == "invitations" and m["invitations"])
        by = {"lin": lin, "wang": wang}[who]
        body = {"reason": "不归我们管"} if how == "refuse" else {}
        ended = (await ok(by, "POST", f"/invitations/{asked['id']}/{how}", **body))["invitation"]
        assert (ended["status"], ended["decided_by"]["name"]) == (status, who.title())
        for desk in (one, two):
            await desk.until(lambda m: m["type"] == "moved" and m["event"] == status)
    assert (await ok(wang, "GET", "/invitations"))["invitations"] == []
    assert await owner(site, visitor) == "Lin"


async def test_conversation_is_handed_to_who_was_called_in(site: Site):
    (lin, _), (wang, wang_id) = await ready(site, "lin"), await ready(site, "wang")
    visitor, request_id = await waiting(site)
    await ok(lin, "POST", f"/help-requests/{request_id}/claim")
    path = f"/conversations/{visitor.conversation_id}"
    asked = (await ok(lin, "POST", f"{path}/invite", 201, staff_id=wang_id))["invitation"]
    await ok(wang, "POST", f"/invitations/{asked['id']}/accept")
    moved = await ok(lin, "POST", f"{path}/hand-over", staff_id=wang_id, stay=True)
    assert moved["request"]["claimed_by"]["name"] == await owner(site, visitor) == "Wang"
    shown = (await ok(wang, "GET", path))["conversation"]["participants"]
    assert [each["name"] for each in shown] == ["Lin"]
    await ok(lin, "POST", f"{path}/leave", 204)


async def test_overseer_takes_over_and_reassigns_and_the_owners_are_told(site: Site):
    (lin, _), (wang, wang_id) = await ready(site, "lin"), await ready(site, "wang")
    chief, _ = await ready(site, "chief", "supervisor")
    visitor, request_id = await waiting(site)
    await ok(lin, "POST", f"/help-requests/{request_id}/claim")
    path = f"/conversations/{visitor.conversation_id}"
    async with lin.socket() as one, chief.socket() as two, wang.socket() as three:
        for desk in (one, two, three):
            await desk.next("presence")
        taken = await ok(chief, "POST", f"{path}/take-over", reason="投诉")
        assert taken["request"]["claimed_by"]["name"] == await owner(site, visitor) == "Chief"
        told = await one.next("moved", event="taken_over")
        assert (told["by"]["name"], told["reason"]) == ("Chief", "投诉")
        given = await ok(chief, "POST", f"{path}/reassign", staff_id=wang_id)
        assert given["request"]["claimed_by"]["name"] == await owner(site, visitor) == "Wang"
        await two.next("moved", event="reassigned")
        sent = await ok(chief, "POST", f"{path}/reassign", department="人社局")
        assert (sent["request"]["status"], sent["request"]["department"]) == ("waiting", "人社局")
        await three.next("moved", event="redirected")


async def test_shift_ends_and_what_was_held_goes_on(site: Site):
    (lin, _), (wang, wang_id) = await ready(site, "lin"), await ready(site, "wang")
    visitor, request_id = await waiting(site)
    await ok(lin, "POST", f"/help-requests/{request_id}/claim")
    moved = (await ok(lin, "POST", "/shift/end", to=wang_id, note="等回电"))["moved"]
    assert [(each["conversation_id"], each["to"]["name"]) for each in moved] == [
        (visitor.conversation_id, "Wang")
    ]
    assert (await ok(lin, "GET", "/me"))["presence"] == "away"
    assert (await ok(wang, "POST", "/shift/end", to=None))["moved"] == [
        {"conversation_id": visitor.conversation_id, "to": None}
    ]
    assert (await site.parts.desk.conversation(visitor.conversation_id)).owner == "queue"


async def test_claim_is_refused_when_it_would_be_too_much(site: Site):
    lin, _ = await ready(site, "lin")
    boss = await site.staff("boss", "administrator")
    for name, value in (("claims_beyond_capacity", False), ("helper_capacity", 1)):
        await ok(boss, "PUT", "/admin/thresholds", name=name, value=value)
    (_, first), (_, second) = await waiting(site), await waiting(site)
    await ok(lin, "POST", f"/help-requests/{first}/claim")
    refused = await lin.call("POST", f"/help-requests/{second}/claim")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "at_capacity")
