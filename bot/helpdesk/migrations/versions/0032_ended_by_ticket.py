"""A help request may end by a ticket that its visitor left before anybody was on duty."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_NAME = "help_request_outcome_check"


def upgrade() -> None:
    """Allow it."""
    _allow("'resolved', 'unresolved', 'no_response', 'ticket'")


def downgrade() -> None:
    """Not any more; how such requests ended is left open."""
    op.execute("UPDATE help_request SET outcome = NULL WHERE outcome = 'ticket'")
    _allow("'resolved', 'unresolved', 'no_response'")


def _allow(outcomes: str) -> None:
    op.drop_constraint(_NAME, "help_request")
    op.execute(f"ALTER TABLE help_request ADD CONSTRAINT {_NAME} CHECK (outcome IN ({outcomes}))")
