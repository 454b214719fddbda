"""Is the process alive, and can it serve: for supervisors, containers and load balancers."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog
from sanic import HTTPResponse
from sanic.response import json as json_response

from bot.helpdesk.live import utcnow
from bot.helpdesk.worktime import local_day, missing_years
from bot.web import Call, Route

log = structlog.stdlib.get_logger(__name__)

_PATIENCE_SECONDS = 3.0
_REMEMBER_SECONDS = 2.0


class Remembered:
    """A check whose result is kept for a moment: anyone may ask for it, and each asking costs a call."""

    def __init__(self, check: Callable[[], Awaitable[bool]], seconds: float = _REMEMBER_SECONDS) -> None:
        self._check = check
        self._seconds = seconds
        self._until = float("-inf")
        self._result = False
        self._lock = asyncio.Lock()

    async def __call__(self) -> bool:
        """The result, at most ``seconds`` old."""
        async with self._lock:
            if time.monotonic() >= self._until:
                self._result = await self._check()
                self._until = time.monotonic() + self._seconds
            return self._result


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
