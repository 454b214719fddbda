"""Secrets as the database keeps them: only their SHA-256, which is enough for 32 random bytes."""

import hashlib
from collections.abc import Mapping
from typing import Any


def hash_token(token: str) -> bytes:
    """What is stored of ``token`` and looked up by; any text will do, also one that no token can be."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def channel_key(channel: str, address: str) -> str:
    """Who a visitor is on a channel that knows them: a hash of their address there."""
    return f"{channel}:{hashlib.sha256(address.encode()).hexdigest()}"


def visitor_key(profile: Mapping[str, Any]) -> str | None:
    """Who a visitor is across conversations, as far as their page says: a hash of the phone number.

    It is not proof of anything: it may bring the same helper, but opens nothing to the visitor.
    """
    digits = "".join(sign for sign in str(profile.get("phone") or "") if sign.isdecimal())
    if len(digits) < 7:
        return None
    return "phone:" + hashlib.sha256(digits[-11:].encode()).hexdigest()
