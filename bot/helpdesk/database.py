"""The connection to PostgreSQL: pool, transactions, migrations."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, NullPool, QueuePool, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.helpdesk.errors import Busy, Unavailable

_MIGRATIONS = Path(__file__).parent / "migrations"
# Any number that no other program on the same database locks.
_MIGRATION_LOCK = 0x62616E6762616E
# A pooled connection that was used within so many seconds is taken to be alive.
_IDLE_SECONDS = 2.0
_LOCK_NOT_AVAILABLE = "55P03"


@dataclass(frozen=True)
class ConnectionSettings:
    """How PostgreSQL treats one of our connections. Times are in seconds; 0 is for ever.

    ``idle``: a transaction whose process has stopped (frozen, cut off) is rolled back after this, and its
    locks go free. ``lock``: how long a statement waits for somebody else's lock. ``statement``: how long one
    runs. ``answer``: after how long without a word from the other side the connection counts as broken.
    ``plan_anew``: a statement that comes again is planned for the tables as they are then, not as they were
    when it first came; a little dearer, but a plan for small tables may take minutes on big ones.
    """

    idle: float = 10.0
    lock: float = 0.0
    statement: float = 0.0
    answer: float = 20.0
    plan_anew: bool = False

    def as_options(self) -> str:
        """The settings of PostgreSQL, as a connection names them."""
        values = {
            "idle_in_transaction_session_timeout": self.idle,
            "lock_timeout": self.lock,
            "statement_timeout": self.statement,
        }
        options = [f"-c {name}={round(seconds * 1000)}" for name, seconds in values.items()]
        return " ".join([*options, *(["-c plan_cache_mode=force_custom_plan"] if self.plan_anew else [])])


#: Who dispatches must not be kept by a server that stands still, nor keep others when it stands still itself;
#: and it reads all that waits, however fast that grew.
DISPATCHING = ConnectionSettings(idle=1.0, lock=0.8, statement=5.0, answer=5.0, plan_anew=True)


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


def _connect_args(address: URL, settings: ConnectionSettings) -> dict[str, str | int]:
    """What every connection is opened with; options of the address itself count more."""
    own = address.query.get("options", "")
    seconds = max(1, round(settings.answer))
    return {
        "connect_timeout": 5,
        "options": f"{settings.as_options()} {own if isinstance(own, str) else ' '.join(own)}".strip(),
        # For the packet that is never acknowledged, and for the answer that never comes.
        "tcp_user_timeout": seconds * 1000,
        "keepalives_idle": seconds,
        "keepalives_interval": max(1, seconds // 4),
        "keepalives_count": 3,
    }


def _away(error: DBAPIError) -> Unavailable | None:
    """What to tell of an error of the database's; None when it is the statement's own fault."""
    if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
        return Busy("somebody else holds what was asked for")
    if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
        return Unavailable("the database does not answer")
    return None


class Database:
    """Owns the async engine. One per process."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._reader = engine.execution_options(isolation_level="AUTOCOMMIT")
        event.listen(engine.sync_engine, "checkin", _remember_use)
        event.listen(engine.sync_engine, "checkout", _check_alive)

    @classmethod
    def open(cls, url: str, *, pool_size: int = 10, settings: ConnectionSettings | None = None) -> "Database":
        """Make the pool; nothing is connected before the first use."""
        address = _driver_url(url)
        engine = create_async_engine(
            address,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            connect_args=_connect_args(address, settings or ConnectionSettings()),
        )
        return cls(engine)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """One transaction, committed at the end of the block.

        Raises ``Unavailable`` when PostgreSQL cannot be reached or goes away, ``Busy`` when somebody else's
        lock was waited for as long as ``settings`` of ``open`` say.
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

    def connections(self) -> tuple[int, int]:
        """How many connections of the pool are in use, and how many it may have."""
        pool = self._engine.pool
        assert isinstance(pool, QueuePool)
        return pool.checkedout(), pool.size()

    async def close(self) -> None:
        """Close every connection of the pool."""
        await self._engine.dispose()


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("the database does not answer") from error
    except DBAPIError as error:
        if (away := _away(error)) is None:
            raise
        raise away from error


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
