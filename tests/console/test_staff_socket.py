"""The staff WebSocket against the real application."""

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.server.running import HANDOFF, Site, Socket

pytestmark = pytest.mark.integration


async def test_queue_and_presence_are_pushed_when_staff_connect(site: Site):
    staff = await site.staff("lin")
    async with staff.socket(Origin=site.url) as socket:
        assert await socket.next("presence") == {"type": "presence", "status": "away"}
        assert await socket.next("queue") == {"type": "queue", "requests": [], "total": 0}
        await staff.call("PUT", "/presence", json={"status": "ready"})
        await socket.next("presence", status="ready")
        chief = await site.staff("chief", "supervisor")
        assert (await chief.call("GET", "/board")).json()["ready"] == 1


async def test_presence_of_others_is_not_pushed(site: Site):
    lin, wang = await site.staff("lin"), await site.staff("wang")
    async with lin.socket() as socket:
        await socket.next("queue")
        await wang.call("PUT", "/presence", json={"status": "busy"})
        await lin.call("PUT", "/presence", json={"status": "ready"})
        assert (await socket.next("presence"))["status"] == "ready"
        assert {"type": "presence", "status": "busy"} not in socket.received


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null", "http://["])
async def test_socket_is_refused_when_a_page_of_another_site_opens_it(site: Site, origin: str):
    staff = await site.staff("lin")
    with pytest.raises(InvalidStatus) as refused:
        async with staff.socket(Origin=origin):
            pass
    assert refused.value.response.status_code == 403


async def test_socket_is_refused_when_nobody_is_logged_in(site: Site):
    with pytest.raises(InvalidStatus) as refused:
        async with Socket(f"ws://127.0.0.1:{site.port}/api/staff/ws", {"Cookie": "bangban_session=x"}):
            pass
    assert refused.value.response.status_code == 401


async def test_socket_closes_at_the_next_heartbeat_when_the_session_has_ended(site: Site):
    staff = await site.staff("lin")
    async with staff.socket() as socket:
        await socket.send("ping")
        await socket.next("pong")
        await staff.call("POST", "/logout")
        await socket.send("ping")
        with pytest.raises(ConnectionClosed) as closed:
            await socket.until(lambda m: False)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401


async def test_socket_closes_when_the_session_has_ended_and_the_client_sends_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.console.socket.POLL_SECONDS", 0.1)
    staff = await site.staff("lin")
    async with staff.socket() as socket:
        await socket.next("queue")
        await staff.call("POST", "/logout")
        with pytest.raises(ConnectionClosed) as closed:
            await socket.until(lambda m: False)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401
    assert socket.received[-1]["error"]["code"] == "not_authenticated"


async def test_news_of_a_held_conversation_is_told_again_when_its_nudge_was_lost(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    site.assistant.replies["转人工"] = [{"text": "好。"}, {"custom": HANDOFF}]
    monkeypatch.setattr("bot.console.socket.POLL_SECONDS", 0.1)
    staff, visitor = await site.staff("lin"), await site.visitor()
    await visitor.say("转人工")
    await visitor.updates(lambda found: len(found) >= 3)
    request = await site.parts.desk.request_of(visitor.conversation_id)
    assert request is not None
    await staff.call("POST", f"/help-requests/{request.id}/claim")
    async with staff.socket() as socket:
        await socket.next("changed", conversation_id=visitor.conversation_id)

        async def lost(topic: str, message: dict) -> None:
            """What a dead Valkey does to a nudge."""

        monkeypatch.setattr(site.parts.live, "publish", lost)
        seq = await visitor.say("还在吗")
        await socket.next("changed", conversation_id=visitor.conversation_id, last_seq=seq)


async def test_conversation_that_left_is_told_of_no_more(site: Site):
    site.assistant.replies["转人工"] = [{"text": "好。"}, {"custom": HANDOFF}]
    staff, visitor = await site.staff("lin"), await site.visitor()
    await visitor.say("转人工")
    await visitor.updates(lambda found: len(found) >= 3)
    request = await site.parts.desk.request_of(visitor.conversation_id)
    assert request is not None
    await staff.call("POST", f"/help-requests/{request.id}/claim")
    async with staff.socket() as socket:
        await socket.next("changed", conversation_id=visitor.conversation_id)
        await staff.call("POST", f"/conversations/{visitor.conversation_id}/release")
        await socket.next("mine", conversations=[])
        seq = await visitor.say("还在吗")
        await staff.call("PUT", "/presence", json={"status": "busy"})
        await socket.next("presence", status="busy")  # after what there was to say of it
    told = [m["last_seq"] for m in socket.received if m["type"] == "changed"]
    assert told and max(told) < seq


async def test_board_is_told_of_when_a_held_conversation_goes_on_within_the_same_second(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.console.socket.POLL_SECONDS", 60)
    chief, visitor = await site.staff("chen", role="supervisor"), await site.visitor()
    async with chief.socket() as socket:
        await socket.next("board")
        await visitor.say("你好")
        await socket.next("board")


async def test_board_is_not_told_of_to_helpers(site: Site):
    staff, visitor = await site.staff("lin"), await site.visitor()
    async with staff.socket() as socket:
        await socket.next("queue")
        await visitor.say("你好")
        await socket.send("ping")
        await socket.next("pong")
    assert "board" not in [message["type"] for message in socket.received]


@pytest.mark.parametrize("frame", ["x", '{"type":"claim"}', '{"type":"typing","conversation_id":"geheim"}'])
async def test_bad_frame_gets_an_error_and_the_connection_goes_on(site: Site, frame: str):
    staff = await site.staff("lin")
    async with staff.socket() as socket:
        await socket.send_raw(frame)
        error = await socket.next("error")
        await socket.send("ping")
        await socket.next("pong")
    assert error["error"]["code"] == "bad_request"
    assert "geheim" not in str(error)
