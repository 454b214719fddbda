"""``python -m bot.server`` as an operator starts it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from bot.cli.supervisor import die_with_parent
from bot.settings import PROJECT
from tests.server.running import StandIn

pytestmark = pytest.mark.integration


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.fixture
def environment(database_url: str, redis_url: str, stand_in: StandIn) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {
        **kept,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "BANGBAN_PORT": str(free_port()),
        "BANGBAN_ASSISTANT_URLS": stand_in.url,
        "BANGBAN_KNOWLEDGE_SEARCH": "no",
    }


@contextmanager
def server(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.server"],
        cwd=PROJECT,
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def patient() -> requests.Session:
    """Keeps trying for about half a minute while nobody listens yet."""
    session = requests.Session()
    session.mount("http://", HTTPAdapter(max_retries=Retry(connect=20, backoff_factor=0.1, backoff_max=2)))
    return session


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_server_serves_and_ends_quietly_when_it_is_told_to_stop(environment: dict[str, str], end: int):
    url = f"http://127.0.0.1:{environment['BANGBAN_PORT']}"
    with server(environment) as process:
        ready = patient().get(f"{url}/health/ready", timeout=10)
        parts = ready.json()
        # Whether next year's holidays are known already depends on the day the test runs.
        assert parts.pop("holidays") in ("ok", "incomplete")
        # Nor is the dispatcher's first look over when the server begins to answer.
        assert parts.pop("dispatcher") in ("ok", "away")
        assert parts == {"postgresql": "ok", "valkey": "ok", "assistant": "ok"}
        process.send_signal(end)
        out, err = process.communicate(timeout=15)
    assert process.returncode == 0
    assert "Traceback" not in err and out == ""


def test_server_migrates_when_the_database_is_empty(
    environment: dict[str, str], empty_database_url: str, postgres: Callable[[str], str]
):
    environment["DATABASE_URL"] = empty_database_url
    url = f"http://127.0.0.1:{environment['BANGBAN_PORT']}"
    with server(environment):
        started = patient().post(f"{url}/api/visitor/conversations", json={}, timeout=10)
        assert started.status_code == 201


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"DATABASE_URL": ""}, 2, "DATABASE_URL is not set"),
        ({"BANGBAN_PORT": "http"}, 2, "BANGBAN_PORT must be"),
        ({"DATABASE_URL": "postgresql://u:geheim@127.0.0.1:1/x"}, 1, "PostgreSQL cannot be used"),
    ],
)
def test_server_says_what_is_wrong_and_ends_when_it_cannot_start(
    environment: dict[str, str], change: dict[str, str], code: int, words: str
):
    with server({**environment, **change}) as process:
        _, err = process.communicate(timeout=20)
    assert process.returncode == code
    assert words in err
    assert "geheim" not in err and "Traceback" not in err


def test_server_says_so_when_the_database_is_of_a_newer_version(
    environment: dict[str, str], empty_database_url: str
):
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    with server({**environment, "DATABASE_URL": empty_database_url}) as process:
        _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "newer" in err and "Traceback" not in err


def test_server_names_the_port_when_it_is_taken(environment: dict[str, str]):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment["BANGBAN_PORT"] = str(taken.getsockname()[1])
        with server(environment) as process:
            _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert environment["BANGBAN_PORT"] in err and "Traceback" not in err


def test_server_ends_in_time_when_visitors_are_connected(environment: dict[str, str]):
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.client import connect

    address = f"127.0.0.1:{environment['BANGBAN_PORT']}"
    environment["BANGBAN_SHUTDOWN_SECONDS"] = "2"
    with server(environment) as process:
        started = patient().post(f"http://{address}/api/visitor/conversations", json={}, timeout=10)
        with connect(f"ws://{address}/api/visitor/ws?token={started.json()['token']}") as socket:
            socket.send('{"type":"resume","after":0}')
            assert "state" in str(socket.recv(timeout=10))
            process.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosed):
                socket.recv(timeout=10)
        _, err = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "Traceback" not in err
