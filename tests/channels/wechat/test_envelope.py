"""A webhook call opened and a reply closed, in every mode."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from wechatpy.crypto import WeChatCrypto

from bot.channels.wechat import crypto, envelope
from bot.channels.wechat.account import Account
from bot.channels.wechat.errors import Refused

NOW = datetime(2024, 4, 25, 9, 15, 4, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
APP_ID, TOKEN = "wxba5fad812f8e6fb9", "AAAAA"
NEW, OLD = "B" * 42 + "A", "A" * 43
ACCOUNT = Account(APP_ID, "secret", TOKEN, (crypto.decode_key(NEW), crypto.decode_key(OLD)))
MESSAGE = "<xml><Content>你好</Content></xml>"


def sealed(message: str = MESSAGE, encoded: str = NEW, app_id: str = APP_ID) -> tuple[dict[str, str], bytes]:
    encrypted = crypto.encrypt(crypto.decode_key(encoded), message.encode(), app_id, b"0" * 16)
    query = {"timestamp": STAMP, "nonce": "n1", "encrypt_type": "aes"}
    query["signature"] = crypto.signature(TOKEN, STAMP, "n1")
    query["msg_signature"] = crypto.signature(TOKEN, STAMP, "n1", encrypted)
    return query, f"<xml><ToUserName>gh</ToUserName><Encrypt>{encrypted}</Encrypt></xml>".encode()


def plain(message: str = MESSAGE) -> tuple[dict[str, str], bytes]:
    signed = crypto.signature(TOKEN, STAMP, "n1")
    return {"timestamp": STAMP, "nonce": "n1", "signature": signed}, message.encode()


def refusal(account: Account, query: dict[str, str], body: bytes, now: datetime = NOW) -> str:
    with pytest.raises(Refused) as caught:
        envelope.open_letter(account, query, body, now)
    return caught.value.code


def test_echo_is_given_back_raw_when_the_published_check_is_signed():
    query = {
        "signature": "f464b24fc39322e44b38aa78f5edd27bd1441696",
        "timestamp": "1714036504",
        "nonce": "1514711492",
        "echostr": "4375120948345356249 &<",
    }
    assert envelope.check_address(ACCOUNT, query, NOW) == "4375120948345356249 &<"
    with pytest.raises(Refused):
        envelope.check_address(ACCOUNT, {**query, "nonce": "1514711493"}, NOW)


@pytest.mark.parametrize("encoded", [NEW, OLD])
def test_encrypted_message_is_opened_and_answered_with_the_same_key(encoded: str):
    letter = envelope.open_letter(ACCOUNT, *sealed(encoded=encoded), NOW)
    assert letter.fields == {"Content": "你好"}
    reply = envelope.close_letter(ACCOUNT, letter, "<xml>好</xml>", now=NOW, nonce="n2", random=b"r" * 16)
    fields = {name: reply.split(f"<{name}>")[1].split("<")[0] for name in ("TimeStamp",)}
    signed = reply.split("<MsgSignature><![CDATA[")[1].split("]]")[0]
    peer = WeChatCrypto(TOKEN, encoded, APP_ID)
    assert peer.decrypt_message(reply, signed, fields["TimeStamp"], "n2") == "<xml>好</xml>"


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_call_is_taken_when_within_the_window(seconds: int):
    assert envelope.open_letter(ACCOUNT, *sealed(), NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_call_is_refused_when_outside_the_window(seconds: int):
    assert refusal(ACCOUNT, *sealed(), NOW + timedelta(seconds=seconds)) == "forbidden"


@pytest.mark.parametrize("name", ["timestamp", "nonce", "msg_signature", "encrypt_type"])
@pytest.mark.parametrize("value", ["", "x", "１７１４０３６５０４", "é"])
def test_call_is_refused_when_a_parameter_is_changed(name: str, value: str):
    query, body = sealed()
    assert refusal(ACCOUNT, {**query, name: value}, body) == "forbidden"
    del query[name]
    assert refusal(ACCOUNT, query, body) == "forbidden"


def test_call_is_refused_when_the_body_is_another():
    query, _ = sealed()
    _, other = sealed(MESSAGE.replace("你好", "再见"))
    assert refusal(ACCOUNT, query, other) == "forbidden"


def test_call_is_refused_when_it_is_for_another_account():
    assert refusal(ACCOUNT, *sealed(app_id="wx0000000000000000")) == "forbidden"


def test_bomb_inside_the_encryption_is_refused():
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><xml><Content>&b;</Content></xml>'
    assert refusal(ACCOUNT, *sealed(bomb)) == "bad_request"


def test_body_is_refused_when_larger_than_any_message():
    query, body = sealed("<xml><Content>" + "好" * 9_000 + "</Content></xml>")
    assert refusal(ACCOUNT, query, body) == "too_large"


def test_plain_message_is_refused_unless_the_setting_allows_it():
    assert refusal(ACCOUNT, *plain()) == "forbidden"
    assert refusal(replace(ACCOUNT, mode="compatible"), *plain()) == "forbidden"
    account = replace(ACCOUNT, mode="plain", keys=())
    letter = envelope.open_letter(account, *plain(), NOW)
    assert (letter.fields, letter.key) == ({"Content": "你好"}, None)
    assert envelope.close_letter(account, letter, "<xml/>", now=NOW, nonce="", random=b"") == "<xml/>"
    query, body = plain()
    assert refusal(account, {**query, "signature": "0" * 40}, body) == "forbidden"


def test_compatible_message_is_read_from_its_encrypted_part():
    query, body = sealed()
    both = body.replace(b"<xml>", "<xml><Content>假的</Content>".encode())
    letter = envelope.open_letter(replace(ACCOUNT, mode="compatible"), query, both, NOW)
    assert letter.fields == {"Content": "你好"}
    assert letter.key is not None


def test_plain_post_is_opened_when_it_carries_the_published_signature():
    account, at = replace(ACCOUNT, mode="plain"), datetime.fromtimestamp(1714037059, UTC)
    query = {"timestamp": "1714037059", "nonce": "486452656"}
    signed = {**query, "signature": "899cf89e464efb63f54ddac96b0a0a235f53aa78"}
    assert envelope.open_letter(account, signed, MESSAGE.encode(), at).fields["Content"] == "你好"
    assert refusal(account, {**signed, "nonce": "486452657"}, MESSAGE.encode(), at) == "forbidden"


def test_reply_is_closed_with_the_published_signature():
    letter = envelope.Letter({}, "", crypto.decode_key(OLD))
    sealed_reply = envelope.close_letter(
        ACCOUNT, letter, '{"demo_resp":"good luck"}', now=datetime.fromtimestamp(1713424427, UTC),
        nonce="415670741", random=b"707722b803182950",
    )  # fmt: skip
    assert "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1" in sealed_reply


@pytest.mark.parametrize("check", ["address", "plain", "safe"])
def test_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch, check: str):
    compared: list[bytes] = []

    def compare(expected: bytes, shown: bytes) -> bool:
        compared.append(expected)
        return expected == shown

    monkeypatch.setattr(crypto.hmac, "compare_digest", compare)
    query, body = plain() if check != "safe" else sealed()
    if check == "address":
        envelope.check_address(ACCOUNT, {**query, "echostr": "1"}, NOW)
    else:
        envelope.open_letter(replace(ACCOUNT, mode=check), query, body, NOW)
    assert query["msg_signature" if check == "safe" else "signature"].encode() in compared
