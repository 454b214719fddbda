"""The connection to PostgreSQL: pool, transactions, migrations."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, NullPool, create_engine, make_url, text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.helpdesk.errors import Unavailable

_MIGRATIONS = Path(__file__).parent / "migrations"
# Any number that no other program on the same database locks.
_MIGRATION_LOCK = 0x62616E6762616E


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

    @classmethod
    def open(cls, url: str, *, pool_size: int = 10) -> "Database":
        """Make the pool; nothing is connected before the first use."""
        engine = create_async_engine(
            _driver_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 5},
        )
        return cls(engine)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """One transaction, committed at the end of the block.

        Raises ``Unavailable`` when PostgreSQL cannot be reached or goes away.
        """
        try:
            async with self._engine.begin() as connection:
                yield connection
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            raise Unavailable("the database does not answer") from error

    async def ping(self) -> None:
        """Raise ``Unavailable`` unless PostgreSQL answers."""
        async with self.transaction() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection of the pool."""
        await self._engine.dispose()
