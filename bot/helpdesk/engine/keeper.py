"""What the dispatcher does to one conversation at a time: take back, time out, tell the visitor."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.helpdesk.engine.lease import Lease
from bot.helpdesk.models import JSON, SYSTEM, HelpRequest, Invitation
from bot.helpdesk.rules import ladder
from bot.helpdesk.rules.absence import Hearing, Held, absent_at
from bot.helpdesk.storage import invitations, people, requests, tickets
from bot.helpdesk.storage import staff as accounts
from bot.helpdesk.tickets.models import UNSETTLED
from bot.helpdesk.tickets.rules import late_text, left_for
from bot.helpdesk.times import in_words, stamp
from bot.helpdesk.usecases import UseCases
from bot.helpdesk.work import Work

# The round waits for one conversation no longer than this, in milliseconds; the next round comes to it again.
_BUSY_AFTER = "100"
SILENT = "claimed_and_silent"


class Keeper(UseCases):
    """The dispatcher's hand in single conversations.

    Raises ``LeaseLost`` when this process does not dispatch, ``Busy`` when somebody holds the conversation.
    """

    def use(self, lease: Lease, publish: Callable[[list[tuple[str, JSON]]], None]) -> "Keeper":
        """Write under ``lease`` and hand the nudges to ``publish`` from now on."""
        self._lease = lease
        self._hand_on = publish
        return self

    async def _publish(self, nudges: list[tuple[str, JSON]]) -> None:
        # Not awaited: a Valkey that hangs would hold up the round once for each conversation.
        self._hand_on(nudges)

    @asynccontextmanager
    async def _fenced(self, conversation_id: str) -> AsyncIterator[Work]:
        async with self._work(conversation_id, _BUSY_AFTER) as work:
            await self._lease.check_held(work.connection)
            yield work

    async def take_back(self, request: HelpRequest) -> None:
        """Give a request that its helper holds in silence back to the queue, unless they spoke meanwhile."""
        async with self._fenced(request.conversation_id) as work:
            now_held = await requests.get(work.connection, request.id)
            if now_held is None:
                return
            due = ladder.reclaim_at(now_held, self._policy)
            if due is None or due > work.now:
                return
            await work.release(now_held, SYSTEM, SILENT, **ladder.timing(due, work.now))
            work.tell_moved(now_held, "taken_back", [now_held.claimed_by], reason=SILENT)

    async def take_from_absent(self, request: HelpRequest, hearing: Hearing) -> None:
        """Give a request whose helper's connection has ended back to the queue, unless they are back.

        What they declared stays: once they are heard again, it is they who are asked first.
        """
        async with self._fenced(request.conversation_id) as work:
            now_held = await requests.get(work.connection, request.id)
            if now_held is None or now_held.claimed_by is None:
                return
            seen_at = await people.seen_at(work.connection, now_held.claimed_by)
            due = absent_at(Held(now_held, seen_at), hearing, self._policy)
            if due is None or due > work.now:
                return
            await work.lose_helper(now_held, seen_at)

    async def time_out(self, invitation: Invitation) -> None:
        """End an invitation that nobody answered; the conversation stays with its owner."""
        async with self._fenced(invitation.conversation_id) as work:
            ended = await invitations.decide(
                work.connection, invitation.id, "timed_out", None, None, work.now
            )
            if ended is None:
                return
            request = await requests.get(work.connection, ended.help_request_id)
            assert request is not None
            await work.record(request, request, f"{ended.kind}_timed_out", SYSTEM, "timed_out")
            work.tell_invited(ended)
            to = await accounts.by_ids(work.connection, [ended.to_staff]) if ended.to_staff else []
            work.tell_moved(request, "timed_out", [ended.invited_by], to=to[0] if to else None)

    async def tell_late(self, request_id: str) -> None:
        """Tell the visitor the truth and offer a call back, once, unless somebody has answered meanwhile."""
        request = await self._request(request_id)
        async with self._fenced(request.conversation_id) as work:
            told = await requests.has_event(work.connection, request_id, "told_late")
            request = await requests.get(work.connection, request_id) or request
            if told or request.status == "closed" or request.first_response_at is not None:
                return
            await _say_late(work, request)
            await work.record(request, request, "told_late", SYSTEM, "ladder")

    async def untold(self) -> list[str]:
        """Broken promises whose visitors were not told: a dispatcher died in between."""
        async with self._database.transaction() as connection:
            return await requests.breached_without_event(connection, "told_late")


async def _say_late(work: Work, request: HelpRequest) -> None:
    """Offer a call back to whom nobody calls by a ticket; who was called since they asked is told nothing."""
    locale = work.conversation.locale
    said = {"within": work.texts.within(locale, work.policy.first_response_seconds)}
    ticket = left_for(await tickets.of_conversation(work.connection, work.conversation.id), request.id)
    if ticket is None:
        await work.notice("late", callback=True, said=said)
    elif ticket.status in UNSETTLED and not ticket.was_contacted_since(request.requested_at):
        text, until = late_text(ticket, work.now)
        if until is not None:
            said["when"] = in_words(work.texts, locale, until)
        told = {"number": ticket.number, "until": stamp(until) if until else None}
        await work.notice("late", text, callback=False, said=said, **told)
