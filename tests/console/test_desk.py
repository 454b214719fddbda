"""Staff at work against the real application: the main job end to end."""

import asyncio
from types import SimpleNamespace
from uuid import uuid4

import pytest

from bot.settings import Settings
from tests.server.running import HANDOFF, Site, Staff, StandIn, Visitor, serve

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def handoff_on_request(stand_in: StandIn) -> None:
    stand_in.replies["转人工"] = [{"text": "好的，为您转人工。"}, {"custom": HANDOFF}]


async def asks_for_a_person(site: Site) -> tuple[Visitor, dict]:
    """A visitor in the queue, and the help request."""
    visitor = await site.visitor(district="jiading", profile={"company": "甲公司"})
    await visitor.say("转人工")
    await visitor.updates(lambda found: len(found) >= 3)
    request = await site.parts.desk.request_of(visitor.conversation_id)
    assert request is not None
    return visitor, {"id": request.id}


def message(text: str, visibility: str = "public") -> dict:
    return {"client_message_id": uuid4().hex, "text": text, "visibility": visibility}


async def test_helper_takes_answers_and_closes_and_the_visitor_rates(site: Site):
    helper = await site.staff("lin")
    await helper.call("PUT", "/presence", json={"status": "ready"})
    visitor = await site.visitor(district="jiading", profile={"company": "甲公司"})
    path = f"/conversations/{visitor.conversation_id}"
    async with visitor.socket() as there, helper.socket() as here:
        await there.send("resume", after=0)
        await there.send("send", client_message_id="1", text="转人工")
        await there.notice("queued")
        queued, offered = await here.all_of(lambda m: m.get("total") == 1, lambda m: m.get("offers"))
        (shown,), (offer,) = queued["requests"], offered["offers"]
        request = offer["request"]
        assert shown["id"] == request["id"]
        assert (request["status"], request["department"], request["question"]) == (
            "offered",
            "税务局",
            "转人工",
        )
        assert offer["exclusive"] and offer["level"] == 0

        claimed = (await helper.call("POST", f"/help-requests/{request['id']}/claim")).json()["request"]
        assert claimed["claimed_by"]["name"] == "Lin"
        assert (await there.notice("helper_joined"))["payload"]["name"] == "Lin"
        assert (await there.next("state"))["helper"] == {"name": "Lin", "department": "税务局"}
        await here.all_of(lambda m: m.get("offers") == [], lambda m: m.get("total") == 0)

        detail = (await helper.call("GET", path)).json()
        assert detail["conversation"]["visitor_online"] is True
        assert "甲公司" in [fact["value"] for fact in detail["brief"]["facts"]]

        assert (
            await helper.call("POST", f"{path}/messages", json=message("内部备注", "internal"))
        ).status_code == 201
        assert (await helper.call("POST", f"{path}/messages", json=message("您好"))).json()["seq"] == 6
        hidden = await there.update(kind="hidden")
        reply = await there.update(text="您好")
        assert hidden == {
            "seq": 5,
            "kind": "hidden",
            "sender": None,
            "text": None,
            "payload": None,
            "at": None,
            "client_message_id": None,
        }
        assert reply["sender"] == {"kind": "helper", "name": "Lin", "department": "税务局"}
        assert reply["payload"] == {}

        closed = await helper.call("POST", f"{path}/close", json={"outcome": "resolved"})
        assert closed.json()["request"]["outcome"] == "resolved"
        assert (await there.notice("closed"))["payload"]["ask_rating"] is True
        await there.next("state", owner="bot")
        await there.send("rate", resolved=True, stars=5, comment="谢谢")
        assert (await there.notice("rated"))["payload"]["stars"] == 5

    assert (await visitor.call("GET", "/conversation")).json()["rated"] is True
    assert (await helper.call("GET", path)).json()["conversation"]["stars"] == 5
    assert "内部备注" not in str(there.received)
    assert there.seqs() == list(range(1, max(there.seqs()) + 1))


