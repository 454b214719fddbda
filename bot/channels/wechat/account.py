"""The official account as the operator set it up: its keys, and how its messages travel."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

#: How conversations, addresses and the outbox call this channel.
CHANNEL = "wechat"
Mode = Literal["safe", "compatible", "plain"]


@dataclass(frozen=True)
class Account:
    """One official account. ``keys`` are the present AES key and, after a change, the one before it.

    ``plain`` takes unencrypted messages only; ``compatible`` those that carry both forms, and reads the
    encrypted one; ``safe`` encrypted ones only.
    """

    app_id: str
    secret: str
    token: str
    keys: tuple[bytes, ...]
    mode: Mode = "safe"
    passive_seconds: float = 4.0
    forget_after: timedelta = timedelta(days=30)
    public_url: str = ""
    name: str = ""
    api: str = "https://api.weixin.qq.com"
