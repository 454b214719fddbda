"""What every route shares: how it is declared and mounted, who may call it, validation, headers.

A route is a row of a table (`Route`). `mount` is the only way a handler reaches the application, and it lets
nothing through to a handler before the row's `access` is satisfied; a row cannot be written without one.
Threats met here: a stolen look at another's conversation (256-bit tokens, compared by hash in the store),
cross-site writes (SameSite cookie, CSRF header, Origin), cross-site WebSockets (Origin), floods (size caps,
limits), and leaks of what people wrote through error texts (no message quotes its input).
"""

import hmac
import json
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from email.utils import formatdate
from typing import Annotated, Any, ClassVar, Literal, Protocol, Self
from urllib.parse import urlsplit

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from sanic import HTTPResponse, Request, Sanic
from sanic.exceptions import WebsocketClosed
from sanic.response import BaseHTTPResponse, empty
from sanic.response import json as json_response
from websockets.exceptions import ConnectionClosed

from bot.errors import HttpError, socket_error
from bot.feed import QueueFeed
from bot.helpdesk.accounts import Accounts
from bot.helpdesk.database import Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.floor import Floor
from bot.helpdesk.live import Hub, Live
from bot.helpdesk.models import Conversation, Role, Session, Staff
from bot.helpdesk.office import Office
from bot.helpdesk.team import Team
from bot.pulse import Pulse
from bot.search import Searcher
from bot.wire import WechatOut

log = structlog.stdlib.get_logger(__name__)

App = Sanic[Any, Any]
SESSION_COOKIE = "bangban_session"
CLOSED_BY_PEER = (WebsocketClosed, ConnectionClosed)


@dataclass(frozen=True)
class Limits:
    """What the edge allows: rates, origins and how the staff cookie is marked."""

    conversations_per_minute: int
    messages_per_10_seconds: int
    allowed_origins: tuple[str, ...]
    public_url: str
    secure_cookies: bool


class Reach(Protocol):
    """A channel that pushes: its windows, what became of each update, and that somebody writes."""

    async def linked(self, conversation_id: str) -> bool | None:
        """Whether a conversation goes on on the channel too; None where it cannot."""
        ...

    async def windows(self, conversation_ids: Sequence[str]) -> dict[str, WechatOut]:
        """What may still be sent, by conversation; without those that are not on the channel."""
        ...

    async def deliveries(self, conversation_id: str, after: int) -> dict[int, str]:
        """``sent``, ``pending`` or ``undelivered`` by seq."""
        ...

    def writing(self, conversation_id: str) -> None:
        """A helper types in a conversation; shown there if it can be, and nobody waits for it."""
        ...


@dataclass(frozen=True)
class Parts:
    """Everything a handler may use, opened by the composition root and kept at ``app.ctx.parts``."""

    database: Database
    live: Live
    hub: Hub
    desk: Desk
    accounts: Accounts
    office: Office
    searcher: Searcher
    assistant_ready: Callable[[], Awaitable[bool]]
    wake_worker: Callable[[], None]
    limits: Limits
    team: Team
    floor: Floor
    feed: QueueFeed
    pulse: Pulse
    reach: Reach


