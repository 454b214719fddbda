"""The composition root of the server: settings, stores, worker, routes. Run with ``python -m bot.server``.

The only module of the server that opens connections. One process, one event loop; any number of such
processes may serve side by side on the same stores.
"""

import asyncio
import itertools
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import structlog
from alembic.util import CommandError
from sanic import HTTPResponse, Sanic
from sanic.response import json as json_response
from sqlalchemy.exc import SQLAlchemyError

from bot import health, metrics, openapi
from bot.channels import tickets as visitor_tickets
from bot.channels import widget
from bot.channels.wechat import routes as wechat
from bot.channels.wechat.channel import Channel, Foundations, Windows
from bot.channels.wechat.setup import account_of
from bot.console import administration as console_administration
from bot.console import canned_replies as console_replies
from bot.console import desk as console_desk
from bot.console import earlier as console_earlier
from bot.console import floor as console_floor
from bot.console import hours as console_hours
from bot.console import pictures as console_pictures
from bot.console import reports as console_reports
from bot.console import session as console_session
from bot.console import socket as console_socket
from bot.console import team as console_team
from bot.console import tickets as console_tickets
from bot.dialogue.client import AssistantClient
from bot.dialogue.worker import OutboxWorker, Search
from bot.dispatching import DispatcherThread
from bot.errors import OneErrorShape
from bot.feed import QueueFeed
from bot.helpdesk.accounts import Accounts
from bot.helpdesk.database import Database, migrate
from bot.helpdesk.desk import Desk
from bot.helpdesk.floor import Floor
from bot.helpdesk.live import Hub, Live, utcnow
from bot.helpdesk.office import Office
from bot.helpdesk.storage import people
from bot.helpdesk.team import Team
from bot.helpdesk.texts import Texts
from bot.helpdesk.thresholds import Thresholds
from bot.helpdesk.worktime.roster import WorkingHours
from bot.knowledge.topics import TOPICS
from bot.logs import configure_logs
from bot.pages import mount_pages
from bot.pulse import Pulse
from bot.remembered import Remembered
from bot.search import BackgroundSearch, Searcher
from bot.settings import SettingError, Settings, policy_of, read_settings
from bot.web import App, Call, Limits, Parts, Route, mount

log = structlog.stdlib.get_logger(__name__)

# A message of 2,000 characters is at most 24 KB of escaped JSON.
LARGEST_MESSAGE_BYTES = 65_536
# How long figures of waiting may be kept: every waiting visitor asks for them every three seconds.
_FIGURES_SECONDS = 2.0
# Stands in for every department that an administrator has not given another.
_FRONT_DESK = "政务服务中心"
# Sanic keeps applications by name; tests make several in one process.
_numbers = itertools.count(1)

OpenSearch = Callable[[Settings], Searcher | None]


async def describe(call: Call) -> HTTPResponse:
    """The OpenAPI document."""
    return json_response(call.request.app.ctx.openapi)


ROUTES: tuple[Route, ...] = (
    *widget.ROUTES,
    *visitor_tickets.ROUTES,
    *wechat.ROUTES,
    *console_session.ROUTES,
    *console_desk.ROUTES,
    *console_pictures.ROUTES,
    *console_team.ROUTES,
    *console_floor.ROUTES,
    *console_socket.ROUTES,
    *console_tickets.ROUTES,
    *console_earlier.ROUTES,
    *console_replies.ROUTES,
    *console_administration.ROUTES,
    *console_hours.ROUTES,
    *console_reports.ROUTES,
    *health.ROUTES,
    *metrics.ROUTES,
    Route("GET", "/api/openapi.json", "public", describe, "This document"),
)


