"""The visitor's WebSocket: what the widget sends, and the live feed of what is new.

The feed reads PostgreSQL from the last seq the client holds; a nudge only says when to look, and a lost one
is made good by ``bot.pulse``. So no message is lost, doubled or out of order.
"""

import asyncio
import time
from dataclasses import asdict
from typing import Any

import structlog
from pydantic import Field

from bot.errors import HttpError, socket_error
from bot.helpdesk.errors import HelpdeskError, Unavailable
from bot.helpdesk.live import STAFF_TOPIC, Subscription, conversation_topic
from bot.helpdesk.models import Accepted, Conversation
from bot.sockets import FrameLimit, frame_head, run_together, wait_for
from bot.web import Body, Call, Parts, Seq, limit, send, validated
from bot.wire import helper_out, update_out

log = structlog.stdlib.get_logger(__name__)

POLL_SECONDS = 5.0
UNAVAILABLE_SECONDS = 1.0
QUEUE_SECONDS = 3.0
PAGE = 200


class Send(Body):
    """A message typed by the visitor."""

    client_message_id: str
    text: str


class Choose(Body):
    """A button pressed: ``option`` is its opaque id, ``seq`` the update that carries it."""

    client_message_id: str
    seq: Seq
    option: str = Field(max_length=100)


class Resume(Body):
    """Replay what came after ``after`` and start the live feed."""

    after: Seq


class Read(Body):
    """The visitor has seen everything up to ``seq``."""

    seq: Seq


class Rate(Body):
    """The visitor's verdict after the helper closed."""

    resolved: bool
    stars: int | None = Field(default=None, ge=1, le=5)
    comment: str | None = Field(default=None, max_length=1000)


class Nothing(Body):
    """A message that is all said by its type."""


MESSAGES: dict[str, type[Body]] = {
    "send": Send,
    "choose": Choose,
    "resume": Resume,
    "read": Read,
    "rate": Rate,
    "typing": Nothing,
    "ping": Nothing,
}


async def accept_text(parts: Parts, conversation_id: str, message: Send) -> Accepted:
    """Save a visitor's text, within the limit of messages, and have it delivered."""
    await limit(parts, f"messages:{conversation_id}", parts.limits.messages_per_10_seconds, 10)
    accepted = await parts.desk.ingest(conversation_id, message.client_message_id, message.text)
    parts.wake_worker()
    return accepted


async def rate(parts: Parts, conversation_id: str, verdict: Rate) -> Accepted:
    """Save a visitor's rating."""
    await limit(parts, f"messages:{conversation_id}", parts.limits.messages_per_10_seconds, 10)
    return await parts.desk.rate(
        conversation_id, resolved=verdict.resolved, stars=verdict.stars, comment=verdict.comment
    )


def offer(linked: bool | None) -> dict[str, bool] | None:
    """What a visitor on the web is told of going on in WeChat; None: there is no such way."""
    return None if linked is None else {"linked": linked}


