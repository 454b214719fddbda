"""The help engine: offers, ladder, invitations, tickets, working time, canned replies, thresholds."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ACTORS = "('visitor', 'bot', 'staff', 'system')"

STATEMENTS = (
    """
    ALTER TABLE staff
        ADD COLUMN capacity integer CHECK (capacity BETWEEN 0 AND 100),
        ADD COLUMN presence_at timestamptz,
        ADD COLUMN engaged_at timestamptz
    """,
    """
    CREATE TABLE staff_skill (
        staff_id text NOT NULL REFERENCES staff,
        topic text NOT NULL,
        PRIMARY KEY (staff_id, topic)
    )
    """,
    "CREATE TABLE staff_seen (staff_id text PRIMARY KEY REFERENCES staff, seen_at timestamptz NOT NULL)",
    """
    CREATE TABLE department (
        name text PRIMARY KEY,
        fallback text REFERENCES department,
        capacity integer CHECK (capacity >= 0),
        active boolean NOT NULL,
        updated_at timestamptz NOT NULL,
        CHECK (fallback <> name)
    )
    """,
    """
    CREATE TABLE topic (
        code text PRIMARY KEY,
        name text NOT NULL,
        department text REFERENCES department,
        active boolean NOT NULL,
        updated_at timestamptz NOT NULL
    )
    """,
    "ALTER TABLE conversation ADD COLUMN visitor_key text",
    """
    CREATE INDEX conversation_visitor_key ON conversation (visitor_key, created_at)
        WHERE visitor_key IS NOT NULL
    """,
    """
    ALTER TABLE help_request
        ADD COLUMN level smallint NOT NULL DEFAULT 0 CHECK (level BETWEEN 0 AND 4),
        ADD COLUMN waiting_since timestamptz,
        ADD COLUMN breached_at timestamptz
    """,
    "CREATE INDEX help_request_requested_at ON help_request (requested_at)",
    "CREATE INDEX help_request_claimed_by ON help_request (claimed_by) WHERE status = 'claimed'",
    "ALTER TABLE help_request_event ADD COLUMN detail jsonb NOT NULL DEFAULT '{}'",
    """
    CREATE TABLE help_offer (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        help_request_id text NOT NULL REFERENCES help_request,
        staff_id text NOT NULL REFERENCES staff,
        level smallint NOT NULL,
        reserved boolean NOT NULL,
        offered_at timestamptz NOT NULL,
        expires_at timestamptz,
        rang_at timestamptz,
        ended_at timestamptz,
        ending text CHECK (ending IN ('accepted', 'declined', 'ignored', 'withdrawn')),
        CHECK ((ended_at IS NULL) = (ending IS NULL))
    )
    """,
    """
    CREATE UNIQUE INDEX help_offer_one_open ON help_offer (help_request_id, staff_id) WHERE ended_at IS NULL
    """,
    "CREATE INDEX help_offer_open_staff ON help_offer (staff_id) WHERE ended_at IS NULL",
    "CREATE INDEX help_offer_request ON help_offer (help_request_id)",
    """
    CREATE TABLE help_breach (
        help_request_id text PRIMARY KEY REFERENCES help_request,
        at timestamptz NOT NULL,
        cause text NOT NULL CHECK (
            cause IN ('nobody_on_duty', 'all_full', 'offered_and_ignored', 'claimed_and_silent')
        ),
        department text,
        detail jsonb NOT NULL
    )
    """,
    "CREATE INDEX help_breach_at ON help_breach (at)",
    """
    CREATE TABLE dispatch_lease (
        name text PRIMARY KEY,
        holder text NOT NULL,
        token bigint NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE invitation (
        id text PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('transfer', 'join')),
        conversation_id text NOT NULL REFERENCES conversation,
        help_request_id text NOT NULL REFERENCES help_request,
        invited_by text NOT NULL REFERENCES staff,
        to_staff text REFERENCES staff,
        to_department text,
        note text NOT NULL,
        status text NOT NULL CHECK (
            status IN ('pending', 'accepted', 'refused', 'timed_out', 'cancelled')
        ),
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        decided_at timestamptz,
        decided_by text REFERENCES staff,
        reason text,
        CHECK ((to_staff IS NULL) <> (to_department IS NULL)),
        CHECK ((status = 'pending') = (decided_at IS NULL))
    )
    """,
    """
    CREATE UNIQUE INDEX invitation_one_transfer ON invitation (conversation_id)
        WHERE status = 'pending' AND kind = 'transfer'
    """,
    "CREATE INDEX invitation_pending ON invitation (expires_at) WHERE status = 'pending'",
    "CREATE INDEX invitation_conversation ON invitation (conversation_id)",
    """
    CREATE TABLE participant (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        conversation_id text NOT NULL REFERENCES conversation,
        staff_id text NOT NULL REFERENCES staff,
        invited_by text REFERENCES staff,
        joined_at timestamptz NOT NULL,
        left_at timestamptz
    )
    """,
    "CREATE UNIQUE INDEX participant_open ON participant (conversation_id, staff_id) WHERE left_at IS NULL",
    "CREATE INDEX participant_staff ON participant (staff_id) WHERE left_at IS NULL",
    """
    CREATE TABLE ticket (
        id text PRIMARY KEY,
        number text NOT NULL UNIQUE,
        conversation_id text NOT NULL REFERENCES conversation,
        help_request_id text REFERENCES help_request,
        source text NOT NULL CHECK (source IN ('off_hours', 'breach', 'callback', 'matter')),
        complexity text NOT NULL CHECK (complexity IN ('simple', 'complex')),
        department text NOT NULL,
        topic text,
        district text,
        channel text NOT NULL,
        locale text NOT NULL,
        title text NOT NULL,
        description text NOT NULL,
        contact jsonb NOT NULL,
        status text NOT NULL CHECK (status IN
            ('open', 'assigned', 'in_progress', 'resolved', 'closed', 'reopened', 'cancelled')),
        assigned_to text REFERENCES staff,
        created_at timestamptz NOT NULL,
        created_by_kind text NOT NULL CHECK (created_by_kind IN ('visitor', 'bot', 'staff', 'system')),
        created_by text REFERENCES staff,
        contact_due_at timestamptz NOT NULL,
        contacted_at timestamptz,
        due_at timestamptz NOT NULL,
        resolved_at timestamptz,
        closed_at timestamptz,
        result text,
        told_at timestamptz,
        reopened integer NOT NULL DEFAULT 0,
        resolved boolean,
        stars smallint CHECK (stars BETWEEN 1 AND 5),
        rating_comment text,
        rated_at timestamptz
    )
    """,
    "CREATE UNIQUE INDEX ticket_one_per_request ON ticket (help_request_id) WHERE source <> 'matter'",
    "CREATE INDEX ticket_conversation ON ticket (conversation_id)",
    """
    CREATE INDEX ticket_open_due ON ticket (due_at, id) WHERE status NOT IN ('closed', 'cancelled')
    """,
    "CREATE INDEX ticket_assigned_to ON ticket (assigned_to)",
    f"""
    CREATE TABLE ticket_event (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        ticket_id text NOT NULL REFERENCES ticket,
        at timestamptz NOT NULL,
        event text NOT NULL,
        status_before text,
        status_after text NOT NULL,
        actor_kind text NOT NULL CHECK (actor_kind IN {_ACTORS}),
        actor_id text REFERENCES staff,
        reason text NOT NULL,
        detail jsonb NOT NULL
    )
    """,
    "CREATE INDEX ticket_event_ticket ON ticket_event (ticket_id)",
    """
    CREATE TABLE ticket_reminder (
        ticket_id text NOT NULL REFERENCES ticket,
        kind text NOT NULL CHECK (kind IN ('contact', 'due')),
        due_at timestamptz NOT NULL,
        sent_at timestamptz NOT NULL,
        PRIMARY KEY (ticket_id, kind, due_at)
    )
    """,
    "CREATE TABLE ticket_counter (day date PRIMARY KEY, last integer NOT NULL)",
    """
    CREATE TABLE duty_span (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        department text REFERENCES department,
        weekday smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
        starts time NOT NULL,
        ends time NOT NULL,
        CHECK (starts < ends)
    )
    """,
    "CREATE INDEX duty_span_department ON duty_span (department)",
    """
    CREATE TABLE duty_exception (
        id text PRIMARY KEY,
        department text REFERENCES department,
        day date NOT NULL,
        spans jsonb NOT NULL,
        reason text NOT NULL,
        updated_at timestamptz NOT NULL,
        UNIQUE NULLS NOT DISTINCT (department, day)
    )
    """,
    """
    CREATE TABLE canned_reply (
        id text PRIMARY KEY,
        owner_id text REFERENCES staff,
        department text REFERENCES department,
        shortcut text NOT NULL,
        title text NOT NULL,
        text text NOT NULL,
        locale text NOT NULL,
        topic text,
        uses integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text REFERENCES staff,
        deleted_at timestamptz,
        CHECK (owner_id IS NULL OR department IS NULL)
    )
    """,
    """
    CREATE UNIQUE INDEX canned_reply_shortcut ON canned_reply (owner_id, department, shortcut, locale)
        NULLS NOT DISTINCT WHERE deleted_at IS NULL
    """,
    """
    CREATE TABLE setting (
        name text PRIMARY KEY,
        value jsonb NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text REFERENCES staff
    )
    """,
    "CREATE INDEX audit_at ON audit (at)",
    "CREATE INDEX audit_subject ON audit (subject)",
    *(
        f"""
        CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table}
        FOR EACH ROW EXECUTE FUNCTION refuse_update()
        """
        for table in ("ticket_event", "help_breach")
    ),
)

_TABLES = (
    "setting", "canned_reply", "duty_exception", "duty_span", "ticket_counter", "ticket_reminder",
    "ticket_event", "ticket", "participant", "invitation", "dispatch_lease", "help_breach", "help_offer",
    "topic", "department", "staff_seen", "staff_skill",
)  # fmt: skip
_COLUMNS = (
    ("help_request_event", "detail"),
    ("help_request", "level"),
    ("help_request", "waiting_since"),
    ("help_request", "breached_at"),
    ("conversation", "visitor_key"),
    ("staff", "capacity"),
    ("staff", "presence_at"),
    ("staff", "engaged_at"),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    for table, column in _COLUMNS:
        op.drop_column(table, column)
    for name in ("audit_at", "audit_subject", "help_request_requested_at", "help_request_claimed_by"):
        op.execute(f"DROP INDEX {name}")
