"""What a visitor does with tickets: leave one, ask after them, give a verdict on the result."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.helpdesk.errors import Invalid
from bot.helpdesk.models import JSON, VISITOR, Conversation, HelpRequest, Update
from bot.helpdesk.rules import (
    EndByTicket,
    asked_last,
    clean_text,
    may_end_by_ticket,
    offers_ticket,
    turns,
)
from bot.helpdesk.storage import directory, messages, people, requests
from bot.helpdesk.storage import tickets as storage
from bot.helpdesk.texts import STAFF_LOCALE
from bot.helpdesk.tickets import rules
from bot.helpdesk.tickets.answers import RECENT_MESSAGES
from bot.helpdesk.tickets.basis import Draft, TicketUseCases, found
from bot.helpdesk.tickets.models import UNSETTLED, Source, Ticket
from bot.helpdesk.work import Work
from bot.helpdesk.worktime import duty
from bot.helpdesk.worktime.roster import schedule_of


@dataclass(frozen=True)
class _Occasion:
    """What a ticket is left on: the request for a person, or the ``wish`` for a call (a reply's payload).

    ``said``: the visitor's words of late, oldest first.
    """

    request: HelpRequest | None
    wish: JSON
    said: list[str]

    @property
    def topic(self) -> str | None:
        return self.request.topic if self.request else self.wish.get("topic")

    @property
    def question(self) -> str | None:
        """What it is about when the form does not say: the question asked, or what was said last."""
        asked = self.request.question if self.request else self.wish.get("question")
        return asked or (self.said[-1] if self.said else None)


class VisitorTickets(TicketUseCases):
    """Use cases of visitors with tickets. Errors: ``bot.helpdesk.errors``."""

    async def leave(
        self, conversation_id: str, contact: JSON, description: str | None = None
    ) -> tuple[Ticket, bool]:
        """Leave a message and a way to be reached: the ticket, and whether it is a new one.

        One unsettled ticket for one request for a person: what a second form says is added to the first. A
        request whose clock does not run yet ends by it, and the conversation goes back to the bot.
        Raises ``Invalid`` without a way to be reached, or when nothing was said that it could be about.
        """
        if description is not None:
            described = description.strip()
            description = clean_text(described, rules.DESCRIPTION_LIMIT) if described else None
        async with self._work(conversation_id) as work:
            cleaned = rules.clean_contact(contact, work.conversation.profile)
            occasion = await self._occasion(work)
            request = occasion.request
            ticket = await self._left_before(work, occasion)
            if new := ticket is None:
                draft = await self._draft(work, occasion, description, cleaned)
                ticket = await self._open(work, draft, VISITOR)
            else:
                more = description or (occasion.question if occasion.wish else None)
                ticket = await self._add(work, ticket, contact, more)
            if request is not None and may_end_by_ticket(request, work.now):
                # Nobody has to come any more: the ticket has a clock of its own.
                await work.end_waiting(
                    request, EndByTicket(), "ticket", "closed_by_ticket", number=ticket.number
                )
            return ticket, new

    async def _left_before(self, work: Work, occasion: _Occasion) -> Ticket | None:
        """The unsettled ticket that what is said now belongs to.

        Who asks for a person again after a ticket ended the request before, or after a wish for a call, means
        the same matter; a wish about another topic is another one.
        """
        theirs = await storage.of_conversation(work.connection, work.conversation.id)
        if occasion.request is not None:
            ticket = rules.left_for(theirs, occasion.request.id)
            return ticket if ticket and ticket.status in UNSETTLED else None
        left = [ticket for ticket in theirs if ticket.source != "matter"]
        if occasion.topic:
            left = [ticket for ticket in left if ticket.topic in (occasion.topic, None)]
        return rules.running(left)

    async def _add(self, work: Work, ticket: Ticket, contact: JSON, description: str | None) -> Ticket:
        """What a second form says goes into the history and the contact; sent twice, it changes nothing."""
        reached = rules.clean_contact(contact, ticket.contact)
        past = await storage.events(work.connection, ticket.id)
        said = {ticket.description, *(e.reason for e in past if e.actor_kind == "visitor")}
        more = description if description and description not in said else ""
        if not more and reached == ticket.contact:
            return ticket
        added = replace(ticket, contact=reached)
        await storage.save(work.connection, added)
        before = {"contact_before": ticket.contact} if reached != ticket.contact else {}
        await self._record(work, ticket, added, "noted", VISITOR, more or "contact", **before)
        return added

    async def _occasion(self, work: Work) -> _Occasion:
        request = await requests.newest_of(work.connection, work.conversation.id)
        recent = await messages.newest(work.connection, work.conversation.id, RECENT_MESSAGES)
        wish = _wish(recent, request) or _asked_since(recent, request)
        said = [update.text for update in recent if update.sender.kind == "visitor" and update.text]
        return _Occasion(None if wish else request, wish, said)

    async def _draft(self, work: Work, occasion: _Occasion, description: str | None, contact: JSON) -> Draft:
        described = description or occasion.question
        if not described:
            raise Invalid("description is needed: nothing was said yet")
        department = await self._department(work, occasion)
        return Draft(
            source=await self._source(work, occasion),
            department=department or self._texts.get(STAFF_LOCALE, "default_department"),
            title=rules.title_of(described),
            description=described,
            contact=contact,
            topic=occasion.topic,
            help_request_id=occasion.request.id if occasion.request else None,
        )

    async def _department(self, work: Work, occasion: _Occasion) -> str | None:
        """Whose matter it is; None for a closed department, where nobody would see it."""
        if occasion.request:
            name = occasion.request.department
        else:
            name = occasion.wish.get("department")
            if occasion.topic:
                name = await people.department_of_topic(work.connection, occasion.topic, name)
        return name if name and await directory.is_active_department(work.connection, name) else None

    async def _source(self, work: Work, occasion: _Occasion) -> Source:
        request = occasion.request
        if occasion.wish:
            return "callback"  # whatever the hour: a call is what was asked for
        schedule = await schedule_of(work.connection, request.department if request else None)
        if request and request.status != "closed" and request.breached_at:
            return "breach"
        return "callback" if duty(schedule, work.now).on_duty else "off_hours"

    async def theirs(self, conversation: Conversation) -> list[Ticket]:
        """The visitor's tickets, newest first."""
        async with self._database.transaction() as connection:
            return await storage.of_conversation(connection, conversation.id)

    async def rate(
        self, conversation_id: str, ticket_id: str, *, resolved: bool, stars: int | None, comment: str | None
    ) -> Ticket:
        """The visitor's verdict on the result, over an earlier one.

        "Not resolved", and one or two stars, send the ticket back within seven days; a good one closes it.
        The same one again changes nothing. Raises ``NotFound`` for somebody else's ticket and ``WrongState``
        before there is a result.
        """
        if stars is not None and not 1 <= stars <= 5:
            raise Invalid("stars must be 1 to 5")
        if comment is not None:
            comment = clean_text(comment, self._policy.comment_limit) if comment.strip() else None
        async with self._work(conversation_id) as work:
            ticket = await storage.get(work.connection, ticket_id)
            ticket = found(ticket if ticket and ticket.conversation_id == conversation_id else None)
            rules.check_may_rate(ticket)
            if rules.repeats(ticket, resolved, stars, comment):
                return ticket
            rated = rules.rated(ticket, resolved, stars, comment, work.now)
            await storage.save(work.connection, rated)
            await self._record(work, ticket, rated, "rated", VISITOR, _verdict(resolved), stars=stars)
            await self._say_rated(work, rated)
            return await self._after_verdict(work, rated)

    async def _after_verdict(self, work: Work, ticket: Ticket) -> Ticket:
        if rules.reopens(ticket, work.now):
            event = await self._fresh_deadlines(work, ticket)
            ticket = await self._move(work, ticket, event, "reopened", VISITOR, "bad_rating")
            await self._say_updated(work, ticket)
        elif ticket.status == "resolved" and ticket.resolved:
            ticket = await self._move(work, ticket, rules.Close(), "closed", VISITOR, "confirmed")
        return ticket


def _wish(recent: Sequence[Update], request: HelpRequest | None) -> JSON:
    """What the last offer of a call says, where nobody was asked for after it; else {}."""
    since = request.requested_at if request else None
    if request and request.status != "closed":
        return {}
    offers = (each for each in reversed(recent) if offers_ticket(each.kind, each.payload))
    last = next(offers, None)
    return last.payload if last and (since is None or last.at > since) else {}


def _asked_since(recent: Sequence[Update], request: HelpRequest | None) -> JSON:
    """What was asked of the bot since the last request ended: a call is about that, not what was settled."""
    if request is None or request.closed_at is None:
        return {}
    question = asked_last(turns([each for each in recent if each.at > request.closed_at]))
    return {"question": question} if question else {}


def _verdict(resolved: bool) -> str:
    return "resolved" if resolved else "not_resolved"
