"""Updates that have no words for WeChat, such as a payload that only the widget shows."""

import pytest

from bot.channels.wechat.plan import Waiting
from bot.channels.wechat.render import Shown
from bot.helpdesk.live import utcnow
from bot.helpdesk.models import Sender
from bot.helpdesk.rules import Policy
from bot.helpdesk.texts import Texts
from bot.helpdesk.work import Work
from tests.channels.wechat.steps import SEND, Helped, Query
from tests.channels.wechat.weixin import Weixin


@pytest.mark.parametrize(
    ("shown", "done", "empty"),
    [
        (Shown(""), 0, True),
        (Shown(" \n"), 0, True),
        (Shown("好"), 0, False),
        (Shown("", closes=True), 0, False),
        (Shown("好\n"), 1, True),
    ],
)
def test_update_is_empty_when_nothing_of_it_can_be_shown(shown: Shown, done: int, empty: bool):
    assert Waiting(1, 1, shown, done).is_empty is empty


async def push(helped: Helped, *texts: str | None) -> None:
    """Updates of the assistant, in one transaction."""
    async with helped.site.parts.database.transaction() as connection:
        work = await Work.begin(connection, helped.id, Policy(), Texts.load(), utcnow)
        for text in texts:
            await work.append("text", Sender("bot"), text, payload={"code": "only_for_the_widget"})


@pytest.mark.integration
@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("texts", [(None,), ("",), (None, " \n")])
async def test_empty_update_is_passed_over_and_costs_no_send(
    helped: Helped, weixin: Weixin, texts: tuple[str | None, ...]
):
    before, left = len(weixin.called(SEND)), await helped.remaining()
    await push(helped, *texts)
    await helped.delivery_of(-1, "sent")
    assert (await helped.remaining(), await helped.notes()) == (left, [])
    assert len(weixin.called(SEND)) == before
    await helped.sent("在吗")
    assert weixin.inbox["o1"][-1].text == "税务局 Lin：在吗"


@pytest.mark.integration
@pytest.mark.usefixtures("at_once")
async def test_empty_update_is_passed_over_when_no_send_is_left(helped: Helped, weixin: Weixin, query: Query):
    await query("UPDATE wechat_visitor SET message_used = 5")
    await push(helped, None)
    await helped.delivery_of(-1, "sent")
    assert await helped.notes() == []
