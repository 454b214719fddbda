"""The staff WebSocket: the queue, what rings, who asks, and which conversations have something new.

It carries no messages of conversations: the console reads the updates after the last seq it holds. Every push
is a complete state. Nudges make it fast; what PostgreSQL says is compared every POLL_SECONDS, so a lost nudge
is made good.
"""

import asyncio
import time
from typing import Any

import structlog
from pydantic import Field

from bot.console.tickets import tickets_changed
from bot.errors import HttpError, socket_error
from bot.helpdesk.errors import BadCredentials, HelpdeskError, Unavailable
from bot.helpdesk.floor import AtDesk
from bot.helpdesk.live import STAFF_TOPIC, Subscription, conversation_topic, staff_topic
from bot.helpdesk.rules import OVERSEERS
from bot.helpdesk.rules.absence import CONNECTION_LOST
from bot.sockets import FrameLimit, frame_head, run_together, wait_for
from bot.web import Body, Call, Route, Seq, send, validated
from bot.wire import invitation_out, offer_out

log = structlog.stdlib.get_logger(__name__)

POLL_SECONDS = 5.0
BOARD_SECONDS = 1.0
_ID = r"^[0-9a-f]{32}$"
_STATES = ("offers", "invitations", "mine")
#: Nudges after which the board of overseers may look different: talk, claims and moves, who is ready.
_ON_BOARD = ("changed", "presence")


class Ping(Body):
    """The heartbeat of presence."""


class Typing(Body):
    """The helper is typing in a conversation they are in."""

    conversation_id: str = Field(pattern=_ID)


class Read(Body):
    """The helper has seen a conversation they are in up to ``seq``."""

    conversation_id: str = Field(pattern=_ID)
    seq: Seq


class Watch(Body):
    """What the member of staff looks at now; null: nothing."""

    conversation_id: str | None = Field(pattern=_ID)