def create_app(settings: Settings, open_search: OpenSearch | None = None) -> App:
    """The application. It opens its connections when it starts and closes them when it stops.

    The database must have been migrated (``migrate``). ``open_search`` is how the knowledge base is opened;
    the default follows the settings.
    """
    app = Sanic(f"bangban-{next(_numbers)}", configure_logging=False, error_handler=OneErrorShape())
    app.config.update(_sanic_settings(settings))
    app.ctx.openapi = openapi.document([r for r in ROUTES if r.path.startswith("/api/")], _version())
    mount(app, ROUTES)
    mount_pages(app, settings.web)
    _manage(app, settings, open_search or open_knowledge)
    return app


def _sanic_settings(settings: Settings) -> dict[str, Any]:
    return {
        "REQUEST_MAX_SIZE": LARGEST_MESSAGE_BYTES,
        "WEBSOCKET_MAX_SIZE": LARGEST_MESSAGE_BYTES,
        "REQUEST_TIMEOUT": 20,
        "RESPONSE_TIMEOUT": 60,
        "KEEP_ALIVE_TIMEOUT": 75,
        "WEBSOCKET_PING_INTERVAL": 20,
        "WEBSOCKET_PING_TIMEOUT": 20,
        "GRACEFUL_SHUTDOWN_TIMEOUT": settings.shutdown_seconds,
        "ACCESS_LOG": False,
        "AUTO_EXTEND": False,
        "PROXIES_COUNT": settings.proxies or None,
    }


@dataclass(frozen=True)
class Running:
    """What has to be ended when the application stops."""

    worker: OutboxWorker
    assistant: AssistantClient
    worker_task: "asyncio.Task[None]"
    #: What simply runs until it is cancelled: the hub, the queue's feed, the tickets' clock.
    tasks: "tuple[asyncio.Task[None], ...]"
    dispatcher: DispatcherThread
    wechat: Channel | None = None


def _manage(app: App, settings: Settings, open_search: OpenSearch) -> None:
    async def start(app: App) -> None:
        search = BackgroundSearch(lambda: open_search(settings))
        search.start()
        app.ctx.parts, app.ctx.running = _open(settings, search)
        app.ctx.wechat = app.ctx.running.wechat
        app.ctx.stores_metrics = Remembered(lambda: metrics.read_stores(app.ctx.parts))
        await _ensure_departments(app.ctx.parts.database)
        password, accounts = settings.admin_password, app.ctx.parts.accounts
        if password and await accounts.ensure_administrator(password):
            log.info("administrator_created", username="admin")

    async def stop(app: App) -> None:
        running: Running = app.ctx.running
        running.worker.stop()
        await asyncio.wait([running.worker_task], timeout=settings.shutdown_seconds + 1)
        if running.wechat is not None:
            await running.wechat.stop(settings.shutdown_seconds)
        await asyncio.to_thread(running.dispatcher.stop, settings.shutdown_seconds)
        for task in running.tasks:
            task.cancel()
        await asyncio.gather(*running.tasks, return_exceptions=True)

    async def close(app: App) -> None:
        app.ctx.running.assistant.close()
        await app.ctx.parts.live.close()
        await app.ctx.parts.database.close()

    app.before_server_start(start)
    app.before_server_stop(stop)
    app.after_server_stop(close)


