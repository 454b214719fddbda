"""Every kind of message and event: what becomes of it, and what the visitor is told."""

import asyncio
from dataclasses import dataclass

import pytest
import requests

from tests.channels.wechat.steps import Helped, Query, conversation_of, updates_of
from tests.channels.wechat.weixin import PNG, Weixin, eventually
from tests.server.running import HANDOFF, Site, Staff

pytestmark = pytest.mark.integration


MEDIA = [
    ("image", {"PicUrl": "http://x/1", "MediaId": "m1"}, "[图片]", "用文字"),
    ("voice", {"MediaId": "m1", "Format": "amr"}, "[语音]", "用文字"),
    ("video", {"MediaId": "m1", "ThumbMediaId": "t"}, "[视频]", "用文字"),
    ("shortvideo", {"MediaId": "m1", "ThumbMediaId": "t"}, "[视频]", "用文字"),
]
THINGS = [
    ("location", {"Location_X": "31.38", "Location_Y": "121.27", "Label": "嘉定"}, "[位置] 嘉定", "位置收到"),
    (
        "link",
        {"Title": "通知", "Description": "d", "Url": "https://e.org/1"},
        "[链接] 通知 https://e.org/1",
        "链接收到",
    ),
    ("miniprogrampage", {"Title": "x"}, "[微信消息] x", "消息收到"),
    ("text", {"Content": ""}, "[微信消息]", "消息收到"),
]


@pytest.mark.parametrize(("kind", "fields", "shown", "told"), [*MEDIA, *THINGS])
async def test_what_is_no_text_is_kept_and_words_are_asked_for(
    site: Site, weixin: Weixin, query: Query, kind: str, fields: dict, shown: str, told: str
):
    delivered = await weixin.send("o1", kind, **fields)
    assert told in str(delivered.reply) and "人工" in str(delivered.reply)
    said = (await updates_of(site, query))[0]
    assert (said.text, said.sender.kind) == (shown, "visitor")
    assert site.assistant.received == []


async def test_location_keeps_its_place_for_helpers(site: Site, weixin: Weixin, query: Query):
    await weixin.send("o1", "location", Location_X="31.38", Location_Y="121.27", Label="嘉定")
    attachment = (await updates_of(site, query))[0].payload["attachment"]
    assert attachment == {"kind": "location", "label": "嘉定", "latitude": 31.38, "longitude": 121.27}


async def test_unknown_kind_is_kept_as_it_came_for_helpers(site: Site, weixin: Weixin, query: Query):
    await weixin.send("o1", "file", Title="合同.pdf", FileKey="k1", Description="长" * 600)
    attachment = (await updates_of(site, query))[0].payload["attachment"]
    assert (attachment["kind"], attachment["type"], attachment["title"]) == ("unknown", "file", "合同.pdf")
    assert attachment["fields"]["FileKey"] == "k1"
    assert len(attachment["fields"]["Description"]) == 500
    assert not {"FromUserName", "MsgId"} & set(attachment["fields"])


async def fetched(helper: Staff, path: str) -> requests.Response:
    """The attachment, once it is no longer being fetched."""

    async def settled() -> ResponseBox | None:
        response = await helper.call("GET", path, params={"seq": 1})
        return None if response.status_code == 503 else ResponseBox(response)

    return (await eventually(settled)).response


@dataclass
class ResponseBox:
    """A response is false when it is an error, and here an error may be what is waited for."""

    response: requests.Response


@pytest.mark.parametrize(
    ("kind", "content_type", "content"),
    [("image", "image/png", PNG), ("voice", "audio/amr", b"#!AMR\n"), ("video", "video/mp4", b"\0\0ftyp")],
)
async def test_helper_gets_what_was_sent_besides_words(
    site: Site,
    weixin: Weixin,
    query: Query,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    content_type: str,
    content: bytes,
):
    monkeypatch.setattr("bot.channels.wechat.client.MEDIA_HOSTS", (".127.0.0.1",))
    weixin.media["m1"] = (content_type, content)
    helper = await site.staff("lin")
    await weixin.send("o1", kind, MediaId="m1")
    await weixin.until(lambda: bool(weixin.called("media/get")))
    path = f"/conversations/{await conversation_of(query)}/attachment"
    response = await fetched(helper, path)
    assert (response.content, response.headers["Content-Type"]) == (content, content_type)
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert (await helper.call("GET", path, params={"seq": 9})).status_code == 404


