"""What one member of staff does with one conversation: take it, write, close it, let go of it."""

from collections.abc import Awaitable, Callable, Sequence

from bot.helpdesk import rules
from bot.helpdesk.errors import AlreadyClaimed, Invalid, NotFound, WrongState
from bot.helpdesk.live import STAFF_TOPIC
from bot.helpdesk.models import (
    SYSTEM,
    Accepted,
    Actor,
    Conversation,
    HelpRequest,
    Outcome,
    Staff,
    Visibility,
)
from bot.helpdesk.storage import attachments, conversations, invitations, people, requests
from bot.helpdesk.storage.attachments import Attachment
from bot.helpdesk.usecases import UseCases, found_request
from bot.helpdesk.work import Work

_LIST_LIMIT = 50
_REQUEST_LIMIT = 500
_OUTCOMES = ("resolved", "unresolved", "no_response")


class Helping(UseCases):
    """Use cases of helpers with their conversations. Errors: ``bot.helpdesk.errors``."""

    async def requests(self, statuses: Sequence[str]) -> list[HelpRequest]:
        """Help requests in these states: open ones by deadline, then the closed ones, newest first."""
        open_ones = [status for status in statuses if status != "closed"]
        async with self._database.reading() as connection:
            found = await requests.with_status(connection, open_ones, _REQUEST_LIMIT)
            if "closed" in statuses:
                found += await requests.newest_closed(connection, _REQUEST_LIMIT - len(found))
            return found

    async def claim(self, request_id: str, staff: Staff) -> HelpRequest:
        """Take a request. ``AlreadyClaimed``, ``AtCapacity``, ``WrongState`` (closed) or ``NotFound``."""
        seen, claim = await self._request(request_id), rules.Claim(staff.id, staff.name)
        # Most who come too late are told so without waiting for anybody's lock.
        rules.advance(seen, claim, self._clock())
        async with self._work(seen.conversation_id) as work:
            request = await found_request(work.connection, request_id)
            claimed = rules.advance(request, claim, work.now)
            # The rule looked first; PostgreSQL has the last word.
            await self._check_room(work, staff)
            if not await requests.save_claim(work.connection, claimed):
                raise AlreadyClaimed("a helper holds the request already")
            await work.end_offers(request, accepted_by=staff.id)
            await people.engage(work.connection, staff.id, work.now)
            await people.mark_seen(work.connection, staff.id, work.now)
            await work.record(request, claimed, "claimed", Actor("staff", staff.id), "claimed")
            await work.hand_over("helper", "claimed", staff)
            await work.introduce("helper_joined", staff)
            return claimed

    async def post(
        self, conversation_id: str, staff: Staff, client_message_id: str, text: str, visibility: Visibility
    ) -> Accepted:
        """Write to the visitor, or leave an internal note that only staff see.

        Only the owner and participants write to the visitor; anyone else gets ``WrongState``.
        """
        text = rules.clean_text(text, self._policy.text_limit)
        return await self._post(
            conversation_id,
            staff,
            client_message_id,
            visibility,
            lambda work: work.helper_says(staff, client_message_id, text, visibility),
        )

    async def post_picture(
        self,
        conversation_id: str,
        staff: Staff,
        client_message_id: str,
        content: bytes,
        visibility: Visibility,
    ) -> Accepted:
        """The same with a picture instead of words. Raises ``Invalid`` or ``TooLarge`` for what is none."""
        content_type = rules.picture_type(content)
        payload = {"attachment": {"kind": "image", "type": content_type, "size": len(content)}}

        async def say(work: Work) -> Accepted:
            text = self._texts.get(work.conversation.locale, "picture")
            accepted = await work.helper_says(staff, client_message_id, text, visibility, payload)
            kept = Attachment(conversation_id, accepted.seq, "image", "kept", content_type, content)
            await attachments.add(work.connection, kept, work.now)
            return accepted

        return await self._post(conversation_id, staff, client_message_id, visibility, say)

    async def _post(
        self,
        conversation_id: str,
        staff: Staff,
        client_message_id: str,
        visibility: Visibility,
        say: Callable[[Work], Awaitable[Accepted]],
    ) -> Accepted:
        rules.check_client_message_id(client_message_id)
        async with self._work(conversation_id) as work:
            if repeated := await work.repeated(client_message_id, staff):
                return repeated
            beside = await invitations.participants(work.connection, [conversation_id])
            rules.check_may_post(work.conversation, staff, visibility, [p.person.id for p in beside])
            accepted = await say(work)
            # Who writes is there, whatever became of their WebSocket.
            await people.mark_seen(work.connection, staff.id, work.now)
            if visibility == "public":
                await self._responded(work, staff)
            return accepted

    async def attachment(self, conversation_id: str, seq: int, *, internal: bool) -> Attachment:
        """What came with a message. Raises ``NotFound`` where nothing did, or it is gone.

        Without ``internal``, as for visitors, what came with an internal note is not found.
        """
        async with self._database.transaction() as connection:
            found = await attachments.get(connection, conversation_id, seq, internal=internal)
        if found is None or found.status == "gone":
            raise NotFound("there is nothing, or no longer anything, with this message")
        return found

    async def _responded(self, work: Work, staff: Staff) -> None:
        request = await requests.newest_of(work.connection, work.conversation.id)
        if request is None:
            raise WrongState("there is no help request to answer")
        beside = staff.id != work.conversation.helper_id
        answered = rules.advance(request, rules.Respond(staff.id, participant=beside), work.now)
        if answered is not request:
            await requests.save(work.connection, request, answered)
            actor = Actor("staff", staff.id)
            await work.record(request, answered, "responded", actor, "first_public_message")
            work.nudges.append((STAFF_TOPIC, {"type": "queue"}))

    async def close(self, conversation_id: str, staff: Staff, outcome: Outcome) -> HelpRequest:
        """End the help request and give the conversation back to the bot.

        Raises ``WrongState`` when none is open, ``Forbidden`` for anyone but its helper and supervisors.
        """
        if outcome not in _OUTCOMES:
            raise Invalid("unknown outcome")
        async with self._work(conversation_id) as work:
            request = await requests.newest_of(work.connection, conversation_id)
            if request is None:
                raise WrongState("there is no help request to close")
            closed = rules.advance(request, rules.Close(staff.id, outcome), work.now)
            rules.check_in_charge(request, staff)
            await requests.save(work.connection, request, closed)
            await work.record(request, closed, "closed", Actor("staff", staff.id), outcome)
            await work.end_offers(request)
            await work.end_company("closed")
            if request.claimed_by:
                await people.engage(work.connection, request.claimed_by, work.now)
            await work.hand_over("bot", "closed")
            await conversations.mark_closed(work.connection, conversation_id, work.now)
            rated = rules.asks_rating(closed)
            text = "closed" if rated else "closed_follow_up"
            await work.notice("closed", text, outcome=outcome, ask_rating=rated)
            return closed

    async def release(self, conversation_id: str, staff: Staff, reason: str = "given_back") -> HelpRequest:
        """Put a claimed request back into the queue, in the place it had; its helper may, and overseers.

        Raises ``WrongState`` when nobody holds it, ``Forbidden`` for anyone else.
        """
        async with self._work(conversation_id) as work:
            request = await requests.newest_of(work.connection, conversation_id)
            if request is None or request.status != "claimed":
                raise WrongState("no helper holds this conversation")
            rules.check_in_charge(request, staff)
            return await work.release(request, Actor("staff", staff.id), reason)

    async def release_all(self, staff: Staff, reason: str) -> None:
        """Put everything that ``staff`` holds back into the queue: they cannot go on."""
        for held in await self.conversations_of(staff, open_only=True):
            async with self._work(held.id) as work:
                request = await requests.newest_of(work.connection, held.id)
                # They, or somebody else, may have let go of it since it was listed.
                if request and (request.status, request.claimed_by) == ("claimed", staff.id):
                    await work.release(request, SYSTEM, reason)
                elif await invitations.leave(work.connection, held.id, staff.id, work.now):
                    await work.introduce("specialist_left", staff)

    async def conversation(self, conversation_id: str) -> Conversation:
        """One conversation. Raises ``NotFound``."""
        async with self._database.reading() as connection:
            return await conversations.get(connection, conversation_id)

    async def request_of(self, conversation_id: str) -> HelpRequest | None:
        """The newest help request of a conversation."""
        async with self._database.reading() as connection:
            return await requests.newest_of(connection, conversation_id)

    async def conversations_of(self, staff: Staff, *, open_only: bool) -> list[Conversation]:
        """The conversations ``staff`` owns or is in now, or else the last 50 they closed."""
        async with self._database.reading() as connection:
            if open_only:
                return await conversations.held_by(connection, staff.id)
            return await conversations.closed_by(connection, staff.id, _LIST_LIMIT)