async def test_one_helper_gets_the_request_when_two_claim_at_once(site: Site):
    _, request = await asks_for_a_person(site)
    helpers = [await site.staff("lin"), await site.staff("wang")]
    answers = await asyncio.gather(
        *(each.call("POST", f"/help-requests/{request['id']}/claim") for each in helpers)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (refused,) = [answer for answer in answers if answer.status_code == 409]
    assert refused.json()["error"]["code"] == "already_claimed"


async def test_message_to_the_visitor_is_refused_when_another_helper_holds_them(site: Site):
    visitor, request = await asks_for_a_person(site)
    owner, other = await site.staff("lin"), await site.staff("wang")
    await owner.call("POST", f"/help-requests/{request['id']}/claim")
    path = f"/conversations/{visitor.conversation_id}"
    refused = await other.call("POST", f"{path}/messages", json=message("插嘴"))
    note = await other.call("POST", f"{path}/messages", json=message("提醒", "internal"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "wrong_state")
    assert note.status_code == 201
    assert (await other.call("POST", f"{path}/close", json={"outcome": "resolved"})).status_code == 403


async def test_message_is_saved_once_when_the_helper_sends_it_again(site: Site):
    visitor, request = await asks_for_a_person(site)
    helper = await site.staff("lin")
    await helper.call("POST", f"/help-requests/{request['id']}/claim")
    path, body = f"/conversations/{visitor.conversation_id}", message("您好")
    first, second = [await helper.call("POST", f"{path}/messages", json=body) for _ in range(2)]
    assert first.json() == second.json()
    updates = (await helper.call("GET", f"{path}/updates")).json()["updates"]
    assert [update["text"] for update in updates].count("您好") == 1
    assert updates[-1]["payload"]["visibility"] == "public"


async def test_visitor_is_back_in_the_queue_when_the_helper_gives_them_back(site: Site):
    visitor, request = await asks_for_a_person(site)
    owner, other = await site.staff("lin"), await site.staff("wang")
    await owner.call("POST", f"/help-requests/{request['id']}/claim")
    path = f"/conversations/{visitor.conversation_id}/release"
    assert (await other.call("POST", path)).status_code == 403
    released = await owner.call("POST", path)
    assert (released.status_code, released.json()["request"]["status"]) == (200, "waiting")
    assert released.json()["request"]["claimed_by"] is None
    assert (await owner.call("POST", path)).json()["error"]["code"] == "wrong_state"
    assert (await visitor.call("GET", "/conversation")).json()["owner"] == "queue"
    assert (await other.call("POST", f"/help-requests/{request['id']}/claim")).status_code == 200


async def test_lists_show_what_is_mine_open_and_closed(site: Site):
    visitor, request = await asks_for_a_person(site)
    helper, other = await site.staff("lin"), await site.staff("wang")

    async def listed(staff: Staff, **query: object) -> list[str]:
        page = await staff.call("GET", "/conversations", params=query)
        return [each["id"] for each in page.json()["conversations"]]

    await helper.call("POST", f"/help-requests/{request['id']}/claim")
    assert await listed(helper, mine=1) == [visitor.conversation_id]
    assert await listed(other, mine=1) == await listed(helper) == []
    await helper.call(
        "POST", f"/conversations/{visitor.conversation_id}/close", json={"outcome": "no_response"}
    )
    assert await listed(helper, mine=1) == []
    assert await listed(helper) == [visitor.conversation_id]
    closed = await helper.call("GET", "/help-requests", params={"status": "closed"})
    assert [each["outcome"] for each in closed.json()["requests"]] == ["no_response"]
    again, request = await asks_for_a_person(site)
    await helper.call("POST", f"/help-requests/{request['id']}/claim")
    await helper.call("POST", f"/conversations/{again.conversation_id}/close", json={"outcome": "resolved"})
    closed = await helper.call("GET", "/help-requests", params={"status": "closed"})
    assert [each["outcome"] for each in closed.json()["requests"]] == [
        "resolved",
        "no_response",
    ]  # newest first


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", f"/help-requests/{'0' * 32}/claim", 404),
        ("GET", f"/conversations/{'0' * 32}", 404),
        ("GET", f"/conversations/{'0' * 32}/updates", 404),
        ("GET", "/conversations/nonsense", 404),
        ("GET", "/conversations/%00", 404),
        ("GET", f"/conversations/{'0' * 32}/updates?after=2147483648", 400),
        ("POST", f"/conversations/{'0' * 32}/release", 404),
        ("GET", "/help-requests?status=open", 400),
        ("GET", "/knowledge/search", 400),
        ("GET", "/knowledge/search?q=x", 503),
    ],
)
async def test_staff_get_the_fitting_error(site: Site, method: str, path: str, status: int):
    staff = await site.staff("lin")
    response = await staff.call(method, path)
    assert response.status_code == status
    assert set(response.json()) == {"error"}


async def test_search_finds_what_the_knowledge_base_holds(settings: Settings, stand_in: StandIn):
    class Shelf:
        def search(self, text: str, district: str | None = None, limit: int = 5) -> list:
            return [SimpleNamespace(as_json=lambda: {"id": f"{text}-{district}-{limit}"})]

    async for site in serve(settings, stand_in, Shelf()):
        staff = await site.staff("lin")
        found = await staff.call("GET", "/knowledge/search", params={"q": "歇业", "district": "jiading"})
        assert found.json() == {"results": [{"id": "歇业-jiading-5"}]}
