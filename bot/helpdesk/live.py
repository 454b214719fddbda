"""What is live, in Valkey: nudges, visitors online, limits. Everything here can be lost at any time.

``Live`` is the client of Valkey; ``Hub`` fans the nudges out to the connections of this process.

No method raises because Valkey is away, but ``ping``: a nudge that gets lost costs a moment, never a message.
"""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TypeVar

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from bot.helpdesk.models import JSON

NUDGES = "bangban:nudges"
STAFF_TOPIC = "staff"
_FORGET_SEEN_SECONDS = 86_400
_CHANGED: JSON = {"type": "changed"}
_QUEUE_LIMIT = 100
_SILENCE_SECONDS = 15.0
_RETRY_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0)
_log = structlog.get_logger(__name__)
Result = TypeVar("Result")


def conversation_topic(conversation_id: str) -> str:
    """The topic that the clients of one conversation listen to."""
    return f"conversation:{conversation_id}"


def staff_topic(staff_id: str) -> str:
    """The topic of what concerns one member of staff alone."""
    return f"staff:{staff_id}"


def utcnow() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


class Live:
    """Client of Valkey. One per process."""

    def __init__(self, client: Redis, clock: Callable[[], datetime] = utcnow) -> None:
        self.client = client
        self._clock = clock

    @classmethod
    def open(cls, url: str, clock: Callable[[], datetime] = utcnow) -> "Live":
        """Make the client; nothing is connected before the first use.

        Times out within half a second: a request must not wait for what can be lost. One retry of a broken
        connection, because one that idled through a restart of Valkey fails once; none of a timeout.
        """
        client = Redis.from_url(
            url,
            socket_connect_timeout=0.5,
            socket_timeout=0.5,
            retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
            decode_responses=True,
        )
        return cls(client, clock)

    async def ping(self) -> None:
        """Raise ``redis.exceptions.RedisError`` or ``OSError`` unless Valkey answers."""
        await self.client.ping()

    async def close(self) -> None:
        """Close every connection."""
        await self.client.aclose()

    async def publish(self, topic: str, message: JSON) -> None:
        """Nudge everyone who listens to ``topic``, on any server."""
        await self.publish_all([(topic, message)])

    async def publish_all(self, nudges: Iterable[tuple[str, JSON]]) -> None:
        """Several nudges in one round trip."""
        pipeline = self.client.pipeline(transaction=False)
        for topic, message in nudges:
            pipeline.publish(NUDGES, json.dumps({"topic": topic, "message": message}))
        await self._try("publish", pipeline.execute(), None)

    async def allow(self, key: str, limit: int, period_seconds: int) -> bool:
        """Count one use of ``key``; False when it is beyond ``limit`` in this window. True without Valkey."""
        window = int(self._clock().timestamp()) // period_seconds
        name = f"bangban:limit:{key}:{window}"
        pipeline = self.client.pipeline()
        pipeline.incr(name)
        pipeline.expire(name, period_seconds)
        used = await self._try("allow", pipeline.execute(), [0])
        return int(used[0]) <= limit

    async def visitor_seen(self, conversation_id: str) -> None:
        """The visitor of this conversation is connected now."""
        await self._mark_seen("visitor", [conversation_id])

    async def visitors_seen(self, ids: Iterable[str]) -> None:
        """The visitors of these conversations are connected now."""
        await self._mark_seen("visitor", list(ids))

    async def visitors_online(self, ids: Iterable[str], within_seconds: int = 60) -> set[str]:
        """Conversations of ``ids`` whose visitor was connected lately; none without Valkey."""
        return await self._seen("visitor", set(ids), within_seconds) or set()

    async def watch(self, conversation_id: str, staff_id: str) -> None:
        """A member of staff looks at this conversation now."""
        await self._mark_seen(f"watch:{conversation_id}", [staff_id])

    async def unwatch(self, conversation_id: str, staff_id: str) -> None:
        """They look away."""
        command = self.client.zrem(f"bangban:seen:watch:{conversation_id}", staff_id)
        await self._try("seen", command, None)

    async def watchers(self, conversation_id: str, within_seconds: int = 60) -> list[str]:
        """Who looks at this conversation; nobody without Valkey."""
        since = self._clock().timestamp() - within_seconds
        command = self.client.zrangebyscore(f"bangban:seen:watch:{conversation_id}", since, "+inf")
        return list(await self._try("seen", command, []))

    async def _mark_seen(self, group: str, members: list[str]) -> None:
        if not members:
            return
        now = self._clock().timestamp()
        pipeline = self.client.pipeline()
        # Scores compared with the clock, no TTLs: one set that also forgets the long gone.
        pipeline.zadd(f"bangban:seen:{group}", dict.fromkeys(members, now))
        pipeline.zremrangebyscore(f"bangban:seen:{group}", 0, now - _FORGET_SEEN_SECONDS)
        pipeline.expire(f"bangban:seen:{group}", 2 * _FORGET_SEEN_SECONDS)
        await self._try("seen", pipeline.execute(), None)

    async def _seen(self, group: str, ids: set[str], within_seconds: int) -> set[str] | None:
        if not ids:
            return set()
        members = sorted(ids)
        scores = await self._try("seen", self.client.zmscore(f"bangban:seen:{group}", members), None)
        if scores is None:
            return None
        oldest = self._clock().timestamp() - within_seconds
        return {m for m, score in zip(members, scores, strict=True) if score is not None and score > oldest}

    async def _try(self, what: str, command: Awaitable[Any], otherwise: Result) -> Any | Result:
        try:
            return await command
        except (RedisError, OSError, TimeoutError) as error:
            _log.warning("live_state_unavailable", command=what, error=type(error).__name__)
            return otherwise