class VisitorSocket:
    """One connection of one visitor."""

    def __init__(self, call: Call, socket: Any) -> None:
        self._parts = call.parts
        self._desk = call.parts.desk
        self._id = call.visitor.id
        self._topic = conversation_topic(self._id)
        self._socket = socket
        self._frames = FrameLimit()
        self._after = -1
        self._epoch = -1
        self._noticed = -1
        self._waits = False
        self._resumed = asyncio.Event()
        self._wake = asyncio.Event()
        # Held from saving a message to its acknowledgement: nothing is pushed before it is acknowledged.
        self._order = asyncio.Lock()
        self._state: dict[str, Any] | None = None
        self._typed_at = 0.0

    async def run(self) -> None:
        """Serve the connection until either side closes it."""
        await self._parts.live.visitor_seen(self._id)  # from here on the pulse says so
        watch = self._parts.pulse.watch(self._id, lambda: (self._after, self._epoch), self._wake.set)
        try:
            async with self._parts.hub.subscribe(self._topic) as nudges:
                await run_together(self._read(), self._listen(nudges), self._feed())
        finally:
            self._parts.pulse.forget(watch)

    # --- from the client ---

    async def _read(self) -> None:
        while (frame := await self._socket.recv()) is not None:
            self._frames.count()
            await self._handle(frame)

    async def _handle(self, frame: str | bytes) -> None:
        client_message_id = None
        try:
            kind, client_message_id = frame_head(frame, MESSAGES)
            await getattr(self, f"_on_{kind}")(validated(MESSAGES[kind], frame))
        except (HttpError, HelpdeskError) as error:
            await send(self._socket, socket_error(error, client_message_id))

    async def _on_send(self, message: Send) -> None:
        async with self._order:
            accepted = await accept_text(self._parts, self._id, message)
            await self._acknowledge(message.client_message_id, accepted)

    async def _on_choose(self, message: Choose) -> None:
        async with self._order:
            await limit(self._parts, f"messages:{self._id}", self._parts.limits.messages_per_10_seconds, 10)
            accepted = await self._desk.choose(
                self._id, message.client_message_id, message.seq, message.option
            )
            self._parts.wake_worker()
            await self._acknowledge(message.client_message_id, accepted)

    async def _acknowledge(self, client_message_id: str, accepted: Accepted) -> None:
        await send(self._socket, {"type": "ack", "client_message_id": client_message_id, "seq": accepted.seq})
        self._wake.set()

    async def _on_resume(self, message: Resume) -> None:
        async with self._order:
            self._after = message.after
            self._state = None
        self._resumed.set()
        self._wake.set()

    async def _on_read(self, message: Read) -> None:
        await self._desk.mark_read(self._id, message.seq)

    async def _on_rate(self, message: Rate) -> None:
        await rate(self._parts, self._id, message)
        self._wake.set()

    async def _on_typing(self, _message: Nothing) -> None:
        if time.monotonic() - self._typed_at < 1:
            return
        self._typed_at = time.monotonic()
        await self._parts.live.publish(self._topic, {"type": "typing", "who": "visitor"})
        await self._parts.live.publish(STAFF_TOPIC, {"type": "typing", "conversation_id": self._id})

    async def _on_ping(self, _message: Nothing) -> None:
        await send(self._socket, {"type": "pong"})

    # --- to the client ---

    async def _listen(self, nudges: Subscription) -> None:
        async for nudge in nudges:
            if nudge["type"] == "changed":
                self._wake.set()
            elif self._resumed.is_set() and nudge.get("who") in ("bot", "helper"):
                shown: dict[str, Any] = {key: nudge[key] for key in ("type", "who", "seq") if key in nudge}
                if shown["type"] == "read":
                    del shown["who"]
                await send(self._socket, shown)

    async def _feed(self) -> None:
        await self._resumed.wait()
        while True:
            woken = self._wake.is_set()
            self._wake.clear()
            try:
                await self._push(woken)
            except Unavailable:
                # The connection stays: when PostgreSQL is back, the feed goes on where it stopped.
                log.warning("feed_waits", conversation_id=self._id)
                await asyncio.sleep(UNAVAILABLE_SECONDS)
                self._wake.set()
            await wait_for(self._wake, QUEUE_SECONDS if self._waits else None)

    async def _push(self, woken: bool) -> None:
        """Send what is new; without having been woken, only where the visitor stands in the queue."""
        if woken:
            told = self._after
            conversation = await self._push_updates()
            if self._state is None or self._epoch != conversation.owner_epoch or self._noticed > told:
                await self._push_state(conversation)
            self._epoch = conversation.owner_epoch
            self._waits = conversation.owner == "queue"
        if self._waits:
            await self._push_position()

    async def _push_updates(self) -> Conversation:
        async with self._order:
            conversation = await self._desk.stands(self._id)
            # A client that claims to hold more than there is would otherwise hear nothing for long.
            self._after = min(self._after, conversation.last_seq)
            while self._after < conversation.last_seq:
                updates = await self._desk.updates(self._id, self._after, internal=False, limit=PAGE)
                for update in updates:
                    await send(self._socket, {"type": "update", "update": update_out(update).json_object()})
                    self._after = update.seq
                    # Whoever comes or goes, a notice says so.
                    self._noticed = update.seq if update.kind == "notice" else self._noticed
                if len(updates) < PAGE:
                    break
            return conversation

    async def _push_state(self, conversation: Conversation) -> None:
        helper = helper_out(conversation)
        state = {
            "type": "state",
            "owner": conversation.owner,
            "helper": helper.json_object() if helper else None,
            "participants": await self._participants(conversation),
            "wechat": offer(await self._parts.reach.linked(self._id)),
        }
        if state != self._state:
            self._state = state
            await send(self._socket, state)

    async def _participants(self, conversation: Conversation) -> list[dict[str, Any]]:
        if conversation.owner != "helper":
            return []
        beside = await self._parts.floor.participants([self._id])
        people = (each.person for each in beside[self._id])
        return [{"name": person.name, "department": person.department} for person in people]

    async def _push_position(self) -> None:
        place = await self._desk.queue_position(self._id)
        if place is not None:
            await send(self._socket, {"type": "queue", **asdict(place)})
