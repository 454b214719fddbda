"""The staff WebSocket: the queue as it changes, and which conversations have something new.

It carries no messages of conversations: the console reads the updates after the last seq it holds. Nudges
make it fast; what PostgreSQL says is compared every POLL_SECONDS, so a lost nudge is made good.
"""

import asyncio
import time
from typing import Any

import structlog
from pydantic import Field

from bot.console.tickets import tickets_changed
from bot.errors import HttpError, socket_error
from bot.helpdesk.errors import BadCredentials, HelpdeskError, Unavailable
from bot.helpdesk.live import STAFF_TOPIC, Subscription, conversation_topic
from bot.helpdesk.rules import CLAIMABLE_STATUSES
from bot.sockets import FrameLimit, frame_head, run_together, wait_for
from bot.web import Body, Call, Route, Seq, send, validated
from bot.wire import request_out

log = structlog.stdlib.get_logger(__name__)

POLL_SECONDS = 5.0


class Ping(Body):
    """The heartbeat of presence."""


class Typing(Body):
    """The helper is typing in a conversation they hold."""

    conversation_id: str = Field(pattern=r"^[0-9a-f]{32}$")


class Read(Body):
    """The helper has seen a conversation they hold up to ``seq``."""

    conversation_id: str = Field(pattern=r"^[0-9a-f]{32}$")
    seq: Seq


MESSAGES: dict[str, type[Body]] = {"ping": Ping, "typing": Typing, "read": Read}


class SessionEnded(HttpError):
    """Whoever opened the socket is no longer logged in."""


class StaffSocket:
    """One connection of one member of staff."""

    def __init__(self, call: Call, socket: Any) -> None:
        assert call.session is not None
        self._parts = call.parts
        self._staff = call.staff
        self._token = call.session.token
        self._socket = socket
        self._frames = FrameLimit()
        self._wake = asyncio.Event()
        self._queue: list[dict[str, Any]] | None = None
        self._told: dict[str, int] = {}
        self._typed_at = 0.0

    async def run(self) -> None:
        """Serve the connection until either side closes it."""
        await self._parts.accounts.heartbeat(self._staff.id)
        async with self._parts.hub.subscribe(STAFF_TOPIC) as nudges:
            await send(self._socket, {"type": "presence", "status": self._staff.presence})
            await run_together(self._read(), self._listen(nudges), self._feed())

    # --- from the client ---

    async def _read(self) -> None:
        while (frame := await self._socket.recv()) is not None:
            self._frames.count()
            try:
                kind, _ = frame_head(frame, MESSAGES)
                await getattr(self, f"_on_{kind}")(validated(MESSAGES[kind], frame))
            except SessionEnded:
                raise
            except (HttpError, HelpdeskError) as error:
                await send(self._socket, socket_error(error))

    async def _on_ping(self, _message: Ping) -> None:
        await self._check_session()
        await self._parts.accounts.heartbeat(self._staff.id)
        await send(self._socket, {"type": "pong"})

    async def _check_session(self) -> None:
        """A session ends while the socket is open: on logout, on a new password, after twelve hours."""
        try:
            await self._parts.accounts.authenticate(self._token)
        except BadCredentials:
            raise SessionEnded("not_authenticated", "The session has ended.") from None

    async def _on_typing(self, message: Typing) -> None:
        if time.monotonic() - self._typed_at < 1:
            return
        self._typed_at = time.monotonic()
        await self._tell_visitor(message.conversation_id, {"type": "typing", "who": "helper"})

    async def _on_read(self, message: Read) -> None:
        told = {"type": "read", "who": "helper", "seq": message.seq}
        await self._tell_visitor(message.conversation_id, told)

    async def _tell_visitor(self, conversation_id: str, nudge: dict[str, Any]) -> None:
        """Only the helper who holds the conversation is seen typing and reading."""
        conversation = await self._parts.desk.conversation(conversation_id)
        if conversation.helper_id == self._staff.id:
            await self._parts.live.publish(conversation_topic(conversation.id), nudge)

    # --- to the client ---

    async def _listen(self, nudges: Subscription) -> None:
        async for nudge in nudges:
            kind = nudge["type"]
            if kind == "queue" or (kind == "changed" and "conversation_id" not in nudge):
                self._wake.set()
            elif kind == "changed":
                await self._tell_changed(nudge["conversation_id"], nudge["last_seq"])
            elif kind == "presence":
                if nudge["staff_id"] == self._staff.id:
                    await send(self._socket, {"type": "presence", "status": nudge["status"]})
            elif kind == "tickets":
                if shown := tickets_changed(nudge, self._staff):
                    await send(self._socket, shown)
            else:
                await send(self._socket, nudge)

    async def _feed(self) -> None:
        while True:
            self._wake.clear()
            try:
                # Here too: a client that sends nothing must not hear on.
                await self._check_session()
                await self._push_queue()
                await self._push_missed()
            except Unavailable:
                log.warning("staff_feed_waits")
            await wait_for(self._wake, POLL_SECONDS)

    async def _push_queue(self) -> None:
        waiting = await self._parts.desk.requests(CLAIMABLE_STATUSES)
        queue = [request_out(request).json_object() for request in waiting]
        if queue != self._queue:
            self._queue = queue
            await send(self._socket, {"type": "queue", "requests": queue})

    async def _push_missed(self) -> None:
        for mine in await self._parts.desk.conversations_of(self._staff, open_only=True):
            if mine.last_seq > self._told.get(mine.id, 0):
                await self._tell_changed(mine.id, mine.last_seq)

    async def _tell_changed(self, conversation_id: str, last_seq: int) -> None:
        self._told[conversation_id] = max(last_seq, self._told.get(conversation_id, 0))
        await send(
            self._socket, {"type": "changed", "conversation_id": conversation_id, "last_seq": last_seq}
        )


async def live(call: Call, socket: Any) -> None:
    """The WebSocket."""
    await StaffSocket(call, socket).run()


ROUTES = (Route("GET", "/api/staff/ws", "staff", live, "WebSocket of staff", websocket=True),)
