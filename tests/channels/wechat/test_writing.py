"""A helper who types is seen typing in WeChat, now and then, and only where something could follow."""

import pytest

from tests.channels.wechat.steps import SEND, Helped, Query, use_up
from tests.channels.wechat.weixin import Weixin

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("at_once")]
TYPING = "message/custom/typing"


@pytest.fixture
def show(helped: Helped):
    """What a sign of typing leads to, to its end."""
    return lambda: helped.site.app.ctx.wechat.writing._show(helped.id)


async def over(helped: Helped) -> None:
    """The ten seconds have passed."""
    await helped.site.parts.live.client.delete(f"bangban:wechat:writing:{helped.id}")


async def test_visitor_sees_that_the_helper_types(helped: Helped, weixin: Weixin):
    left, before = await helped.remaining(), len(weixin.called(SEND))
    async with helped.helper.socket() as socket:
        await socket.send("typing", conversation_id=helped.id)
        await weixin.until(lambda: bool(weixin.called(TYPING)))
    assert weixin.called(TYPING) == [{"touser": "o1", "command": "Typing"}]
    assert (await helped.remaining(), len(weixin.called(SEND))) == (left, before)


async def test_typing_is_shown_once_in_ten_seconds(helped: Helped, weixin: Weixin, show):
    for _ in range(3):
        await show()
    assert len(weixin.called(TYPING)) == 1
    key = f"bangban:wechat:writing:{helped.id}"
    assert 9_000 < await helped.site.parts.live.client.pttl(key) <= 10_000
    await over(helped)
    await show()
    assert len(weixin.called(TYPING)) == 2


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("message_at = now() - interval '49 hours'", id="window over"),
        pytest.param("message_used = 5", id="quota used"),
        pytest.param("message_used = 4", id="only the kept send left"),
        pytest.param("subscribed = false", id="left"),
    ],
)
async def test_typing_is_not_shown_when_nothing_could_follow(
    helped: Helped, weixin: Weixin, query: Query, show, change: str
):
    await query(f"UPDATE wechat_visitor SET {change}")
    await show()
    assert weixin.called(TYPING) == []


async def test_typing_is_not_shown_while_the_account_pauses(helped: Helped, weixin: Weixin, show):
    await helped.site.app.ctx.wechat.sender._pause.begin(60)
    await show()
    assert weixin.called(TYPING) == []


async def test_typing_is_shown_up_to_the_kept_send(helped: Helped, weixin: Weixin, show):
    await use_up(helped)
    await show()
    assert weixin.called(TYPING) == []
    await weixin.say("o1", "好")
    await over(helped)
    await show()
    assert len(weixin.called(TYPING)) == 1


@pytest.mark.parametrize("errcode", [45081, 45015, 40003, 48001])
async def test_refused_typing_changes_nothing(
    helped: Helped, weixin: Weixin, query: Query, show, errcode: int
):
    weixin.errors[TYPING] = [errcode]
    await show()
    assert len(weixin.called(TYPING)) == 1
    assert await query("SELECT code FROM wechat_alarm") == []
    await helped.sent("在的")


async def test_typing_of_somebody_else_is_not_shown(helped: Helped, weixin: Weixin):
    other = await helped.site.staff("wang")
    async with other.socket() as socket:
        await socket.send("typing", conversation_id=helped.id)
        await socket.send("ping")
        await socket.next("pong")
    assert not helped.site.app.ctx.wechat.writing._showing
    assert weixin.called(TYPING) == []


async def test_typing_on_the_web_alone_calls_nobody(helped: Helped, weixin: Weixin):
    visitor = await helped.site.visitor()
    await helped.site.app.ctx.wechat.writing._show(visitor.conversation_id)
    assert weixin.called(TYPING) == []
