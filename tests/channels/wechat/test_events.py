"""Events that WeChat shows no reply to: noted, and nothing else."""

import pytest

from bot.helpdesk.storage import pushes
from tests.channels.wechat.steps import Helped, Query
from tests.channels.wechat.weixin import Weixin

pytestmark = pytest.mark.integration
SILENT = ["VIEW", "LOCATION", "TEMPLATESENDJOBFINISH", "MASSSENDJOBFINISH", "scancode_push", "unheard_of"]


@pytest.fixture
async def waiting(helped: Helped, monkeypatch: pytest.MonkeyPatch) -> Helped:
    """Something a helper said waits to be sent, for longer than the test takes."""
    monkeypatch.setattr(pushes, "MERGE_SECONDS", 3600)
    await helped.post("请带上执照")
    await helped.delivery_of(-1, "pending")
    return helped


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("event", SILENT)
async def test_what_waits_goes_on_waiting_when_an_event_takes_no_reply(
    waiting: Helped, weixin: Weixin, query: Query, event: str
):
    assert (await weixin.event("o1", event, "https://example.org")).reply == "success"
    await waiting.delivery_of(-1, "pending")
    assert await query("SELECT 1 FROM address WHERE hold_until IS NOT NULL") == []
    assert (await weixin.say("o1", "在")).reply == "税务局 Lin：请带上执照"


@pytest.mark.usefixtures("at_once")
async def test_what_waits_goes_into_the_reply_when_a_tap_takes_one(waiting: Helped, weixin: Weixin):
    reply = str((await weixin.event("o1", "CLICK", "ask")).reply)
    assert reply.startswith("税务局 Lin：请带上执照\n\n")
    await waiting.delivery_of(-1, "sent")


@pytest.mark.parametrize("event", SILENT)
async def test_no_visitor_is_made_when_only_the_system_speaks(weixin: Weixin, query: Query, event: str):
    fields = weixin.act("o9", "event", Event=event)
    assert [(await weixin.deliver(fields)).reply for _ in range(2)] == ["success", "success"]
    assert await query("SELECT 1 FROM wechat_visitor UNION ALL SELECT 1 FROM conversation") == []
    assert len(await query("SELECT 1 FROM wechat_inbound WHERE answer = ''")) == 1
