"""Conversations, messages, help requests, outbox, staff, audit."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()
_LOST = text("event = 'released' AND reason = 'connection_lost'")
_OPEN = text("status <> 'closed'")
_PENDING = text("status = 'pending'")
_PARKED = text("status = 'parked'")


def moment(name: str, *, nullable: bool = False) -> Column[object]:
    """A column of an aware time."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


staff = Table(
    "staff",
    metadata,
    Column("id", Text, primary_key=True),
    Column("username", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("department", Text),
    Column("active", Boolean, nullable=False),
    Column("presence", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    moment("created_at"),
    Column("capacity", Integer),
    moment("presence_at", nullable=True),
    moment("engaged_at", nullable=True),
)

staff_session = Table(
    "staff_session",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("staff_id", Text, ForeignKey("staff.id"), nullable=False, index=True),
    moment("created_at"),
    moment("expires_at"),
)

conversation = Table(
    "conversation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("district", Text),
    Column("locale", Text, nullable=False),
    Column("page", Text),
    Column("profile", JSONB, nullable=False),
    Column("owner", Text, nullable=False),
    Column("owner_epoch", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("helper_id", Text, ForeignKey("staff.id"), index=True),
    Column("visitor_read_seq", Integer, nullable=False),
    moment("created_at"),
    moment("closed_at", nullable=True),
    Column("resolved", Boolean),
    Column("stars", SmallInteger),
    Column("rating_comment", Text),
    Column("rated_seq", Integer),
    Column("visitor_key", Text),
    Index(
        "conversation_visitor_key",
        "visitor_key",
        "created_at",
        postgresql_where=text("visitor_key IS NOT NULL"),
    ),
)

message = Table(
    "message",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversation.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("sender_kind", Text, nullable=False),
    Column("sender_name", Text),
    Column("sender_department", Text),
    Column("staff_id", Text, ForeignKey("staff.id")),
    Column("visibility", Text, nullable=False),
    Column("text", Text),
    Column("payload", JSONB, nullable=False),
    Column("commands", JSONB, nullable=False),
    Column("reply_to", Integer),
    Column("client_message_id", Text),
    moment("created_at"),
    UniqueConstraint("conversation_id", "client_message_id"),
)

# What came with a message besides words. ``waiting``: still with the channel that brought it.
attachment = Table(
    "attachment",
    metadata,
    Column("conversation_id", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("content_type", Text),
    Column("content", LargeBinary),
    moment("created_at"),
    ForeignKeyConstraint(["conversation_id", "seq"], ["message.conversation_id", "message.seq"]),
)

help_request = Table(
    "help_request",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversation.id"), nullable=False, index=True),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("topic", Text),
    Column("department", Text),
    Column("district", Text),
    Column("channel", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("brief", JSONB, nullable=False),
    moment("requested_at"),
    moment("deadline_at"),
    moment("claimed_at", nullable=True),
    Column("claimed_by", Text, ForeignKey("staff.id")),
    moment("first_response_at", nullable=True),
    moment("closed_at", nullable=True),
    Column("closed_by", Text, ForeignKey("staff.id")),
    Column("outcome", Text),
    Column("resolved", Boolean),
    Column("stars", SmallInteger),
    Column("rating_comment", Text),
    Column("rated_seq", Integer),
    moment("rated_at", nullable=True),
    Column("level", SmallInteger, nullable=False, server_default="0"),
    moment("waiting_since", nullable=True),
    moment("breached_at", nullable=True),
    moment("promised_from", nullable=True),
    Index("help_request_requested_at", "requested_at"),
    Index("help_request_claimed_by", "claimed_by", postgresql_where=text("status = 'claimed'")),
    Index("help_request_one_open", "conversation_id", unique=True, postgresql_where=_OPEN),
    Index("help_request_open_deadline", "deadline_at", postgresql_where=_OPEN),
    Index("help_request_first_response_at_idx", "first_response_at"),
    Index("help_request_closed_at", "closed_at", postgresql_where=text("status = 'closed'")),
    Index("help_request_closed_by_idx", "closed_by", "closed_at"),
)

help_request_event = Table(
    "help_request_event",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("help_request_id", Text, ForeignKey("help_request.id"), nullable=False, index=True),
    moment("at"),
    Column("event", Text, nullable=False),
    Column("status_before", Text),
    Column("status_after", Text, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor_id", Text, ForeignKey("staff.id")),
    Column("reason", Text, nullable=False),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Index("help_request_event_lost", "at", postgresql_where=_LOST),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversation.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("owner_epoch", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reason", Text),
    moment("created_at"),
    moment("due_at"),
    moment("leased_until", nullable=True),
    moment("finished_at", nullable=True),
    Column("target", Text, nullable=False, default="assistant"),
    Column("progress", Integer, nullable=False, default=0),
    UniqueConstraint("conversation_id", "seq", "target"),
    Index("outbox_pending", "due_at", "id", postgresql_where=_PENDING),
    Index("outbox_parked", "target", "finished_at", postgresql_where=_PARKED),
    Index("outbox_pending_conversation", "conversation_id", "id", postgresql_where=_PENDING),
)

# Where updates of a conversation are pushed to, on a channel that does not stay connected.
address = Table(
    "address",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversation.id"), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("address", Text, nullable=False),
    moment("leased_until", nullable=True),
    moment("hold_until", nullable=True),
    Index("address_address_idx", "channel", "address"),
)

# Further keys to a conversation, beside the token it was started with.
conversation_key = Table(
    "conversation_key",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversation.id"), nullable=False, index=True),
    moment("created_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, primary_key=True),
    moment("at"),
    Column("actor_kind", Text, nullable=False),
    Column("actor_id", Text, ForeignKey("staff.id")),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", JSONB, nullable=False),
    Index("audit_at", "at"),
    Index("audit_subject", "subject"),
)