class Body(BaseModel):
    """A request body or query: strict about types, silent about fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    #: PostgreSQL holds no NUL, and answers with an error of its own, also to a mere question.
    refuses_nul: ClassVar[bool] = True

    @model_validator(mode="after")
    def _storable(self) -> Self:
        if self.refuses_nul and any(_holds_nul(value) for value in self.__dict__.values()):
            raise ValueError("a NUL character cannot be stored")
        return self


def _holds_nul(value: Any) -> bool:
    match value:
        case str():
            return "\0" in value
        case dict():
            return any(_holds_nul(each) for pair in value.items() for each in pair)
        case list() | tuple():
            return any(map(_holds_nul, value))
    return False


#: A day that calendars and clocks can count from, and to, without leaving their range.
LocalDay = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))]
# A place in a conversation, as PostgreSQL can hold it.
Seq = Annotated[int, Field(ge=0, le=2**31 - 1)]
Access = Literal["public", "visitor", "staff"]


@dataclass(frozen=True)
class Route:
    """One row of the API: who may call what, with what, and what comes back."""

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    access: Access
    handler: Callable[..., Awaitable[Any]]
    summary: str
    body: type[Body] | None = None
    query: type[Body] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    websocket: bool = False
    roles: Collection[Role] | None = None
    #: The handler reads the body itself, and as large as it allows (``bot.files``).
    upload: bool = False

    @property
    def name(self) -> str:
        """A name unique among the routes."""
        return f"{self.method}_{self.path}".lower().translate(str.maketrans("/<>:-", "_____"))


@dataclass(frozen=True)
class Call:
    """One authenticated, validated request as its handler sees it."""

    request: Request
    parts: Parts
    body: Any = None
    query: Any = None
    conversation: Conversation | None = None
    session: Session | None = None

    @property
    def visitor(self) -> Conversation:
        """The conversation whose token was shown; only on visitor routes."""
        assert self.conversation is not None
        return self.conversation

    @property
    def staff(self) -> Staff:
        """Who is logged in; only on staff routes."""
        assert self.session is not None
        return self.session.staff


def mount(app: App, routes: Iterable[Route]) -> None:
    """Put every row of the table on the application, behind its access check."""
    preflights: set[str] = set()
    for route in routes:
        if route.websocket:
            app.add_websocket_route(_socket_endpoint(route), route.path, name=route.name, ctx_row=route)
        else:
            app.add_route(
                _endpoint(route),
                route.path,
                methods=[route.method],
                name=route.name,
                stream=route.upload,
                ctx_row=route,
            )
        if route.path.startswith("/api/visitor/") and route.path not in preflights:
            preflights.add(route.path)
            app.add_route(_preflight, route.path, methods=["OPTIONS"], name=f"preflight_{len(preflights)}")
    app.register_middleware(_admit, "request")
    app.register_middleware(_add_headers, "response")


async def _admit(request: Request) -> HTTPResponse | None:
    """Runs before the handler, and before a WebSocket's handshake: a refused socket is a plain HTTP error."""
    row: Route | None = getattr(request.route.ctx, "row", None) if request.route else None
    if row is not None:
        request.ctx.call = await _admitted(row, request)
    return None


def _endpoint(route: Route) -> Callable[..., Coroutine[Any, Any, HTTPResponse]]:
    async def endpoint(request: Request, **path: str) -> HTTPResponse:
        answer = await route.handler(_with_input(route, request), **path)
        if isinstance(answer, BaseModel):
            return json_response(answer.model_dump(mode="json", by_alias=True), status=route.status)
        return empty(status=204) if answer is None else answer

    return endpoint


def _socket_endpoint(route: Route) -> Callable[..., Coroutine[Any, Any, None]]:
    async def endpoint(request: Request, socket: Any, **path: str) -> None:
        try:
            await route.handler(request.ctx.call, socket, **path)
        except CLOSED_BY_PEER:
            return
        except HttpError as error:
            await close_refused(socket, error)
        except Exception as error:
            log.error("socket_failed", route=route.path, exc_info=error)
            socket.fail_connection(1011)

    return endpoint


async def _admitted(route: Route, request: Request) -> Call:
    parts: Parts = request.app.ctx.parts
    conversation = session = None
    if route.access == "visitor":
        conversation = await _visitor(request, parts, in_query=route.websocket)
    elif route.access == "staff":
        session = await _staff(request, parts, route)
    if route.websocket or route.path == "/api/staff/login":
        check_origin(request, parts, ours_only=not route.path.startswith("/api/visitor/"))
    return Call(request, parts, conversation=conversation, session=session)


def _with_input(route: Route, request: Request) -> Call:
    """The admitted call with its body and query.

    Not part of admission, because Sanic runs that even for a request whose body it could not take.
    """
    body = validated(route.body, request.body) if route.body else None
    query = _query(route.query, request) if route.query else None
    call: Call = request.ctx.call
    return replace(call, body=body, query=query)


async def _visitor(request: Request, parts: Parts, *, in_query: bool) -> Conversation:
    # A browser's WebSocket cannot carry a header, so there the token travels in the query.
    token = request.args.get("token") if in_query else request.token
    if not token:
        raise HttpError("not_authenticated", "The conversation's token is missing.")
    return await parts.desk.conversation_by_token(token)


