"""The help requests closed last, without looking at all that were ever closed."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.execute("CREATE INDEX help_request_closed_at ON help_request (closed_at) WHERE status = 'closed'")


def downgrade() -> None:
    """Drop it."""
    op.drop_index("help_request_closed_at")
