"""How often a helper's connection was lost: the board counts it, over a history that only grows."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.execute(
        "CREATE INDEX help_request_event_lost ON help_request_event (at) "
        "WHERE event = 'released' AND reason = 'connection_lost'"
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("help_request_event_lost")
