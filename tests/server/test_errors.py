"""Every error has the one shape and says nothing it should not."""

import asyncio
import io
import json
import logging

import pytest

from bot.errors import STATUS, HttpError, code_and_message
from bot.helpdesk.database import Database
from bot.helpdesk.errors import HelpdeskError
from bot.logs import configure_logs
from tests.server.running import Site

SECRET = "机密内容-geheim"


def codes_of_the_helpdesk() -> set[str]:
    return {error.code for error in HelpdeskError.__subclasses__()} | {HelpdeskError.code}


def test_every_code_of_the_helpdesk_has_a_status():
    assert codes_of_the_helpdesk() <= set(STATUS)


def test_unexpected_error_says_nothing_about_itself():
    assert code_and_message(RuntimeError(SECRET))[0] == "internal"
    assert SECRET not in code_and_message(RuntimeError(SECRET))[1]
    assert code_and_message(HttpError("csrf", "why")) == ("csrf", "why")


@pytest.mark.integration
@pytest.mark.parametrize(
    ("method", "path", "options", "status", "code"),
    [
        ("GET", f"/{SECRET}", {}, 404, "not_found"),
        ("GET", f"/api/visitor/{SECRET}?token={SECRET}", {}, 404, "not_found"),
        ("DELETE", "/api/visitor/messages", {}, 405, "bad_request"),
        ("GET", "/api/staff/login", {}, 405, "bad_request"),
        (
            "POST",
            "/api/visitor/conversations",
            {"data": f'{{"channel": "{SECRET}'.encode()},
            400,
            "bad_request",
        ),
        ("POST", "/api/visitor/conversations", {"json": {"channel": SECRET}}, 400, "bad_request"),
        ("POST", "/api/visitor/conversations", {"json": {"district": ["a"]}}, 400, "bad_request"),
        ("POST", "/api/visitor/conversations", {"data": b"x" * 70_000}, 413, "too_large"),
        ("POST", "/api/visitor/conversations", {"data": b"[" * 60_000}, 400, "bad_request"),
        ("POST", "/api/visitor/messages", {"json": {}}, 401, "not_authenticated"),
        (
            "GET",
            "/api/visitor/updates",
            {"headers": {"Authorization": f"Bearer {'x' * 43}"}},
            401,
            "not_authenticated",
        ),
        ("POST", "/api/visitor/conversations", {"json": {"page": "a\0"}}, 400, "bad_request"),
        ("POST", "/api/visitor/conversations", {"json": {"profile": {"name": "a\0"}}}, 400, "bad_request"),
        ("GET", "/api/visitor/ws", {}, 401, "not_authenticated"),
        ("GET", "/api/staff/me", {"cookies": {"bangban_session": "x"}}, 401, "not_authenticated"),
    ],
)
async def test_error_has_the_one_shape(
    site: Site, method: str, path: str, options: dict, status: int, code: str
):
    response = await site.http(method, path, **options)
    body = response.json()
    assert response.status_code == status
    assert set(body) == {"error"} and set(body["error"]) == {"code", "message"}
    assert body["error"]["code"] == code
    assert "geheim" not in response.text
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.integration
@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/tickets?q=%00", None, 400),
        ("GET", "/admin/audit?actor=%00", None, 400),
        ("GET", "/admin/audit?from=9999-12-31&to=9999-12-31", None, 400),
        ("GET", "/admin/calendar?from=0001-01-01&to=0001-01-02", None, 400),
        (
            "POST",
            "/admin/exceptions",
            {"department": "\0", "day": "2026-01-05", "spans": [], "reason": "x"},
            400,
        ),
        ("POST", f"/conversations/{'0' * 32}/transfer", {"department": "\0", "note": ""}, 400),
        ("POST", "/help-requests/%00/claim", {}, 404),
        ("GET", "/conversations/%00/updates", None, 404),
    ],
)
async def test_what_postgresql_cannot_take_is_refused_before_it_is_asked(
    site: Site, method: str, path: str, body: dict | None, status: int
):
    boss = await site.staff("boss", role="administrator")
    refused = await boss.call(method, path, json=body)
    assert refused.status_code == status, refused.text


