"""Tickets and working time."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from bot.helpdesk.tables.core import metadata, moment

ticket = Table(
    "ticket",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("conversation_id", Text, ForeignKey("conversation.id"), nullable=False),
    Column("help_request_id", Text, ForeignKey("help_request.id")),
    Column("source", Text, nullable=False),
    Column("complexity", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("topic", Text),
    Column("district", Text),
    Column("channel", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("contact", JSONB, nullable=False),
    Column("status", Text, nullable=False),
    Column("assigned_to", Text, ForeignKey("staff.id")),
    moment("created_at"),
    Column("created_by_kind", Text, nullable=False),
    Column("created_by", Text, ForeignKey("staff.id")),
    moment("contact_due_at"),
    moment("contacted_at", nullable=True),
    moment("due_at"),
    moment("resolved_at", nullable=True),
    moment("closed_at", nullable=True),
    Column("result", Text),
    moment("told_at", nullable=True),
    Column("reopened", Integer, nullable=False, server_default="0"),
    Column("resolved", Boolean),
    Column("stars", SmallInteger),
    Column("rating_comment", Text),
    moment("rated_at", nullable=True),
    Index("ticket_request", "help_request_id"),
    Index("ticket_conversation", "conversation_id"),
    Index(
        "ticket_open_due",
        "due_at",
        "id",
        postgresql_where=text("status NOT IN ('closed', 'cancelled')"),
    ),
    Index("ticket_assigned_to", "assigned_to"),
)

ticket_event = Table(
    "ticket_event",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("ticket_id", Text, ForeignKey("ticket.id"), nullable=False),
    moment("at"),
    Column("event", Text, nullable=False),
    Column("status_before", Text),
    Column("status_after", Text, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor_id", Text, ForeignKey("staff.id")),
    Column("reason", Text, nullable=False),
    Column("detail", JSONB, nullable=False),
    Index("ticket_event_ticket", "ticket_id"),
)

ticket_reminder = Table(
    "ticket_reminder",
    metadata,
    Column("ticket_id", Text, ForeignKey("ticket.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("due_at", DateTime(timezone=True), primary_key=True),
    moment("sent_at"),
)

ticket_counter = Table(
    "ticket_counter",
    metadata,
    Column("day", Date, primary_key=True),
    Column("last", Integer, nullable=False),
)

duty_span = Table(
    "duty_span",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("department", Text, ForeignKey("department.name")),
    Column("weekday", SmallInteger, nullable=False),
    Column("starts", Time, nullable=False),
    Column("ends", Time, nullable=False),
    Index("duty_span_department", "department"),
)

duty_exception = Table(
    "duty_exception",
    metadata,
    Column("id", Text, primary_key=True),
    Column("department", Text, ForeignKey("department.name")),
    Column("day", Date, nullable=False),
    Column("spans", JSONB, nullable=False),
    Column("reason", Text, nullable=False),
    moment("updated_at"),
    UniqueConstraint("department", "day", postgresql_nulls_not_distinct=True),
)
