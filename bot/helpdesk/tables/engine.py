"""Departments, offers, breaches, invitations, participants, canned replies, thresholds."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from bot.helpdesk.tables.core import metadata, moment

_OFFER_OPEN = text("ended_at IS NULL")
_PENDING = text("status = 'pending'")
_STILL_IN = text("left_at IS NULL")

staff_skill = Table(
    "staff_skill",
    metadata,
    Column("staff_id", Text, ForeignKey("staff.id"), primary_key=True),
    Column("topic", Text, primary_key=True),
)

staff_seen = Table(
    "staff_seen",
    metadata,
    Column("staff_id", Text, ForeignKey("staff.id"), primary_key=True),
    moment("seen_at"),
)

department = Table(
    "department",
    metadata,
    Column("name", Text, primary_key=True),
    Column("fallback", Text, ForeignKey("department.name")),
    Column("capacity", Integer),
    Column("active", Boolean, nullable=False),
    Column("last_resort", Boolean, nullable=False, server_default=text("false")),
    moment("updated_at"),
)

topic = Table(
    "topic",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("department", Text, ForeignKey("department.name")),
    Column("active", Boolean, nullable=False),
    moment("updated_at"),
)

help_offer = Table(
    "help_offer",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("help_request_id", Text, ForeignKey("help_request.id"), nullable=False),
    Column("staff_id", Text, ForeignKey("staff.id"), nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("reserved", Boolean, nullable=False),
    moment("offered_at"),
    moment("expires_at", nullable=True),
    moment("rang_at", nullable=True),
    moment("ended_at", nullable=True),
    Column("ending", Text),
    Index("help_offer_one_open", "help_request_id", "staff_id", unique=True, postgresql_where=_OFFER_OPEN),
    Index("help_offer_open_staff", "staff_id", postgresql_where=_OFFER_OPEN),
    Index("help_offer_request", "help_request_id"),
)

help_breach = Table(
    "help_breach",
    metadata,
    Column("help_request_id", Text, ForeignKey("help_request.id"), primary_key=True),
    moment("at"),
    Column("cause", Text, nullable=False),
    Column("department", Text),
    Column("detail", JSONB, nullable=False),
    Index("help_breach_at", "at"),
)

dispatch_lease = Table(
    "dispatch_lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("token", BigInteger, nullable=False),
    moment("expires_at"),
)

invitation = Table(
    "invitation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("conversation_id", Text, ForeignKey("conversation.id"), nullable=False),
    Column("help_request_id", Text, ForeignKey("help_request.id"), nullable=False),
    Column("invited_by", Text, ForeignKey("staff.id"), nullable=False),
    Column("to_staff", Text, ForeignKey("staff.id")),
    Column("to_department", Text),
    Column("note", Text, nullable=False),
    Column("status", Text, nullable=False),
    moment("created_at"),
    moment("expires_at"),
    moment("decided_at", nullable=True),
    Column("decided_by", Text, ForeignKey("staff.id")),
    Column("reason", Text),
    Index(
        "invitation_one_transfer",
        "conversation_id",
        unique=True,
        postgresql_where=text("status = 'pending' AND kind = 'transfer'"),
    ),
    Index("invitation_pending", "expires_at", postgresql_where=_PENDING),
    Index("invitation_conversation", "conversation_id"),
)

invitation_dismissed = Table(
    "invitation_dismissed",
    metadata,
    Column("invitation_id", Text, ForeignKey("invitation.id"), primary_key=True),
    Column("staff_id", Text, ForeignKey("staff.id"), primary_key=True),
    moment("at"),
)

participant = Table(
    "participant",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversation.id"), nullable=False),
    Column("staff_id", Text, ForeignKey("staff.id"), nullable=False),
    Column("invited_by", Text, ForeignKey("staff.id")),
    moment("joined_at"),
    moment("left_at", nullable=True),
    Index("participant_open", "conversation_id", "staff_id", unique=True, postgresql_where=_STILL_IN),
    Index("participant_staff", "staff_id", postgresql_where=_STILL_IN),
)

canned_reply = Table(
    "canned_reply",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner_id", Text, ForeignKey("staff.id")),
    Column("department", Text, ForeignKey("department.name")),
    Column("shortcut", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("topic", Text),
    Column("uses", Integer, nullable=False, server_default="0"),
    moment("created_at"),
    moment("updated_at"),
    Column("updated_by", Text, ForeignKey("staff.id")),
    moment("deleted_at", nullable=True),
    Index(
        "canned_reply_shortcut",
        "owner_id",
        "department",
        "shortcut",
        "locale",
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=text("deleted_at IS NULL"),
    ),
)

setting = Table(
    "setting",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", JSONB, nullable=False),
    moment("updated_at"),
    Column("updated_by", Text, ForeignKey("staff.id")),
)
