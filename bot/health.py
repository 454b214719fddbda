"""Is the process alive, and can it serve: for supervisors, containers and load balancers."""

import asyncio
from collections.abc import Awaitable

import structlog
from sanic import HTTPResponse
from sanic.response import json as json_response

from bot.helpdesk.live import utcnow
from bot.helpdesk.worktime import local_day, missing_years
from bot.web import Call, Route

log = structlog.stdlib.get_logger(__name__)

_PATIENCE_SECONDS = 3.0


async def live(call: Call) -> HTTPResponse:
    """The process runs."""
    return json_response({"status": "ok"})


async def ready(call: Call) -> HTTPResponse:
    """PostgreSQL and Valkey answer. The assistant may be away: people still reach people.

    The dispatcher may have ended, and is started again: another server's stands in for it.
    Public holidays of this or the next year may be unknown: weekdays decide then.
    """
    parts = call.parts
    postgresql, valkey, assistant = await asyncio.gather(
        _answers(parts.database.ping()), _answers(parts.live.ping()), parts.assistant_ready()
    )
    body = {
        "postgresql": _word(postgresql),
        "valkey": _word(valkey),
        "assistant": _word(assistant),
        "dispatcher": _word(call.request.app.ctx.running.dispatcher.looks),
        "holidays": "incomplete" if missing_years(local_day(utcnow())) else "ok",
    }
    return json_response(body, status=200 if postgresql and valkey else 503)


async def _answers(ping: Awaitable[None]) -> bool:
    try:
        await asyncio.wait_for(ping, _PATIENCE_SECONDS)
    except Exception as error:
        log.warning("store_away", error=type(error).__name__)
        return False
    return True


def _word(answers: bool) -> str:
    return "ok" if answers else "away"


ROUTES = (
    Route("GET", "/health/live", "public", live, "The process runs"),
    Route("GET", "/health/ready", "public", ready, "The stores answer"),
)
