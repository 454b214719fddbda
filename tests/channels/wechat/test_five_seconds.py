"""Five seconds: the answer goes passively or by the interface, and once, however often WeChat asks."""

import asyncio
from dataclasses import replace

import pytest

from bot.settings import Settings
from tests.channels.wechat.steps import SEND
from tests.channels.wechat.weixin import Weixin
from tests.server.running import StandIn, serve

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("at_once")]


async def test_slow_answer_comes_by_the_interface_once_although_wechat_retries(
    with_wechat: Settings, stand_in: StandIn, weixin: Weixin
):
    """WeChat gives up after its five seconds, here one, and tries again; we answer before it does."""
    stand_in.hold.add("慢")
    weixin.scale = 0.2
    async for site in serve(replace(with_wechat, wechat_passive_seconds=0.4), stand_in):
        weixin.webhook = f"{site.url}/channels/wechat"
        fields = weixin.act("o1", "text", Content="慢")
        assert (await weixin.deliver(fields)).reply == "success"
        assert (await weixin.deliver(fields)).reply == "success"
        await weixin.until(lambda: bool(weixin.called("message/custom/typing")))
        assert weixin.inbox["o1"] == []
        stand_in.released.set()
        assert [seen.text for seen in await weixin.sees("o1", 1)] == ["收到：慢"]
        assert (await weixin.deliver(fields)).reply == "success"
        assert len(stand_in.received) == len(weixin.inbox["o1"]) == 1


async def test_retry_gets_the_answer_when_the_first_call_was_cut_off(
    with_wechat: Settings, stand_in: StandIn, weixin: Weixin
):
    """The first call waits longer than WeChat does; whoever asks again is not answered a second time."""
    stand_in.hold.add("慢")
    weixin.scale = 0.1
    async for site in serve(replace(with_wechat, wechat_passive_seconds=3), stand_in):
        weixin.webhook = f"{site.url}/channels/wechat"
        asyncio.get_running_loop().call_later(0.7, stand_in.released.set)
        delivered = await weixin.say("o1", "慢")
        assert 2 <= delivered.requests <= 3
        assert delivered.reply == "收到：慢"
        assert len(stand_in.received) == 1
        assert weixin.called(SEND) == []
