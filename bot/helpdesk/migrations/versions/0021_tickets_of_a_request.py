"""A visitor may leave another ticket for a request once the first is settled.

That there are not two unsettled ones is kept by the conversation's lock.
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index that allows several."""
    op.drop_index("ticket_one_per_request")
    op.execute("CREATE INDEX ticket_request ON ticket (help_request_id)")


def downgrade() -> None:
    """Back to one; fails when there are several."""
    op.drop_index("ticket_request")
    op.execute(
        "CREATE UNIQUE INDEX ticket_one_per_request ON ticket (help_request_id) WHERE source <> 'matter'"
    )
