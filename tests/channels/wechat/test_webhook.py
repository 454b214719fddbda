"""The webhook over HTTP: modes, keys, refusals with nothing stored, retries and replays."""

import asyncio
import base64
import secrets
import time
from dataclasses import replace

import pytest
import xmltodict
from wechatpy.crypto import WeChatCrypto
from werobot.utils import get_signature

from bot.channels.wechat.setup import account_of
from bot.settings import SettingError, Settings
from tests.channels.wechat import weixin as peer
from tests.channels.wechat.steps import Query
from tests.channels.wechat.test_xml import BOMB
from tests.channels.wechat.weixin import Weixin
from tests.server.running import Site, StandIn, serve

pytestmark = pytest.mark.integration
WRONG = (
    "signature",
    "no signature",
    "nonce",
    "body",
    "too old",
    "from the future",
    "other account",
    "oversized",
    "very large",
    "no xml",
    "empty",
    "bomb outside",
    "bomb inside",
    "malformed inside",
    "not a message",
)
TABLES = ("wechat_inbound", "wechat_visitor", "conversation", "message", "outbox")


async def stored(query: Query) -> dict[str, int]:
    return {table: (await query(f"SELECT count(*) FROM {table}"))[0][0] for table in TABLES}


async def test_address_check_gives_the_echo_back_raw(site: Site):
    timestamp, nonce = str(int(time.time())), "1514711492"
    query = {"timestamp": timestamp, "nonce": nonce, "echostr": "4375120948345356249"}
    good = {**query, "signature": get_signature(peer.TOKEN, timestamp, nonce)}
    response = await site.http("GET", "/channels/wechat", params=good)
    assert (response.status_code, response.text) == (200, "4375120948345356249")
    refused = await site.http("GET", "/channels/wechat", params={**good, "nonce": "1"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")


async def test_question_is_answered_passively_when_the_bot_is_quick(site: Site, weixin: Weixin):
    delivered = await weixin.say("o1", "歇业怎么办")
    assert (delivered.requests, delivered.reply) == (1, "收到：歇业怎么办")
    assert weixin.called("message/custom/send") == []


async def test_answer_comes_under_the_key_that_opened_the_message(site: Site, weixin: Weixin):
    weixin.encoded_key = peer.OLD_KEY
    assert (await weixin.say("o1", "你好")).reply == "收到：你好"


@pytest.mark.parametrize("mode", ["compatible", "plain"])
async def test_other_modes_work_when_the_setting_allows_them(
    with_wechat: Settings, stand_in: StandIn, weixin: Weixin, mode: str
):
    async for site in serve(replace(with_wechat, wechat_mode=mode), stand_in):
        weixin.webhook = f"{site.url}/channels/wechat"
        fields = weixin.act("o1", "text", Content="你好")
        response = await asyncio.to_thread(weixin.post, *weixin.letter(fields, mode))
        assert response.status_code == 200
        assert weixin._read_reply(fields, response) == "收到：你好"
        assert ("Encrypt" in response.text) == (mode == "compatible")


async def test_other_modes_are_refused_and_store_nothing_unless_allowed(
    site: Site, weixin: Weixin, query: Query
):
    letter = weixin.letter(weixin.act("o1", "text", Content="你好"), "plain")
    response = await asyncio.to_thread(weixin.post, *letter)
    assert response.status_code == 403
    assert set((await stored(query)).values()) == {0}


def letters(weixin: Weixin) -> dict[str, tuple[dict[str, str], bytes]]:
    """Calls that must be refused, by what is wrong with them."""
    query, body = weixin.letter(weixin.act("o1", "text", Content="你好"))
    encrypted = xmltodict.parse(body)["xml"]["Encrypt"]
    flipped = bytearray(base64.b64decode(encrypted))
    flipped[40] ^= 1
    tampered = f"<xml><Encrypt>{base64.b64encode(flipped).decode()}</Encrypt></xml>".encode()

    def sealed(inner: str, app_id: str = peer.APP_ID, stamp: int = 0) -> tuple[dict[str, str], bytes]:
        timestamp, nonce = str(int(time.time()) + stamp), secrets.token_hex(4)
        xml = WeChatCrypto(peer.TOKEN, peer.KEY, app_id).encrypt_message(inner, nonce, timestamp)
        parts = xmltodict.parse(xml)["xml"]
        given = {
            "timestamp": timestamp,
            "nonce": nonce,
            "encrypt_type": "aes",
            "msg_signature": parts["MsgSignature"],
        }
        return given, f"<xml><Encrypt>{parts['Encrypt']}</Encrypt></xml>".encode()

    message = xmltodict.unparse({"xml": weixin.act("o1", "text", Content="你好")}, full_document=False)
    return {
        "signature": ({**query, "msg_signature": "0" * 40}, body),
        "no signature": ({"timestamp": query["timestamp"]}, body),
        "nonce": ({**query, "nonce": "other"}, body),
        "body": (query, tampered),
        "too old": sealed(message, stamp=-360),
        "from the future": sealed(message, stamp=360),
        "other account": sealed(message, app_id="wx0000000000000000"),
        "oversized": (query, b"<xml>" + b" " * 40_000 + b"</xml>"),
        "very large": (query, b"x" * 100_000),
        "no xml": (query, b"\x00\xff not xml"),
        "empty": (query, b""),
        "bomb outside": (query, BOMB.encode()),
        "bomb inside": sealed(BOMB),
        "malformed inside": sealed("<xml><Content>"),
        "not a message": sealed("<xml><Content>x</Content></xml>"),
    }


@pytest.mark.parametrize("wrong", WRONG)
async def test_call_is_refused_and_stores_nothing(site: Site, weixin: Weixin, query: Query, wrong: str):
    response = await asyncio.to_thread(weixin.post, *letters(weixin)[wrong])
    assert response.status_code in (400, 403, 413)
    assert set(response.json()) == {"error"}
    assert "你好" not in response.text
    assert set((await stored(query)).values()) == {0}
    assert site.assistant.received == []


async def test_same_message_gets_the_same_answer_when_delivered_again(
    site: Site, weixin: Weixin, query: Query
):
    fields = weixin.act("o1", "text", Content="歇业怎么办")
    first, again = await weixin.deliver(fields), await weixin.deliver(fields)
    assert first.reply == again.reply == "收到：歇业怎么办"
    assert len(site.assistant.received) == 1
    assert (await stored(query))["message"] == 2


async def test_same_call_gets_the_same_answer_when_replayed(site: Site, weixin: Weixin, query: Query):
    fields = weixin.act("o1", "text", Content="歇业怎么办")
    letter = weixin.letter(fields)
    replies = [weixin._read_reply(fields, await asyncio.to_thread(weixin.post, *letter)) for _ in range(3)]
    assert replies == ["收到：歇业怎么办"] * 3
    assert (await stored(query))["message"] == 2


async def test_signature_serves_no_second_message_when_replayed_with_another_body(
    with_wechat: Settings, stand_in: StandIn, weixin: Weixin
):
    async for site in serve(replace(with_wechat, wechat_mode="plain"), stand_in):
        weixin.webhook = f"{site.url}/channels/wechat"
        query, body = weixin.letter(weixin.act("o1", "text", Content="你好"), "plain")
        forged = weixin.letter(weixin.fields("o2", "text", Content="转账"), "plain")[1]
        assert (await asyncio.to_thread(weixin.post, query, body)).status_code == 200
        response = await asyncio.to_thread(weixin.post, query, forged)
        assert "转账" not in response.text
        assert [each["message"] for each in site.assistant.received] == ["你好"]


async def test_event_is_done_once_when_delivered_again(site: Site, weixin: Weixin, query: Query):
    fields = weixin.act("o1", "event", Event="subscribe", EventKey="")
    first, again = await weixin.deliver(fields), await weixin.deliver(fields)
    assert first.reply == again.reply and "您好" in str(first.reply)
    assert (await stored(query))["message"] == 1


async def test_address_is_unknown_without_an_account(settings: Settings, stand_in: StandIn, weixin: Weixin):
    async for site in serve(settings, stand_in):
        weixin.webhook = f"{site.url}/channels/wechat"
        response = await asyncio.to_thread(weixin.post, *weixin.letter(weixin.act("o1", "text", Content="x")))
        assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize("name", ["wechat_secret", "wechat_token", "wechat_aes_key"])
def test_account_is_refused_when_a_part_of_it_is_missing(with_wechat: Settings, name: str):
    with pytest.raises(SettingError, match=f"BANGBAN_{name.upper()}"):
        account_of(replace(with_wechat, **{name: ""}))
    assert account_of(replace(with_wechat, wechat_mode="plain", wechat_aes_key="")) is not None