def check_cancelled() -> None:
    """Raise ``CancelledError`` if the task was cancelled: a client that just connects may swallow that."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


class Subscription:
    """The nudges for one connection: ``async with hub.subscribe(...) as nudges: async for nudge in nudges``.

    ``{"type": "changed"}`` with nothing else means: anything may have changed, read everything again.
    Cancelling a wait loses nothing.
    """

    def __init__(self, hub: "Hub", topics: tuple[str, ...]) -> None:
        self._hub = hub
        self.topics = topics
        self._waiting: deque[JSON] = deque()
        self._arrived = asyncio.Event()
        self._closed = False

    async def __aenter__(self) -> "Subscription":
        self._hub.add(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __aiter__(self) -> AsyncIterator[JSON]:
        return self

    async def __anext__(self) -> JSON:
        while not self._waiting:
            if self._closed:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        return self._waiting.popleft()

    def close(self) -> None:
        """End the iteration after what has already arrived."""
        self._hub.remove(self)
        self._closed = True
        self._arrived.set()

    def put(self, message: JSON) -> None:
        """Queue a nudge; one that already waits is not queued twice."""
        if len(self._waiting) >= _QUEUE_LIMIT:
            # A slow reader reads everything again instead of holding ever more memory.
            self._waiting.clear()
            message = _CHANGED
        if message not in self._waiting:
            self._waiting.append(message)
        self._arrived.set()


class Hub:
    """One subscriber to Valkey per process."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._by_topic: dict[str, set[Subscription]] = defaultdict(set)

    def subscribe(self, *topics: str) -> Subscription:
        """Nudges on any of ``topics``, from entering the returned context until leaving it."""
        return Subscription(self, topics)

    def add(self, subscription: Subscription) -> None:
        """Start delivering to ``subscription``."""
        for topic in subscription.topics:
            self._by_topic[topic].add(subscription)

    def remove(self, subscription: Subscription) -> None:
        """Stop delivering to ``subscription``."""
        for topic in subscription.topics:
            self._by_topic[topic].discard(subscription)
            if not self._by_topic[topic]:
                del self._by_topic[topic]

    async def run(self) -> None:
        """Listen until cancelled; connects again by itself and then nudges every subscriber."""
        failures = 0
        while True:
            try:
                async with self._live.client.pubsub() as channel:
                    await channel.subscribe(NUDGES)
                    while True:
                        check_cancelled()
                        await self._listen(channel)
                        failures = 0
            except (RedisError, OSError, TimeoutError, UnicodeDecodeError) as error:
                check_cancelled()
                _log.warning("hub_disconnected", error=type(error).__name__, failures=failures)
                await asyncio.sleep(_RETRY_SECONDS[min(failures, len(_RETRY_SECONDS) - 1)])
                failures += 1

    async def _listen(self, channel: PubSub) -> None:
        """Handle one message; after a silence ask whether the other end is still there."""
        message = await channel.get_message(timeout=_SILENCE_SECONDS)
        if message is None:
            await channel.ping()
            message = await channel.get_message(timeout=_SILENCE_SECONDS)
            if message is None:
                raise TimeoutError("Valkey is silent")
        if message["type"] == "subscribe":
            # Also after a reconnect below us: what was published meanwhile is lost, so everyone looks.
            self._nudge_everyone()
        elif message["type"] == "message":
            self._deliver(message["data"])

    def _deliver(self, body: str) -> None:
        try:
            nudge = json.loads(body)
        except ValueError:
            nudge = None
        match nudge:
            case {"topic": str(topic), "message": {"type": str()} as message}:
                for subscription in tuple(self._by_topic.get(topic, ())):
                    subscription.put(message)
            case _:
                # Whoever may write to Valkey may write anything; this task serves everyone and goes on.
                _log.warning("nudge_not_understood")

    def _nudge_everyone(self) -> None:
        for subscription in {s for group in self._by_topic.values() for s in group}:
            subscription.put(_CHANGED)