def _open(settings: Settings, searcher: Searcher) -> tuple[Parts, Running]:
    database = Database.open(settings.database_url, pool_size=settings.database_pool)
    live = Live.open(settings.redis_url)
    hub = Hub(live)
    texts, thresholds, roster = Texts.load(), Thresholds(policy_of(settings)), WorkingHours(database)
    shared = (database, live, texts, thresholds, utcnow, roster, _FIGURES_SECONDS)
    desk, floor = Desk(*shared), Floor(*shared)
    feed, pulse = QueueFeed(floor, hub), Pulse(desk, live)
    accounts = Accounts(database, live)
    office = Office.open(database, live, texts, thresholds, accounts)
    dispatcher = DispatcherThread(settings.database_url, settings.redis_url, texts, thresholds)
    dispatcher.start()
    assistant = AssistantClient(
        settings.assistant_urls, settings.assistant_timeout_seconds, settings.worker_concurrency
    )
    worker = OutboxWorker(desk, live, assistant, _suggestions(searcher), settings.worker_concurrency)
    below = Foundations(
        database,
        live,
        hub,
        desk,
        office.visitor_tickets,
        texts,
        thresholds,
        worker.wake,
        settings.messages_per_10_seconds,
        office.unreached,
    )
    wechat = _open_wechat(settings, below)
    parts = Parts(
        database,
        live,
        hub,
        desk,
        accounts,
        office,
        searcher,
        Remembered(assistant.ready),
        worker.wake,
        _limits(settings),
        Team(*shared),
        floor,
        feed,
        pulse,
        Windows(database, wechat),
    )
    jobs = (hub.run(), feed.run(), pulse.run(), office.ticket_clock.run())
    running = Running(
        worker,
        assistant,
        asyncio.create_task(worker.run(settings.shutdown_seconds)),
        tuple(asyncio.create_task(job) for job in jobs),
        dispatcher,
        wechat,
    )
    return parts, running


async def _ensure_departments(database: Database) -> None:
    """Departments and topics of the knowledge base, where there are none of the name yet."""
    async with database.transaction() as connection:
        rows = [(topic.code, topic.name, topic.department) for topic in TOPICS.values()]
        await people.add_missing_topics(connection, rows, _FRONT_DESK, utcnow())


def _open_wechat(settings: Settings, below: Foundations) -> Channel | None:
    account = account_of(settings)
    if account is None:
        return None
    channel = Channel(account, below)
    channel.start(settings.shutdown_seconds)
    return channel


def _limits(settings: Settings) -> Limits:
    return Limits(
        settings.conversations_per_minute,
        settings.messages_per_10_seconds,
        settings.allowed_origins,
        settings.public_url,
        settings.cookies_over_https_only,
    )


def _suggestions(searcher: Searcher) -> Search:
    return lambda text, district, limit: [hit.as_json() for hit in searcher.search(text, district, limit)]


def open_knowledge(settings: Settings) -> Searcher | None:
    """The search of the knowledge base; None when switched off."""
    if not settings.knowledge_search:
        return None
    # Loads the encoder, so it is imported only where it is wanted.
    from bot.knowledge import load_knowledge, load_others, open_searcher

    kb, others = load_knowledge(settings.measures), load_others(settings.examples)
    return open_searcher(kb, settings.cache, others)


def _version() -> str:
    try:
        return version("bangban")
    except PackageNotFoundError:
        return "0.1.0"


def main() -> int:
    """Serve until SIGTERM or SIGINT. Exit code 2 for wrong settings, 1 when something needed is not there."""
    try:
        settings = read_settings(os.environ)
        account_of(settings)
        policy_of(settings)
    except SettingError as error:
        print(error, file=sys.stderr)
        return 2
    configure_logs(settings.log_level)
    try:
        migrate(settings.database_url)
    except SQLAlchemyError as error:
        print(
            f"DATABASE_URL: PostgreSQL cannot be used ({type(error).__name__}). Is it running, and are the "
            "user and the database right?",
            file=sys.stderr,
        )
        return 1
    except CommandError:
        print(
            "DATABASE_URL: the tables of this database are not of this version; a newer one may have been "
            "here. Start that version, or restore a backup made by this one.",
            file=sys.stderr,
        )
        return 1
    return _serve(settings)


def _serve(settings: Settings) -> int:
    app = create_app(settings)
    app.prepare(host=settings.host, port=settings.port, access_log=False, motd=False, single_process=True)
    try:
        Sanic.serve_single(primary=app)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        print(f"BANGBAN_PORT: cannot listen on {where} ({error.strerror}).", file=sys.stderr)
        return 1
    except Exception as error:
        log.error("start_failed", exc_info=error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
