"""WeChat's own tables. The DDL that makes them is in ``bot/helpdesk/migrations/versions``."""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
)

from bot.helpdesk.tables import metadata


def _time(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _conversation(*, key: bool = False) -> Column[object]:
    return Column("conversation_id", Text, ForeignKey("conversation.id"), primary_key=key, nullable=False)


visitor = Table(
    "wechat_visitor",
    metadata,
    Column("openid", Text, primary_key=True),
    _conversation(),
    Column("subscribed", Boolean, nullable=False),
    _time("created_at"),
    _time("unsubscribed_at", nullable=True),
    _time("message_at", nullable=True),
    Column("message_used", SmallInteger, nullable=False),
    _time("event_at", nullable=True),
    Column("event_used", SmallInteger, nullable=False),
    Index("ix_wechat_visitor_conversation_id", "conversation_id"),
)

inbound = Table(
    "wechat_inbound",
    metadata,
    Column("key", Text, primary_key=True),
    Column("signature", Text, nullable=False, unique=True),
    Column("openid", Text, nullable=False),
    _time("received_at"),
    _time("answered_at", nullable=True),
    Column("answer", Text),
    Index("wechat_inbound_received_at_idx", "received_at"),
)

# What is still to be fetched; the attachment it becomes is the helpdesk's.
media = Table(
    "wechat_media",
    metadata,
    _conversation(key=True),
    Column("seq", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("media_id", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    _time("due_at"),
    Index("wechat_media_due", "due_at"),
)

link = Table(
    "wechat_link",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    _conversation(),
    Column("leads_to", Text, nullable=False),
    _time("expires_at"),
    _time("used_at", nullable=True),
    Index("ix_wechat_link_conversation_id", "conversation_id"),
)

alarm = Table(
    "wechat_alarm",
    metadata,
    Column("code", Text, primary_key=True),
    _time("first_at"),
    _time("last_at"),
    Column("count", Integer, nullable=False),
)
