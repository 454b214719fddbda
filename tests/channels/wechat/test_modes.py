"""What a message may carry beside its encrypted form, by the mode that is set."""

import asyncio
from dataclasses import replace

import pytest

from bot.channels.wechat import envelope
from tests.channels.wechat.steps import Query
from tests.channels.wechat.test_envelope import ACCOUNT, NOW, refusal, sealed
from tests.channels.wechat.weixin import Weixin
from tests.server.running import Site


@pytest.mark.parametrize("field", ["FromUserName", "CreateTime", "MsgType", "MsgId", "Content", "Event"])
def test_message_is_refused_when_a_part_of_it_stands_in_plain_beside(field: str):
    query, body = sealed()
    both = body.replace(b"<xml>", f"<xml><{field}>x</{field}>".encode())
    assert refusal(ACCOUNT, query, both) == "forbidden"
    assert envelope.open_letter(replace(ACCOUNT, mode="compatible"), query, both, NOW).key is not None


@pytest.mark.integration
async def test_compatible_message_is_refused_and_stores_nothing_unless_allowed(
    site: Site, weixin: Weixin, query: Query
):
    letter = weixin.letter(weixin.act("o1", "text", Content="你好"), "compatible")
    response = await asyncio.to_thread(weixin.post, *letter)
    assert (response.status_code, response.json()["error"]["code"]) == (403, "forbidden")
    assert await query("SELECT 1 FROM wechat_inbound UNION ALL SELECT 1 FROM conversation") == []
