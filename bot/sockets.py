"""What the visitor's and the staff's WebSocket share."""

import asyncio
import json
import time
from collections.abc import Collection, Coroutine
from contextlib import suppress
from typing import Any

from bot.errors import HttpError

FRAMES = 500
FRAMES_SECONDS = 10.0


class FrameLimit:
    """At most ``allowed`` frames in ``seconds`` on one connection."""

    def __init__(self, allowed: int = FRAMES, seconds: float = FRAMES_SECONDS) -> None:
        self._allowed = allowed
        self._seconds = seconds
        self._since = float("-inf")
        self._count = 0

    def count(self, now: float | None = None) -> None:
        """Count one frame at ``now`` (monotonic seconds). Raises HttpError when there are too many."""
        now = time.monotonic() if now is None else now
        if now - self._since >= self._seconds:
            self._since, self._count = now, 0
        self._count += 1
        if self._count > self._allowed:
            raise HttpError("too_many_requests", "Too many messages on this connection.")


def frame_head(frame: str | bytes, kinds: Collection[str]) -> tuple[str, str | None]:
    """A frame's type, one of ``kinds``, and the client_message_id that an error about it must name.

    Raises HttpError bad_request for anything else than a JSON object of a known type.
    """
    try:
        message = json.loads(frame)
    except (ValueError, RecursionError):
        raise HttpError("bad_request", "A message must be a JSON object.") from None
    kind = message.get("type") if isinstance(message, dict) else None
    if not isinstance(kind, str) or kind not in kinds:
        raise HttpError("bad_request", "The type of the message is missing or unknown.")
    given = message.get("client_message_id")
    return kind, given if isinstance(given, str) and len(given) <= 64 else None


async def run_together(*jobs: Coroutine[Any, Any, None]) -> None:
    """Run ``jobs`` until the first ends, then stop the others; raises what ended it, if anything did."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error


async def wait_for(event: asyncio.Event, seconds: float | None) -> None:
    """Wait until ``event`` is set, at most ``seconds``; None: as long as it takes."""
    # Not asyncio.wait_for: in Python 3.11 it may swallow a cancellation that comes together with the event.
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
