"""The visitor's WebSocket against the real application."""

import asyncio

import pytest

from bot.helpdesk.errors import Unavailable
from bot.helpdesk.models import Conversation
from tests.server.running import ANSWER, HANDOFF, Site

pytestmark = pytest.mark.integration


def spoken(text: str, **custom: object) -> list[dict]:
    """What Rasa's REST channel sends for one utterance."""
    return [
        {"recipient_id": "x", "text": text},
        *([{"recipient_id": "x", "custom": custom}] if custom else []),
    ]


async def test_question_is_acknowledged_then_shown_then_answered_when_sent_over_the_socket(site: Site):
    site.assistant.replies["先不干了怎么办"] = spoken("可以办歇业备案。", **ANSWER)
    visitor = await site.visitor(district="jiading")
    async with visitor.socket() as socket:
        await socket.send("resume", after=0)
        await socket.send("send", client_message_id="one", text="  先不干了怎么办 ")
        answer = await socket.update(kind="answer")

    kinds = [m["type"] for m in socket.received if m["type"] in ("ack", "update")]
    assert kinds == ["ack", "update", "update"]
    assert answer["text"] == "可以办歇业备案。"
    assert answer["payload"]["citations"][0]["document"] == "若干措施"
    assert answer["sender"]["kind"] == "bot"
    assert site.assistant.received[0]["metadata"] == {
        "district": "jiading",
        "channel": "widget",
        "locale": "zh",
    }
    assert site.assistant.received[0]["sender"] == visitor.conversation_id
    assert {"type": "typing", "who": "bot"} in socket.received


async def test_updates_are_neither_lost_nor_doubled_when_the_client_reconnects_and_resumes(site: Site):
    visitor = await site.visitor()
    async with visitor.socket() as socket:
        await socket.send("resume", after=0)
        await socket.send("send", client_message_id="a", text="第一句")
        await socket.update(kind="text", text="收到：第一句")
    before = socket.seqs()

    for text in ("第二句", "第三句"):
        await visitor.say(text)
    await visitor.updates(lambda found: len(found) >= 6)

    async with visitor.socket() as again:
        await again.send("resume", after=before[-1])
        await again.until(lambda m: m["type"] == "update" and m["update"]["seq"] == 6)
        await again.send("send", client_message_id="d", text="第四句")
        await again.update(text="收到：第四句")
    assert before + again.seqs() == list(range(1, 9))


async def test_message_is_saved_once_when_the_same_client_message_id_is_sent_twice(site: Site):
    visitor = await site.visitor()
    async with visitor.socket() as socket:
        await socket.send("resume", after=0)
        for _ in range(2):
            await socket.send("send", client_message_id="same", text="只算一次")
        first, second = [await socket.next("ack", client_message_id="same") for _ in range(2)]
    assert first["seq"] == second["seq"]
    updates = (await visitor.call("GET", "/updates")).json()["updates"]
    assert [u["client_message_id"] for u in updates].count("same") == 1


async def test_two_windows_show_the_same_when_both_are_connected(site: Site):
    visitor = await site.visitor()
    async with visitor.socket() as one, visitor.socket() as two:
        await one.send("resume", after=0)
        await two.send("resume", after=0)
        await two.next("state")
        await one.send("send", client_message_id="x", text="你好")
        await asyncio.gather(*(window.update(text="收到：你好") for window in (one, two)))
    assert one.seqs() == two.seqs() == [1, 2]


async def test_choice_reaches_the_assistant_as_its_command_and_the_visitor_as_its_label(site: Site):
    site.assistant.replies["登记"] = [
        {"text": "您指的是？", "buttons": [{"title": "歇业备案", "payload": '/choose{"entry":"m1"}'}]},
        {"custom": {"type": "choices", "options": [{"entry": "m1", "label": "歇业备案"}]}},
    ]
    site.assistant.replies['/choose{"entry":"m1"}'] = spoken("歇业备案是……", **ANSWER)
    visitor = await site.visitor()
    async with visitor.socket() as socket:
        await socket.send("resume", after=0)
        await socket.send("send", client_message_id="1", text="登记")
        choices = await socket.update(kind="choices")
        (button,) = choices["payload"]["buttons"]
        await socket.send("choose", client_message_id="2", seq=choices["seq"], option=button["id"])
        said = await socket.update(client_message_id="2")
        await socket.update(kind="answer")
        await socket.send("choose", client_message_id="3", seq=choices["seq"], option="erfunden")
        refused = await socket.next("error", client_message_id="3")
    assert said["text"] == "歇业备案"
    assert "/choose" not in str(socket.received)
    assert refused["error"]["code"] == "bad_request"


@pytest.mark.parametrize(
    "text",
    [
        "/restart",
        " /restart",
        "//restart",
        "/\u3000/restart",
        "\u200b/restart",
        "/\ufeff /restart",
        "／restart",
    ],
)
async def test_visitor_text_never_reaches_the_assistant_as_a_command(site: Site, text: str):
    visitor = await site.visitor()
    await visitor.say(text)
    await visitor.updates(lambda found: len(found) >= 2)
    assert [each["message"] for each in site.assistant.received] == ["restart"]


