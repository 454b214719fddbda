from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.helpdesk.database import Database, migrate
from bot.helpdesk.desk import Desk
from bot.helpdesk.errors import Unavailable
from bot.helpdesk.tables import metadata
from tests.helpdesk.conftest import Query, Queue

pytestmark = pytest.mark.integration
MIGRATIONS = Path(__file__).resolve().parents[2] / "bot" / "helpdesk" / "migrations"


def test_migrate_succeeds_everywhere_when_several_servers_start_at_once(empty_database_url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(migrate, [empty_database_url] * 4))
    engine = create_engine(
        empty_database_url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool
    )
    with engine.connect() as connection:
        heads = ScriptDirectory(str(MIGRATIONS)).get_heads()
        assert len(heads) == 1
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == heads
        assert connection.execute(text("SELECT count(*) FROM conversation")).scalar() == 0


def test_migrations_make_what_the_tables_say_when_compared(database_url: str) -> None:
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


async def test_database_raises_unavailable_when_nothing_listens() -> None:
    database = Database.open("postgresql://postgres:@/postgres?host=/nonexistent")
    with pytest.raises(Unavailable):
        await database.ping()
    await database.close()


async def test_database_answers_when_the_connections_were_cut(database: Database, query: Query) -> None:
    await database.ping()
    # What a restart of PostgreSQL does to the pool: every other connection of this database is ended.
    await query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await database.ping()


@pytest.mark.parametrize("table", ["help_request_event", "audit"])
async def test_history_refuses_changes_when_updated(queue: Queue, query: Query, table: str) -> None:
    await queue()
    await query(
        "INSERT INTO audit (at, actor_kind, action, subject, detail) VALUES (now(), 'system', 'a', 's', '{}')"
    )
    with pytest.raises(DBAPIError, match="never changed"):
        await query(f"UPDATE {table} SET actor_kind = 'system'")


async def test_database_refuses_a_second_open_request_when_rules_are_bypassed(
    desk: Desk, queue: Queue, query: Query
) -> None:
    request = await queue()
    with pytest.raises(IntegrityError, match="help_request_one_open"):
        await query(
            "INSERT INTO help_request (id, conversation_id, status, reason, channel, question, brief, "
            "requested_at, deadline_at) SELECT 'other', conversation_id, status, reason, channel, question, "
            "brief, requested_at, deadline_at FROM help_request WHERE id = :id",
            id=request.id,
        )
