"""Fixtures of tests that need the whole application."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from bot.helpdesk import accounts
from bot.settings import Settings, read_settings
from tests.server.running import Site, StandIn, serve


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    assistant = StandIn()
    yield assistant
    assistant.stop()


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """A built web part, in small."""
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "index.html").write_text("<!doctype html><title>demo</title>")
    (tmp_path / "demo" / "demo.css").write_text("body{}")
    (tmp_path / "console" / "assets").mkdir(parents=True)
    (tmp_path / "console" / "index.html").write_text("<!doctype html><title>console</title>")
    (tmp_path / "console" / "assets" / "main-1a2b.js").write_text("export {}")
    (tmp_path / "widget.js").write_text("window.bangban = {}")
    (tmp_path / "secret.txt").write_text("not to be served")
    return tmp_path


@pytest.fixture
def quick_hashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords hashed at little cost: their cost is not what these tests are about."""
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    accounts._nobodys_hash.cache_clear()
    yield
    accounts._nobodys_hash.cache_clear()


@pytest.fixture
def settings(
    database_url: str, redis_url: str, stand_in: StandIn, web: Path, quick_hashing: None
) -> Settings:
    return read_settings(
        {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "BANGBAN_ASSISTANT_URLS": stand_in.url,
            "BANGBAN_ASSISTANT_TIMEOUT_SECONDS": "5",
            "BANGBAN_WEB": str(web),
            "BANGBAN_SHUTDOWN_SECONDS": "2",
            "BANGBAN_DATABASE_POOL": "5",
        }
    )


@pytest.fixture
async def site(settings: Settings, stand_in: StandIn) -> AsyncIterator[Site]:
    async for running in serve(settings, stand_in):
        yield running


@pytest.fixture
def changed(settings: Settings) -> Callable[..., Settings]:
    """The settings with some changed."""
    return lambda **values: replace(settings, **values)