async def test_visitor_sees_place_and_state_when_waiting_for_a_person(site: Site):
    site.assistant.replies["转人工"] = spoken("好的，为您转人工。", **HANDOFF)
    first, second = await site.visitor(), await site.visitor()
    await first.say("转人工")
    await first.updates(lambda found: len(found) >= 3)
    async with second.socket() as socket:
        await socket.send("resume", after=0)
        assert (await socket.next("state"))["owner"] == "bot"
        await socket.send("send", client_message_id="h", text="转人工")
        assert (await socket.notice("queued_nobody_ready"))["sender"]["kind"] == "system"
        assert await socket.next("state") == {
            "type": "state",
            "owner": "queue",
            "helper": None,
            "participants": [],
            "wechat": None,
        }
        assert await socket.next("queue") == {
            "type": "queue",
            "position": 2,
            "promise_seconds": 60,
            "wait_seconds": None,
            "wait_low_seconds": None,
            "wait_high_seconds": None,
        }
        # The first is taken: the second moves up without doing anything.
        taken = await site.staff("lin")
        waiting = (await taken.call("GET", "/help-requests")).json()["requests"]
        assert (await taken.call("POST", f"/help-requests/{waiting[0]['id']}/claim")).status_code == 200
        await socket.next("queue", position=1)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("not json", "bad_request"),
        ("[]", "bad_request"),
        ('{"type":"fly"}', "bad_request"),
        ('{"type":"send","client_message_id":"a"}', "bad_request"),
        ("[" * 40_000, "bad_request"),
        ('{"type":"send","client_message_id":"a b","text":"geheim"}', "bad_request"),
        ('{"type":"send","client_message_id":"a","text":"   "}', "bad_request"),
        ('{"type":"send","client_message_id":"a","text":"geheim\\u0000"}', "bad_request"),
        ('{"type":"send","client_message_id":"a","text":"geheim\\ud800"}', "bad_request"),
        ('{"type":"send","client_message_id":"a","text":7}', "bad_request"),
        ('{"type":"resume","after":-1}', "bad_request"),
        ('{"type":"resume","after":2147483648}', "bad_request"),
        ('{"type":"read","seq":2147483648}', "bad_request"),
        ('{"type":"choose","client_message_id":"a","seq":2147483648,"option":"x"}', "bad_request"),
        ('{"type":"rate","resolved":true,"stars":9}', "bad_request"),
        ('{"type":"rate","resolved":true}', "wrong_state"),
        (b"\xff\xfe", "bad_request"),
    ],
)
async def test_bad_frame_gets_an_error_and_the_connection_goes_on(site: Site, frame: str | bytes, code: str):
    visitor = await site.visitor()
    async with visitor.socket() as socket:
        await socket.send_raw(frame)
        error = await socket.next("error")
        await socket.send("ping")
        await socket.next("pong")
    assert error["error"]["code"] == code
    assert "geheim" not in str(error)


async def test_error_names_the_message_when_its_text_is_too_long(site: Site):
    visitor = await site.visitor()
    async with visitor.socket() as socket:
        await socket.send("send", client_message_id="long", text="长" * 2001)
        error = await socket.next("error")
        await socket.send("send", client_message_id="fits", text="长" * 2000)
        await socket.next("ack", client_message_id="fits")
    assert (error["client_message_id"], error["error"]["code"]) == ("long", "bad_request")


async def test_typing_and_reading_are_passed_on_between_visitor_and_helper(site: Site):
    site.assistant.replies["转人工"] = spoken("好的。", **HANDOFF)
    visitor, helper = await site.visitor(), await site.staff("lin")
    await visitor.say("转人工")
    await visitor.updates(lambda found: len(found) >= 3)
    (request,) = (await helper.call("GET", "/help-requests")).json()["requests"]
    await helper.call("POST", f"/help-requests/{request['id']}/claim")
    async with visitor.socket() as there, helper.socket() as here:
        await there.send("resume", after=0)
        await there.next("state", owner="helper")
        await here.next("queue")
        await there.send("typing")
        assert await here.next("typing") == {"type": "typing", "conversation_id": visitor.conversation_id}
        await there.send("read", seq=4)
        assert await here.next("read") == {
            "type": "read",
            "conversation_id": visitor.conversation_id,
            "seq": 4,
        }
        await here.send("typing", conversation_id=visitor.conversation_id)
        assert await there.next("typing") == {"type": "typing", "who": "helper"}
        await helper.call("GET", f"/conversations/{visitor.conversation_id}/updates")
        await here.send("read", conversation_id=visitor.conversation_id, seq=4)
        assert await there.next("read") == {"type": "read", "seq": 4}
    assert not any(m.get("who") == "visitor" for m in there.received)