MESSAGES: dict[str, type[Body]] = {"ping": Ping, "typing": Typing, "read": Read, "watch": Watch}


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
        self._due: set[str] = set()
        self._queue = ""
        self._sent: dict[str, Any] = {}
        self._offers: list[dict[str, Any]] = []
        self._mine: dict[str, str] = {}
        self._told: dict[str, int] = {}
        self._watched: str | None = None
        self._typed: tuple[str | None, float] = (None, 0.0)
        self._board_at = float("-inf")
        self._board_news = False

    async def run(self) -> None:
        """Serve the connection until either side closes it."""
        await self._parts.accounts.heartbeat(self._staff.id)
        stop_watching = self._parts.feed.watch(self._wake.set)
        try:
            async with self._parts.hub.subscribe(STAFF_TOPIC, staff_topic(self._staff.id)) as nudges:
                await send(self._socket, {"type": "presence", "status": self._staff.presence})
                await run_together(self._read(), self._listen(nudges), self._feed())
        finally:
            stop_watching()
            await self._look_at(None)

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
        if self._watched:
            await self._parts.live.watch(self._watched, self._staff.id)
        await send(self._socket, {"type": "pong"})

    async def _check_session(self) -> None:
        """A session ends while the socket is open: on logout, on a new password, after twelve hours."""
        try:
            self._staff = (await self._parts.accounts.authenticate(self._token)).staff
        except BadCredentials:
            raise SessionEnded("not_authenticated", "The session has ended.") from None

    async def _on_typing(self, message: Typing) -> None:
        where, at = self._typed
        # Once a second is enough for a visitor; the next visitor has not been told yet.
        if where == message.conversation_id and time.monotonic() - at < 1:
            return
        self._typed = message.conversation_id, time.monotonic()
        if await self._tell_visitor(message.conversation_id, {"type": "typing", "who": "helper"}):
            self._parts.reach.writing(message.conversation_id)

    async def _on_read(self, message: Read) -> None:
        told = {"type": "read", "who": "helper", "seq": message.seq}
        await self._tell_visitor(message.conversation_id, told)

    async def _tell_visitor(self, conversation_id: str, nudge: dict[str, Any]) -> bool:
        """Whether the visitor was told: only who is in the conversation is seen typing and reading."""
        await self._parts.desk.conversation(conversation_id)
        if conversation_id not in await self._parts.floor.mine(self._staff):
            return False
        await self._parts.live.publish(conversation_topic(conversation_id), nudge)
        return True

    async def _on_watch(self, message: Watch) -> None:
        if message.conversation_id:
            await self._parts.desk.conversation(message.conversation_id)
        await self._look_at(message.conversation_id)

    async def _look_at(self, conversation_id: str | None) -> None:
        before, self._watched = self._watched, conversation_id
        live, told = self._parts.live, []
        if before and before != conversation_id:
            await live.unwatch(before, self._staff.id)
            told.append(before)
        if conversation_id:
            await live.watch(conversation_id, self._staff.id)
            told.append(conversation_id)
        await live.publish_all(
            [(STAFF_TOPIC, {"type": "watching", "conversation_id": each}) for each in told]
        )

    # --- to the client ---

    async def _listen(self, nudges: Subscription) -> None:
        async for nudge in nudges:
            await self._on_nudge(nudge)

    async def _on_nudge(self, nudge: dict[str, Any]) -> None:
        kind = nudge["type"]
        if kind in _ON_BOARD:
            self._note_board()
        if kind == "changed" and "conversation_id" in nudge:
            if nudge["conversation_id"] in (self._watched, *self._mine):
                await self._tell_changed(nudge["conversation_id"], nudge["last_seq"])
        elif kind == "changed":
            self._look(*_STATES, "changed")
        elif kind in _STATES:
            if nudge.get("department", self._staff.department) == self._staff.department:
                self._look(kind)
        elif kind == "presence":
            if nudge["staff_id"] == self._staff.id:
                await send(self._socket, {"type": "presence", "status": nudge["status"]})
        elif kind == "watching":
            if nudge["conversation_id"] == self._watched:
                self._look("watching")
        elif kind in ("typing", "read"):
            if nudge["conversation_id"] in (self._watched, *self._mine):
                await send(self._socket, nudge)
        elif kind == "tickets":
            if shown := tickets_changed(nudge, self._staff):
                await send(self._socket, shown)
        elif kind == CONNECTION_LOST:
            if self._staff.role in OVERSEERS:
                await send(self._socket, nudge)
        elif kind != "queue":
            await send(self._socket, nudge)

    def _look(self, *what: str) -> None:
        self._due.update(what)
        self._wake.set()

    async def _feed(self) -> None:
        polled_at = float("-inf")
        while True:
            self._wake.clear()
            if time.monotonic() - polled_at >= POLL_SECONDS:
                polled_at = time.monotonic()
                self._due.update((*_STATES, "session", "changed"))
            due, self._due = self._due, set()
            try:
                await self._push(due)
            except Unavailable:
                self._due |= due
                log.warning("staff_feed_waits")
                await asyncio.sleep(min(1.0, POLL_SECONDS))
            if self._board_waits() == 0:
                await self._push_board()
            left = POLL_SECONDS - (time.monotonic() - polled_at)
            await wait_for(self._wake, max(0.0, min(left, self._board_waits())))

    async def _push(self, due: set[str]) -> None:
        if "session" in due:
            # Here too: a client that sends nothing must not hear on.
            await self._check_session()
        if self._queue != self._parts.feed.message:
            self._queue = self._parts.feed.message
            await self._socket.send(self._queue)
            self._note_board()
            due |= {"alerts"}
        if states := {"mine" if each == "changed" else each for each in due} & {*_STATES}:
            await self._push_desk(await self._parts.floor.at_desk(self._staff, states))
        if "alerts" in due and "offers" not in due:
            await self._push_offers()
        if "watching" in due:
            await self._push_watching()

    async def _push_desk(self, desk: AtDesk) -> None:
        if desk.offers is not None:
            self._offers = [offer_out(each).json_object() for each in desk.offers]
            await self._push_offers()
        if desk.invitations is not None:
            asked = [invitation_out(each).json_object() for each in desk.invitations]
            await self._push_state({"type": "invitations", "invitations": asked})
        if desk.mine is not None:
            await self._push_mine(desk.mine)

    async def _push_mine(self, mine: dict[str, tuple[str, int]]) -> None:
        self._mine = {each: role for each, (role, _) in mine.items()}
        # What has left me is told no more, but for what I look at.
        self._told = {each: seq for each, seq in self._told.items() if each in mine or each == self._watched}
        shown = [{"conversation_id": each, "role": role} for each, role in sorted(self._mine.items())]
        await self._push_state({"type": "mine", "conversations": shown})
        for conversation_id, (_, last_seq) in mine.items():
            if last_seq > self._told.get(conversation_id, 0):
                await self._tell_changed(conversation_id, last_seq)

    async def _push_offers(self) -> None:
        alerts = self._parts.feed.alerts_shown(self._staff)
        await self._push_state({"type": "offers", "offers": self._offers, "alerts": alerts})

    async def _push_watching(self) -> None:
        if self._watched is None:
            return
        here = await self._parts.floor.persons(await self._parts.live.watchers(self._watched))
        people = [
            {"id": each.id, "name": each.name, "department": each.department}
            for each in here
            if each.id != self._staff.id
        ]
        await send(self._socket, {"type": "watching", "conversation_id": self._watched, "people": people})

    async def _push_state(self, message: dict[str, Any]) -> None:
        """Send a complete state unless the client has it."""
        if self._sent.get(message["type"]) != message:
            self._sent[message["type"]] = message
            await send(self._socket, message)

    def _note_board(self) -> None:
        """The board is out of date."""
        if self._staff.role in OVERSEERS and not self._board_news:
            self._board_news = True
            self._wake.set()

    def _board_waits(self) -> float:
        """Seconds until the board is told of: what comes in between goes with it, and nothing gets lost."""
        if not self._board_news:
            return float("inf")
        return max(0.0, self._board_at + BOARD_SECONDS - time.monotonic())

    async def _push_board(self) -> None:
        self._board_news, self._board_at = False, time.monotonic()
        await send(self._socket, {"type": "board"})

    async def _tell_changed(self, conversation_id: str, last_seq: int) -> None:
        self._told[conversation_id] = max(last_seq, self._told.get(conversation_id, 0))
        await send(
            self._socket, {"type": "changed", "conversation_id": conversation_id, "last_seq": last_seq}
        )


async def live(call: Call, socket: Any) -> None:
    """The WebSocket."""
    await StaffSocket(call, socket).run()


ROUTES = (Route("GET", "/api/staff/ws", "staff", live, "WebSocket of staff", websocket=True),)
