"""Counting what could not be delivered, over a table that only grows."""

from alembic import op

revision = "0020"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.execute("CREATE INDEX outbox_parked_target ON outbox (target) WHERE status = 'parked'")


def downgrade() -> None:
    """Drop it."""
    op.drop_index("outbox_parked_target")