async def test_attachment_is_gone_when_wechat_has_nothing(site: Site, weixin: Weixin, query: Query):
    helper = await site.staff("lin")
    await weixin.send("o1", "image", MediaId="m1")
    path = f"/conversations/{await conversation_of(query)}/attachment"
    response = await fetched(helper, path)
    assert response.status_code == 404


async def test_voice_to_a_helper_is_kept_without_asking_for_words(site: Site, weixin: Weixin, query: Query):
    site.assistant.replies["转人工"] = [{"text": "好。"}, {"custom": HANDOFF}]
    helper = await site.staff("lin")
    await weixin.say("o1", "人工")
    waiting = (await helper.call("GET", "/help-requests")).json()["requests"]
    await helper.call("POST", f"/help-requests/{waiting[0]['id']}/claim")
    await weixin.sees("o1", 2)
    assert (await weixin.send("o1", "voice", MediaId="m1")).reply == "success"
    assert (await updates_of(site, query))[-1].text == "[语音]"


async def test_subscriber_is_welcomed(site: Site, weixin: Weixin, query: Query):
    delivered = await weixin.event("o1", "subscribe")
    assert "您好" in str(delivered.reply) and "人工" in str(delivered.reply)


async def test_subscriber_begins_with_the_menu_of_the_welcome(site: Site, weixin: Weixin, query: Query):
    welcome = str((await weixin.event("o1", "subscribe")).reply)
    assert "1. 开办企业怎么办" in welcome and "3. 找人工" in welcome
    assert (await weixin.say("o1", "1")).reply == "收到：开办企业怎么办"
    await weixin.event("o2", "subscribe")
    await weixin.say("o2", "3")
    assert site.assistant.received[-1]["message"] == "转人工"
    assert [u.text for u in await updates_of(site, query, "o2") if u.sender.kind == "visitor"] == ["找人工"]


@pytest.mark.parametrize("event", ["subscribe", "SCAN"])
@pytest.mark.parametrize("scene", ["district:jiading", "window:jiading:3号窗口"])
async def test_code_of_a_district_sets_the_district(
    site: Site, weixin: Weixin, query: Query, event: str, scene: str
):
    key = f"qrscene_{scene}" if event == "subscribe" else scene
    assert "嘉定区" in str((await weixin.event("o1", event, key)).reply)
    conversation = await site.parts.desk.conversation(await conversation_of(query))
    assert conversation.district == "jiading"
    assert conversation.profile == ({"window": "3号窗口"} if "window" in scene else {})
    await weixin.say("o1", "歇业")
    assert site.assistant.received[0]["metadata"]["district"] == "jiading"


@pytest.mark.parametrize("scene", ["district:atlantis", "nonsense", "link:unknown-code"])
async def test_unknown_code_is_answered_all_the_same(site: Site, weixin: Weixin, query: Query, scene: str):
    reply = str((await weixin.event("o1", "SCAN", scene)).reply)
    assert ("失效" if scene.startswith("link:") else "发文字") in reply
    assert (await site.parts.desk.conversation(await conversation_of(query))).district is None


async def test_visitor_who_leaves_is_not_written_to_and_can_come_back(
    site: Site, weixin: Weixin, query: Query
):
    await weixin.say("o1", "你好")
    assert (await weixin.event("o1", "unsubscribe")).reply == "success"
    rows = await query("SELECT subscribed, unsubscribed_at IS NOT NULL FROM wechat_visitor")
    assert [tuple(row) for row in rows] == [(False, True)]
    await weixin.event("o1", "subscribe")
    rows = await query("SELECT subscribed, unsubscribed_at IS NULL FROM wechat_visitor")
    assert [tuple(row) for row in rows] == [(True, True)]


async def test_unknown_visitor_who_leaves_leaves_nothing(site: Site, weixin: Weixin, query: Query):
    assert (await weixin.event("o9", "unsubscribe")).reply == "success"
    assert await query("SELECT 1 FROM wechat_visitor UNION ALL SELECT 1 FROM conversation") == []


