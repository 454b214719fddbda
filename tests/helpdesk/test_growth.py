"""What the dispatcher reads stays quick when the tables grew faster than PostgreSQL counts them."""

import pytest
from sqlalchemy import text

from bot.helpdesk.database import DISPATCHING, Database
from bot.helpdesk.engine.look import Looker
from bot.helpdesk.rules import Policy
from tests.conftest import FakeClock
from tests.helpdesk.conftest import Hire, Query, Queue

pytestmark = pytest.mark.integration
#: More than enough for psycopg to prepare a statement and for PostgreSQL to settle on one plan for it.
LOOKS = 15
CONVERSATIONS = 20_000
WAITING = 300
# Every third visitor asked for a person, and some wait; each is known by a key, as those of WeChat are.
GROWTH = (
    """
    INSERT INTO conversation (id, token_hash, channel, locale, profile, owner, owner_epoch, last_seq,
        visitor_read_seq, created_at, visitor_key)
    SELECT md5('c' || n), CAST(md5('t' || n) AS bytea), 'widget', 'zh', '{}', 'bot', 1, 1, 0,
        now() - interval '30 days', md5('v' || n)
    FROM generate_series(1, :many) n
    """,
    """
    INSERT INTO help_request (id, conversation_id, status, reason, department, channel, question, brief,
        requested_at, deadline_at, claimed_at, claimed_by, first_response_at, closed_at, outcome)
    SELECT md5('r' || n), md5('c' || n), 'closed', 'asked', '税务局', 'widget', 'x', '{}', at, at, at,
        :helper, at, at, 'resolved'
    FROM generate_series(1, :many, 3) n, (SELECT now() - interval '30 days' AS at) long_ago
    """,
    """
    INSERT INTO help_offer (help_request_id, staff_id, level, reserved, offered_at, ended_at, ending)
    SELECT md5('r' || n), :helper, 0, true, now(), now(), 'declined' FROM generate_series(1, :many, 3) n
    """,
    """
    INSERT INTO help_request_event (help_request_id, at, event, status_before, status_after, actor_kind,
        reason, detail)
    SELECT md5('r' || n), now(), 'released', 'claimed', 'waiting', 'system',
        CASE WHEN n % 2 = 0 THEN 'connection_lost' ELSE 'claimed_and_silent' END,
        jsonb_build_object('staff_id', CAST(:helper AS text))
    FROM generate_series(1, :many, 3) n
    """,
    """
    INSERT INTO help_request (id, conversation_id, status, reason, department, channel, question, brief,
        requested_at, deadline_at)
    SELECT md5('w' || n), md5('c' || n), 'waiting', 'asked', '税务局', 'widget', 'x', '{}', now(), now()
    FROM generate_series(2, 3 * :waiting, 3) n
    """,
)
# Without parameters there is nothing to plan anew for: those look at one table, or at few rows.
PREPARED = text(
    "SELECT sum(generic_plans), max(custom_plans) FROM pg_prepared_statements "
    "WHERE cardinality(parameter_types) > 0"
)


async def test_look_takes_its_time_from_what_waits_when_the_tables_have_just_grown(
    database_url: str, clock: FakeClock, hire: Hire, queue: Queue, query: Query
) -> None:
    ann = await hire("ann")
    await queue()
    await query("ANALYZE conversation, help_request, help_offer, help_request_event")
    database = Database.open(database_url, pool_size=1, settings=DISPATCHING)
    try:
        for _ in range(LOOKS):
            assert await _look(database, clock) == 1
        for statement in GROWTH:
            await query(statement, many=CONVERSATIONS, helper=ann.id, waiting=WAITING)
        async with database.reading() as connection:
            # A statement of more than a second would be cancelled, and the test with it.
            await connection.execute(text("SET statement_timeout = '1s'"))
        for _ in range(3):
            assert await _look(database, clock) == 1 + WAITING
        async with database.reading() as connection:
            generic, custom = (await connection.execute(PREPARED)).one()
        assert generic == 0 and custom >= 10, "the statements are prepared, and planned each time"
    finally:
        await database.close()


async def _look(database: Database, clock: FakeClock) -> int:
    async with database.reading() as connection:
        # A new looker each time: one that remembers asks less.
        view = await Looker().look(connection, clock(), Policy())
    return len(view.requests)
