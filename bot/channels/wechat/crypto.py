"""WeChat's message encryption and signatures (消息加解密): pure functions of bytes.

Source: WeChat's guide for official accounts, "消息加解密". AES-256-CBC under the decoded EncodingAESKey, the
first 16 bytes of the key as IV, PKCS#7 with blocks of 32 bytes; inside: 16 random bytes, the length of the
message as four bytes in network order, the message, the app id.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.channels.wechat.errors import Refused

_BLOCK = 32
_RANDOM = 16
_HEAD = _RANDOM + 4


def signature(*parts: str) -> str:
    """SHA-1 over the sorted parts, in hex: of token, timestamp, nonce and, for encrypted bodies, Encrypt."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "surrogatepass")).hexdigest()


def same(expected: str, shown: str) -> bool:
    """Whether both are equal, in a time that does not tell how much of them is."""
    return hmac.compare_digest(expected.encode(), shown.encode("utf-8", "surrogatepass"))


def decode_key(encoded: str) -> bytes:
    """The AES key behind an EncodingAESKey. Raises ``ValueError`` unless it gives 32 bytes.

    Lenient as WeChat is: the last of the 43 characters carries two bits too many, which are ignored.
    """
    try:
        key = base64.b64decode(encoded.rstrip("=") + "=", validate=False)
    except ValueError as error:
        raise ValueError("the key is not Base64") from error
    if len(key) != 32 or len(encoded.rstrip("=")) != 43:
        raise ValueError("the key must be 43 letters and digits")
    return key


@dataclass(frozen=True)
class Opened:
    """What was in an encrypted message, and the key that opened it: the reply must be made with the same."""

    message: bytes
    key: bytes


def encrypt(key: bytes, message: bytes, app_id: str, random: bytes) -> str:
    """``message`` as WeChat expects it in Encrypt; ``random`` is 16 bytes."""
    plain = random + len(message).to_bytes(4, "big") + message + app_id.encode()
    missing = _BLOCK - len(plain) % _BLOCK
    encryptor = _cipher(key).encryptor()
    return base64.b64encode(
        encryptor.update(plain + bytes([missing]) * missing) + encryptor.finalize()
    ).decode()


def decrypt(keys: tuple[bytes, ...], encrypted: str, app_id: str) -> Opened:
    """Open ``encrypted`` with the first of ``keys`` that fits, the present one and the one before it.

    Raises ``Refused`` when none does, or when what is inside is for another app id.
    """
    try:
        data = base64.b64decode(encrypted, validate=True)
    except ValueError:
        raise Refused("bad_request", "The encrypted part is not Base64.") from None
    if not data or len(data) % _RANDOM:
        raise Refused("bad_request", "The encrypted part has an impossible length.")
    for key in keys:
        message = _opened(key, data, app_id)
        if message is not None:
            return Opened(message, key)
    raise Refused("forbidden", "The encrypted part is not for this account.")


def _opened(key: bytes, data: bytes, app_id: str) -> bytes | None:
    decryptor = _cipher(key).decryptor()
    plain = _unpadded(decryptor.update(data) + decryptor.finalize())
    if plain is None or len(plain) < _HEAD:
        return None
    length = int.from_bytes(plain[_RANDOM:_HEAD], "big")
    if length > len(plain) - _HEAD:
        return None
    message, receiver = plain[_HEAD : _HEAD + length], plain[_HEAD + length :]
    return message if hmac.compare_digest(receiver, app_id.encode()) else None


def _unpadded(plain: bytes) -> bytes | None:
    count = plain[-1]
    if not 1 <= count <= _BLOCK or plain[-count:] != bytes([count]) * count:
        return None
    return plain[:-count]


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
