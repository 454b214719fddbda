"""The connection to PostgreSQL: pool, transactions, migrations."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, NullPool, create_engine, event, make_url, text
from sqlalchemy.exc import DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.helpdesk.errors import Unavailable

_MIGRATIONS = Path(__file__).parent / "migrations"
# Any number that no other program on the same database locks.
_MIGRATION_LOCK = 0x62616E6762616E
# A pooled connection that was used within so many seconds is taken to be alive.
_IDLE_SECONDS = 2.0


def _driver_url(url: str) -> URL:
    """``url`` for psycopg 3, whether it says ``postgres://``, ``postgresql://`` or names a driver."""
    return make_url(url.replace("postgres://", "postgresql://", 1)).set(drivername="postgresql+psycopg")


def migrate(url: str) -> None:
    """Bring the database at ``url`` to the newest revision; waits while another process does the same.

    Raises ``sqlalchemy.exc.OperationalError`` when PostgreSQL does not answer.
    """
    engine = create_engine(_driver_url(url), poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
        connection.commit()
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        # Closing the session (NullPool) releases the lock.


class Database:
    """Owns the async engine. One per process."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._reader = engine.execution_options(isolation_level="AUTOCOMMIT")
        event.listen(engine.sync_engine, "checkin", _remember_use)
        event.listen(engine.sync_engine, "checkout", _check_alive)

    @classmethod
    def open(cls, url: str, *, pool_size: int = 10) -> "Database":
        """Make the pool; nothing is connected before the first use."""
        engine = create_async_engine(
            _driver_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            connect_args={"connect_timeout": 5},
        )
        return cls(engine)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """One transaction, committed at the end of the block.

        Raises ``Unavailable`` when PostgreSQL cannot be reached or goes away.
        """
        with _reachable():
            async with self._engine.begin() as connection:
                yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading alone, each statement by itself: a third of the way of a transaction.

        Raises ``Unavailable`` as ``transaction`` does.
        """
        with _reachable():
            async with self._reader.connect() as connection:
                yield connection

    async def ping(self) -> None:
        """Raise ``Unavailable`` unless PostgreSQL answers."""
        async with self.transaction() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection of the pool."""
        await self._engine.dispose()


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise Unavailable("the database does not answer") from error


def _remember_use(_connection: Any, record: Any) -> None:
    record.info["used_at"] = time.monotonic()


def _check_alive(connection: Any, record: Any, _proxy: Any) -> None:
    """Try a connection that lay idle: PostgreSQL may have been restarted. One in use is known to be alive.

    Raises ``DisconnectionError``: the pool makes a new one.
    """
    if time.monotonic() - record.info.get("used_at", time.monotonic()) < _IDLE_SECONDS:
        return
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT 1")
        cursor.close()
        connection.rollback()
    except Exception as error:
        raise DisconnectionError from error
