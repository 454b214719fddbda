"""What is forgotten: visitors who left, and old notes of what was delivered."""

import pytest

from tests.channels.wechat.steps import Query, conversation_of
from tests.channels.wechat.weixin import PNG, Weixin
from tests.server.running import Site

pytestmark = pytest.mark.integration
TICKET = """
    INSERT INTO ticket (id, number, conversation_id, source, complexity, department, channel, locale, title,
                        description, contact, status, created_at, created_by_kind, contact_due_at, due_at)
    VALUES (:id, :number, :here, 'matter', 'simple', '税务局', 'wechat', 'zh', '题', '',
            '{"phone": "13800000000"}', :status, now(), 'system', now(), now())
"""


async def test_personal_data_are_removed_some_time_after_the_visitor_left(
    site: Site, weixin: Weixin, query: Query
):
    weixin.media["m1"] = ("image/png", PNG)
    await weixin.event("o1", "subscribe", "qrscene_window:jiading:3")
    await weixin.send("o1", "image", MediaId="m1")
    await weixin.say("o2", "我还在")
    conversation_id = await conversation_of(query)
    await weixin.event("o1", "unsubscribe")
    keeping = site.app.ctx.wechat.sender._keeping
    await keeping.forget()
    assert len(await query("SELECT 1 FROM wechat_visitor")) == 2
    await query("UPDATE wechat_visitor SET unsubscribed_at = now() - interval '31 days' WHERE openid = 'o1'")
    await keeping.forget()
    assert [row[0] for row in await query("SELECT openid FROM wechat_visitor")] == ["o2"]
    for table, column in (("address", "address"), ("wechat_inbound", "openid")):
        assert await query(f"SELECT 1 FROM {table} WHERE {column} = 'o1'") == []
    assert await query("SELECT 1 FROM wechat_media") == []
    assert [row[0] for row in await query("SELECT content FROM attachment")] == [None]
    conversation = await site.parts.desk.conversation(conversation_id)
    assert (conversation.profile, conversation.visitor_key) == ({}, None)


async def test_places_keys_and_contacts_are_forgotten_with_the_visitor(
    site: Site, weixin: Weixin, query: Query
):
    await weixin.send("o1", "location", Location_X="31.38", Location_Y="121.27", Label="嘉定 博乐路70号")
    await weixin.say("o1", "执照怎么办")
    here = await conversation_of(query)
    await query(
        "INSERT INTO conversation_key (token_hash, conversation_id, created_at) VALUES (:key, :here, now())",
        key=b"k", here=here,
    )  # fmt: skip
    for number, status in (("20260105-0001", "closed"), ("20260105-0002", "open")):
        await query(TICKET, id=number, number=number, status=status, here=here)
    await weixin.event("o1", "unsubscribe")
    await query("UPDATE wechat_visitor SET unsubscribed_at = now() - interval '31 days'")
    await site.app.ctx.wechat.sender._keeping.forget()
    said = await query("SELECT text, payload FROM message WHERE sender_kind = 'visitor' ORDER BY seq")
    assert [(row[0], row[1].get("attachment")) for row in said] == [
        ("[位置]", {"kind": "location"}), ("执照怎么办", None),
    ]  # fmt: skip
    assert await query("SELECT 1 FROM conversation_key") == []
    contacts = dict(await query("SELECT status, contact FROM ticket"))
    assert contacts == {"closed": {}, "open": {"phone": "13800000000"}}


async def test_notes_of_what_was_seen_are_dropped_after_a_day(site: Site, weixin: Weixin, query: Query):
    await weixin.say("o1", "你好")
    keeping = site.app.ctx.wechat.sender._keeping
    await keeping.forget()
    assert len(await query("SELECT 1 FROM wechat_inbound")) == 1
    await query("UPDATE wechat_inbound SET received_at = now() - interval '25 hours'")
    await keeping.forget()
    assert await query("SELECT 1 FROM wechat_inbound") == []
