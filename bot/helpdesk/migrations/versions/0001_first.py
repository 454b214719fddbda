"""The first schema: conversations, messages, help requests, outbox, staff, audit."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Plain SQL: a migration is history and must not change when the tables in Python do.
STATEMENTS = (
    """
    CREATE TABLE staff (
        id text PRIMARY KEY,
        username text NOT NULL UNIQUE,
        name text NOT NULL,
        role text NOT NULL CHECK (role IN ('helper', 'specialist', 'supervisor', 'administrator')),
        department text,
        active boolean NOT NULL,
        presence text NOT NULL CHECK (presence IN ('ready', 'busy', 'away')),
        password_hash text NOT NULL,
        created_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE staff_session (
        token_hash bytea PRIMARY KEY,
        staff_id text NOT NULL REFERENCES staff,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX ix_staff_session_staff_id ON staff_session (staff_id)",
    """
    CREATE TABLE conversation (
        id text PRIMARY KEY,
        token_hash bytea NOT NULL UNIQUE,
        channel text NOT NULL,
        district text,
        locale text NOT NULL,
        page text,
        profile jsonb NOT NULL,
        owner text NOT NULL CHECK (owner IN ('bot', 'queue', 'helper')),
        owner_epoch integer NOT NULL,
        last_seq integer NOT NULL,
        helper_id text REFERENCES staff,
        visitor_read_seq integer NOT NULL,
        created_at timestamptz NOT NULL,
        closed_at timestamptz,
        resolved boolean,
        stars smallint CHECK (stars BETWEEN 1 AND 5),
        rating_comment text,
        rated_seq integer,
        CHECK ((owner = 'helper') = (helper_id IS NOT NULL))
    )
    """,
    "CREATE INDEX ix_conversation_helper_id ON conversation (helper_id)",
    """
    CREATE TABLE message (
        conversation_id text NOT NULL REFERENCES conversation,
        seq integer NOT NULL CHECK (seq > 0),
        kind text NOT NULL,
        sender_kind text NOT NULL CHECK (sender_kind IN ('visitor', 'bot', 'helper', 'system')),
        sender_name text,
        sender_department text,
        staff_id text REFERENCES staff,
        visibility text NOT NULL CHECK (visibility IN ('public', 'internal')),
        text text,
        payload jsonb NOT NULL,
        commands jsonb NOT NULL,
        reply_to integer,
        client_message_id text,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (conversation_id, seq),
        UNIQUE (conversation_id, client_message_id)
    )
    """,
    """
    CREATE TABLE help_request (
        id text PRIMARY KEY,
        conversation_id text NOT NULL REFERENCES conversation,
        status text NOT NULL CHECK (status IN ('waiting', 'offered', 'claimed', 'closed')),
        reason text NOT NULL,
        topic text,
        department text,
        district text,
        channel text NOT NULL,
        question text NOT NULL,
        brief jsonb NOT NULL,
        requested_at timestamptz NOT NULL,
        deadline_at timestamptz NOT NULL,
        claimed_at timestamptz,
        claimed_by text REFERENCES staff,
        first_response_at timestamptz,
        closed_at timestamptz,
        closed_by text REFERENCES staff,
        outcome text CHECK (outcome IN ('resolved', 'unresolved', 'no_response')),
        resolved boolean,
        stars smallint CHECK (stars BETWEEN 1 AND 5),
        rating_comment text,
        rated_seq integer,
        rated_at timestamptz,
        CHECK ((status = 'closed') = (closed_at IS NOT NULL)),
        CHECK (status <> 'claimed' OR claimed_by IS NOT NULL),
        CHECK ((rated_at IS NULL) = (rated_seq IS NULL))
    )
    """,
    "CREATE INDEX ix_help_request_conversation_id ON help_request (conversation_id)",
    """
    CREATE UNIQUE INDEX help_request_one_open ON help_request (conversation_id) WHERE status <> 'closed'
    """,
    "CREATE INDEX help_request_open_deadline ON help_request (deadline_at) WHERE status <> 'closed'",
    "CREATE INDEX help_request_first_response_at_idx ON help_request (first_response_at)",
    "CREATE INDEX help_request_closed_by_idx ON help_request (closed_by, closed_at)",
    """
    CREATE TABLE help_request_event (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        help_request_id text NOT NULL REFERENCES help_request,
        at timestamptz NOT NULL,
        event text NOT NULL,
        status_before text,
        status_after text NOT NULL,
        actor_kind text NOT NULL CHECK (actor_kind IN ('visitor', 'bot', 'staff', 'system')),
        actor_id text REFERENCES staff,
        reason text NOT NULL
    )
    """,
    "CREATE INDEX ix_help_request_event_help_request_id ON help_request_event (help_request_id)",
    """
    CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        conversation_id text NOT NULL REFERENCES conversation,
        seq integer NOT NULL,
        owner_epoch integer NOT NULL,
        text text NOT NULL,
        status text NOT NULL CHECK (status IN ('pending', 'done', 'dropped', 'parked')),
        attempts integer NOT NULL,
        reason text,
        created_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        leased_until timestamptz,
        finished_at timestamptz,
        UNIQUE (conversation_id, seq)
    )
    """,
    "CREATE INDEX outbox_pending ON outbox (due_at, id) WHERE status = 'pending'",
    """
    CREATE INDEX outbox_pending_conversation ON outbox (conversation_id, id) WHERE status = 'pending'
    """,
    """
    CREATE TABLE audit (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL,
        actor_kind text NOT NULL CHECK (actor_kind IN ('visitor', 'bot', 'staff', 'system')),
        actor_id text REFERENCES staff,
        action text NOT NULL,
        subject text NOT NULL,
        detail jsonb NOT NULL
    )
    """,
    # History is only ever added to. DELETE stays possible for the retention rules.
    """
    CREATE FUNCTION refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME;
    END
    $$
    """,
    """
    CREATE TRIGGER help_request_event_append_only BEFORE UPDATE ON help_request_event
    FOR EACH ROW EXECUTE FUNCTION refuse_update()
    """,
    """
    CREATE TRIGGER audit_append_only BEFORE UPDATE ON audit
    FOR EACH ROW EXECUTE FUNCTION refuse_update()
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("audit", "outbox", "help_request_event", "help_request", "message", "conversation"):
        op.drop_table(table)
    op.drop_table("staff_session")
    op.drop_table("staff")
    op.execute("DROP FUNCTION refuse_update")
