"""The quota as the helper and the visitor meet it. Nothing is called sent that was not."""

import pytest

from tests.channels.wechat.steps import SEND, Helped, Query, state, use_up
from tests.channels.wechat.weixin import Weixin

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("at_once")]


async def test_console_counts_what_is_left_and_when_it_ends(helped: Helped):
    assert await helped.remaining() == 4
    await helped.sent("一")
    detail = (await helped.helper.call("GET", f"/conversations/{helped.id}")).json()["conversation"]["wechat"]
    assert (detail["remaining"], detail["limit"]) == (3, 5)
    assert detail["window_ends_at"].endswith("Z")
    mine = (await helped.helper.call("GET", "/conversations?mine=1")).json()["conversations"]
    assert mine[0]["wechat"]["remaining"] == 3


async def test_short_messages_of_a_helper_go_out_as_one(
    helped: Helped, weixin: Weixin, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.helpdesk.storage.pushes.MERGE_SECONDS", 1.0)
    for text in ("您好", "请带执照", "周一来"):
        await helped.post(text)
    assert (await weixin.sees("o1", 3))[
        2
    ].text == "税务局 Lin：您好\n\n税务局 Lin：请带执照\n\n税务局 Lin：周一来"
    await helped.delivery_of(-1, "sent")
    assert await helped.remaining() == 3


async def test_visitor_is_asked_to_write_with_a_link_before_the_kept_send(helped: Helped, weixin: Weixin):
    await use_up(helped)
    assert "https://help.example.org/#bangban=" in weixin.inbox["o1"][-1].text
    assert not any("#bangban=" in seen.text for seen in weixin.inbox["o1"][:-1])


async def test_message_over_the_quota_is_undelivered_noted_and_sent_when_the_visitor_writes(
    helped: Helped, weixin: Weixin
):
    await use_up(helped)
    seq = await helped.post("四")
    await helped.delivery_of(-1, "undelivered")
    await helped.noted("undelivered_quota")
    page = (await helped.helper.call("GET", f"/conversations/{helped.id}/updates")).json()["updates"]
    assert next(u for u in page if u["seq"] == seq)["delivery"] == "undelivered"
    assert (await weixin.say("o1", "在")).reply == "税务局 Lin：四"
    await helped.delivery_of(-1, "sent")
    assert await helped.remaining() == 5


async def test_kept_send_carries_the_closing_with_what_was_held_back(helped: Helped, weixin: Weixin):
    await use_up(helped)
    await helped.post("四")
    await helped.delivery_of(-1, "undelivered")
    await helped.helper.call("POST", f"/conversations/{helped.id}/close", json={"outcome": "resolved"})
    await weixin.until(lambda: weixin.inbox["o1"][-1].kind == "msgmenu")
    assert weixin.inbox["o1"][-1].text.startswith("税务局 Lin：四\n\n本次帮办已结束")
    await helped.delivery_of(-1, "sent")
    await helped.delivery_of(-2, "sent")
    assert await helped.remaining() == 0


@pytest.mark.parametrize(
    ("code", "note"),
    [
        (45015, "undelivered_window"),
        (45047, "undelivered_quota"),
        (43004, "undelivered_gone"),
        (40003, "undelivered_gone"),
        (43019, "undelivered_gone"),
    ],
)
async def test_refused_message_is_undelivered_until_the_visitor_writes(
    helped: Helped, weixin: Weixin, code: int, note: str
):
    weixin.errors[SEND] = [code]
    await helped.post("在吗")
    await helped.delivery_of(-1, "undelivered")
    await helped.noted(note)
    assert await helped.remaining() == (4 if note == "undelivered_gone" else 0)
    assert len(weixin.called(SEND)) == 2
    reply = str((await weixin.say("o1", "在")).reply)
    assert reply.startswith("税务局 Lin：在吗")
    # Where there is no way back, a ticket has been opened.
    assert ("已为您登记工单" in reply) is (note != "undelivered_quota")


async def test_nothing_is_sent_when_the_window_is_over(helped: Helped, weixin: Weixin, query: Query):
    await query("UPDATE wechat_visitor SET message_at = now() - interval '48 hours'")
    before = len(weixin.called(SEND))
    await helped.post("在吗")
    await helped.delivery_of(-1, "undelivered")
    await helped.noted("undelivered_window")
    assert len(weixin.called(SEND)) == before
    assert (await state(helped.helper, helped.id))["wechat"] == {
        "remaining": 0,
        "limit": 5,
        "window_ends_at": None,
        "event": None,
    }


async def test_visitor_who_left_gets_nothing_more(helped: Helped, weixin: Weixin):
    await weixin.event("o1", "unsubscribe")
    before = len(weixin.called(SEND))
    await helped.post("在吗")
    await helped.delivery_of(-1, "undelivered")
    await helped.noted("undelivered_gone")
    assert len(weixin.called(SEND)) == before
