"""Sending by the interface: five seconds, quotas, errcodes, faults. Nothing is called sent that was not."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.channels.wechat import api
from bot.settings import Settings
from tests.channels.wechat.conftest import Query
from tests.channels.wechat.test_kinds import conversation_of
from tests.channels.wechat.test_talking import claim, post, state
from tests.channels.wechat.weixin import PNG, Weixin, eventually
from tests.server.running import HANDOFF, Site, Staff, StandIn, serve

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("at_once")]
SEND = "message/custom/send"


class Helped:
    """A visitor in the hands of a helper, and how many sends are left."""

    def __init__(self, site: Site, weixin: Weixin, helper: Staff, conversation_id: str) -> None:
        self.site, self.weixin, self.helper, self.id = site, weixin, helper, conversation_id

    async def post(self, text: str) -> int:
        return await post(self.helper, self.id, text)

    async def sent(self, text: str) -> None:
        """A message that arrives."""
        before = len(self.weixin.inbox["o1"])
        await self.post(text)
        await self.weixin.sees("o1", before + 1)
        await self.delivery_of(-1, "sent")

    async def delivery_of(self, place: int, wanted: str) -> None:
        """Wait until the update at ``place`` of the list of deliveries is ``wanted``."""

        async def is_so() -> bool:
            return bool((await state(self.helper, self.id))["deliveries"][place]["delivery"] == wanted)

        await eventually(is_so)

    async def remaining(self) -> int:
        return int((await state(self.helper, self.id))["wechat"]["remaining"])

    async def notes(self) -> list[str]:
        updates = await self.site.parts.desk.updates(self.id, 0, internal=True)
        return [u.payload["reason"] for u in updates if u.payload.get("code") == "wechat_undelivered"]


@pytest.fixture
async def helped(site: Site, weixin: Weixin, query: Query) -> Helped:
    site.assistant.replies["转人工"] = [{"text": "好。"}, {"custom": HANDOFF}]
    await weixin.say("o1", "人工")
    helper, conversation_id = await claim(site), await conversation_of(query)
    await weixin.sees("o1", 2)
    it = Helped(site, weixin, helper, conversation_id)
    await it.delivery_of(-1, "sent")
    return it


# --- five seconds ---


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


# --- the quota ---


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


async def use_up(helped: Helped) -> None:
    """Send until only the kept one is left."""
    for text in ("一", "二", "三"):
        await helped.sent(text)
    assert await helped.remaining() == 1


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
    assert await helped.notes() == ["undelivered_quota"]
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
    ],
)
async def test_refused_message_is_undelivered_until_the_visitor_writes(
    helped: Helped, weixin: Weixin, code: int, note: str
):
    weixin.errors[SEND] = [code]
    await helped.post("在吗")
    await helped.delivery_of(-1, "undelivered")
    assert await helped.notes() == [note]
    assert await helped.remaining() == (4 if note == "undelivered_gone" else 0)
    assert len(weixin.called(SEND)) == 2
    assert (await weixin.say("o1", "在")).reply == "税务局 Lin：在吗"


async def test_nothing_is_sent_when_the_window_is_over(helped: Helped, weixin: Weixin, query: Query):
    await query("UPDATE wechat_visitor SET message_at = now() - interval '48 hours'")
    before = len(weixin.called(SEND))
    await helped.post("在吗")
    await helped.delivery_of(-1, "undelivered")
    assert await helped.notes() == ["undelivered_window"]
    assert len(weixin.called(SEND)) == before
    assert (await state(helped.helper, helped.id))["wechat"] == {
        "remaining": 0,
        "limit": 5,
        "window_ends_at": None,
    }


async def test_visitor_who_left_gets_nothing_more(helped: Helped, weixin: Weixin):
    await weixin.event("o1", "unsubscribe")
    before = len(weixin.called(SEND))
    await helped.post("在吗")
    await helped.delivery_of(-1, "undelivered")
    assert (await helped.notes(), len(weixin.called(SEND))) == (["undelivered_gone"], before)


async def test_somebody_else_may_take_care_of_what_is_undelivered(
    helped: Helped, monkeypatch: pytest.MonkeyPatch
):
    told: list[tuple[str, list[int], str]] = []

    async def take_care(conversation_id: str, seqs: list[int], reason: str) -> None:
        told.append((conversation_id, seqs, reason))

    sender = helped.site.app.ctx.wechat.sender
    monkeypatch.setattr(sender, "undelivered", take_care)
    helped.weixin.errors[SEND] = [45015]
    seq = await helped.post("在吗")
    await helped.delivery_of(-1, "undelivered")

    async def was_told() -> bool:
        return bool(told)

    await eventually(was_told)
    assert told == [(helped.id, [seq], "window_closed")]


# --- errcodes and faults ---


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


async def resume(helped: Helped, query: Query) -> None:
    """The pause and the backoff are over."""
    await helped.site.parts.live.client.delete("bangban:wechat:pause:wxba5fad812f8e6fb9")
    helped.site.app.ctx.wechat.sender._pause._until = None
    await query("UPDATE outbox SET due_at = now() WHERE status = 'pending'")


async def test_message_is_sent_after_a_while_when_wechat_was_busy(
    helped: Helped, weixin: Weixin, query: Query
):
    weixin.errors[SEND] = [-1]
    await helped.sent("在吗")
    assert len(weixin.called(SEND)) == 3
    assert await helped.remaining() == 3


@pytest.mark.parametrize("code", [48001, 40164, 40013])
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


# --- pictures ---


@pytest.fixture
def picture(helped: Helped, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What pictures there are, by name; an update that carries one names it."""
    pictures: dict[str, bytes] = {"p1": PNG}

    async def load(conversation_id: str, name: str) -> bytes | None:
        return pictures.get(name)

    monkeypatch.setattr(helped.site.app.ctx.wechat.sender._delivery, "_load_picture", load)
    return pictures


