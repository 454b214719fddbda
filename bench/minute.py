"""Who takes part in ``./bangban bench help``: visitors at their widget, helpers at their consoles."""

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from bench import crowd


@dataclass(frozen=True)
class Pace:
    """Means of the drawn times in seconds: to hear the bell and click, to write an answer, to settle it."""

    react: float = 2.0
    type: float = 6.0
    handle: float = 20.0

    def slowed(self, times: float) -> "Pace":
        """Everything takes so many times as long."""
        return Pace(times * self.react, times * self.type, times * self.handle)

    @property
    def held(self) -> float:
        """How long a place is taken: from the offer on."""
        return self.react + self.handle

    @property
    def spare(self) -> float:
        """How long a visitor may wait for a place: who gets one still waits for the click and the typing."""
        return 60 - self.react - self.type


@dataclass
class Seen:
    """What was measured, in seconds."""

    ring: list[float] = field(default_factory=list)
    claim: list[float] = field(default_factory=list)
    reply: list[float] = field(default_factory=list)
    conflicts: int = 0
    places_told: int = 0
    claims: int = 0
    silent: int = 0

    def claim_stays_silent(self, every: int) -> bool:
        """Count a claim; whether it is one (each ``every``-th, 0: none) after which nobody speaks."""
        self.claims += 1
        silent = every > 0 and self.claims % every == 0
        self.silent += silent
        return silent


class Visitor:
    """One visitor at the widget: sees the place in the queue and what the helper writes."""

    def __init__(self, port: int, token: str, seen: Seen) -> None:
        self._port = port
        self._token = token
        self._seen = seen

    async def run(self, here: asyncio.Event, gate: asyncio.Semaphore) -> None:
        """Look on until cancelled; ``gate`` bounds how many connect at once."""
        async with gate:
            socket = await crowd.visitor_socket(self._port, self._token)
            await socket.send('{"type":"resume","after":0}')
            here.set()
        try:
            async for frame in socket:
                self._look(json.loads(frame))
        finally:
            await socket.close()

    def _look(self, message: dict[str, Any]) -> None:
        if message["type"] == "queue":
            self._seen.places_told += 1
        elif message["type"] == "update" and message["update"]["sender"]["kind"] == "helper":
            said = datetime.fromisoformat(message["update"]["at"])
            self._seen.reply.append((datetime.now(UTC) - said).total_seconds())


class Helper:
    """One helper: takes what rings, each conversation in a task of its own.

    After every ``silent_every``-th claim of all helpers nothing is said: the ladder must take it back.
    """

    def __init__(
        self, client: crowd.Client, seen: Seen, rng: random.Random, pace: Pace, silent_every: int
    ) -> None:
        self.client = client
        self._seen = seen
        self._rng = rng
        self._pace = pace
        self._silent_every = silent_every
        self._heard: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, ready: asyncio.Event) -> None:
        """Work until cancelled."""
        async with self.client.socket() as socket:
            status, _ = await self.client.call("PUT", "/presence", {"status": "ready"})
            assert status == 200
            ready.set()
            beat = asyncio.create_task(self._beat(socket))
            try:
                async for message in crowd.frames(socket):
                    if message["type"] == "offers":
                        self._hear(message["offers"])
            finally:
                for task in (beat, *self._tasks):
                    task.cancel()

    async def _beat(self, socket: Any) -> None:
        while True:
            await asyncio.sleep(20)
            await socket.send('{"type":"ping"}')

    def _hear(self, offers: list[dict[str, Any]]) -> None:
        now = datetime.now(UTC)
        for offer in offers:
            if offer["id"] in self._heard:
                continue
            self._heard.add(offer["id"])
            self._seen.ring.append((now - datetime.fromisoformat(offer["offered_at"])).total_seconds())
            task = asyncio.create_task(self._help(offer["request"]))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _help(self, request: dict[str, Any]) -> None:
        await self._take_time(self._pace.react)
        begun = time.perf_counter()
        status, _ = await self.client.call("POST", f"/help-requests/{request['id']}/claim")
        self._seen.claim.append(time.perf_counter() - begun)
        if status != 200:
            self._seen.conflicts += 1
            return
        if self._seen.claim_stays_silent(self._silent_every):
            return
        await self._take_time(self._pace.type)
        where = f"/conversations/{request['conversation_id']}"
        message = {"client_message_id": uuid4().hex, "text": "您好，我来帮您。", "visibility": "public"}
        await self.client.call("POST", f"{where}/messages", message)
        await self._take_time(self._pace.handle - self._pace.type)
        await self.client.call("POST", f"{where}/close", {"outcome": "resolved"})

    async def _take_time(self, mean: float) -> None:
        # The tail is cut, so that a run does not end with minutes of waiting for one conversation.
        await asyncio.sleep(min(2.5 * mean, self._rng.expovariate(1 / mean)))
