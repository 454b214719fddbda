"""What staff do with tickets."""

from dataclasses import dataclass

from bot.helpdesk.errors import Invalid
from bot.helpdesk.models import JSON, Actor, Staff
from bot.helpdesk.rules import OVERSEERS, clean_text
from bot.helpdesk.storage import requests
from bot.helpdesk.storage import tickets as storage
from bot.helpdesk.tickets import rules
from bot.helpdesk.tickets.basis import Draft, TicketUseCases, found
from bot.helpdesk.tickets.models import Complexity, Ticket, TicketEvent
from bot.helpdesk.usecases import check_department, found_staff

PAGE = 50


@dataclass(frozen=True)
class Matter:
    """A matter a helper hands to a department."""

    department: str
    title: str
    description: str
    complexity: Complexity
    contact: JSON
    topic: str | None = None


class StaffTickets(TicketUseCases):
    """Use cases of staff with tickets. Errors: ``bot.helpdesk.errors``."""

    async def listed(self, staff: Staff, wanted: storage.Wanted) -> list[Ticket]:
        """Tickets ``staff`` may see, by deadline; one more than a page, so that its end can be told."""
        if staff.role not in OVERSEERS and staff.department is not None:
            wanted = storage.only_seen_by(wanted, staff.id, staff.department)
        async with self._database.transaction() as connection:
            return await storage.listed(connection, wanted, PAGE + 1)

    async def one(self, staff: Staff, ticket_id: str) -> tuple[Ticket, list[TicketEvent]]:
        """A ticket with its history. Raises ``NotFound``, or ``Forbidden`` for another department's."""
        async with self._database.transaction() as connection:
            ticket = found(await storage.get(connection, ticket_id))
            rules.check_may_handle(ticket, staff)
            return ticket, await storage.events(connection, ticket_id)

    async def open_matter(self, staff: Staff, conversation_id: str, matter: Matter) -> Ticket:
        """Hand a matter to a department. Raises ``NotFound`` or ``Invalid``."""
        title = clean_text(matter.title, rules.TITLE_LIMIT)
        description = clean_text(matter.description, rules.DESCRIPTION_LIMIT)
        async with self._work(conversation_id) as work:
            await check_department(work.connection, matter.department)
            request = await requests.newest_of(work.connection, conversation_id)
            draft = Draft(
                source="matter",
                department=matter.department,
                title=title,
                description=description,
                contact=rules.clean_contact(matter.contact, work.conversation.profile, needed=False),
                complexity=matter.complexity,
                topic=matter.topic or (request.topic if request else None),
                help_request_id=request.id if request else None,
            )
            return await self._open(work, draft, Actor("staff", staff.id))

    async def assign(
        self, staff: Staff, ticket_id: str, *, to: str | None, department: str | None, reason: str
    ) -> Ticket:
        """Give a ticket to a person, to a department, or (neither) to oneself."""
        if to is not None and department is not None:
            raise Invalid("either a person or a department")
        actor, reason = Actor("staff", staff.id), _clean_reason(reason, needed=False) or "assigned"
        async with self._locked(ticket_id) as (work, ticket):
            rules.check_may_handle(ticket, staff)
            if department is not None:
                await check_department(work.connection, department)
                event: rules.Event = rules.Transfer(department)
                detail = {"from": ticket.department, "to": department}
                return await self._move(work, ticket, event, "transferred", actor, reason, **detail)
            person = staff if to is None else await found_staff(work.connection, to)
            event = rules.Assign(person.id, person.name, person.department)
            return await self._move(work, ticket, event, "assigned", actor, reason, to=person.id)

    async def start(self, staff: Staff, ticket_id: str) -> Ticket:
        """Begin to work on it; nobody's ticket becomes one's own."""
        actor = Actor("staff", staff.id)
        async with self._locked(ticket_id) as (work, ticket):
            rules.check_may_handle(ticket, staff)
            if ticket.status == "open" or (ticket.status == "reopened" and ticket.assigned_to is None):
                mine = rules.Assign(staff.id, staff.name, staff.department)
                ticket = await self._move(work, ticket, mine, "assigned", actor, "started", to=staff.id)
            ticket = await self._move(work, ticket, rules.Start(), "started", actor, "started")
            await self._say_updated(work, ticket)
            return ticket

    async def contacted(self, staff: Staff, ticket_id: str, note: str) -> Ticket:
        """The visitor was spoken to; the first time counts."""
        note = _clean_reason(note, needed=False)
        actor = Actor("staff", staff.id)
        async with self._locked(ticket_id) as (work, ticket):
            rules.check_may_handle(ticket, staff)
            moved = await self._move(work, ticket, rules.Contacted(), "contacted", actor, note)
            if moved is ticket:
                await self._record(work, ticket, ticket, "contacted", actor, note)
            return moved

    async def note(self, staff: Staff, ticket_id: str, note: str) -> Ticket:
        """Add to the history what only staff read."""
        note = _clean_reason(note)
        async with self._locked(ticket_id) as (work, ticket):
            rules.check_may_handle(ticket, staff)
            await self._record(work, ticket, ticket, "noted", Actor("staff", staff.id), note)
            return ticket

    async def resolve(self, staff: Staff, ticket_id: str, result: str) -> Ticket:
        """Settle it; the result is told to the visitor in the conversation, which every channel delivers."""
        result = clean_text(result, rules.RESULT_LIMIT)
        async with self._locked(ticket_id) as (work, ticket):
            rules.check_may_handle(ticket, staff)
            actor, event = Actor("staff", staff.id), rules.Resolve(result)
            moved = await self._move(work, ticket, event, "resolved", actor, "resolved", result=result)
            await self._say_resolved(work, moved)
            return moved

    async def close(self, staff: Staff, ticket_id: str) -> Ticket:
        """The result stands."""
        async with self._locked(ticket_id) as (work, ticket):
            rules.check_may_handle(ticket, staff)
            actor = Actor("staff", staff.id)
            return await self._move(work, ticket, rules.Close(), "closed", actor, "closed")

    async def reopen(self, staff: Staff, ticket_id: str, reason: str) -> Ticket:
        """The result does not hold: the clocks start again, and the visitor is told."""
        reason = _clean_reason(reason)
        async with self._locked(ticket_id) as (work, ticket):
            rules.check_may_handle(ticket, staff)
            event = await self._fresh_deadlines(work, ticket)
            moved = await self._move(work, ticket, event, "reopened", Actor("staff", staff.id), reason)
            await self._say_updated(work, moved)
            return moved

    async def cancel(self, staff: Staff, ticket_id: str, reason: str) -> Ticket:
        """Nobody needs it any more; the visitor is told."""
        reason = _clean_reason(reason)
        async with self._locked(ticket_id) as (work, ticket):
            rules.check_may_handle(ticket, staff)
            actor = Actor("staff", staff.id)
            moved = await self._move(work, ticket, rules.Cancel(), "cancelled", actor, reason)
            await self._say_updated(work, moved)
            return moved


def _clean_reason(text: str, *, needed: bool = True) -> str:
    if not needed and not text.strip():
        return ""
    return clean_text(text, rules.REASON_LIMIT)
