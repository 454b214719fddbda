"""WeChat: addresses that updates are pushed to, the visitors behind them, and what WeChat has delivered."""

from alembic import op

revision = "0010"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE outbox ADD COLUMN target text NOT NULL DEFAULT 'assistant'",
    "ALTER TABLE outbox ADD COLUMN progress integer NOT NULL DEFAULT 0",
    "ALTER TABLE outbox DROP CONSTRAINT outbox_conversation_id_seq_key",
    "ALTER TABLE outbox ADD UNIQUE (conversation_id, seq, target)",
    """
    CREATE TABLE address (
        conversation_id text NOT NULL REFERENCES conversation,
        channel text NOT NULL,
        address text NOT NULL,
        leased_until timestamptz,
        hold_until timestamptz,
        PRIMARY KEY (conversation_id, channel)
    )
    """,
    "CREATE INDEX address_address_idx ON address (channel, address)",
    """
    CREATE TABLE conversation_key (
        token_hash bytea PRIMARY KEY,
        conversation_id text NOT NULL REFERENCES conversation,
        created_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX ix_conversation_key_conversation_id ON conversation_key (conversation_id)",
    """
    CREATE TABLE wechat_visitor (
        openid text PRIMARY KEY,
        conversation_id text NOT NULL REFERENCES conversation,
        subscribed boolean NOT NULL,
        created_at timestamptz NOT NULL,
        unsubscribed_at timestamptz,
        message_at timestamptz,
        message_used smallint NOT NULL,
        event_at timestamptz,
        event_used smallint NOT NULL
    )
    """,
    "CREATE INDEX ix_wechat_visitor_conversation_id ON wechat_visitor (conversation_id)",
    """
    CREATE TABLE wechat_inbound (
        key text PRIMARY KEY,
        signature text NOT NULL UNIQUE,
        openid text NOT NULL,
        received_at timestamptz NOT NULL,
        answered_at timestamptz,
        answer text
    )
    """,
    "CREATE INDEX wechat_inbound_received_at_idx ON wechat_inbound (received_at)",
    """
    CREATE TABLE wechat_media (
        conversation_id text NOT NULL REFERENCES conversation,
        seq integer NOT NULL,
        kind text NOT NULL,
        media_id text NOT NULL,
        status text NOT NULL CHECK (status IN ('waiting', 'kept', 'gone')),
        content_type text,
        content bytea,
        attempts integer NOT NULL,
        due_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (conversation_id, seq)
    )
    """,
    "CREATE INDEX wechat_media_waiting ON wechat_media (due_at) WHERE status = 'waiting'",
    """
    CREATE TABLE wechat_link (
        code_hash bytea PRIMARY KEY,
        conversation_id text NOT NULL REFERENCES conversation,
        leads_to text NOT NULL CHECK (leads_to IN ('web', 'wechat')),
        expires_at timestamptz NOT NULL,
        used_at timestamptz
    )
    """,
    "CREATE INDEX ix_wechat_link_conversation_id ON wechat_link (conversation_id)",
    """
    CREATE TABLE wechat_alarm (
        code text PRIMARY KEY,
        first_at timestamptz NOT NULL,
        last_at timestamptz NOT NULL,
        count integer NOT NULL
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("alarm", "link", "media", "inbound", "visitor"):
        op.drop_table(f"wechat_{table}")
    op.drop_table("conversation_key")
    op.drop_table("address")
    op.execute("DELETE FROM outbox WHERE target <> 'assistant'")
    op.execute("ALTER TABLE outbox DROP CONSTRAINT outbox_conversation_id_seq_target_key")
    op.execute("ALTER TABLE outbox ADD UNIQUE (conversation_id, seq)")
    op.drop_column("outbox", "progress")
    op.drop_column("outbox", "target")
