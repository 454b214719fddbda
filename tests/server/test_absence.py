"""A helper's browser dies in the middle of a conversation: the running server with its own dispatcher."""

from collections.abc import AsyncIterator, Callable

import pytest

from bot.settings import Settings
from tests.server.running import HANDOFF, Site, StandIn, serve

pytestmark = pytest.mark.integration


@pytest.fixture
async def site(changed: Callable[..., Settings], stand_in: StandIn) -> AsyncIterator[Site]:
    # A second or two instead of 75, and three instead of 15 until others are asked as well: her console was
    # heard too lately for her not to be asked first.
    shortened = changed(absent_seconds=1.5, ladder_seconds=(3.0, 30.0, 45.0, 50.0))
    async for running in serve(shortened, stand_in):
        yield running


async def test_visitor_gets_another_helper_when_the_connection_of_the_first_one_ends(
    site: Site, stand_in: StandIn
):
    stand_in.replies["转人工"] = [{"custom": HANDOFF}]
    ann, ben = await site.staff("ann"), await site.staff("ben")
    chief = await site.staff("chief", role="supervisor")
    visitor = await site.visitor()
    async with chief.socket() as board, ben.socket() as other, visitor.socket() as page:
        async with ann.socket() as desk:
            await ann.call("PUT", "/presence", json={"status": "ready"})
            await page.send("resume", after=0)
            await visitor.say("转人工")
            offers = await desk.until(lambda m: m["type"] == "offers" and m["offers"])
            request = offers["offers"][0]["request"]
            taken = await ann.call("POST", f"/help-requests/{request['id']}/claim")
            assert taken.status_code == 200
            body = {"client_message_id": "p1", "text": "您好", "visibility": "public"}
            said = await ann.call("POST", f"/conversations/{visitor.conversation_id}/messages", json=body)
            assert said.status_code == 201
            await ben.call("PUT", "/presence", json={"status": "ready"})
        # Her socket is closed and nothing more is heard of her.
        told = await board.next("connection_lost")
        assert (told["request_id"], told["helper"]["name"]) == (request["id"], "Ann")
        notice = await page.notice("helper_returned_to_queue")
        assert notice["payload"]["cause"] == "connection_lost"
        again = await other.until(lambda m: m["type"] == "offers" and m["offers"])
        assert again["offers"][0]["request"]["id"] == request["id"]
        assert again["offers"][0]["request"]["deadline_at"] == request["deadline_at"]
        assert all(m["type"] != "connection_lost" for m in other.received)  # overseers only
        await ben.call("POST", f"/help-requests/{request['id']}/claim")
        assert (await page.notice("helper_joined"))["payload"]["name"] == "Ben"
    past = (await chief.call("GET", f"/help-requests/{request['id']}/history")).json()["events"]
    lost = next(event for event in past if event["event"] == "released")
    assert (lost["reason"], lost["actor"]["kind"]) == ("connection_lost", "system")
    assert (await chief.call("GET", "/board")).json()["lost_today"] >= 1
