"""A WeChat to test against: it delivers messages as WeChat does and keeps WeChat's side of the interface.

Delivering: signs and encrypts with an independent implementation, waits five seconds, tries up to three
times with new signatures, decrypts the passive reply and checks whom it is for. Interface: access tokens that
end and are renewed, quotas and windows by what the user did, limits on text, media and calls, and errcodes
instead of HTTP errors. ``scale`` makes its seconds shorter. What a user sees is in ``inbox``.
"""

import asyncio
import itertools
import json
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
import xmltodict
from requests.adapters import HTTPAdapter
from wechatpy.crypto import WeChatCrypto
from werobot.crypto import MessageCrypt
from werobot.utils import get_signature

APP_ID, SECRET, TOKEN, KEY, OLD_KEY = "wxba5fad812f8e6fb9", "s" * 32, "AAAAA", "k" * 42 + "E", "A" * 43
ACCOUNT = "gh_1"
PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"GIF8": "image/gif"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


async def eventually(check: Callable[[], Awaitable[Any]], seconds: float = 20) -> Any:
    """What ``check`` gives as soon as it is true; the one place where these tests wait for a store."""
    pause = asyncio.Event()
    async with asyncio.timeout(seconds):
        while not (found := await check()):
            with suppress(TimeoutError):
                await asyncio.wait_for(pause.wait(), 0.02)
    return found


@dataclass
class Seen:
    """One thing in a user's chat."""

    how: str  # "passive" or "custom"
    kind: str
    text: str = ""
    items: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Person:
    """A WeChat user, as far as the account is concerned."""

    subscribed: bool = True
    message_at: float | None = None
    message_left: int = 0
    event_at: float | None = None
    event_left: int = 0


@dataclass
class Delivered:
    """How one delivery went: requests made, and the reply that counted ("success" or a text)."""

    requests: int
    reply: str | None
    status: int = 0


