"""Tickets for what a channel could not deliver, and the index that finds it."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_SOURCES = "('off_hours', 'breach', 'callback', 'matter'{})"


def _allow(more: str) -> None:
    op.execute("ALTER TABLE ticket DROP CONSTRAINT ticket_source_check")
    sources = _SOURCES.format(more)
    op.execute(f"ALTER TABLE ticket ADD CONSTRAINT ticket_source_check CHECK (source IN {sources})")


def upgrade() -> None:
    _allow(", 'undelivered'")
    op.execute("CREATE INDEX outbox_parked ON outbox (finished_at) WHERE status = 'parked'")


def downgrade() -> None:
    op.drop_index("outbox_parked")
    op.execute("UPDATE ticket SET source = 'callback' WHERE source = 'undelivered'")
    _allow("")
