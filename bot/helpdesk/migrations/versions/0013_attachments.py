"""Attachments: one table for what visitors send by WeChat and for pictures of helpers."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE attachment (
        conversation_id text NOT NULL,
        seq integer NOT NULL,
        kind text NOT NULL,
        status text NOT NULL CHECK (status IN ('waiting', 'kept', 'gone')),
        content_type text,
        content bytea CHECK ((content IS NOT NULL) = (status = 'kept')),
        created_at timestamptz NOT NULL,
        PRIMARY KEY (conversation_id, seq),
        FOREIGN KEY (conversation_id, seq) REFERENCES message (conversation_id, seq)
    )
    """,
    # Pictures are compressed already.
    "ALTER TABLE attachment ALTER COLUMN content SET STORAGE EXTERNAL",
    """
    INSERT INTO attachment (conversation_id, seq, kind, status, content_type, content, created_at)
    SELECT conversation_id, seq, kind, status, content_type, content, created_at FROM wechat_media
    """,
    "DELETE FROM wechat_media WHERE status <> 'waiting'",
    "DROP INDEX wechat_media_waiting",
    """
    ALTER TABLE wechat_media
        DROP COLUMN status, DROP COLUMN content_type, DROP COLUMN content, DROP COLUMN created_at
    """,
    "CREATE INDEX wechat_media_due ON wechat_media (due_at)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("wechat_media_due")
    op.execute(
        """
        ALTER TABLE wechat_media
            ADD COLUMN status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'kept', 'gone')),
            ADD COLUMN content_type text, ADD COLUMN content bytea,
            ADD COLUMN created_at timestamptz NOT NULL DEFAULT now()
        """
    )
    op.execute(
        """
        INSERT INTO wechat_media
            (conversation_id, seq, kind, status, content_type, content, created_at,
            media_id, attempts, due_at)
        SELECT conversation_id, seq, kind, status, content_type, content, created_at, '', 0, created_at
        FROM attachment ON CONFLICT DO NOTHING
        """
    )
    op.execute("CREATE INDEX wechat_media_waiting ON wechat_media (due_at) WHERE status = 'waiting'")
    op.drop_table("attachment")
