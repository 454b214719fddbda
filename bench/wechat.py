"""How long WeChat waits for its webhook: encrypted posts at a steady rate, against a server of its own.

The visitors talk to a helper, so no post waits for the assistant: what is measured is signature, decryption,
saving once, the window, and the answer. Posts leave on time whether or not earlier ones have been answered;
the latency counts from when a post was due, so a server that falls behind shows it.
"""

import argparse
import asyncio
import json
import os
import secrets
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import psutil
import psycopg
import requests

from bench.running import wait_until
from bench.spread import spread_ms
from bot.channels.wechat import crypto, envelope, xml
from bot.channels.wechat.account import Account
from bot.cli.environments import ROOT, child_environment, python_of
from bot.cli.stores import Stores, free_port
from bot.cli.supervisor import die_with_parent

APP_ID, TOKEN, KEY = "wxba5fad812f8e6fb9", "bench-token", "b" * 42 + "A"
ACCOUNT = Account(APP_ID, "bench", TOKEN, (crypto.decode_key(KEY),))
PEOPLE = 200
CONNECTIONS = 40
READY_SECONDS = 60.0
_HELPER = """
    INSERT INTO staff (id, username, name, role, active, presence, password_hash, created_at)
    VALUES ('bench', 'bench', 'bench', 'helper', true, 'ready', '-', now());
    UPDATE conversation SET owner = 'helper', helper_id = 'bench', owner_epoch = 2
"""


@contextmanager
def server(data: Path) -> Iterator[tuple[str, str, psutil.Process]]:
    """A server with stores of its own; yields its address, the database's, and the process."""
    stores, port = Stores(data), free_port()
    addresses = stores.start()
    environment = {
        **child_environment("server"),
        "DATABASE_URL": addresses["database_url"],
        "REDIS_URL": addresses["redis_url"],
        "BANGBAN_PORT": str(port),
        "BANGBAN_KNOWLEDGE_SEARCH": "no",
        "BANGBAN_WECHAT_APP_ID": APP_ID,
        "BANGBAN_WECHAT_SECRET": "bench",
        "BANGBAN_WECHAT_TOKEN": TOKEN,
        "BANGBAN_WECHAT_AES_KEY": KEY,
        # Nobody listens there: nothing leaves this machine.
        "BANGBAN_WECHAT_API": "http://127.0.0.1:9",
    }
    command = [str(python_of("server")), "-m", "bot.server"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, preexec_fn=die_with_parent)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_live(url, process)
        yield url, addresses["database_url"], psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)
        stores.stop()


def _wait_until_live(url: str, process: "subprocess.Popen[bytes]") -> None:
    def settled() -> bool:
        try:
            return process.poll() is not None or requests.get(f"{url}/health/live", timeout=1).ok
        except requests.RequestException:
            return False

    wait_until(settled, READY_SECONDS)
    if process.poll() is not None:
        raise RuntimeError("the server did not start")


def request(fields: dict[str, str | int]) -> bytes:
    """One webhook post as bytes, signed and encrypted now."""
    query, body = envelope.seal(
        ACCOUNT, xml.write(fields), now=datetime.now(UTC), nonce=secrets.token_hex(5), random=os.urandom(16)
    )
    head = f"POST /channels/wechat?{urlencode(query)} HTTP/1.1\r\nHost: bench\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def message(person: int, number: int, **more: str) -> dict[str, str | int]:
    """The fields of one message."""
    base: dict[str, str | int] = {
        "ToUserName": "gh_1",
        "FromUserName": f"o{person}",
        "CreateTime": 1_700_000_000,
    }
    return {**base, "MsgId": 10**15 + number, "MsgType": "text", "Content": f"第{number}句", **more}


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> int:
    """Send a request and read its response; the status."""
    writer.write(data)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    await reader.readexactly(int(head.partition("content-length: ")[2].split("\r\n")[0]))
    return int(head.split(" ", 2)[1])


async def _worker(url: str, queue: "asyncio.Queue[tuple[float, bytes] | None]", seconds: list[float]) -> None:
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    while (job := await queue.get()) is not None:
        due, data = job
        status = await _exchange(reader, writer, data)
        if status != 200:
            raise RuntimeError(f"status {status}")
        seconds.append(time.perf_counter() - due)
    writer.close()


async def run(url: str, rate: float, requests_: list[dict[str, str | int]]) -> list[float]:
    """Post everything at ``rate`` a second; seconds from when each was due to its answer."""
    queue: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()
    seconds: list[float] = []
    workers = [asyncio.create_task(_worker(url, queue, seconds)) for _ in range(CONNECTIONS)]
    begun = time.perf_counter()
    for number, fields in enumerate(requests_):
        due = begun + number / rate
        data = request(fields)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        queue.put_nowait((due, data))
    for _ in workers:
        queue.put_nowait(None)
    await asyncio.gather(*workers)
    return seconds


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def main(arguments: list[str]) -> int:
    """Run against a fresh server; print the table and the JSON line."""
    parser = argparse.ArgumentParser(prog="./bangban bench wechat")
    parser.add_argument("--rate", type=float, default=100, help="每秒推送数")
    parser.add_argument("--seconds", type=float, default=30, help="持续秒数")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bangban-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with server(Path(folder)) as (url, database_url, process):
            arrivals = [message(n, n, MsgType="event", Event="subscribe") for n in range(PEOPLE)]
            asyncio.run(run(url, 25, arrivals))
            with psycopg.connect(database_url, autocommit=True) as connection:
                connection.execute(_HELPER.encode())
            count = int(options.rate * options.seconds)
            talk = [message(n % PEOPLE, PEOPLE + n) for n in range(count)]
            used = _cpu_seconds(process)
            seconds = asyncio.run(run(url, options.rate, talk))
            used = _cpu_seconds(process) - used
    figures = {
        "posts": count, "posts_per_second": options.rate, **spread_ms(seconds, (95, 99)),
        "server_cpu_ms_per_post": round(used * 1000 / count, 2),
    }  # fmt: skip
    for name, value in figures.items():
        print(f"{name:<18} {value}")
    print(json.dumps({"bench": "wechat", **figures}))
    return 0
