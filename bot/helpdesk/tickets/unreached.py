"""Visitors whom a channel cannot reach: their department follows up by a ticket."""

from collections.abc import Sequence

from bot.helpdesk.models import SYSTEM, HelpRequest
from bot.helpdesk.storage import messages, requests, results
from bot.helpdesk.storage import tickets as storage
from bot.helpdesk.texts import STAFF_LOCALE
from bot.helpdesk.tickets import rules
from bot.helpdesk.tickets.basis import Draft, TicketUseCases, found
from bot.helpdesk.work import Work


class UnreachedVisitors(TicketUseCases):
    """The use case of a channel that cannot deliver. Errors: ``bot.helpdesk.errors``."""

    async def follow_up(self, conversation_id: str, seqs: Sequence[int]) -> str | None:
        """Let a department reach the visitor another way; the number of the ticket that does, if one does.

        Only messages of helpers count that the visitor has not read elsewhere. One ticket for one help, and
        none beside one that is being worked on: telling this again changes nothing.
        """
        async with self._work(conversation_id) as work:
            unread = await self._unread(work, seqs)
            if not unread:
                return None
            theirs = await storage.of_conversation(work.connection, conversation_id)
            if running := rules.running(theirs):
                return running.number
            request = await requests.newest_of(work.connection, conversation_id)
            if rules.has_had_ticket(theirs, request.id if request else None):
                return None
            return (await self._open(work, self._draft(work, request, unread), SYSTEM)).number

    async def unsettled(self) -> list[str]:
        """The conversations for which ``settle_results`` has something to do."""
        async with self._database.reading() as connection:
            return await results.unsettled_conversations(connection)

    async def settle_results(self, conversation_id: str) -> None:
        """Let each ticket's ``told_at`` follow what became of its result on the way to the visitor.

        What a channel gave up was not told, and no time runs out for the visitor; what has arrived after all,
        or was read elsewhere, is told from now on.
        """
        async with self._database.reading() as connection:
            if not await results.unsettled(connection, conversation_id):
                return
        async with self._work(conversation_id) as work:
            for result in await results.unsettled(work.connection, conversation_id):
                await self._settle(work, result)

    async def _settle(self, work: Work, result: results.Result) -> None:
        before = found(await storage.get(work.connection, result.ticket_id))
        after = rules.told(before, work.now) if result.arrived else rules.untold(before)
        await storage.save(work.connection, after)
        if result.arrived:
            await self._record(work, before, after, "delivered", SYSTEM, "delivered")
        else:
            reason = f"undelivered_{result.channel}"
            await self._record(work, before, after, "undelivered", SYSTEM, reason, cause=result.reason)

    async def _unread(self, work: Work, seqs: Sequence[int]) -> list[str]:
        here = (work.connection, work.conversation.id)
        unread = [seq for seq in seqs if seq > work.conversation.visitor_read_seq]
        written = [await messages.get(*here, seq) for seq in unread]
        return [each.text or "" for each in written if each is not None and each.sender.kind == "helper"]

    def _draft(self, work: Work, request: HelpRequest | None, unread: Sequence[str]) -> Draft:
        question = request.question if request else ""
        words = "\n".join(unread)
        description = self._texts.get(STAFF_LOCALE, "undelivered_description", question=question, words=words)
        default = self._texts.get(STAFF_LOCALE, "default_department")
        return Draft(
            source="undelivered",
            department=(request.department if request else None) or default,
            title=rules.title_of(question or self._texts.get(STAFF_LOCALE, "undelivered_title")),
            description=description[: rules.DESCRIPTION_LIMIT],
            contact=rules.clean_contact({}, work.conversation.profile, needed=False),
            topic=request.topic if request else None,
            help_request_id=request.id if request else None,
        )
