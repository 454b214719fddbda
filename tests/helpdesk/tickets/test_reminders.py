"""What happens to tickets by the clock alone, against real stores."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.helpdesk.desk import Desk
from bot.helpdesk.tickets import reminders
from bot.helpdesk.tickets.handling import Matter, StaffTickets
from bot.helpdesk.tickets.models import Ticket
from bot.helpdesk.tickets.reminders import TicketClock
from bot.helpdesk.tickets.visiting import VisitorTickets
from bot.helpdesk.work import Work
from tests.conftest import FakeClock
from tests.helpdesk.conftest import Hire, Query
from tests.helpdesk.tickets.conftest import history, left

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("departments")]


async def test_reminder_is_sent_once_when_several_servers_look(
    visitors: VisitorTickets, ticket_clock: TicketClock, conversation_id: str, query: Query, clock: FakeClock
):
    await left(visitors, conversation_id)
    assert await ticket_clock.look() == 0
    clock.now = datetime(2026, 1, 6, 5, 30, tzinfo=UTC)
    assert sum(await asyncio.gather(*(ticket_clock.look() for _ in range(4)))) == 1
    clock.advance(3600)
    assert await ticket_clock.look() == 0
    clock.now = datetime(2026, 1, 12, 6, 0, tzinfo=UTC)
    assert await ticket_clock.look() == 1
    reminded = [row for row in await history(query) if row[0] == "reminded"]
    assert [row[4] for row in reminded] == ["contact", "due"]


async def test_nearest_deadlines_are_reminded_of_first_when_there_are_more_than_fit_in_a_pass(
    visitors: VisitorTickets, tickets: StaffTickets, ticket_clock: TicketClock, desk: Desk, hire: Hire,
    query: Query, clock: FakeClock, monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    """Simple tickets settle sooner than a complex one whose visitor has to be called first of all."""
    monkeypatch.setattr(reminders, "_BATCH", 2)
    lin = await hire("lin")
    for number in range(4):
        conversation, _ = await desk.start_conversation(channel="widget")
        await tickets.contacted(lin, (await left(visitors, conversation.id, f"{number}")).id, "")
    conversation, _ = await desk.start_conversation(channel="widget")
    await query("UPDATE ticket SET department = '税务局'")
    matter = await tickets.open_matter(lin, conversation.id, Matter("税务局", "退工", "退工", "complex", {}))
    clock.now = datetime(2026, 1, 6, 5, 30, tzinfo=UTC)  # four working hours before the call is due
    assert await ticket_clock.look() == 1
    assert [row[0] for row in await query("SELECT ticket_id FROM ticket_reminder")] == [matter.id]


async def test_conversations_are_left_alone_when_no_reminder_is_due(
    visitors: VisitorTickets, ticket_clock: TicketClock, conversation_id: str,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    await left(visitors, conversation_id)

    locked: list[str] = []
    monkeypatch.setattr(ticket_clock, "_locked", locked.append)
    assert (await ticket_clock.look(), locked) == (0, [])


async def test_other_tickets_are_reminded_of_when_one_fails(
    visitors: VisitorTickets, ticket_clock: TicketClock, desk: Desk, query: Query, clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    first, second = [
        await left(visitors, (await desk.start_conversation(channel="widget"))[0].id) for _ in range(2)
    ]
    send = ticket_clock._send

    async def broken(work: Work, ticket: Ticket, kind: str, due_at: datetime) -> bool:
        if ticket.id == min(first.id, second.id):
            raise RuntimeError("unforeseen")
        return await send(work, ticket, kind, due_at)

    monkeypatch.setattr(ticket_clock, "_send", broken)
    clock.now = datetime(2026, 1, 6, 6, 0, tzinfo=UTC)
    assert await ticket_clock.look() == 1
    assert [row[0] for row in await query("SELECT ticket_id FROM ticket_reminder")] == [
        max(first.id, second.id)
    ]


async def test_result_is_final_when_nobody_objected_for_a_week(
    visitors: VisitorTickets,
    tickets: StaffTickets,
    ticket_clock: TicketClock,
    hire: Hire,
    conversation_id: str,
    clock: FakeClock,
):
    lin = await hire("lin")
    ticket = await left(visitors, conversation_id)
    await tickets.start(lin, ticket.id)
    await tickets.resolve(lin, ticket.id, "好了")
    clock.advance(7 * 86400 - 1)
    await ticket_clock.look()
    assert (await tickets.one(lin, ticket.id))[0].status == "resolved"
    clock.advance(1)
    await ticket_clock.look()
    assert (await tickets.one(lin, ticket.id))[0].status == "closed"
