"""The outbox worker: takes visitor messages due for the assistant, asks it, saves what it says.

Any number of workers may run, in any number of processes; the outbox gives each delivery to one of them and
never two of one conversation at a time. A worker that dies loses nothing: the lease of its deliveries ends.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Protocol

import structlog

from bot.dialogue.client import AssistantFailed
from bot.helpdesk.desk import Desk
from bot.helpdesk.errors import Unavailable
from bot.helpdesk.live import Live, conversation_topic, utcnow
from bot.helpdesk.models import BotReply, Delivery, Sender, Update
from bot.helpdesk.rules import find_handoff, find_question, turns

log = structlog.stdlib.get_logger(__name__)

POLL_SECONDS = 0.5
TYPING_SECONDS = 3.0
# Between attempts to save an answer while PostgreSQL does not answer; well within a lease.
SAVE_PAUSES = (0.2, 0.5, 1.0, 2.0)
_SUGGESTIONS = 3
_NEAR = 0.08  # a suggestion scored lower only distracts the helper
_LOOK_BACK = 40


class Assistant(Protocol):
    """Who answers a delivery."""

    async def ask(self, delivery: Delivery) -> list[BotReply]:
        """The replies. Raises AssistantFailed."""
        ...


Search = Callable[[str, str | None, int], list[dict[str, Any]]]


class OutboxWorker:
    """Delivers up to ``concurrency`` messages at a time until it is stopped."""

    def __init__(
        self, desk: Desk, live: Live, assistant: Assistant, search: Search, concurrency: int
    ) -> None:
        self._desk = desk
        self._live = live
        self._assistant = assistant
        self._search = search
        self._concurrency = concurrency
        self._awake = asyncio.Event()
        self._stopping = False
        self._running: set[asyncio.Task[None]] = set()
        self._store_answers = True

    def wake(self) -> None:
        """Look at the outbox now: something was just put there."""
        self._awake.set()

    async def run(self, grace_seconds: float) -> None:
        """Work until ``stop``; woken by ``wake``, otherwise looking every POLL_SECONDS.

        Then takes nothing more and lets what is under way finish for at most ``grace_seconds``.
        """
        while not self._stopping:
            self._awake.clear()
            for delivery in await self._take():
                self._start(self._deliver(delivery))
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._awake.wait()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=grace_seconds)
            for task in late:
                task.cancel()

    def stop(self) -> None:
        """Make ``run`` come to its end."""
        self._stopping = True
        self.wake()

    async def _take(self) -> list[Delivery]:
        free = self._concurrency - len(self._running)
        if free <= 0:
            return []
        try:
            deliveries = await self._desk.take_deliveries(free)
        except Exception as error:
            # Whatever it is, the worker must outlive it; said once, not twice a second.
            if self._store_answers:
                log.error("outbox_not_read", exc_info=error)
            self._store_answers = False
            return []
        self._store_answers = True
        return deliveries

    def _start(self, job: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(job)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        # The conversation's next message may have been waiting for this one.
        self.wake()

    async def _deliver(self, delivery: Delivery) -> None:
        typing = asyncio.create_task(self._show_typing(delivery.conversation_id))
        try:
            await self._ask_and_save(delivery)
        except Exception as error:
            log.error("delivery_broken", conversation_id=delivery.conversation_id, exc_info=error)
        finally:
            typing.cancel()

    async def _ask_and_save(self, delivery: Delivery) -> None:
        try:
            replies = await self._assistant.ask(delivery)
            handoff = find_handoff(replies)
            found = await self._suggest(delivery, replies, handoff.payload["reason"]) if handoff else []
            await self._save(delivery, replies, found)
        except Unavailable:
            raise  # the lease runs out and the delivery is taken again
        except AssistantFailed as failure:
            await self._fail(delivery, failure.reason, retryable=failure.retryable)
        except Exception as error:
            # A reply that cannot be saved will not be savable the next time either.
            log.error("replies_not_saved", conversation_id=delivery.conversation_id, exc_info=error)
            await self._fail(delivery, "not_saved", retryable=False)

    async def _save(
        self, delivery: Delivery, replies: Sequence[BotReply], suggestions: Sequence[dict[str, Any]]
    ) -> None:
        """Save an answer, several times if need be: asking again would take longer and be a second turn."""
        for pause in SAVE_PAUSES:
            try:
                await self._desk.save_bot_replies(delivery, replies, suggestions)
                return
            except Unavailable:
                await asyncio.sleep(pause)
        await self._desk.save_bot_replies(delivery, replies, suggestions)

    async def _fail(self, delivery: Delivery, reason: str, *, retryable: bool) -> None:
        log.warning(
            "assistant_failed",
            conversation_id=delivery.conversation_id,
            reason=reason,
            attempt=delivery.attempts,
        )
        found = await self._suggest(delivery, (), "unresolved")
        await self._desk.delivery_failed(delivery, reason, found, retryable=retryable)

    async def _show_typing(self, conversation_id: str) -> None:
        while True:
            await self._live.publish(conversation_topic(conversation_id), {"type": "typing", "who": "bot"})
            await asyncio.sleep(TYPING_SECONDS)

    async def _suggest(
        self, delivery: Delivery, replies: Sequence[BotReply], reason: str
    ) -> list[dict[str, Any]]:
        """Ready answers for the helper: an extra, so a search that fails must not hold up the handoff."""
        try:
            after = max(0, delivery.seq - _LOOK_BACK)
            updates = await self._desk.updates(delivery.conversation_id, after, internal=False)
            said = turns([*updates, *(_as_update(delivery, reply) for reply in replies)])
            question = find_question(said, reason)
            found = await asyncio.to_thread(self._search, question, delivery.district, _SUGGESTIONS)
            return [hit for hit in found if hit["score"] >= _NEAR]
        except Unavailable:
            return []
        except Exception as error:
            log.error("suggestions_failed", conversation_id=delivery.conversation_id, exc_info=error)
            return []


def _as_update(delivery: Delivery, reply: BotReply) -> Update:
    """A reply not yet saved, as the conversation will show it."""
    return Update(
        delivery.conversation_id,
        delivery.seq,
        reply.kind,
        Sender("bot"),
        "public",
        reply.text,
        reply.payload,
        utcnow(),
        reply_to=delivery.seq,
    )
