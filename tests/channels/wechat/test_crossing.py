"""From the web to WeChat and back: one conversation, one visitor, told where they came from last."""

import pytest

from bot.channels.wechat import wording
from bot.channels.wechat.qr import BORDER, drawn
from tests.channels.wechat.steps import Query, conversation_of, updates_of
from tests.channels.wechat.weixin import Weixin
from tests.server.running import Site, Visitor

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("at_once")]


async def code_of(visitor: Visitor) -> dict:
    response = await visitor.call("POST", "/wechat-code")
    assert response.status_code == 200, response.text
    return dict(response.json())


def scene_of(code: dict) -> str:
    return str(code["url"].partition("/q/")[2])


async def offered(visitor: Visitor) -> object:
    async with visitor.socket() as socket:
        await socket.send("resume", after=0)
        by_socket = (await socket.next("state"))["wechat"]
    assert (await visitor.call("GET", "/conversation")).json()["wechat"] == by_socket
    return by_socket


# --- the code, by scanning and by typing ---


async def test_widget_is_told_of_wechat_and_that_the_conversation_goes_on_there(site: Site, weixin: Weixin):
    visitor = await site.visitor()
    assert await offered(visitor) == {"linked": False}
    await weixin.event("o1", "SCAN", scene_of(await code_of(visitor)))
    assert await offered(visitor) == {"linked": True}


async def test_code_can_be_drawn_and_typed_and_says_how_long_it_holds(site: Site, weixin: Weixin):
    code = await code_of(await site.visitor())
    assert (code["expires_in"], code["account"]) == (600, "帮办测试号")
    assert wording.link_code(code["code"]) == (scene_of(code).removeprefix("link:"), True)
    assert code["qr"] == vars(drawn(code["url"]))


@pytest.mark.parametrize("typed", ["{}", " {} ", "lower", "joined", "wide"])
async def test_typed_code_goes_on_in_wechat_with_the_conversation_of_the_web(
    site: Site, weixin: Weixin, query: Query, typed: str
):
    visitor = await site.visitor()
    await visitor.say("网上问的")
    code = (await code_of(visitor))["code"]
    forms = {"lower": code.lower(), "joined": code.replace("-", ""), "wide": code.replace("-", "－")}
    delivered = await weixin.say("o1", forms.get(typed, typed.format(code)))
    assert "接上" in str(delivered.reply)
    assert await conversation_of(query) == visitor.conversation_id
    # The code itself is said nowhere.
    assert all(code[:4] not in (update.text or "") for update in await updates_of(site, query))
    assert (await weixin.say("o1", "微信里接着问")).reply == "收到：微信里接着问"


async def test_code_works_once_whether_scanned_or_typed(site: Site, weixin: Weixin, query: Query):
    visitor = await site.visitor()
    code = await code_of(visitor)
    await weixin.event("o1", "SCAN", scene_of(code))
    assert "失效" in str((await weixin.say("o2", code["code"])).reply)
    assert "失效" in str((await weixin.event("o2", "SCAN", scene_of(code))).reply)
    assert await conversation_of(query, "o2") != visitor.conversation_id


async def test_code_delivered_again_gets_the_same_answer(site: Site, weixin: Weixin, query: Query):
    visitor = await site.visitor()
    fields = weixin.act("o1", "text", Content=(await code_of(visitor))["code"])
    first, second = await weixin.deliver(fields), await weixin.deliver(fields)
    assert first.reply == second.reply
    # Cut off before it was answered, it is done over, with the same outcome.
    await query("UPDATE wechat_inbound SET answer = NULL")
    assert (await weixin.deliver(fields)).reply in (first.reply, "success")
    codes = [update.payload.get("code") for update in await updates_of(site, query)]
    assert (codes.count("wechat_linked"), codes.count("wechat_link_expired")) == (1, 0)


async def test_code_is_too_old_after_ten_minutes(site: Site, weixin: Weixin, query: Query):
    code = (await code_of(await site.visitor()))["code"]
    await query("UPDATE wechat_link SET expires_at = now()")
    assert "失效" in str((await weixin.say("o1", code)).reply)


async def test_words_that_could_be_a_code_are_words(site: Site, weixin: Weixin):
    assert (await weixin.say("o1", "CPA 2026")).reply == "收到：CPA 2026"
    assert (await weixin.say("o1", "PASSWERT")).reply == "收到：PASSWERT"


async def test_codes_cannot_be_tried_one_after_the_other(site: Site, weixin: Weixin, query: Query):
    visitor = await site.visitor()
    right = (await code_of(visitor))["code"]
    for sign in wording.CODE_SIGNS[:10]:
        assert "失效" in str((await weixin.say("o1", f"ABCD-EFG{sign}")).reply)
    assert "失效" in str((await weixin.say("o1", right)).reply)
    assert await conversation_of(query) != visitor.conversation_id


def test_drawing_holds_the_squares_of_the_code():
    drawing = drawn("http://weixin.qq.com/q/02abc")
    assert drawing.size == 29 + 2 * BORDER
    # The upper left eye: seven dark squares in a row, at the border.
    assert drawing.path.startswith(f"M{BORDER} {BORDER}h7v1h-7z")