class Weixin:
    """WeChat's side of one official account."""

    def __init__(self, webhook: str = "", scale: float = 1.0) -> None:
        self.webhook = webhook
        self.scale = scale
        self.encoded_key = KEY
        self.token_life = 7200.0
        self.inbox: dict[str, list[Seen]] = defaultdict(list)
        self.people: dict[str, Person] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.errors: dict[str, list[int]] = defaultdict(list)
        self.tokens: dict[str, float] = {}
        self.token_requests: list[bool] = []
        self.media: dict[str, tuple[str, bytes]] = {}
        self.largest_media = 10 * 1024 * 1024
        self.menu: dict[str, Any] | None = None
        self.menus_allowed = True
        self.clock_off = 0.0
        self.hang = threading.Event()
        self.hang_next = 0
        self.broken_body: bytes | None = None
        self.arrived = threading.Condition()
        self._numbers = itertools.count(10**16 + secrets.randbelow(10**9))
        self._session = requests.Session()
        self._session.mount("http://", HTTPAdapter(pool_maxsize=64))
        self._lock = threading.RLock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.hang.set()
        self._server.shutdown()
        self._server.server_close()

    # --- delivering -------------------------------------------------------------------------------------

    def fields(self, openid: str, kind: str, **more: Any) -> dict[str, Any]:
        """A message of ``openid`` with a number of its own; events carry none."""
        base: dict[str, Any] = {"ToUserName": ACCOUNT, "FromUserName": openid, "CreateTime": int(time.time())}
        if kind != "event":
            base["MsgId"] = next(self._numbers)
        else:
            base["CreateTime"] += next(self._numbers) % 10**6
        return {**base, "MsgType": kind, **more}

    def act(self, openid: str, kind: str, **more: Any) -> dict[str, Any]:
        """The fields of what a user just did, with what it allows the account to send."""
        person = self.people.setdefault(openid, Person())
        event = str(more.get("Event", "")).lower()
        if kind != "event":
            person.message_at, person.message_left = time.time(), 5
        elif event in ("subscribe", "scan", "click"):
            person.event_at, person.event_left = time.time(), 3
        if event in ("subscribe", "unsubscribe"):
            person.subscribed = event == "subscribe"
        return self.fields(openid, kind, **more)

    async def say(self, openid: str, text: str, **more: Any) -> Delivered:
        return await self.deliver(self.act(openid, "text", Content=text, **more))

    async def send(self, openid: str, kind: str, **more: Any) -> Delivered:
        return await self.deliver(self.act(openid, kind, **more))

    async def event(self, openid: str, name: str, key: str = "") -> Delivered:
        return await self.deliver(self.act(openid, "event", Event=name, EventKey=key))

    async def deliver(self, fields: dict[str, Any]) -> Delivered:
        return await asyncio.to_thread(self.deliver_now, fields)

    def deliver_now(self, fields: dict[str, Any]) -> Delivered:
        """Up to three requests, each with a signature of its own, as WeChat makes them."""
        status = 0
        for attempt in range(1, 4):
            query, body = self.letter(fields)
            try:
                response = self.post(query, body, timeout=5 * self.scale)
            except requests.RequestException:
                continue
            status = response.status_code
            if status == 200:
                return Delivered(attempt, self._read_reply(fields, response), status)
        return Delivered(3, None, status)

    def post(self, query: dict[str, str], body: bytes, timeout: float = 20) -> requests.Response:
        return self._session.post(self.webhook, params=query, data=body, timeout=timeout)

    def letter(self, fields: dict[str, Any], mode: str = "safe") -> tuple[dict[str, str], bytes]:
        """Query and body of one request: ``safe``, ``compatible`` or ``plain``."""
        xml = xmltodict.unparse({"xml": fields}, full_document=False, short_empty_elements=False)
        timestamp, nonce = str(int(time.time())), secrets.token_hex(5)
        query = {"timestamp": timestamp, "nonce": nonce, "openid": str(fields.get("FromUserName", ""))}
        query["signature"] = get_signature(TOKEN, timestamp, nonce)
        if mode == "plain":
            return query, xml.encode()
        sealed = WeChatCrypto(TOKEN, self.encoded_key, APP_ID).encrypt_message(xml, nonce, timestamp)
        parts = xmltodict.parse(sealed)["xml"]
        query |= {"encrypt_type": "aes", "msg_signature": parts["MsgSignature"]}
        outer = {"ToUserName": fields.get("ToUserName", ""), "Encrypt": parts["Encrypt"]}
        if mode == "compatible":
            outer = {**fields, **outer}
        return query, xmltodict.unparse({"xml": outer}, full_document=False).encode()

    def _read_reply(self, fields: dict[str, Any], response: requests.Response) -> str:
        if response.text in ("success", ""):
            return "success"
        reply = xmltodict.parse(response.text)["xml"]
        if "Encrypt" in reply:
            peer = MessageCrypt(TOKEN, self.encoded_key, APP_ID)
            plain = peer.decrypt_message(
                reply["TimeStamp"], reply["Nonce"], reply["MsgSignature"], reply["Encrypt"]
            )
            reply = xmltodict.parse(plain)["xml"]
        assert (reply["ToUserName"], reply["FromUserName"]) == (fields["FromUserName"], ACCOUNT)
        assert reply["MsgType"] == "text" and len(reply["Content"].encode()) <= 2048
        self._show(fields["FromUserName"], Seen("passive", "text", reply["Content"]))
        return reply["Content"]

    # --- what users see ---------------------------------------------------------------------------------

    def _show(self, openid: str, seen: Seen) -> None:
        with self.arrived:
            self.inbox[openid].append(seen)
            self.arrived.notify_all()

    async def until(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        """Return as soon as ``condition`` holds; looked at whenever something happens here."""

        def wait() -> bool:
            with self.arrived:
                return self.arrived.wait_for(condition, seconds)

        assert await asyncio.to_thread(wait), (self.inbox, self.calls)

    async def sees(self, openid: str, count: int) -> list[Seen]:
        """The user's chat once it has ``count`` elements."""
        await self.until(lambda: len(self.inbox[openid]) >= count)
        return self.inbox[openid]

    def called(self, path: str) -> list[dict[str, Any]]:
        return [body for where, body in self.calls if where == path]

    # --- the interface ----------------------------------------------------------------------------------

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        weixin = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def date_time_string(self, timestamp: float | None = None) -> str:
                return super().date_time_string(time.time() + weixin.clock_off)  # type: ignore[arg-type]

            def do_POST(self) -> None:
                self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

            def do_GET(self) -> None:
                self._answer(b"")

            def _answer(self, body: bytes) -> None:
                address = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(address.query).items()}
                kind, content = weixin._respond(address.path, query, body)
                try:
                    self.send_response(200)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:
                    pass  # the caller has gone

            def log_message(self, format: str, *values: Any) -> None:
                pass

        return Handler

    def _respond(self, path: str, query: dict[str, str], body: bytes) -> tuple[str, bytes]:
        name = path.removeprefix("/cgi-bin/")
        if self.hang_next:
            self.hang_next -= 1
            self.hang.wait(20)
        if name.startswith("/film/"):
            return self.media[name.removeprefix("/film/")]
        with self._lock:
            answer = self._answer(name, query, body)
        with self.arrived:
            self.arrived.notify_all()
        if isinstance(answer, tuple):
            return answer
        if self.broken_body is not None:
            return "application/json", self.broken_body
        return "application/json", json.dumps(answer, ensure_ascii=False).encode()

    def _answer(self, name: str, query: dict[str, str], body: bytes) -> Any:
        given = self._body(name, body)
        self.calls.append((name, given))
        if self.errors[name]:
            return {"errcode": self.errors[name].pop(0), "errmsg": "as the test wants it"}
        if name == "stable_token":
            return self._token(given)
        ends = self.tokens.get(query.get("access_token", ""))
        if ends is None or time.time() >= ends:
            return {"errcode": 40001 if ends is None else 42001, "errmsg": "invalid credential"}
        if b"\\u" in body and name != "media/upload":
            return {"errcode": 40033, "errmsg": "invalid charset"}
        return getattr(self, "_" + name.replace("/", "_"))(query, given)

    def _body(self, name: str, body: bytes) -> dict[str, Any]:
        if name == "media/upload":
            head, _, rest = body.partition(b"\r\n\r\n")
            return {"content": rest.rpartition(b"\r\n--")[0], "head": head.decode()}
        return json.loads(body) if body else {}

    def _token(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["appid"] != APP_ID or given["secret"] != SECRET:
            return {"errcode": 40013 if given["appid"] != APP_ID else 40125, "errmsg": "invalid"}
        self.token_requests.append(given["force_refresh"])
        now = time.time()
        if given["force_refresh"]:
            self.tokens.clear()
        live = [token for token, ends in self.tokens.items() if ends - now > min(300, self.token_life / 2)]
        if not live:
            live = [secrets.token_hex(32)]
            self.tokens[live[0]] = now + self.token_life
        return {"access_token": live[0], "expires_in": max(1, int(self.tokens[live[0]] - now))}

    def _message_custom_send(self, query: dict[str, str], given: dict[str, Any]) -> dict[str, Any]:
        openid, kind = given["touser"], given["msgtype"]
        code = self._refusal(openid, kind, given[kind])
        if code:
            return {"errcode": code, "errmsg": "refused"}
        person = self.people[openid]
        if self._event_open(person):
            person.event_left -= 1
        else:
            person.message_left -= 1
        content = given[kind]
        text = content.get("content") or content.get("head_content") or content.get("media_id", "")
        self._show(openid, Seen("custom", kind, text, content.get("list", [])))
        return {"errcode": 0, "errmsg": "ok"}

    def _refusal(self, openid: str, kind: str, content: dict[str, Any]) -> int:
        person = self.people.get(openid)
        if person is None:
            return 40003
        if not person.subscribed:
            return 43004
        if kind == "msgmenu" and not self.menus_allowed:
            return 40200
        if kind == "image" and content["media_id"] not in self.media:
            return 40007
        if len(str(content.get("content", content.get("head_content", ""))).encode()) > 2048:
            return 45002
        if self._event_open(person):
            return 0
        if person.message_at is None or time.time() - person.message_at >= 48 * 3600:
            return 45015
        return 0 if person.message_left > 0 else 45047

    def _event_open(self, person: Person) -> bool:
        return person.event_at is not None and time.time() - person.event_at < 60 and person.event_left > 0

    def _message_custom_typing(self, query: dict[str, str], given: dict[str, Any]) -> dict[str, Any]:
        return {"errcode": 0, "errmsg": "ok"}

    def _media_upload(self, query: dict[str, str], given: dict[str, Any]) -> dict[str, Any]:
        content = given["content"]
        if len(content) > self.largest_media:
            return {"errcode": 40009, "errmsg": "invalid image size"}
        kind = next((kind for start, kind in PICTURES.items() if content.startswith(start)), None)
        if kind is None or f"Content-Type: {kind}" not in given["head"]:
            return {"errcode": 40005, "errmsg": "invalid file type"}
        media_id = f"uploaded-{len(self.media)}"
        self.media[media_id] = (kind, content)
        return {"type": query["type"], "media_id": media_id, "created_at": int(time.time())}

    def _media_get(self, query: dict[str, str], given: dict[str, Any]) -> Any:
        found = self.media.get(query["media_id"])
        if found and found[0] == "video/mp4":
            return {"video_url": f"{self.url}/film/{query['media_id']}"}
        return found or {"errcode": 40007, "errmsg": "invalid media_id"}

    def _menu_create(self, query: dict[str, str], given: dict[str, Any]) -> dict[str, Any]:
        self.menu = given
        return {"errcode": 0, "errmsg": "ok"}

    def _menu_get(self, query: dict[str, str], given: dict[str, Any]) -> dict[str, Any]:
        return {"menu": self.menu} if self.menu else {"errcode": 46003, "errmsg": "menu no exist"}

    def _qrcode_create(self, query: dict[str, str], given: dict[str, Any]) -> dict[str, Any]:
        scene = given["action_info"]["scene"]["scene_str"]
        assert 1 <= len(scene) <= 64
        return {"ticket": "ticket", "url": f"http://weixin.qq.com/q/{scene}", "expire_seconds": 600}

    def _get_api_domain_ip(self, query: dict[str, str], given: dict[str, Any]) -> dict[str, Any]:
        return {"ip_list": ["127.0.0.1"]}
