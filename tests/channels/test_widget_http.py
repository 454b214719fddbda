"""The visitor's API without a WebSocket."""

import asyncio
import time
from collections.abc import Callable

import pytest

from bot.settings import Settings
from tests.server.running import ANSWER, HANDOFF, Site, StandIn, serve

pytestmark = pytest.mark.integration


async def test_answer_arrives_while_waiting_when_polled_long(site: Site):
    site.assistant.replies["歇业"] = [{"text": "可以。"}, {"custom": ANSWER}]
    visitor = await site.visitor()
    waiting = asyncio.create_task(visitor.call("GET", "/updates", params={"after": 1, "wait": 20}))
    seq = await visitor.say("歇业")
    page = (await waiting).json()
    assert seq == 1
    assert [update["kind"] for update in page["updates"]] == ["answer"]
    assert page["last_seq"] == 2
    assert page["updates"][0]["at"].endswith("Z")


async def test_poll_returns_empty_when_nothing_comes_in_time(site: Site):
    visitor = await site.visitor()
    started = time.monotonic()
    page = (await visitor.call("GET", "/updates", params={"after": 0, "wait": 0.3})).json()
    assert page == {"updates": [], "last_seq": 0}
    assert 0.3 <= time.monotonic() - started < 5


async def test_poll_says_where_the_visitor_stands_while_they_wait(site: Site):
    site.assistant.replies["人工"] = [{"text": "好。"}, {"custom": HANDOFF}]
    first, second = await site.visitor(), await site.visitor()
    for visitor in (first, second):
        await visitor.say("人工")
        await visitor.updates(lambda found: len(found) >= 3)
    page = (await second.call("GET", "/updates", params={"after": 0})).json()
    assert page["queue"] == {
        "position": 2, "promise_seconds": 60,
        "wait_seconds": None, "wait_low_seconds": None, "wait_high_seconds": None,
    }  # fmt: skip


async def test_visitor_leaves_the_queue_once_and_is_refused_when_they_do_not_wait(site: Site):
    site.assistant.replies["人工"] = [{"text": "好。"}, {"custom": HANDOFF}]
    visitor = await site.visitor()
    refused = await visitor.call("POST", "/queue/leave")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "wrong_state")
    await visitor.say("人工")
    await visitor.updates(lambda found: len(found) >= 3)
    helper = await site.staff("lin")
    assert len((await helper.call("GET", "/help-requests")).json()["requests"]) == 1
    for _ in range(2):
        assert (await visitor.call("POST", "/queue/leave")).status_code == 204
    page = (await visitor.call("GET", "/updates", params={"after": 0})).json()
    assert [each["payload"].get("outcome") for each in page["updates"]].count("abandoned") == 1
    assert "queue" not in page
    assert (await visitor.call("GET", "/conversation")).json()["owner"] == "bot"
    assert (await helper.call("GET", "/help-requests")).json()["requests"] == []


async def test_leaving_a_wait_that_is_over_lets_the_next_one_be(site: Site):
    site.assistant.replies["人工"] = [{"text": "好。"}, {"custom": HANDOFF}]
    visitor = await site.visitor()

    def waits(times: int) -> Callable[[list[dict]], bool]:
        return lambda found: sum(it["kind"] == "handoff" for it in found) == times

    await visitor.say("人工")
    first = await visitor.updates(waits(1))
    leave = f"/queue/leave?seq={first[-1]['seq']}"
    assert (await visitor.call("POST", leave)).status_code == 204
    await visitor.say("人工")
    again = await visitor.updates(waits(2))
    assert (await visitor.call("POST", leave)).status_code == 204
    assert (await visitor.call("GET", "/conversation")).json()["owner"] == "queue"
    assert (await visitor.call("POST", f"/queue/leave?seq={again[-1]['seq']}")).status_code == 204
    assert (await visitor.call("GET", "/conversation")).json()["owner"] == "bot"
    refused = await visitor.call("POST", "/queue/leave?seq=now")
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "bad_request")


async def test_conversation_shows_where_it_stands(site: Site):
    visitor = await site.visitor()
    await visitor.say("你好")
    await visitor.updates(lambda found: len(found) == 2)
    assert (await visitor.call("GET", "/conversation")).json() == {
        "conversation_id": visitor.conversation_id,
        "owner": "bot",
        "last_seq": 2,
        "closed": False,
        "rated": False,
        "helper": None,
        "wechat": None,
    }


