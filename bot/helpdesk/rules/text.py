"""Text from outside: what may be stored, what the assistant may see."""

import json
import re
import unicodedata
from typing import Any

from bot.helpdesk.errors import Invalid

#: Of people, departments, topics.
NAME_LIMIT = 64
PASSWORD_MINIMUM = 8
PASSWORD_MAXIMUM = 256
_CLIENT_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def check_storable(value: Any) -> None:
    """Raise ``Invalid`` for what PostgreSQL cannot store: NUL characters, unpaired surrogates, NaN."""
    try:
        encoded = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, TypeError) as error:  # UnicodeEncodeError is a ValueError
        raise Invalid("the value cannot be stored") from error
    # json.dumps writes a NUL as the escape \u0000; an even run of backslashes before it is plain text.
    if re.search(rb"(?<!\\)(?:\\\\)*\\u0000", encoded):
        raise Invalid("the text contains a NUL character")


def clean_text(text: str, limit: int) -> str:
    """``text`` without surrounding blanks; ``Invalid`` when nothing is left or it is over ``limit``."""
    text = text.strip()
    if not text:
        raise Invalid("the text is empty")
    if len(text) > limit:
        raise Invalid(f"the text is longer than {limit} characters")
    check_storable(text)
    return text


def check_client_message_id(value: str) -> None:
    """Raise ``Invalid`` unless ``value`` is 1 to 64 characters of ``[A-Za-z0-9_-]``."""
    if not _CLIENT_MESSAGE_ID.fullmatch(value):
        raise Invalid("client_message_id must be 1-64 characters of A-Z, a-z, 0-9, _ and -")


def as_plain_text(text: str) -> str:
    """``text`` as the assistant may see it: a slash in front, also behind blanks or unseen characters, would
    make it a command.
    """
    start = next((i for i, sign in enumerate(text) if not _may_hide_a_command(sign)), len(text))
    return text[start:] or "?"


def _may_hide_a_command(sign: str) -> bool:
    return sign in "/／" or sign.isspace() or unicodedata.category(sign) in ("Cc", "Cf")
