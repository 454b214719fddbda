"""How a conversation begins: its first record, and the token that opens it."""

import secrets
from datetime import datetime
from uuid import uuid4

from bot.helpdesk import rules
from bot.helpdesk.models import JSON, Conversation
from bot.helpdesk.tokens import visitor_key


def new_token() -> str:
    """A token for a conversation: 32 random bytes; only its SHA-256 is ever stored."""
    return secrets.token_urlsafe(32)


def new_conversation(
    now: datetime,
    *,
    channel: str,
    district: str | None = None,
    page: str | None = None,
    profile: JSON | None = None,
    locale: str = "zh",
) -> Conversation:
    """The record of a new conversation, owned by the bot. Raises ``Invalid`` for what cannot be stored."""
    rules.check_storable([channel, district, page, profile, locale])
    return Conversation(
        id=uuid4().hex,
        channel=channel,
        district=district,
        locale=locale,
        page=page,
        profile=profile or {},
        owner="bot",
        owner_epoch=1,
        last_seq=0,
        helper_id=None,
        helper_name=None,
        helper_department=None,
        visitor_read_seq=0,
        created_at=now,
        closed_at=None,
        resolved=None,
        stars=None,
        visitor_key=visitor_key(profile or {}),
    )
