"""What becomes of a request while nobody is on duty, or nobody there."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.helpdesk.accounts import Accounts
from bot.helpdesk.database import Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.duty import Duty
from bot.helpdesk.engine import Dispatcher
from bot.helpdesk.live import Live
from bot.helpdesk.models import HelpRequest, Role
from bot.helpdesk.rules import Policy
from bot.helpdesk.texts import Texts
from tests.conftest import FakeClock
from tests.helpdesk.conftest import HANDOFF, Query, Ready, beat, history, take_one

pytestmark = pytest.mark.integration


@pytest.fixture
def opens(clock: FakeClock) -> datetime:
    return clock() + timedelta(hours=12)


@pytest.fixture
def night(database: Database, live: Live, texts: Texts, clock: FakeClock, opens: datetime) -> Desk:
    """The desk of a service that opens in twelve hours."""

    class Closed:
        async def duty(self, department: str | None, now: object) -> Duty:
            assert department == "税务局"
            return Duty(False, None, opens)

    return Desk(database, live, texts, Policy(), clock, Closed())


async def ask_for_a_person(night: Desk) -> HelpRequest:
    conversation, _ = await night.start_conversation(channel="widget")
    delivery = await take_one(night, conversation.id, "转人工")
    assert await night.save_bot_replies(delivery, [HANDOFF], [])
    request = await night.request_of(conversation.id)
    assert request is not None
    return request


async def test_off_hours_request_waits_without_ladder_until_duty_starts(
    night: Desk, clock: FakeClock, opens: datetime, dispatcher: Dispatcher, query: Query
) -> None:
    asked = await ask_for_a_person(night)
    notice = (await night.updates(asked.conversation_id, 0, internal=False))[-1]
    assert notice.payload == {
        "code": "off_hours", "next_start": "2026-01-05T21:00:00.000Z", "callback": True, "question": None,
    }  # fmt: skip
    assert "1月6日（周二）05:00" in (notice.text or "")
    clock.advance(3600)
    await dispatcher.step()
    request = await night.request_of(asked.conversation_id)
    assert request and request.level == 0 and await query("SELECT 1 FROM help_breach") == []
    assert (request.promised_from, request.deadline_at) == (opens, opens + timedelta(seconds=60))


async def test_off_hours_request_rings_once_at_a_ready_helper_and_again_when_duty_starts(
    night: Desk, clock: FakeClock, opens: datetime, dispatcher: Dispatcher, query: Query, ready: Ready,
    accounts: Accounts, ringing: Any,
) -> None:  # fmt: skip
    ann = await ready("ann")
    request = await ask_for_a_person(night)

    async def minutes(count: float) -> None:
        for _ in range(int(count * 12)):
            await beat(accounts, ann)
            await dispatcher.step()
            clock.advance(5)

    await minutes(10)
    assert await history(query, request) == ["requested", "offered", "offer_ignored"]
    clock.now = opens - timedelta(seconds=5)
    await minutes(1 / 6)
    assert await ringing() == [("ann", 0)]


@pytest.mark.parametrize(
    ("role", "department", "outsiders", "code"),
    [
        ("helper", "税务局", False, "queued"),
        ("helper", "人社局", False, "queued_nobody_ready"),
        ("helper", "人社局", True, "queued"),
        ("specialist", "税务局", True, "queued_nobody_ready"),
    ],
)
async def test_visitor_is_told_that_somebody_is_there_only_when_they_can_be_reached(
    database: Database, live: Live, texts: Texts, clock: FakeClock, ready: Ready, query: Query,
    role: Role, department: str, outsiders: bool, code: str,
) -> None:  # fmt: skip
    names = "('税务局', true, now()), ('人社局', true, now())"
    await query(f"INSERT INTO department (name, active, updated_at) VALUES {names}")
    await ready("ann", role, department)
    desk = Desk(database, live, texts, Policy(outsiders_help=outsiders), clock)
    request = await ask_for_a_person(desk)
    notices = [
        u for u in await desk.updates(request.conversation_id, 0, internal=False) if u.kind == "notice"
    ]
    assert [u.payload["code"] for u in notices] == [code]