@pytest.mark.integration
async def test_plain_request_is_refused_with_the_one_shape_when_it_is_no_websocket(site: Site):
    visitor = await site.visitor()
    response = await site.http("GET", f"/api/visitor/ws?token={visitor.token}")
    assert 400 <= response.status_code < 500
    assert response.json()["error"]["code"] == "bad_request"


@pytest.mark.integration
@pytest.mark.parametrize(
    "raw",
    [
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
    ],
)
async def test_error_has_the_one_shape_when_the_request_is_not_even_http(site: Site, raw: bytes):
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(raw)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 4")
    assert set(json.loads(body)["error"]) == {"code", "message"}


@pytest.mark.integration
async def test_store_being_away_is_unavailable_and_not_internal(site: Site, monkeypatch: pytest.MonkeyPatch):
    visitor = await site.visitor()
    await site.parts.database.close()
    nowhere = Database.open(f"postgresql://u:{SECRET}@127.0.0.1:1/x")
    for engine in ("_engine", "_reader"):
        monkeypatch.setattr(site.parts.database, engine, getattr(nowhere, engine))
    response = await visitor.call("GET", "/conversation")
    assert (response.status_code, response.json()["error"]["code"]) == (503, "unavailable")
    ready = await site.http("GET", "/health/ready")
    assert (ready.status_code, ready.json()["postgresql"]) == (503, "away")
    assert (await site.http("GET", "/health/live")).status_code == 200


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch):
    """What the server logs, as text."""
    before = list(logging.getLogger().handlers), logging.getLogger().level, logging.getLogger("bot").level
    stream = io.StringIO()
    configure_logs("debug")
    (handler,) = logging.getLogger().handlers
    handler.setStream(stream)  # type: ignore[attr-defined]
    yield stream
    logging.getLogger().handlers, root, own = before[0], before[1], before[2]
    logging.getLogger().setLevel(root)
    logging.getLogger("bot").setLevel(own)


@pytest.mark.integration
async def test_unexpected_error_is_logged_with_its_place_and_without_its_words(
    site: Site, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
):
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(site.parts.desk, "ingest", broken)
    visitor = await site.visitor()
    message = {"client_message_id": "a", "text": SECRET}
    response = await visitor.call("POST", "/messages", json=message)
    assert (response.status_code, response.json()["error"]["code"]) == (500, "internal")
    async with visitor.socket() as socket:
        await socket.send("send", **message)
        with pytest.raises(Exception, match="1011"):
            await socket.next("ack")

    logged = written.getvalue()
    events = [json.loads(line) for line in logged.splitlines()]
    failed = [event for event in events if event["event"] in ("request_failed", "socket_failed")]
    assert [event["error"] for event in failed] == ["RuntimeError", "RuntimeError"]
    assert all(any("bot/channels" in place for place in event["at"]) for event in failed)
    assert SECRET not in response.text
    assert "geheim" not in logged and visitor.token not in logged


@pytest.mark.integration
async def test_nothing_people_write_is_logged_on_the_whole_way(site: Site, written: io.StringIO):
    site.assistant.replies[SECRET] = [{"text": SECRET, "custom": {"type": SECRET}}]
    visitor, helper = await site.visitor(profile={"phone": SECRET}), await site.staff("lin")
    await visitor.say(SECRET)
    await visitor.updates(lambda found: len(found) >= 3)
    request = await site.parts.desk.request_of(visitor.conversation_id)
    assert request is not None
    await helper.call("POST", f"/help-requests/{request.id}/claim")
    body = {"client_message_id": "h", "text": SECRET}
    await helper.call("POST", f"/conversations/{visitor.conversation_id}/messages", json=body)
    await helper.call("GET", "/knowledge/search", params={"q": SECRET})
    await site.http("GET", f"/api/visitor/ws?token={visitor.token}")
    logged = written.getvalue()
    assert "assistant_failed" in logged, "the log is on"
    assert "geheim" not in logged and visitor.token not in logged and helper.csrf not in logged


def test_log_of_a_library_keeps_only_its_template(written: io.StringIO):
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger("library").exception("failed at %s\nfuture: " + SECRET, f"http://h/?token={SECRET}")
    event = json.loads(written.getvalue())
    assert event["event"] == "failed at %s"
    assert (event["error"], event["level"]) == ("ValueError", "error")
    assert "geheim" not in written.getvalue()