async def test_menu_brings_a_person_when_tapped(site: Site, weixin: Weixin, query: Query):
    site.assistant.replies["转人工"] = [{"text": "好的，马上找人。"}, {"custom": HANDOFF}]
    reply = str((await weixin.event("o1", "CLICK", "human")).reply)
    assert "好的，马上找人。" in reply and "您排在第 1 位" in reply


@pytest.mark.parametrize(
    ("key", "asked"), [("ticket", "我的工单到哪了"), ("say:开办企业", "开办企业"), ("human", "转人工")]
)
async def test_menu_asks_for_the_visitor(site: Site, weixin: Weixin, key: str, asked: str):
    assert (await weixin.event("o1", "CLICK", key)).reply == f"收到：{asked}"


@pytest.mark.parametrize("key", ["ask", "unknown", "say:", ""])
async def test_menu_explains_how_to_ask(site: Site, weixin: Weixin, key: str):
    assert "发文字" in str((await weixin.event("o1", "CLICK", key)).reply)


@pytest.mark.parametrize("event", ["VIEW", "LOCATION", "TEMPLATESENDJOBFINISH"])
async def test_other_events_are_taken_in_silence(site: Site, weixin: Weixin, event: str):
    assert (await weixin.event("o1", event, "https://example.org")).reply == "success"


@pytest.mark.parametrize("text", ["人工", "找真人！", "我要人工客服"])
async def test_wish_for_a_person_reaches_the_assistant_in_one_wording(
    site: Site, weixin: Weixin, query: Query, text: str
):
    await weixin.say("o1", text)
    assert site.assistant.received[0]["message"] == "转人工"
    assert (await updates_of(site, query))[0].text == text


async def test_slash_is_no_command(site: Site, weixin: Weixin):
    await weixin.say("o1", "/restart")
    assert site.assistant.received[0]["message"] == "restart"


async def test_very_long_text_is_cut_and_answered(site: Site, weixin: Weixin, query: Query):
    await weixin.say("o1", "长" * 2500)
    assert len((await updates_of(site, query))[0].text) == 2000


async def test_visitor_who_floods_is_asked_to_wait_and_nothing_is_lost(
    site: Site, weixin: Weixin, query: Query
):
    site.app.ctx.wechat.receiver._messages_per_10_seconds = 2
    replies = [(await weixin.say("o1", f"第{n}句")).reply for n in range(5)]
    refused = [reply for reply in replies if "太快" in str(reply)]
    assert refused
    said = [u.text for u in await updates_of(site, query) if u.sender.kind == "visitor"]
    assert said == [f"第{n}句" for n in range(5)]
    assert len(site.assistant.received) == 5 - len(refused)


async def test_burst_of_one_visitor_is_kept_once_each(site: Site, weixin: Weixin, query: Query):
    texts = [f"第{n}句" for n in range(60)]
    await asyncio.gather(*(weixin.say("o1", text) for text in texts))
    said = [u.text for u in await updates_of(site, query) if u.sender.kind == "visitor"]
    assert sorted(said) == sorted(texts)


async def test_nobody_is_asked_to_wait_who_writes_to_a_helper(site: Site, weixin: Weixin, helped: Helped):
    site.app.ctx.wechat.receiver._messages_per_10_seconds = 1
    replies = [(await weixin.say("o1", f"第{n}句")).reply for n in range(4)]
    assert not [reply for reply in replies if "太快" in str(reply)]


async def test_picture_in_a_flood_is_kept_and_not_asked_about(site: Site, weixin: Weixin, query: Query):
    await weixin.say("o1", "第一句")
    site.app.ctx.wechat.receiver._messages_per_10_seconds = 0  # whichever ten seconds it comes in
    reply = (await weixin.send("o1", "image", PicUrl="http://p", MediaId="m1")).reply
    assert "太快" in str(reply)
    updates = await updates_of(site, query)
    assert [u.payload["attachment"]["kind"] for u in updates if u.payload.get("attachment")] == ["image"]
    assert not [u for u in updates if u.payload.get("code") == "ask_text_image"]
