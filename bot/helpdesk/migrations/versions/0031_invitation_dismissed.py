"""Who has said no to what their whole department was asked: it rings on at the others."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.execute(
        "CREATE TABLE invitation_dismissed (invitation_id text NOT NULL REFERENCES invitation (id), "
        "staff_id text NOT NULL REFERENCES staff (id), at timestamptz NOT NULL, "
        "PRIMARY KEY (invitation_id, staff_id))"
    )


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP TABLE invitation_dismissed")