async def test_profile_and_page_reach_the_helper_when_the_site_knows_them(site: Site):
    visitor = await site.visitor(
        page="https://example.org/" + "x" * 5000,
        district="d" * 101,
        profile={"company": "甲" * 101, "phone": "021-1", "unknown": "weg"},
    )
    found = await site.parts.desk.conversation(visitor.conversation_id)
    assert found.profile == {"company": "甲" * 100, "phone": "021-1"}
    assert found.district == "d" * 100
    assert found.page is not None and len(found.page) == 1000


@pytest.mark.parametrize(
    "body",
    [
        "{}x",
        "[]",
        "null",
        '{"client_message_id":"a"}',
        '{"client_message_id":"a","text":["geheim"]}',
        '{"client_message_id":"geheim!","text":"a"}',
        '{"client_message_id":"a","text":"geheim\\u0000"}',
    ],
)
async def test_message_is_refused_without_quoting_it_when_it_is_malformed(site: Site, body: str):
    visitor = await site.visitor()
    response = await visitor.call("POST", "/messages", data=body.encode())
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "bad_request"
    assert "geheim" not in response.text


@pytest.mark.parametrize(
    "query", [{"after": "x"}, {"after": -1}, {"after": 2**31}, {"wait": 26}, {"wait": "nan"}]
)
async def test_poll_is_refused_when_its_query_makes_no_sense(site: Site, query: dict):
    visitor = await site.visitor()
    assert (await visitor.call("GET", "/updates", params=query)).status_code == 400


async def test_conversations_are_limited_by_address(changed: Callable[..., Settings], stand_in: StandIn):
    async for site in serve(changed(conversations_per_minute=2), stand_in):
        # Two windows of a minute may be touched, so twice the limit and one more.
        answers = [await site.http("POST", "/api/visitor/conversations", json={}) for _ in range(5)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert refused and refused[0].json()["error"]["code"] == "too_many_requests"
        assert int(refused[0].headers["Retry-After"]) > 0


async def test_forwarded_address_is_ignored_when_no_proxy_is_trusted(
    changed: Callable[..., Settings], stand_in: StandIn
):
    async for site in serve(changed(conversations_per_minute=1), stand_in):
        answers = [
            await site.http(
                "POST", "/api/visitor/conversations", json={}, headers={"X-Forwarded-For": f"198.51.100.{n}"}
            )
            for n in range(3)
        ]
        assert 429 in [answer.status_code for answer in answers]


async def test_every_site_may_read_the_answer_when_any_origin_is_allowed(site: Site):
    response = await site.http(
        "POST", "/api/visitor/conversations", json={}, headers={"Origin": "https://anywhere.example"}
    )
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response.headers


async def test_only_named_sites_may_read_the_answer_when_origins_are_set(
    changed: Callable[..., Settings], stand_in: StandIn
):
    async for site in serve(changed(allowed_origins=("https://www.example.org",)), stand_in):
        path = "/api/visitor/messages"
        asked = {"Access-Control-Request-Method": "POST"}
        good = await site.http("OPTIONS", path, headers={"Origin": "https://www.example.org", **asked})
        bad = await site.http("OPTIONS", path, headers={"Origin": "https://evil.example", **asked})
        assert good.status_code == 204
        assert good.headers["Access-Control-Allow-Origin"] == "https://www.example.org"
        assert "Authorization" in good.headers["Access-Control-Allow-Headers"]
        assert "Access-Control-Allow-Origin" not in bad.headers

        visitor = await site.visitor()
        socket = visitor.socket()
        socket.headers["Origin"] = "https://evil.example"
        from websockets.exceptions import InvalidStatus

        with pytest.raises(InvalidStatus):
            await socket.__aenter__()


async def test_staff_api_is_not_shared_with_other_sites(site: Site):
    response = await site.http("GET", "/api/staff/me", headers={"Origin": "https://www.example.org"})
    assert "Access-Control-Allow-Origin" not in response.headers


async def test_service_says_that_people_are_there_and_invents_no_wait(site: Site):
    visitor = await site.visitor()
    answer = await visitor.call("GET", "/service")
    assert answer.json() == {"on_duty": True, "next_start": None, "wait": None}
