"""One index of what is parked instead of two: by its target, oldest first."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Join them."""
    op.drop_index("outbox_parked_target")
    op.drop_index("outbox_parked")
    op.execute("CREATE INDEX outbox_parked ON outbox (target, finished_at) WHERE status = 'parked'")


def downgrade() -> None:
    """Part them."""
    op.drop_index("outbox_parked")
    op.execute("CREATE INDEX outbox_parked ON outbox (finished_at) WHERE status = 'parked'")
    op.execute("CREATE INDEX outbox_parked_target ON outbox (target) WHERE status = 'parked'")
