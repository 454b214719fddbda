"""What all use cases of tickets share: opening one, moving one, telling the visitor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from bot.helpdesk.errors import NotFound
from bot.helpdesk.live import STAFF_TOPIC
from bot.helpdesk.models import JSON, Actor, Sender
from bot.helpdesk.storage import tickets as storage
from bot.helpdesk.tickets import rules
from bot.helpdesk.tickets.models import Complexity, Source, Ticket
from bot.helpdesk.times import in_words, stamp
from bot.helpdesk.usecases import UseCases
from bot.helpdesk.work import Work
from bot.helpdesk.worktime import local_day
from bot.helpdesk.worktime.roster import schedule_of


@dataclass(frozen=True)
class Draft:
    """What a new ticket says; the rest follows from its conversation."""

    source: Source
    department: str
    title: str
    description: str
    contact: JSON
    complexity: Complexity = "simple"
    topic: str | None = None
    help_request_id: str | None = None


class TicketUseCases(UseCases):
    """The steps that use cases of tickets are made of."""

    async def _ticket(self, ticket_id: str) -> Ticket:
        async with self._database.transaction() as connection:
            return found(await storage.get(connection, ticket_id))

    @asynccontextmanager
    async def _locked(self, ticket_id: str) -> AsyncIterator[tuple[Work, Ticket]]:
        """A transaction under the lock of the ticket's conversation. Raises ``NotFound``."""
        conversation_id = (await self._ticket(ticket_id)).conversation_id
        async with self._work(conversation_id) as work:
            yield work, found(await storage.get(work.connection, ticket_id))

    async def _open(self, work: Work, draft: Draft, actor: Actor) -> Ticket:
        """Open a ticket under the next number of the day, and say its number in the conversation."""
        schedule = await schedule_of(work.connection, draft.department)
        contact_due_at, due_at = rules.deadlines(schedule, draft.complexity, self._policy, work.now)
        conversation = work.conversation
        ticket = Ticket(
            id=uuid4().hex,
            number=await storage.next_number(work.connection, local_day(work.now)),
            conversation_id=conversation.id,
            help_request_id=draft.help_request_id,
            source=draft.source,
            complexity=draft.complexity,
            department=draft.department,
            topic=draft.topic,
            district=conversation.district,
            channel=conversation.channel,
            locale=conversation.locale,
            title=draft.title,
            description=draft.description,
            contact=draft.contact,
            status="open",
            assigned_to=None,
            created_at=work.now,
            created_by_kind=actor.kind,
            created_by=actor.staff_id,
            contact_due_at=contact_due_at,
            due_at=due_at,
        )
        await storage.create(work.connection, ticket)
        await self._record(work, None, ticket, "opened", actor, draft.source)
        await self._say_created(work, ticket)
        return ticket

    async def _move(
        self,
        work: Work,
        ticket: Ticket,
        event: rules.Event,
        name: str,
        actor: Actor,
        reason: str,
        **detail: Any,
    ) -> Ticket:
        """Advance a ticket, save it and write its history; nothing when the event changes nothing."""
        moved = rules.advance_ticket(ticket, event, work.now)
        if moved is not ticket:
            await storage.save(work.connection, moved)
            await self._record(work, ticket, moved, name, actor, reason, **detail)
        return moved

    async def _record(
        self,
        work: Work,
        before: Ticket | None,
        after: Ticket,
        event: str,
        actor: Actor,
        reason: str,
        **detail: Any,
    ) -> None:
        await storage.add_event(work.connection, before, after, event, actor, reason, work.now, **detail)
        work.nudges.append((STAFF_TOPIC, nudge(before, after)))

    async def _fresh_deadlines(self, work: Work, ticket: Ticket) -> rules.Reopen:
        """A reopened ticket's clocks start again."""
        schedule = await schedule_of(work.connection, ticket.department)
        return rules.Reopen(*rules.deadlines(schedule, ticket.complexity, self._policy, work.now))

    # --- what the visitor is told -------------------------------------------------------------------

    async def _say_created(self, work: Work, ticket: Ticket) -> None:
        times = {"contact_due_at": ticket.contact_due_at, "due_at": ticket.due_at}
        words = {name: self._in_words(ticket, moment) for name, moment in times.items()}
        stamps = {name: stamp(moment) for name, moment in times.items()}
        await self._say(work, ticket, "ticket_created", words, stamps)

    async def _say_updated(self, work: Work, ticket: Ticket) -> None:
        words = {"status": self._texts.get(ticket.locale, f"ticket_status_{ticket.status}")}
        await self._say(work, ticket, "ticket_updated", words, {"status": ticket.status})

    async def _say_resolved(self, work: Work, ticket: Ticket) -> None:
        await self._say(work, ticket, "ticket_resolved", {"result": ticket.result}, {"ask_rating": True})

    async def _say_rated(self, work: Work, ticket: Ticket) -> None:
        verdict = {"resolved": ticket.resolved, "stars": ticket.stars}
        await self._say(work, ticket, "ticket_rated", {}, verdict)

    async def _say(self, work: Work, ticket: Ticket, code: str, words: JSON, payload: JSON) -> None:
        text = self._texts.get(work.conversation.locale, code, number=ticket.number, **words)
        named = {"code": code, "ticket_id": ticket.id, "number": ticket.number, **payload}
        await work.append("notice", Sender("system"), text, payload=named)

    def _in_words(self, ticket: Ticket, moment: datetime) -> str:
        return in_words(self._texts, ticket.locale, moment)


def found(ticket: Ticket | None) -> Ticket:
    """``ticket``. Raises ``NotFound`` for None."""
    if ticket is None:
        raise NotFound("no such ticket")
    return ticket


def nudge(before: Ticket | None, after: Ticket, **more: Any) -> JSON:
    """What wakes the consoles of those a change concerns: of the departments and people before and after."""
    both = [ticket for ticket in (before, after) if ticket]
    return {
        "type": "tickets",
        "departments": sorted({ticket.department for ticket in both}),
        "people": sorted({ticket.assigned_to for ticket in both if ticket.assigned_to}),
        **more,
    }
