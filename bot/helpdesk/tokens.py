"""Secrets as the database keeps them: only their SHA-256, which is enough for 32 random bytes."""

import hashlib


def hash_token(token: str) -> bytes:
    """What is stored of ``token`` and looked up by; any text will do, also one that no token can be."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
