"""Many people at once: helpers with their own session and connection, requests opened all together.

Real clients over real connections, in one process: a helper is a WebSocket and keep-alive HTTP
connections. Accounts and sessions are put into the database, because hashing hundreds of passwords would be
measured too.
"""

import asyncio
import hashlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect

from bot.cli.stores import free_port
from bot.cli.supervisor import die_with_parent
from bot.helpdesk.database import Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.live import utcnow
from bot.helpdesk.models import Actor, BotReply, Role, Staff
from bot.helpdesk.storage import staff as storage
from bot.helpdesk.tokens import hash_token
from bot.settings import PROJECT


def visitor_socket(port: int, token: str) -> connect:
    """A visitor's WebSocket, to be entered."""
    address = f"ws://127.0.0.1:{port}/api/visitor/ws?token={token}"
    return connect(address, max_queue=None, max_size=None, ping_interval=None, open_timeout=60)


@dataclass
class Client:
    """A member of staff logged in, with keep-alive connections, as many as calls are under way at once."""

    port: int
    staff: Staff
    token: str
    _idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)

    @property
    def _cookie(self) -> str:
        return f"bangban_session={self.token}"

    async def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and decoded answer of ``/api/staff`` + ``path``."""
        data = b"" if body is None else json.dumps(body).encode()
        csrf = hashlib.sha256(b"csrf:" + self.token.encode()).hexdigest()
        head = (
            f"{method} /api/staff{path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Cookie: {self._cookie}\r\nX-CSRF-Token: {csrf}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        message = head.encode() + data
        if self._idle:
            # The server closes what lay idle for long; then, as a browser does, on a new connection.
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                return await self._exchange(self._idle.pop(), message)
        return await self._exchange(await asyncio.open_connection("127.0.0.1", self.port), message)

    async def _exchange(
        self, streams: tuple[asyncio.StreamReader, asyncio.StreamWriter], message: bytes
    ) -> tuple[int, Any]:
        streams[1].write(message)
        answer = await _answer(streams[0])
        self._idle.append(streams)
        return answer

    def socket(self) -> connect:
        """The WebSocket, to be entered."""
        return connect(
            f"ws://127.0.0.1:{self.port}/api/staff/ws",
            additional_headers={"Cookie": self._cookie},
            max_queue=None,
            max_size=None,
        )

    def close(self) -> None:
        """Close the HTTP connections."""
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, Any]:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines[1:] if ": " in line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return int(lines[0].split()[1]), json.loads(body) if body else None


async def hire(
    database: Database, ports: Sequence[int], count: int, department: str | None, role: Role = "helper"
) -> list[Client]:
    """``count`` members of staff with sessions, spread over the servers at ``ports``."""
    clients, now = [], utcnow()
    async with database.transaction() as connection:
        for number in range(count):
            name = f"{role}-{secrets.token_hex(4)}"
            staff = Staff(uuid4().hex, name, name, role, department, True, "away")
            await storage.create(connection, staff, "-", now)
            token = secrets.token_urlsafe(32)
            expires_at = now + timedelta(hours=12)
            await storage.add_session(connection, hash_token(token), staff.id, now, expires_at)
            clients.append(Client(ports[number % len(ports)], staff, token))
    return clients


async def arrive_all(desk: Desk, count: int, at_once: int = 8) -> list[tuple[str, str]]:
    """``count`` visitors who have not asked for anybody yet: the id and token of each conversation."""
    gate = asyncio.Semaphore(at_once)

    async def one() -> tuple[str, str]:
        async with gate:
            conversation, token = await desk.start_conversation(channel="bench")
            return conversation.id, token

    return await asyncio.gather(*(one() for _ in range(count)))


async def ask(desk: Desk, department: str | None, conversation_id: str | None = None) -> str:
    """A visitor who is handed over to a person; the conversation's id. The assistant is left out of it."""
    if conversation_id is None:
        conversation_id = (await desk.start_conversation(channel="bench"))[0].id
    payload = {"reason": "asked", "topic": None, "department": department}
    reception = await desk._reception(payload)
    async with desk._work(conversation_id) as work:
        await work.visitor_says(uuid4().hex, "转人工", "转人工")
        await work.bot_says(BotReply("handoff", "好的。", payload), 1)
        await work.open_request(payload, [], Actor("bot"), reception)
    return conversation_id


async def ask_all(
    desk: Desk, count: int, department: str | None, at_once: int = 8, ids: Sequence[str] | None = None
) -> list[str]:
    """``count`` visitors, or those of ``ids``, as fast as ``at_once`` transactions can."""
    gate = asyncio.Semaphore(at_once)

    async def one(conversation_id: str | None) -> str:
        async with gate:
            return await ask(desk, department, conversation_id)

    return await asyncio.gather(*(one(each) for each in ids or [None] * count))


def start_server(addresses: dict[str, str], **settings: str) -> "tuple[subprocess.Popen[bytes], int]":
    """A server process of its own on a free port; its standard error is this process's."""
    port = free_port()
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {
        **kept,
        "DATABASE_URL": addresses["database_url"],
        "REDIS_URL": addresses["redis_url"],
        "BANGBAN_PORT": str(port),
        "BANGBAN_KNOWLEDGE_SEARCH": "no",
        "BANGBAN_LOG_LEVEL": "error",
        **settings,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.server"], cwd=PROJECT, env=environment, preexec_fn=die_with_parent
    )
    return process, port


def end(processes: Iterable["subprocess.Popen[bytes]"]) -> None:
    """SIGTERM to all, then wait."""
    processes = list(processes)
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def is_up(port: int, seconds: float = 60.0) -> None:
    """Return when the server at ``port`` answers; TimeoutError when it does not in time."""
    async with asyncio.timeout(seconds):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
                continue
            writer.close()
            return


async def frames(socket: ClientConnection) -> Any:
    """The messages of a WebSocket, decoded, until it closes."""
    async for frame in socket:
        yield json.loads(frame)
