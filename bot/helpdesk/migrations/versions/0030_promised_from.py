"""Keep from when the promise of a help request counts: later than the request when that came off hours."""

from alembic import op

revision = "0030"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it, and fill it in where a clock began later and still stands in the row."""
    op.execute("ALTER TABLE help_request ADD COLUMN promised_from timestamptz")
    op.execute(
        "UPDATE help_request SET promised_from = waiting_since WHERE waiting_since > requested_at "
        "AND waiting_since <= deadline_at "
        "AND (first_response_at IS NULL OR first_response_at >= waiting_since)"
    )


def downgrade() -> None:
    """Forget it."""
    op.execute("ALTER TABLE help_request DROP COLUMN promised_from")
