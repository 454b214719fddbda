"""What is forgotten: visitors who left, and old notes of what was delivered."""

import pytest

from tests.channels.wechat.steps import Query, conversation_of
from tests.channels.wechat.weixin import PNG, Weixin
from tests.server.running import Site

pytestmark = pytest.mark.integration


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


async def test_notes_of_what_was_seen_are_dropped_after_a_day(site: Site, weixin: Weixin, query: Query):
    await weixin.say("o1", "你好")
    keeping = site.app.ctx.wechat.sender._keeping
    await keeping.forget()
    assert len(await query("SELECT 1 FROM wechat_inbound")) == 1
    await query("UPDATE wechat_inbound SET received_at = now() - interval '25 hours'")
    await keeping.forget()
    assert await query("SELECT 1 FROM wechat_inbound") == []
