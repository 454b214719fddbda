"""Codes between the web and WeChat do not pile up: one is sent until it is used, and dropped in the end."""

import pytest

from bot.channels.wechat.links import Links
from tests.channels.wechat.steps import SEND, Helped, Query, conversation_of, resume
from tests.channels.wechat.weixin import Weixin, eventually
from tests.server.running import Site

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("at_once")]


async def count(query: Query) -> int:
    return int((await query("SELECT count(*) FROM wechat_link"))[0][0])


async def asked_for(weixin: Weixin) -> str:
    """The code of the link that the menu gives."""
    reply = str((await weixin.event("o1", "CLICK", "web")).reply)
    return reply.partition("/#bangban=")[2].split()[0]


async def go_on(site: Site, code: str) -> int:
    return (await site.http("POST", "/api/visitor/continue", json={"code": code})).status_code


async def test_same_link_is_sent_again_until_it_is_used(site: Site, weixin: Weixin, query: Query):
    await weixin.say("o1", "你好")
    first = await asked_for(weixin)
    assert await asked_for(weixin) == first
    assert await count(query) == 1
    assert await go_on(site, first) == 200
    other = await asked_for(weixin)
    assert other != first
    assert [await go_on(site, code) for code in (first, other)] == [404, 200]


async def test_link_that_is_sent_again_is_good_for_a_whole_day(site: Site, weixin: Weixin, query: Query):
    await weixin.say("o1", "你好")
    first = await asked_for(weixin)
    await query("UPDATE wechat_link SET expires_at = now() + interval '1 minute'")
    assert await asked_for(weixin) == first
    left = await query("SELECT expires_at - now() > interval '23 hours' FROM wechat_link")
    assert [row[0] for row in left] == [True]


async def test_link_is_a_new_one_when_the_old_has_ended(site: Site, weixin: Weixin, query: Query):
    await weixin.say("o1", "你好")
    first = await asked_for(weixin)
    await query("UPDATE wechat_link SET expires_at = now() - interval '1 second'")
    assert await go_on(site, first) == 404
    assert await asked_for(weixin) != first


async def test_one_link_is_made_however_often_sending_fails(helped: Helped, weixin: Weixin, query: Query):
    for text in ("一", "二"):
        await helped.sent(text)
    assert await count(query) == 0
    weixin.errors[SEND] = [-1, -1, -1]
    before = len(weixin.called(SEND))
    await helped.post("三")

    async def sent() -> bool:
        await resume(helped, query)
        return len(weixin.called(SEND)) == before + 4

    await eventually(sent)
    await helped.delivery_of(-1, "sent")
    assert "/#bangban=" in weixin.inbox["o1"][-1].text
    assert await count(query) == 1


async def test_conversations_have_links_of_their_own(site: Site, weixin: Weixin, query: Query):
    await weixin.say("o1", "你好")
    await weixin.say("o2", "你好")
    links: Links = site.app.ctx.wechat.links
    one, two = [await links.to_web(await conversation_of(query, openid)) for openid in ("o1", "o2")]
    assert one != two


async def test_codes_that_ended_are_dropped(site: Site, weixin: Weixin, query: Query):
    await weixin.say("o1", "你好")
    await asked_for(weixin)
    visitor = await site.visitor()
    await visitor.call("POST", "/wechat-code")
    keeping = site.app.ctx.wechat.sender._keeping
    await keeping.forget()
    assert await count(query) == 2
    await query("UPDATE wechat_link SET expires_at = now() - interval '1 second' WHERE leads_to = 'wechat'")
    await keeping.forget()
    assert [row[0] for row in await query("SELECT leads_to FROM wechat_link")] == ["web"]


async def test_link_to_the_form_comes_with_the_offer_of_a_call(site: Site, weixin: Weixin, query: Query):
    site.assistant.replies["给我回个电话"] = [
        {"text": "请留下电话。", "buttons": [{"title": "现在就找人工", "payload": "/request_human"}]},
        {"custom": {"type": "ticket", "action": "create", "source": "callback", "phone": None, "when": None}},
    ]
    reply = str((await weixin.say("o1", "给我回个电话")).reply)
    words, _, rest = reply.partition("\n点开下面的链接，留下联系方式")
    assert words == "请留下电话。\n请回复数字选择：\n1. 现在就找人工"
    answer = await site.http(
        "POST", "/api/visitor/continue", json={"code": rest.partition("/#bangban=")[2].split()[0]}
    )
    assert answer.json()["conversation_id"] == await conversation_of(query)
    await weixin.say("o1", "1")
    assert site.assistant.received[-1]["message"] == "/request_human"