async def _staff(request: Request, parts: Parts, route: Route) -> Session:
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        raise HttpError("not_authenticated", "Nobody is logged in.")
    session = await parts.accounts.authenticate(token)
    if route.method != "GET":
        check_origin(request, parts, ours_only=True)
        shown = request.headers.get("x-csrf-token", "")
        if not hmac.compare_digest(shown.encode("utf-8", "replace"), session.csrf.encode()):
            raise HttpError("csrf", "The X-CSRF-Token header is missing or is not this session's.")
    if route.roles is not None and session.staff.role not in route.roles:
        raise HttpError("forbidden", "Your role does not allow this.")
    return session


def check_origin(request: Request, parts: Parts, *, ours_only: bool) -> None:
    """Refuse a browser page of another site. Programs send no Origin; a browser always does across sites."""
    origin = request.headers.get("origin")
    if origin is None or (not ours_only and origin_allowed(origin, parts.limits)):
        return
    ours = {request.host, urlsplit(parts.limits.public_url).netloc} - {""}
    if _host_of(origin) not in ours:
        raise HttpError("csrf" if ours_only else "forbidden", "Pages of another site may not do this.")


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def origin_allowed(origin: str, limits: Limits) -> bool:
    """Whether pages of ``origin`` may carry the widget."""
    return "*" in limits.allowed_origins or origin.rstrip("/") in limits.allowed_origins


def validated(model: type[Body], raw: bytes | str) -> Any:
    """``raw`` as a ``model``. Raises HttpError bad_request naming the field, never quoting what it held."""
    try:
        return model.model_validate_json(raw or b"null", strict=True)
    except ValidationError as error:
        raise HttpError("bad_request", _explain(error)) from None


def _query(model: type[Body], request: Request) -> Any:
    names = (field.alias or name for name, field in model.model_fields.items())
    given = {name: request.args.get(name) for name in names if name in request.args}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise HttpError("bad_request", _explain(error)) from None


def _explain(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])


async def limit(parts: Parts, key: str, allowed: int, period_seconds: int) -> None:
    """Count one use of ``key``. Raises HttpError too_many_requests beyond ``allowed`` in the period."""
    if not await parts.live.allow(key, allowed, period_seconds):
        raise HttpError("too_many_requests", f"At most {allowed} in {period_seconds} seconds.")


def client_address(request: Request) -> str:
    """The caller's address: the peer's, or what the configured number of trusted proxies says."""
    return str(request.client_ip)


async def close_refused(socket: Any, error: HttpError) -> None:
    """Tell a WebSocket client why, then close; 4401 means: log in, or start, again."""
    await send(socket, socket_error(error))
    await socket.close(4401 if error.code == "not_authenticated" else 1008)


async def send(socket: Any, message: dict[str, Any]) -> None:
    """Send one JSON message over a WebSocket."""
    await socket.send(json.dumps(message, ensure_ascii=False, separators=(",", ":")))


# --- headers -----------------------------------------------------------------------------------------------


async def _preflight(request: Request) -> HTTPResponse:
    return empty(status=204)


async def _add_headers(request: Request, response: BaseHTTPResponse) -> None:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    if request.path.startswith(("/api/", "/health/", "/metrics")):
        response.headers.setdefault("Cache-Control", "no-store")
        # Sanic sends none; the console corrects its clocks by it.
        response.headers.setdefault("Date", formatdate(usegmt=True))
    if request.path.startswith("/api/visitor/"):
        _allow_other_sites(request, response)


def _allow_other_sites(request: Request, response: BaseHTTPResponse) -> None:
    """Let the pages that carry the widget read the answer; without credentials, the token is a header."""
    limits: Limits = request.app.ctx.parts.limits
    origin = request.headers.get("origin")
    if "*" not in limits.allowed_origins:
        response.headers["Vary"] = "Origin"
    if origin is None or not origin_allowed(origin, limits):
        return
    response.headers["Access-Control-Allow-Origin"] = "*" if "*" in limits.allowed_origins else origin
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response.headers["Access-Control-Max-Age"] = "600"
