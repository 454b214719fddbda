"""A webhook call opened and a reply closed: signature, replay window, mode, encryption. Pure, given ``now``.

Threats met here: forged calls (signature, constant-time comparison), replayed ones (±300 s, and every
signature is remembered by whoever stores the message), messages for another account (app id), XML bombs
(``xml.read``), and bodies that are larger than any message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.channels.wechat import crypto, xml
from bot.channels.wechat.account import Account
from bot.channels.wechat.errors import Refused

LARGEST_BODY_BYTES = 32_768
WINDOW_SECONDS = 300
# What the envelope of a message must not say beside it, unless the setting allows both forms.
_PLAIN = frozenset({"FromUserName", "CreateTime", "MsgType", "MsgId", "Content", "Event", "EventKey"})


@dataclass(frozen=True)
class Letter:
    """One authentic webhook call. ``key`` is None when it came unencrypted; the reply goes the same way."""

    fields: dict[str, str]
    signature: str
    key: bytes | None


def check_address(account: Account, query: Mapping[str, str], now: datetime) -> str:
    """The echo WeChat expects when the address is entered (GET). Raises ``Refused``."""
    _check(account, query, "signature", now)
    return query.get("echostr", "")


def open_letter(account: Account, query: Mapping[str, str], body: bytes, now: datetime) -> Letter:
    """The message in a POST. Raises ``Refused``; nothing of an unsigned body is looked into but its XML."""
    if len(body) > LARGEST_BODY_BYTES:
        raise Refused("too_large", "The body is larger than any message.")
    if account.mode == "plain":
        # The signature of this mode does not cover the body: the operator asked for no better.
        _check(account, query, "signature", now)
        return Letter(xml.read(body), query["signature"], None)
    outer = xml.read(body)
    encrypted = outer.get("Encrypt", "")
    if query.get("encrypt_type") != "aes" or not encrypted:
        raise Refused("forbidden", "Unencrypted messages are not taken.")
    if account.mode == "safe" and not _PLAIN.isdisjoint(outer):
        raise Refused("forbidden", "Messages that are also there unencrypted are not taken.")
    _check(account, query, "msg_signature", now, encrypted)
    opened = crypto.decrypt(account.keys, encrypted, account.app_id)
    return Letter(xml.read(opened.message), query["msg_signature"], opened.key)


def close_letter(
    account: Account, letter: Letter, reply: str, *, now: datetime, nonce: str, random: bytes
) -> str:
    """``reply`` as it goes back: encrypted with the key that opened the letter, if one did."""
    if letter.key is None:
        return reply
    timestamp = int(now.timestamp())
    encrypted = crypto.encrypt(letter.key, reply.encode(), account.app_id, random)
    signed = crypto.signature(account.token, str(timestamp), nonce, encrypted)
    return xml.envelope(encrypted=encrypted, signature=signed, timestamp=timestamp, nonce=nonce)


def seal(
    account: Account, message: str, *, now: datetime, nonce: str, random: bytes
) -> tuple[dict[str, str], bytes]:
    """Query and body of a POST as WeChat makes it: what ``open_letter`` opens. ``random`` are 16 bytes."""
    timestamp = str(int(now.timestamp()))
    query = {"timestamp": timestamp, "nonce": nonce}
    if account.mode == "plain":
        return {**query, "signature": crypto.signature(account.token, timestamp, nonce)}, message.encode()
    encrypted = crypto.encrypt(account.keys[0], message.encode(), account.app_id, random)
    signed = crypto.signature(account.token, timestamp, nonce, encrypted)
    body = xml.write({"ToUserName": "bangban", "Encrypt": encrypted})
    return {**query, "encrypt_type": "aes", "msg_signature": signed}, body.encode()


def _check(account: Account, query: Mapping[str, str], name: str, now: datetime, *more: str) -> None:
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    expected = crypto.signature(account.token, timestamp, nonce, *more)
    if not crypto.same(expected, query.get(name, "")):
        raise Refused("forbidden", "The signature does not fit.")
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        raise Refused("forbidden", "The timestamp is none.")
    if abs(now.timestamp() - int(timestamp)) > WINDOW_SECONDS:
        raise Refused("forbidden", "The call is too old, or from the future.")
