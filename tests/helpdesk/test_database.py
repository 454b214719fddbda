import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.helpdesk.database import ConnectionSettings, Database, migrate
from bot.helpdesk.desk import Desk
from bot.helpdesk.errors import Busy, Unavailable
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


async def test_transaction_is_rolled_back_and_its_locks_go_when_its_process_stands_still(
    database: Database, database_url: str, queue: Queue, query: Query
) -> None:
    request = await queue()
    frozen = Database.open(database_url, settings=ConnectionSettings(idle=0.2))
    lock = text("SELECT 1 FROM help_request WHERE id = :id FOR UPDATE")
    with pytest.raises(Unavailable):
        async with frozen.transaction() as held:
            await held.execute(lock, {"id": request.id})
            async with asyncio.timeout(10):
                await query("UPDATE help_request SET outcome = NULL WHERE id = :id", id=request.id)
            await held.execute(lock, {"id": request.id})  # it wakes up
    await frozen.ping()  # and is served again
    await frozen.close()


async def test_busy_is_raised_when_somebody_else_holds_the_row(
    database: Database, database_url: str, queue: Queue
) -> None:
    request = await queue()
    hurried = Database.open(database_url, settings=ConnectionSettings(lock=0.1))
    lock = text("SELECT 1 FROM help_request WHERE id = :id FOR UPDATE")
    async with database.transaction() as held, asyncio.timeout(10):
        await held.execute(lock, {"id": request.id})
        with pytest.raises(Busy):
            async with hurried.transaction() as connection:
                await connection.execute(lock, {"id": request.id})
    await hurried.close()


async def test_options_of_the_address_count_more_when_it_has_some(database_url: str) -> None:
    own = Database.open(f"{database_url}&options=-c%20lock_timeout%3D7s", settings=ConnectionSettings(lock=1))
    async with own.transaction() as connection:
        assert (await connection.execute(text("SHOW lock_timeout"))).scalar() == "7s"
        assert (await connection.execute(text("SHOW idle_in_transaction_session_timeout"))).scalar() == "10s"
    await own.close()


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
