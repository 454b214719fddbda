"""Encryption and signatures against WeChat's published samples and two independent implementations."""

import base64

import pytest
import xmltodict
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from werobot.crypto import MessageCrypt

from bot.channels.wechat import crypto
from bot.channels.wechat.errors import Refused

TOKEN, APP_ID, ENCODED = "AAAAA", "wxba5fad812f8e6fb9", "A" * 43
KEY = crypto.decode_key(ENCODED)
RANDOM = b"0123456789abcdef"
# 43 characters whose last one carries bits that a strict decoder refuses.
ODD = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP1"


def test_signature_is_the_published_one_when_an_address_is_checked():
    assert crypto.signature(TOKEN, "1714036504", "1514711492") == "f464b24fc39322e44b38aa78f5edd27bd1441696"


def test_signature_is_the_published_one_when_a_plain_post_is_checked():
    assert crypto.signature(TOKEN, "1714037059", "486452656") == "899cf89e464efb63f54ddac96b0a0a235f53aa78"


def test_signature_of_an_encrypted_reply_is_the_published_one():
    encrypted = crypto.encrypt(KEY, b'{"demo_resp":"good luck"}', APP_ID, b"707722b803182950")
    signed = crypto.signature(TOKEN, "1713424427", "415670741", encrypted)
    assert signed == "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"


@pytest.mark.parametrize("encoded", [ENCODED, ENCODED + "=", ODD])
def test_key_is_decoded_leniently(encoded: str):
    assert len(crypto.decode_key(encoded)) == 32


@pytest.mark.parametrize("encoded", ["", "A" * 42, "A" * 44, "A" * 42 + "!", "钥" * 43])
def test_key_is_refused_when_it_is_none(encoded: str):
    with pytest.raises(ValueError, match="key"):
        crypto.decode_key(encoded)


@given(st.binary(max_size=600), st.binary(min_size=16, max_size=16))
def test_message_comes_back_when_encrypted(message: bytes, random: bytes):
    opened = crypto.decrypt((KEY,), crypto.encrypt(KEY, message, APP_ID, random), APP_ID)
    assert (opened.message, opened.key) == (message, KEY)


@pytest.mark.parametrize("encoded", [ENCODED, ODD])
@pytest.mark.parametrize("text", ["你好，世界", "x" * 31, "", "]]>"])
def test_peers_read_what_was_encrypted_here(encoded: str, text: str):
    encrypted = crypto.encrypt(crypto.decode_key(encoded), text.encode(), APP_ID, RANDOM)
    signed = crypto.signature(TOKEN, "1", "2", encrypted)
    envelope = f"<xml><Encrypt>{encrypted}</Encrypt></xml>"
    assert WeChatCrypto(TOKEN, encoded, APP_ID).decrypt_message(envelope, signed, "1", "2") == text
    werobot = MessageCrypt(TOKEN, encoded, APP_ID)
    assert werobot.decrypt_message("1", "2", signed, encrypted).decode() == text


@pytest.mark.parametrize("encoded", [ENCODED, ODD])
@pytest.mark.parametrize("peer", [WeChatCrypto, MessageCrypt])
def test_what_peers_encrypted_is_read_here(peer: type, encoded: str):
    sealed = xmltodict.parse(
        peer(TOKEN, encoded, APP_ID).encrypt_message("你好，世界", nonce="n", timestamp="7")
    )
    fields = sealed["xml"]
    assert fields["MsgSignature"] == crypto.signature(TOKEN, "7", "n", fields["Encrypt"])
    opened = crypto.decrypt((crypto.decode_key(encoded),), fields["Encrypt"], APP_ID)
    assert opened.message.decode() == "你好，世界"


def test_previous_key_opens_and_is_named_when_the_present_one_does_not():
    before, now = crypto.decode_key(ODD), KEY
    opened = crypto.decrypt((now, before), crypto.encrypt(before, b"x", APP_ID, RANDOM), APP_ID)
    assert opened.key == before


def tampered() -> list[str]:
    good = base64.b64decode(crypto.encrypt(KEY, b"hello", APP_ID, RANDOM))
    flipped = [
        good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :] for place in (0, 16, 20, len(good) - 1)
    ]
    other_length = RANDOM + (10_000).to_bytes(4, "big") + b"hello" + APP_ID.encode()
    return [base64.b64encode(each).decode() for each in [*flipped[1:], good[:-16], other_length + bytes(32)]]


@pytest.mark.parametrize("encrypted", [*tampered(), "", "AAAA", "not base64!", "Ａ" * 32])
def test_encrypted_part_is_refused_when_tampered(encrypted: str):
    with pytest.raises(Refused):
        crypto.decrypt((KEY,), encrypted, APP_ID)


def test_encrypted_part_is_refused_when_for_another_account():
    with pytest.raises(Refused, match="not for this account") as refusal:
        crypto.decrypt((KEY,), crypto.encrypt(KEY, b"x", "wx0000000000000000", RANDOM), APP_ID)
    assert refusal.value.code == "forbidden"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60), st.text(max_size=60))
def test_comparison_agrees_with_equality(one: str, other: str):
    assert crypto.same(one, one)
    assert crypto.same(one, other) == (one == other)
