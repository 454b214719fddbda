"""The helpdesk's use cases: what a visitor, the assistant and staff can do with a conversation.

Every write is one transaction under the conversation's row lock; nudges go out after its
commit, never before.
"""

from collections.abc import Sequence
from dataclasses import replace

import structlog

from bot.helpdesk import rules
from bot.helpdesk.errors import BadCredentials, Invalid, WrongState
from bot.helpdesk.helping import Helping
from bot.helpdesk.live import STAFF_TOPIC, conversation_topic
from bot.helpdesk.models import (
    JSON,
    SYSTEM,
    Accepted,
    Actor,
    BotReply,
    Conversation,
    Delivery,
    QueuePosition,
    Sender,
    Update,
)
from bot.helpdesk.opening import new_conversation, new_token
from bot.helpdesk.storage import conversations, messages, outbox, requests
from bot.helpdesk.tickets.answers import completed
from bot.helpdesk.tokens import hash_token

_BOT = Actor("bot")
_log = structlog.get_logger(__name__)


class Desk(Helping):
    """All use cases of conversations and help requests. Errors: ``bot.helpdesk.errors``."""

    # --- visitor ------------------------------------------------------------------------------------

    async def start_conversation(
        self,
        *,
        channel: str,
        district: str | None = None,
        page: str | None = None,
        profile: JSON | None = None,
        locale: str = "zh",
    ) -> tuple[Conversation, str]:
        """A new conversation and its token (32 random bytes), which is stored only as its SHA-256."""
        record = new_conversation(
            self._clock(), channel=channel, district=district, page=page, profile=profile, locale=locale
        )
        token = new_token()
        async with self._database.transaction() as connection:
            await conversations.create(connection, record, hash_token(token))
        return record, token

    async def conversation_by_token(self, token: str) -> Conversation:
        """The conversation that ``token`` opens. Raises ``BadCredentials``."""
        async with self._database.reading() as connection:
            conversation = await conversations.by_token_hash(connection, hash_token(token))
        if conversation is None:
            raise BadCredentials("unknown conversation token")
        return conversation

    async def ingest(self, conversation_id: str, client_message_id: str, text: str) -> Accepted:
        """Save what a visitor wrote; sent again under the same id, it returns the first ``seq``."""
        rules.check_client_message_id(client_message_id)
        text = rules.clean_text(text, self._policy.text_limit)
        async with self._work(conversation_id) as work:
            if repeated := await work.repeated(client_message_id):
                return repeated
            return await work.visitor_says(client_message_id, text, rules.as_plain_text(text))

    async def choose(self, conversation_id: str, client_message_id: str, seq: int, option: str) -> Accepted:
        """Save the choice of a button as a message with its label. Raises ``Invalid`` for no such button."""
        rules.check_client_message_id(client_message_id)
        async with self._work(conversation_id) as work:
            if repeated := await work.repeated(client_message_id):
                return repeated
            update = await messages.get(work.connection, conversation_id, seq)
            if update is None or option not in update.commands:
                raise Invalid("no such button")
            label = next(b["label"] for b in update.payload["buttons"] if b["id"] == option)
            return await work.visitor_says(client_message_id, label, update.commands[option])

    async def stands(self, conversation_id: str) -> Conversation:
        """Whose a conversation is and how far it is; its last text and its ratings are left out."""
        async with self._database.reading() as connection:
            return await conversations.stands(connection, conversation_id)

    async def updates(
        self, conversation_id: str, after: int, *, internal: bool, limit: int = 200
    ) -> list[Update]:
        """The updates with ``seq > after``, gap-free. Without ``internal``, notes come as kind ``hidden``."""
        async with self._database.reading() as connection:
            found = await messages.after(connection, conversation_id, after, limit)
        return [_shown(update, internal) for update in found]

    async def rate(
        self, conversation_id: str, *, resolved: bool, stars: int | None, comment: str | None
    ) -> Accepted:
        """Save the visitor's verdict on the newest help, over an earlier one of the same help.

        Raises ``WrongState`` before closing, and while a newer request for a person is open.
        """
        if stars is not None and not 1 <= stars <= 5:
            raise Invalid("stars must be 1 to 5")
        if comment is not None:
            comment = rules.clean_text(comment, self._policy.comment_limit) if comment.strip() else None
        async with self._work(conversation_id) as work:
            request = await requests.newest_of(work.connection, conversation_id)
            rules.check_may_rate(work.conversation, request)
            before = request or work.conversation
            repeated = before.rated_seq is not None and (before.resolved, before.stars) == (resolved, stars)
            seq = before.rated_seq if repeated else None
            seq = seq or await work.notice("rated", resolved=resolved, stars=stars)
            rating = {"rated_seq": seq, "resolved": resolved, "stars": stars, "rating_comment": comment}
            await work.save_rating(request, rating)
            return Accepted(seq, repeated)

    async def mark_read(self, conversation_id: str, seq: int) -> None:
        """The visitor has seen everything up to ``seq``."""
        async with self._database.transaction() as connection:
            mark = await conversations.mark_read(connection, conversation_id, seq)
        if mark is not None:
            read = {"type": "read", "seq": mark}
            to_clients = (conversation_topic(conversation_id), {**read, "who": "visitor"})
            to_staff = (STAFF_TOPIC, {**read, "conversation_id": conversation_id})
            await self._live.publish_all([to_clients, to_staff])

    async def leave_queue(self, conversation_id: str, seen: int | None = None) -> None:
        """The visitor waits for a person no longer; the bot takes over again. Again, it changes nothing.

        ``seen``: a seq at which they waited. What has ended since is left as it is, and so is what they asked
        for after that: the answer to their call was lost, and it comes a second time. None: whatever is open.
        Raises ``WrongState`` when they do not wait: nobody was asked for, or a helper has taken it.
        """
        async with self._work(conversation_id) as work:
            if seen is not None and await messages.ended_after(work.connection, conversation_id, seen):
                return
            request = await requests.newest_of(work.connection, conversation_id)
            if request is None:
                raise WrongState("nobody is waited for")
            if request.outcome != "abandoned":
                await work.leave_queue(request)

    async def queue_position(self, conversation_id: str) -> QueuePosition | None:
        """Where the visitor stands in the help queue; None when they are not waiting."""
        place = await self.outlook.place(conversation_id)
        if place is None:
            return None
        wait = await self.outlook.wait(place.department, place.among_its_own)
        promise = self._policy.first_response_seconds
        if wait is None:
            return QueuePosition(place.position, promise)
        return QueuePosition(place.position, promise, wait.seconds, wait.low_seconds, wait.high_seconds)

    async def marks(self, ids: Sequence[str]) -> dict[str, tuple[int, int]]:
        """``last_seq`` and ``owner_epoch`` of conversations: enough to see which have something new."""
        async with self._database.reading() as connection:
            return await conversations.marks(connection, ids)

    # --- assistant ----------------------------------------------------------------------------------

    async def take_deliveries(self, limit: int) -> list[Delivery]:
        """Due messages for the assistant, leased: in order, and never two of one conversation at a time.

        One whose lease ran out for the last time (its worker died) is parked instead of handed out.
        """
        async with self._database.transaction() as connection:
            taken = await outbox.take(connection, self._clock(), self._policy.lease_seconds, limit)
        due = [d for d in taken if d.attempts <= self._policy.delivery_attempts]
        for delivery in taken:
            if delivery not in due:
                await self._park_expired(delivery)
        return due

    async def _park_expired(self, delivery: Delivery) -> None:
        try:
            await self.delivery_failed(delivery, "lease_expired", [])
        except Exception as error:
            # Leased until tried again; it must not keep the others' deliveries from being handed out.
            _log.error("delivery_not_parked", delivery=delivery.id, exc_info=error)

    async def save_bot_replies(
        self, delivery: Delivery, replies: Sequence[BotReply], suggestions: Sequence[JSON]
    ) -> bool:
        """Save the assistant's replies; False, and nothing saved, when nobody wants them any more.

        A ``handoff`` opens a help request with ``suggestions`` in its brief; a ``closing`` with
        ``resolved: true`` closes the conversation.
        """
        handoff = rules.find_handoff(replies)
        reception = await self._reception(handoff.payload) if handoff else None
        async with self._work(delivery.conversation_id) as work:
            wanted = rules.accepts_bot_reply(work.conversation, delivery.owner_epoch)
            status = "done" if wanted else "dropped"
            if not await outbox.finish(work.connection, delivery.id, status, work.now) or not wanted:
                return False
            for reply in replies:
                await work.bot_says(await completed(work, reply, delivery.seq), delivery.seq)
            if handoff is not None and reception is not None:
                await work.open_request(handoff.payload, suggestions, _BOT, reception)
            elif any(r.kind == "closing" and r.payload.get("resolved") is True for r in replies):
                await conversations.mark_settled(work.connection, delivery.conversation_id, work.now)
            return True

    async def delivery_failed(
        self, delivery: Delivery, reason: str, suggestions: Sequence[JSON], *, retryable: bool = True
    ) -> None:
        """Try again later, or park the message, tell the visitor and queue them for a person.

        ``reason`` is a short code for operators; it must not contain visitor text.
        """
        handoff = {"reason": "unresolved"}
        reception = await self._reception(handoff)
        async with self._work(delivery.conversation_id) as work:
            if not await outbox.is_current(work.connection, delivery):
                return
            decision = rules.after_failure(delivery.attempts, retryable, work.now, self._policy)
            if isinstance(decision, rules.Retry):
                await outbox.retry(work.connection, delivery.id, decision.due_at, reason)
                return
            await outbox.finish(work.connection, delivery.id, "parked", work.now, reason)
            await work.notice("assistant_away")
            await work.open_request(handoff, suggestions, SYSTEM, reception)
        _log.warning("delivery_parked", delivery=delivery.id, reason=reason, attempts=delivery.attempts)


def _shown(update: Update, internal: bool) -> Update:
    """``update`` as it may leave the helpdesk: no commands ever, notes only to staff."""
    if update.visibility == "internal" and not internal:
        nobody = Sender("system")
        return replace(
            update, kind="hidden", sender=nobody, text=None, payload={}, client_message_id=None, commands={}
        )
    return replace(update, commands={})
