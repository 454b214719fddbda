"""The dispatcher's thread: it goes on whatever ends it, and says whether it does."""

import threading
from collections.abc import Iterator

import pytest

from bot import dispatching
from bot.dispatching import DispatcherThread
from bot.helpdesk.engine import Dispatcher
from bot.helpdesk.live import Hub
from bot.helpdesk.rules import Policy
from bot.helpdesk.texts import Texts
from bot.helpdesk.thresholds import Thresholds
from tests.server.running import Site

pytestmark = pytest.mark.integration


@pytest.fixture
def thread(database_url: str, redis_url: str, texts: Texts) -> Iterator[DispatcherThread]:
    made = DispatcherThread(database_url, redis_url, texts, Thresholds(Policy()))
    yield made
    made.stop(10)
    assert not made._thread.is_alive()


@pytest.mark.parametrize("what", [Dispatcher, Hub])
def test_dispatcher_starts_again_when_a_part_of_it_ends(
    thread: DispatcherThread, monkeypatch: pytest.MonkeyPatch, what: type
):
    real, again, runs = what.run, threading.Event(), 0

    async def broken_once(*values: object) -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise RuntimeError("unforeseen")
        again.set()
        await real(*values)

    monkeypatch.setattr(dispatching, "_RESTART_SECONDS", 0.01)
    monkeypatch.setattr(what, "run", broken_once)
    thread.start()
    assert again.wait(10)


def test_thread_says_that_it_works_and_leads_once_it_does(
    thread: DispatcherThread, monkeypatch: pytest.MonkeyPatch
):
    led, begin = threading.Event(), Dispatcher._begin

    async def noted(self: Dispatcher) -> None:
        await begin(self)
        led.set()

    monkeypatch.setattr(Dispatcher, "_begin", noted)
    assert (thread.looks, thread.leads) == (False, False)
    thread.start()
    assert led.wait(10)
    assert (thread.looks, thread.leads) == (True, True)
    monkeypatch.setattr(dispatching, "_SILENT_SECONDS", 0.0)
    assert (thread.looks, thread.leads) == (False, False)


async def test_health_says_so_when_this_servers_dispatcher_is_silent(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(dispatching, "_SILENT_SECONDS", 0.0)
    ready = await site.http("GET", "/health/ready")
    assert (ready.status_code, ready.json()["dispatcher"]) == (200, "away")
