"""Use cases of tickets on real stores."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.helpdesk.database import Database
from bot.helpdesk.live import Live
from bot.helpdesk.rules import Policy
from bot.helpdesk.texts import Texts
from bot.helpdesk.tickets.handling import StaffTickets
from bot.helpdesk.tickets.models import Ticket
from bot.helpdesk.tickets.reminders import TicketClock
from bot.helpdesk.tickets.visiting import VisitorTickets
from tests.conftest import FakeClock
from tests.helpdesk.conftest import Query

Build = Callable[[type], Any]
CONTACT = {"phone": "13800000000", "when": "下午"}


@pytest.fixture
def build(database: Database, live: Live, texts: Texts, policy: Policy, clock: FakeClock) -> Build:
    return lambda kind: kind(database, live, texts, policy, clock)


@pytest.fixture
def visitors(build: Build) -> VisitorTickets:
    return build(VisitorTickets)


@pytest.fixture
def tickets(build: Build) -> StaffTickets:
    return build(StaffTickets)


@pytest.fixture
def ticket_clock(build: Build) -> TicketClock:
    return build(TicketClock)


@pytest.fixture
async def departments(query: Query) -> None:
    for name in ("税务局", "人社局"):
        await query(
            "INSERT INTO department (name, active, updated_at) VALUES (:name, true, now())", name=name
        )


async def left(visitors: VisitorTickets, conversation_id: str, text: str = "想补缴社保") -> Ticket:
    ticket, new = await visitors.leave(conversation_id, CONTACT, text)
    assert new
    return ticket


async def history(query: Query) -> list[tuple]:
    rows = await query(
        "SELECT event, status_before, status_after, actor_kind, reason FROM ticket_event ORDER BY id"
    )
    return [tuple(row) for row in rows]
