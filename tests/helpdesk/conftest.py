"""People, conversations and questions that the helpdesk's tests share."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from bot.helpdesk.accounts import Accounts
from bot.helpdesk.database import Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.engine import Dispatcher
from bot.helpdesk.live import Live
from bot.helpdesk.models import BotReply, Delivery, HelpRequest, Role, Staff
from bot.helpdesk.rules import Policy
from bot.helpdesk.storage import staff as staff_storage
from bot.helpdesk.texts import Texts
from bot.helpdesk.thresholds import Thresholds
from tests.conftest import FakeClock

HANDOFF = BotReply("handoff", "为您转人工", {"reason": "asked", "topic": "tax", "department": "税务局"})
ANSWER = BotReply(
    "answer",
    "可以办理歇业备案。",
    {"entries": [{"id": "m-1", "point": None, "score": 0.9, "title": "歇业备案"}], "citations": []},
)

Hire = Callable[..., Awaitable[Staff]]
Query = Callable[..., Awaitable[list[Any]]]
Queue = Callable[..., Awaitable[HelpRequest]]
Ready = Callable[..., Awaitable[Staff]]
Ringing = Callable[[], Awaitable[list[tuple[str, int]]]]


@pytest.fixture
def hire(database: Database, clock: FakeClock) -> Hire:
    """Adds a member of staff who cannot log in: hashing a password would only cost time here."""

    async def add(name: str, role: Role = "helper", department: str | None = None) -> Staff:
        record = Staff(uuid4().hex, name, name, role, department, True, "away")
        async with database.transaction() as connection:
            assert await staff_storage.create(connection, record, "-", clock())
        return record

    return add


@pytest.fixture
def query(database: Database) -> Query:
    """Runs SQL and gives the rows."""

    async def run(statement: str, **values: object) -> list[Any]:
        async with database.transaction() as connection:
            result = await connection.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []

    return run


@pytest.fixture
async def conversation_id(desk: Desk) -> str:
    conversation, _ = await desk.start_conversation(channel="widget", district="jiading")
    return conversation.id


@pytest.fixture
def queue(desk: Desk) -> Queue:
    """Makes a visitor ask for a person; the help request that opens."""

    async def ask(conversation_id: str | None = None, text: str = "转人工") -> HelpRequest:
        if conversation_id is None:
            conversation_id = (await desk.start_conversation(channel="widget"))[0].id
        delivery = await take_one(desk, conversation_id, text)
        assert await desk.save_bot_replies(delivery, [HANDOFF], [])
        request = await desk.request_of(conversation_id)
        assert request is not None
        return request

    return ask


@pytest.fixture
async def dispatcher(database: Database, live: Live, texts: Texts, clock: FakeClock) -> Dispatcher:
    # A long lease: these tests are about what it does while it leads.
    found = Dispatcher(database, live, texts, Thresholds(Policy()), clock, lease_seconds=600)
    assert await found.lease.take()
    return found


@pytest.fixture
def ready(hire: Hire, accounts: Accounts, clock: FakeClock) -> Ready:
    """Hires somebody who is ready; whoever came first has been idle for longer."""

    async def add(name: str, role: Role = "helper", department: str | None = "税务局") -> Staff:
        staff = await hire(name, role, department)
        clock.advance(1)
        await accounts.set_presence(staff.id, "ready")
        return staff

    return add


@pytest.fixture
def ringing(query: Query) -> Ringing:
    """What rings where: user name and level of every open offer."""

    async def read() -> list[tuple[str, int]]:
        rows = await query(
            "SELECT s.username, o.level FROM help_offer o JOIN staff s ON s.id = o.staff_id "
            "WHERE o.ended_at IS NULL ORDER BY s.username"
        )
        return [tuple(row) for row in rows]

    return read


async def take_one(desk: Desk, conversation_id: str, text: str) -> Delivery:
    """Send a message and take its delivery."""
    await desk.ingest(conversation_id, uuid4().hex, text)
    taken = {delivery.conversation_id: delivery for delivery in await desk.take_deliveries(10)}
    return taken[conversation_id]


async def codes(desk: Desk, conversation_id: str) -> list[str]:
    """The visible list in short: kinds, notices by their code."""
    updates = await desk.updates(conversation_id, 0, internal=False)
    return [u.payload["code"] if u.kind == "notice" else f"{u.sender.kind}:{u.kind}" for u in updates]


async def history(query: Query, request: HelpRequest) -> list[str]:
    rows = await query(
        "SELECT event FROM help_request_event WHERE help_request_id = :id ORDER BY id", id=request.id
    )
    return [row[0] for row in rows]


async def beat(accounts: Accounts, *staff: Staff) -> None:
    for each in staff:
        await accounts.heartbeat(each.id)


async def tell(dispatcher: Dispatcher) -> None:
    while not dispatcher._untold.empty():
        await dispatcher._tell_one()