async def push_picture(helped: Helped, name: str) -> None:
    from bot.helpdesk.live import utcnow
    from bot.helpdesk.models import Sender
    from bot.helpdesk.rules import Policy
    from bot.helpdesk.texts import Texts
    from bot.helpdesk.work import Work

    async with helped.site.parts.database.transaction() as connection:
        work = await Work.begin(connection, helped.id, Policy(), Texts.load(), utcnow)
        await work.append("text", Sender("helper", "Lin"), None, payload={"image": name})


async def test_picture_is_uploaded_and_sent(helped: Helped, weixin: Weixin, picture: dict[str, bytes]):
    await push_picture(helped, "p1")
    seen = (await weixin.sees("o1", 3))[2]
    assert (seen.kind, seen.text) == ("image", "uploaded-0")
    assert weixin.called("media/upload")[0]["image"]


async def test_picture_is_uploaded_again_when_wechat_lost_it(
    helped: Helped, weixin: Weixin, picture: dict[str, bytes]
):
    weixin.errors[SEND] = [40007]
    await push_picture(helped, "p1")
    assert (await weixin.sees("o1", 3))[2].text == "uploaded-1"
    assert len(weixin.called("media/upload")) == 2


@pytest.mark.parametrize("content", [b"MZ not a picture", PNG + b"\0" * (10 * 1024 * 1024)])
async def test_picture_is_refused_before_any_upload_when_too_large_or_none(
    helped: Helped, weixin: Weixin, picture: dict[str, bytes], content: bytes
):
    picture["p1"] = content
    await push_picture(helped, "p1")
    await helped.delivery_of(-1, "undelivered")
    assert weixin.called("media/upload") == []


# --- the token ---


async def test_token_is_asked_for_once_by_two_servers(
    with_wechat: Settings, stand_in: StandIn, weixin: Weixin
):
    async for one in serve(with_wechat, stand_in):
        async for other in serve(with_wechat, stand_in):
            clients = [site.app.ctx.wechat.client for site in (one, other)]
            answers = await asyncio.gather(*(client.get("/cgi-bin/menu/get") for client in clients * 10))
            assert {answer.errcode for answer in answers} == {46003}
            assert weixin.token_requests == [False]


async def test_token_is_renewed_before_it_ends(site: Site, weixin: Weixin):
    client = site.app.ctx.wechat.client
    weixin.token_life = 2.0
    await client.get("/cgi-bin/menu/get")

    async def renewed() -> bool:
        # Not one call is refused: renewed at half its life.
        assert (await client.get("/cgi-bin/menu/get")).errcode == 46003
        return len(weixin.token_requests) >= 2

    await eventually(renewed)


async def test_server_without_valkey_asks_for_itself(
    site: Site, weixin: Weixin, monkeypatch: pytest.MonkeyPatch
):
    from redis.exceptions import ConnectionError as Away

    async def away(*_: object, **__: object) -> None:
        raise Away

    for name in ("get", "set", "execute_command", "exists"):
        monkeypatch.setattr(site.parts.live.client, name, away)
    client = site.app.ctx.wechat.client
    assert {(await client.get("/cgi-bin/menu/get")).errcode for _ in range(3)} == {46003}
    assert weixin.token_requests == [False]


@pytest.mark.parametrize("code", [40164, 40125])
async def test_missing_token_is_the_answer_when_wechat_gives_none(site: Site, weixin: Weixin, code: int):
    weixin.errors["stable_token"] = [code]
    assert (await site.app.ctx.wechat.client.get("/cgi-bin/menu/get")).errcode == code


# --- forgetting ---


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
    rows = await query("SELECT content, media_id FROM wechat_media")
    assert [tuple(row) for row in rows] == [(None, "")]
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
