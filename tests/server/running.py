"""The real application on a free port, real stores behind it, and an HTTP server in the assistant's place."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import requests
from websockets.asyncio.client import ClientConnection, connect

from bot.helpdesk.models import Role
from bot.search import Searcher
from bot.server import create_app
from bot.settings import Settings
from bot.web import App, Parts

PASSWORD = "eine-lange-losung"
ANSWER = {
    "type": "answer",
    "confidence": 0.93,
    "entries": [{"id": "jd2023-16", "point": "p1", "score": 0.93, "title": "歇业备案"}],
    "citations": [
        {
            "document": "若干措施",
            "number": "一号",
            "section": "16",
            "date": "2023-01-01",
            "entry": "jd2023-16",
        }
    ],
}
HANDOFF = {"type": "handoff", "reason": "asked", "topic": "tax", "department": "税务局"}


class StandIn:
    """An assistant of a few rules, over real HTTP: what each text gets is in ``replies``.

    A text without an entry is answered by its echo. ``hold`` makes requests wait until ``release``.
    """

    def __init__(self) -> None:
        self.replies: dict[str, Any] = {}
        self.received: list[dict[str, Any]] = []
        self.status = 200
        self.hold: set[str] = set()
        self.released = threading.Event()
        self.asked = threading.Event()
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                stand_in.received.append(body)
                stand_in.asked.set()
                if body["message"] in stand_in.hold:
                    stand_in.released.wait(30)
                self._answer(json.dumps(stand_in._reply(body["message"])).encode())

            def do_GET(self) -> None:
                self._answer(b"Hello")

            def _answer(self, body: bytes) -> None:
                try:
                    self.send_response(stand_in.status)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # the caller has gone, as it does after its timeout

            def log_message(self, format: str, *values: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def _reply(self, text: str) -> Any:
        return self.replies.get(text, [{"recipient_id": "x", "text": f"收到：{text}"}])

    def stop(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Site:
    """The running application and how tests talk to it."""

    app: App
    port: int
    assistant: StandIn

    @property
    def parts(self) -> Parts:
        return self.app.ctx.parts

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def http(self, method: str, path: str, **options: Any) -> requests.Response:
        options.setdefault("timeout", 40)
        return await asyncio.to_thread(requests.request, method, f"{self.url}{path}", **options)

    async def visitor(self, **profile: Any) -> "Visitor":
        response = await self.http(
            "POST", "/api/visitor/conversations", json={"channel": "widget", **profile}
        )
        assert response.status_code == 201, response.text
        started = response.json()
        return Visitor(self, started["conversation_id"], started["token"])

    async def staff(self, username: str, role: Role = "helper") -> "Staff":
        """A new member of staff, logged in."""
        await self.parts.accounts.add(
            username=username, name=username.title(), password=PASSWORD, role=role, department="税务局"
        )
        staff = Staff(self, requests.Session())
        response = await staff.call("POST", "/login", json={"username": username, "password": PASSWORD})
        assert response.status_code == 200, response.text
        staff.csrf = response.json()["csrf"]
        return staff


@dataclass
class Visitor:
    site: Site
    conversation_id: str
    token: str

    async def call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return await self.site.http(method, f"/api/visitor{path}", headers=headers, **options)

    async def say(self, text: str) -> int:
        body = {"client_message_id": uuid4().hex, "text": text}
        response = await self.call("POST", "/messages", json=body)
        assert response.status_code == 200, response.text
        return int(response.json()["seq"])

    async def updates(self, until: Callable[[list[dict]], bool]) -> list[dict]:
        """Long-polls until the list satisfies ``until``."""
        found: list[dict] = []
        ends = time.monotonic() + 20
        while not until(found):
            assert time.monotonic() < ends, found
            page = await self.call("GET", "/updates", params={"after": len(found), "wait": 5})
            found += page.json()["updates"]
        return found

    def socket(self) -> "Socket":
        return Socket(f"ws://127.0.0.1:{self.site.port}/api/visitor/ws?token={self.token}", {})


@dataclass
class Staff:
    site: Site
    session: requests.Session
    csrf: str = ""

    async def call(self, method: str, path: str, **options: Any) -> requests.Response:
        options.setdefault("headers", {"X-CSRF-Token": self.csrf})
        url = f"{self.site.url}/api/staff{path}"
        return await asyncio.to_thread(self.session.request, method, url, timeout=40, **options)

    def socket(self, **headers: str) -> "Socket":
        cookie = f"bangban_session={self.session.cookies['bangban_session']}"
        return Socket(f"ws://127.0.0.1:{self.site.port}/api/staff/ws", {"Cookie": cookie, **headers})


@dataclass
class Socket:
    """A WebSocket client that keeps what it receives."""

    url: str
    headers: dict[str, str]
    received: list[dict] = field(default_factory=list)

    async def __aenter__(self) -> "Socket":
        self._connection: ClientConnection = await connect(
            self.url, additional_headers=self.headers, max_queue=None
        )
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._connection.close()

    async def send(self, kind: str, **message: Any) -> None:
        await self._connection.send(json.dumps({"type": kind, **message}))

    async def send_raw(self, frame: str | bytes) -> None:
        await self._connection.send(frame)

    async def until(self, wanted: Callable[[dict], bool], seconds: float = 15) -> dict:
        """The first message from here on that is ``wanted``."""
        async with asyncio.timeout(seconds):
            while True:
                message = json.loads(await self._connection.recv())
                self.received.append(message)
                if wanted(message):
                    return message

    async def next(self, kind: str, **values: Any) -> dict:
        """The next message of a type with these values."""
        return await self.until(lambda m: m["type"] == kind and values.items() <= m.items())

    async def all_of(self, *wanted: Callable[[dict], Any]) -> list[dict]:
        """The first message from here on for each of ``wanted``, in whatever order they come."""
        found: dict[int, dict] = {}

        def complete(message: dict) -> bool:
            for place, matches in enumerate(wanted):
                if place not in found and matches(message):
                    found[place] = message
            return len(found) == len(wanted)

        await self.until(complete)
        return [found[place] for place in range(len(wanted))]

    async def update(self, **values: Any) -> dict:
        """The next update with these values."""
        found = await self.until(lambda m: m["type"] == "update" and values.items() <= m["update"].items())
        return found["update"]

    async def notice(self, code: str) -> dict:
        found = await self.until(
            lambda m: m["type"] == "update" and (m["update"]["payload"] or {}).get("code") == code
        )
        return found["update"]

    def seqs(self) -> list[int]:
        return [m["update"]["seq"] for m in self.received if m["type"] == "update"]


async def serve(settings: Settings, assistant: StandIn, searcher: Searcher | None = None):
    """Start the application on a free port; yields the Site and stops it afterwards."""
    app = create_app(settings, lambda _: searcher)
    # Sanic's rewriting of its own methods for speed works only once a process.
    app.config.TOUCHUP = False
    listener = socket.create_server(("127.0.0.1", 0))
    server = await app.create_server(sock=listener, return_asyncio_server=True)
    assert server is not None
    await server.startup()
    await server.before_start()
    await asyncio.to_thread(app.ctx.parts.searcher.settled.wait, 10)
    port = listener.getsockname()[1]
    try:
        yield Site(app, port, assistant)
    finally:
        await server.before_stop()
        server.server.close()
        for connection in tuple(server.connections):
            connection.close()
        await server.after_stop()
