"""Errcodes and faults of the sending interface. Nothing is called sent that was not."""

from typing import Any

import pytest

from bot.channels.wechat import api
from tests.channels.wechat.steps import SEND, Helped, Query, resume, state
from tests.channels.wechat.weixin import Weixin, eventually

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("at_once")]


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_token_is_renewed_and_the_message_sent_once(helped: Helped, weixin: Weixin, code: int):
    weixin.errors[SEND] = [code]
    asked = len(weixin.token_requests)
    await helped.sent("在吗")
    assert len(weixin.called(SEND)) == 3
    assert [seen.text for seen in weixin.inbox["o1"]].count("税务局 Lin：在吗") == 1
    # The token was good after all, as WeChat's normal mode shows, so it had to be forced.
    assert weixin.token_requests[asked:] == [False, True]


async def test_message_waits_when_no_token_will_do(helped: Helped, weixin: Weixin, query: Query):
    weixin.errors[SEND] = [40001, 40001]
    await helped.sent("在吗")
    assert len(weixin.called(SEND)) == 4
    assert (await query("SELECT count(*) FROM wechat_alarm"))[0][
        0
    ] == 0  # over, as soon as something was sent


async def test_long_text_is_split_at_2048_bytes(helped: Helped, weixin: Weixin):
    await helped.post("办" * 1500)
    seen = (await weixin.sees("o1", 5))[2:]
    assert all(len(each.text.encode()) <= 2048 for each in seen)
    text = "".join(each.text.partition("\n（微信")[0] for each in seen)
    assert text == "税务局 Lin：" + "办" * 1500


async def test_text_is_split_smaller_when_wechat_finds_it_too_long(helped: Helped, weixin: Weixin):
    weixin.errors[SEND] = [45002]
    await helped.post("办" * 600)
    seen = (await weixin.sees("o1", 4))[2:]
    assert "".join(each.text for each in seen) == "税务局 Lin：" + "办" * 600
    await helped.delivery_of(-1, "sent")


@pytest.mark.parametrize(("code", "seconds"), [(45011, 60), (45009, 600)])
async def test_account_slows_down_when_it_called_too_often(
    helped: Helped, weixin: Weixin, query: Query, code: int, seconds: int
):
    weixin.errors[SEND] = [code]
    await helped.post("在吗")
    await weixin.until(lambda: len(weixin.called(SEND)) == 2)
    await eventually(lambda: query("SELECT 1 FROM outbox WHERE reason = :r", r=f"errcode_{code}"))
    left = await helped.site.parts.live.client.pttl(f"bangban:wechat:pause:{'wxba5fad812f8e6fb9'}")
    assert seconds * 900 < left <= seconds * 1000
    assert (await state(helped.helper, helped.id))["deliveries"][-1]["delivery"] == "pending"
    await resume(helped, query)
    await helped.delivery_of(-1, "sent")


async def test_message_is_sent_after_a_while_when_wechat_was_busy(
    helped: Helped, weixin: Weixin, query: Query
):
    weixin.errors[SEND] = [-1]
    await helped.sent("在吗")
    assert len(weixin.called(SEND)) == 3
    assert await helped.remaining() == 3


@pytest.mark.parametrize("code", [48001, 40164, 40013, 40125, 40243, 50002, 61024])
async def test_administrator_is_told_when_the_account_is_set_up_wrongly(
    helped: Helped, weixin: Weixin, query: Query, code: int
):
    weixin.errors[SEND] = [code]
    await helped.post("在吗")
    admin = await helped.site.staff("chef", "administrator")

    async def alarmed() -> list[dict[str, Any]]:
        return list((await admin.call("GET", "/wechat")).json()["alarms"])

    alarms = await eventually(alarmed)
    assert alarms[0]["code"] == f"errcode_{code}"
    assert (await helped.helper.call("GET", "/wechat")).status_code == 403
    # The pause begins after the alarm; only what has begun can be ended.
    await eventually(lambda: query("SELECT 1 FROM outbox WHERE reason = :r", r=f"errcode_{code}"))
    await resume(helped, query)
    await helped.delivery_of(-1, "sent")
    assert (await admin.call("GET", "/wechat")).json() == {"connected": True, "alarms": []}


async def test_message_is_given_up_with_a_note_when_wechat_stays_broken(
    helped: Helped, weixin: Weixin, query: Query
):
    weixin.errors[SEND] = [-1] * 20
    await helped.post("在吗")

    async def given_up() -> list[str]:
        await query("UPDATE outbox SET due_at = now() WHERE status = 'pending'")
        return await helped.notes()

    await eventually(given_up)
    assert await helped.notes() == ["undelivered_fault"]
    assert len(weixin.called(SEND)) == 7


async def test_message_that_can_never_be_sent_does_not_hold_up_the_next(
    helped: Helped, weixin: Weixin, query: Query
):
    weixin.errors[SEND] = [40008]
    await helped.post("坏的")
    await helped.delivery_of(-1, "undelivered")
    await helped.sent("好的")
    assert (await query("SELECT reason FROM outbox WHERE status = 'parked'"))[0][0] == "rejected"
    assert "坏的" not in str((await weixin.say("o1", "在")).reply)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"errcode":"x"}', b""])
async def test_http_200_is_no_success_by_itself(helped: Helped, weixin: Weixin, body: bytes):
    weixin.broken_body = body
    await helped.post("在吗")
    await weixin.until(lambda: len(weixin.called(SEND)) >= 2)
    assert (await state(helped.helper, helped.id))["deliveries"][-1]["delivery"] == "pending"
    weixin.broken_body = None
    await helped.delivery_of(-1, "sent")


async def test_timeout_counts_as_a_send_and_is_tried_again(
    helped: Helped, weixin: Weixin, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(api, "READ_SECONDS", 0.3)
    weixin.hang_next = 1
    await helped.post("在吗")
    await helped.delivery_of(-1, "sent")
    weixin.hang.set()
    assert await helped.remaining() == 2


async def test_message_waits_when_wechat_cannot_be_reached(helped: Helped, weixin: Weixin, query: Query):
    http = helped.site.app.ctx.wechat.http
    good, http._base = http._base, "http://127.0.0.1:9"
    await helped.post("在吗")
    await eventually(lambda: query("SELECT 1 FROM outbox WHERE reason = 'no_connection'"))
    http._base = good
    await helped.delivery_of(-1, "sent")
    assert await helped.remaining() == 3


async def test_text_goes_as_utf_8_without_escapes(helped: Helped, weixin: Weixin):
    # The other side refuses bodies with \\u escapes.
    await helped.sent('「嘉定」😀 <b>&"\\')
    assert weixin.inbox["o1"][-1].text.endswith('「嘉定」😀 <b>&"\\')
