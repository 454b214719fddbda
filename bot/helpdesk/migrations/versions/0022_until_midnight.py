"""A span of duty may last until midnight, kept as an end at 00:00."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Allow it."""
    op.drop_constraint("duty_span_check", "duty_span")
    op.execute("ALTER TABLE duty_span ADD CONSTRAINT duty_span_check CHECK (starts < ends OR ends = '00:00')")


def downgrade() -> None:
    """Not any more; such spans end a minute earlier."""
    op.execute("UPDATE duty_span SET ends = '23:59' WHERE ends = '00:00'")
    op.drop_constraint("duty_span_check", "duty_span")
    op.execute("ALTER TABLE duty_span ADD CONSTRAINT duty_span_check CHECK (starts < ends)")
