"""A help request may end because its visitor left the queue."""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_NAME = "help_request_outcome_check"
_BEFORE = "'resolved', 'unresolved', 'no_response', 'ticket'"


def upgrade() -> None:
    """Allow it."""
    _allow(f"{_BEFORE}, 'abandoned'")


def downgrade() -> None:
    """Not any more; such requests count as those whose visitor was not heard of again."""
    op.execute("UPDATE help_request SET outcome = 'no_response' WHERE outcome = 'abandoned'")
    _allow(_BEFORE)


def _allow(outcomes: str) -> None:
    op.drop_constraint(_NAME, "help_request")
    op.execute(f"ALTER TABLE help_request ADD CONSTRAINT {_NAME} CHECK (outcome IN ({outcomes}))")