async def test_each_visitor_sees_the_helper_typing_when_one_is_written_to_right_after_the_other(site: Site):
    site.assistant.replies["转人工"] = spoken("好的。", **HANDOFF)
    visitors, helper = [await site.visitor() for _ in range(2)], await site.staff("lin")
    for visitor in visitors:
        await visitor.say("转人工")
        await visitor.updates(lambda found: len(found) >= 3)
    for request in (await helper.call("GET", "/help-requests")).json()["requests"]:
        await helper.call("POST", f"/help-requests/{request['id']}/claim")
    async with visitors[0].socket() as one, visitors[1].socket() as other, helper.socket() as here:
        for there in (one, other):
            await there.send("resume", after=0)
            await there.next("state", owner="helper")
        for visitor in (*visitors, visitors[1]):
            await here.send("typing", conversation_id=visitor.conversation_id)
        await here.send("read", conversation_id=visitors[1].conversation_id, seq=3)
        assert await one.next("typing") == {"type": "typing", "who": "helper"}
        await other.next("read")
    assert sum(m == {"type": "typing", "who": "helper"} for m in other.received) == 1


async def test_helpers_typing_is_not_shown_when_the_conversation_is_anothers(site: Site):
    visitor, stranger = await site.visitor(), await site.staff("wang")
    async with visitor.socket() as there, stranger.socket() as here:
        await there.send("resume", after=0)
        await there.next("state")
        await here.send("typing", conversation_id=visitor.conversation_id)
        await here.send("ping")
        await here.next("pong")
        await there.send("send", client_message_id="x", text="你好")
        await there.update(text="收到：你好")
    assert not any(m.get("who") == "helper" for m in there.received)


async def test_feed_goes_on_when_a_nudge_was_lost(site: Site, monkeypatch: pytest.MonkeyPatch):
    visitor = await site.visitor()
    async with visitor.socket() as socket:
        await socket.send("resume", after=0)
        await socket.next("state")

        async def lost(*_: object) -> None:
            """What a dead Valkey does to nudges."""

        beat = site.parts.pulse.beat
        monkeypatch.setattr(site.parts.pulse, "beat", lost)  # it comes when the test says so
        monkeypatch.setattr(site.parts.live, "publish_all", lost)
        await visitor.say("听得到吗")
        await visitor.updates(lambda found: len(found) == 2)  # the answer is there, and nobody was told
        await socket.send("ping")
        await socket.next("pong")
        assert socket.seqs() == []
        await beat()
        await socket.update(text="收到：听得到吗")
    assert socket.seqs() == [1, 2]
    await beat()  # and those who have left are not looked after any more


async def test_feed_starts_when_the_database_was_away_at_the_resume(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    visitor = await site.visitor()
    seq = await visitor.say("你好")
    look, asked = site.parts.desk.stands, []

    async def away_at_first(conversation_id: str) -> Conversation:
        asked.append(conversation_id)
        if len(asked) == 1:
            raise Unavailable("away")
        return await look(conversation_id)

    monkeypatch.setattr("bot.channels.socket.UNAVAILABLE_SECONDS", 0.1)
    monkeypatch.setattr(site.parts.desk, "stands", away_at_first)
    async with visitor.socket() as socket:
        await socket.send("resume", after=0)
        assert (await socket.update(text="你好"))["seq"] == seq
        await socket.next("state", owner="bot")


async def test_client_hears_what_is_new_when_it_claims_to_hold_more_than_there_is(site: Site):
    visitor = await site.visitor()
    async with visitor.socket() as socket:
        await socket.send("resume", after=2**31 - 1)
        await socket.next("state")
        await socket.send("send", client_message_id="a", text="你好")
        await socket.update(text="你好")


async def test_socket_closes_when_a_client_floods_it(site: Site):
    from websockets.exceptions import ConnectionClosed

    visitor = await site.visitor()
    async with visitor.socket() as socket:
        for _ in range(501):
            await socket.send("ping")
        with pytest.raises(ConnectionClosed) as closed:
            await socket.until(lambda m: False)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1008
    assert socket.received[-1]["error"]["code"] == "too_many_requests"


async def test_message_is_refused_when_a_conversation_sends_too_many(site: Site):
    visitor = await site.visitor()
    async with visitor.socket() as socket:
        # Two windows of ten seconds may be touched, so twice the limit and one more.
        for number in range(41):
            await socket.send("send", client_message_id=f"m{number}", text="快")
        error = await socket.next("error")
    assert error["error"]["code"] == "too_many_requests"
    assert error["client_message_id"].startswith("m")


@pytest.mark.parametrize("token", ["", "x" * 43, "0e0b58e840b74af8b154de93fcbb73d6"])
async def test_socket_is_refused_before_it_opens_when_the_token_is_unknown(site: Site, token: str):
    from websockets.exceptions import InvalidStatus

    from tests.server.running import Socket

    with pytest.raises(InvalidStatus) as refused:
        async with Socket(f"ws://127.0.0.1:{site.port}/api/visitor/ws?token={token}", {}):
            pass
    assert refused.value.response.status_code == 401
