"""Departments that serve all: the service centre is one from now on."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the department that every installation begins with is a last resort."""
    op.execute("ALTER TABLE department ADD COLUMN last_resort boolean NOT NULL DEFAULT false")
    op.execute("UPDATE department SET last_resort = true WHERE name = '政务服务中心'")


def downgrade() -> None:
    """Drop it."""
    op.drop_column("department", "last_resort")
