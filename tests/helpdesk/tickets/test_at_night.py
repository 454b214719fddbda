"""A ticket left before anybody is on duty ends the request; the bot goes on, and staff come back to it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.helpdesk.database import Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.engine import Dispatcher
from bot.helpdesk.errors import AtCapacity, Forbidden, WrongState
from bot.helpdesk.live import Live
from bot.helpdesk.models import BotReply, HelpRequest
from bot.helpdesk.reports.service import Asked, Reports
from bot.helpdesk.rules import Policy
from bot.helpdesk.storage import requests as request_storage
from bot.helpdesk.storage import snapshot
from bot.helpdesk.texts import Texts
from bot.helpdesk.thresholds import Thresholds
from bot.helpdesk.tickets.following import FollowUps
from bot.helpdesk.tickets.handling import StaffTickets
from bot.helpdesk.tickets.models import Ticket
from bot.helpdesk.tickets.visiting import VisitorTickets
from bot.helpdesk.worktime.roster import WorkingHours
from tests.conftest import FakeClock
from tests.helpdesk.conftest import HANDOFF, Hire, Query, Ready, codes, take_one
from tests.helpdesk.conftest import history as history_of
from tests.helpdesk.tickets.conftest import CONTACT, Build

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("departments")]
EVENING = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)  # eight in the evening of a Monday
OPENS = datetime(2026, 1, 6, 1, 0, tzinfo=UTC)
ASKED = BotReply("ticket", "我查一下", {"action": "status", "number": None})


@pytest.fixture
async def night(
    database: Database, live: Live, texts: Texts, policy: Policy, clock: FakeClock, query: Query
) -> Desk:
    """The desk of a service that is open by day, in the evening."""
    await query(
        "INSERT INTO duty_span (weekday, starts, ends) "
        "SELECT day, '09:00', '17:00' FROM generate_series(1, 5) day"
    )
    clock.now = EVENING
    return Desk(database, live, texts, policy, clock, WorkingHours(database))


@pytest.fixture
def follow_ups(build: Build) -> FollowUps:
    return build(FollowUps)


async def asks(night: Desk, conversation_id: str, text: str = "转人工") -> HelpRequest:
    delivery = await take_one(night, conversation_id, text)
    assert await night.save_bot_replies(delivery, [HANDOFF], [])
    request = await night.request_of(conversation_id)
    assert request is not None and request.status == "waiting"
    return request


async def asks_and_leaves(
    night: Desk, visitors: VisitorTickets, conversation_id: str
) -> tuple[HelpRequest, Ticket]:
    request = await asks(night, conversation_id)
    return request, (await visitors.leave(conversation_id, CONTACT, "想补缴社保"))[0]


async def last_of(desk: Desk, conversation_id: str) -> Any:
    return (await desk.updates(conversation_id, 0, internal=False))[-1]


# --- the visitor ------------------------------------------------------------------------------------------


async def test_request_ends_by_ticket_and_the_bot_goes_on_when_it_is_left_off_hours(
    night: Desk, visitors: VisitorTickets, conversation_id: str, clock: FakeClock, query: Query
):
    request = await asks(night, conversation_id)
    clock.advance(90)
    ticket, new = await visitors.leave(conversation_id, CONTACT, "想补缴社保")
    assert new and (ticket.source, ticket.help_request_id) == ("off_hours", request.id)
    ended = await night.request_of(conversation_id)
    assert ended is not None and ended.id == request.id
    assert (ended.status, ended.outcome, ended.closed_at) == ("closed", "ticket", clock.now)
    assert (ended.closed_by, ended.breached_at, ended.promised_from) == (None, None, OPENS)
    (row,) = await query(
        "SELECT status_before, status_after, actor_kind, reason, detail FROM help_request_event "
        "WHERE event = 'closed'"
    )
    assert tuple(row) == ("waiting", "closed", "visitor", "ticket", {"number": ticket.number})
    notice = await last_of(night, conversation_id)
    assert notice.payload == {
        "code": "closed", "outcome": "ticket", "ask_rating": False, "number": ticket.number
    }  # fmt: skip
    assert ticket.number in notice.text and "评价" not in notice.text
    with pytest.raises(WrongState):
        await night.rate(conversation_id, resolved=True, stars=5, comment=None)
    assert (await night.conversation(conversation_id)).owner == "bot"


async def test_bot_tells_of_the_ticket_at_once_when_it_was_left_off_hours(
    night: Desk, visitors: VisitorTickets, conversation_id: str
):
    _, ticket = await asks_and_leaves(night, visitors, conversation_id)
    delivery = await take_one(night, conversation_id, "我的工单到哪了")
    assert await night.save_bot_replies(delivery, [ASKED], [])
    told = await last_of(night, conversation_id)
    assert (told.kind, [each["number"] for each in told.payload["tickets"]]) == ("ticket", [ticket.number])


async def test_same_form_sent_again_changes_nothing_when_the_request_has_ended(
    night: Desk, visitors: VisitorTickets, conversation_id: str
):
    _, ticket = await asks_and_leaves(night, visitors, conversation_id)
    before = await codes(night, conversation_id)
    again, new = await visitors.leave(conversation_id, CONTACT, "想补缴社保")
    assert (again, new, await codes(night, conversation_id)) == (ticket, False, before)


async def test_person_asked_for_again_is_told_so_and_the_ticket_is_added_to(
    night: Desk, visitors: VisitorTickets, tickets: StaffTickets, hire: Hire, conversation_id: str,
    clock: FakeClock,
) -> None:  # fmt: skip
    first, ticket = await asks_and_leaves(night, visitors, conversation_id)
    clock.advance(600)
    second = await asks(night, conversation_id, "还是转人工")
    assert second.id != first.id and second.clock_from == OPENS
    assert (await codes(night, conversation_id))[-1] == "off_hours"
    again, new = await visitors.leave(conversation_id, {"phone": "021-69530000"}, "还有一件")
    assert (again.id, new, again.help_request_id) == (ticket.id, False, first.id)
    ended = await night.request_of(conversation_id)
    assert ended is not None and (ended.id, ended.outcome) == (second.id, "ticket")
    assert (await last_of(night, conversation_id)).payload["number"] == ticket.number
    _, past = await tickets.one(await hire("chen", role="supervisor"), ticket.id)
    assert [(each.event, each.reason) for each in past[1:]] == [("noted", "还有一件")]


async def test_ticket_is_a_new_one_when_the_first_is_settled(
    night: Desk, visitors: VisitorTickets, tickets: StaffTickets, hire: Hire, conversation_id: str,
    clock: FakeClock,
) -> None:  # fmt: skip
    _, ticket = await asks_and_leaves(night, visitors, conversation_id)
    clock.advance(600)
    await tickets.cancel(await hire("chen", role="supervisor"), ticket.id, "已解决")
    second = await asks(night, conversation_id, "还是转人工")
    again, new = await visitors.leave(conversation_id, CONTACT, "还有一件")
    assert (new, again.help_request_id) == (True, second.id)


async def test_request_goes_on_when_the_ticket_is_left_once_duty_has_begun(
    night: Desk, visitors: VisitorTickets, conversation_id: str, clock: FakeClock
):
    request = await asks(night, conversation_id)
    clock.now = OPENS + timedelta(seconds=5)
    ticket, _ = await visitors.leave(conversation_id, CONTACT)
    assert ticket.source == "callback"
    waiting = await night.request_of(conversation_id)
    assert waiting is not None and (waiting.status, waiting.deadline_at) == ("waiting", request.deadline_at)
    assert (await codes(night, conversation_id))[-1] == "ticket_created"


async def test_offer_ends_and_a_claim_comes_too_late_when_the_ticket_is_left(
    night: Desk, visitors: VisitorTickets, conversation_id: str, dispatcher: Dispatcher, ready: Ready,
    ringing: Any,
) -> None:  # fmt: skip
    ann = await ready("ann")
    request = await asks(night, conversation_id)
    await dispatcher.step()
    assert await ringing() == [("ann", 0)]
    await visitors.leave(conversation_id, CONTACT)
    assert await ringing() == []
    with pytest.raises(WrongState):
        await night.claim(request.id, ann)


async def test_morning_brings_neither_offer_nor_breach_when_the_request_ended_by_ticket(
    night: Desk, visitors: VisitorTickets, conversation_id: str, dispatcher: Dispatcher, ready: Ready,
    ringing: Any, clock: FakeClock, query: Query,
) -> None:  # fmt: skip
    request, _ = await asks_and_leaves(night, visitors, conversation_id)
    clock.now = OPENS + timedelta(seconds=90)
    await ready("ann")
    await dispatcher.step()
    assert (await ringing(), await query("SELECT 1 FROM help_breach")) == ([], [])
    assert await history_of(query, request) == ["requested", "closed"]


async def test_held_request_goes_on_when_a_helper_came_at_night(
    night: Desk, visitors: VisitorTickets, conversation_id: str, ready: Ready
):
    request = await asks(night, conversation_id)
    await night.claim(request.id, await ready("ann"))
    await visitors.leave(conversation_id, CONTACT)
    held = await night.request_of(conversation_id)
    assert held is not None and (held.status, held.outcome) == ("claimed", None)
    assert (await night.conversation(conversation_id)).owner == "helper"


# --- staff who follow it up -------------------------------------------------------------------------------


async def test_helper_writes_in_the_conversation_when_they_follow_the_ticket_up(
    night: Desk, visitors: VisitorTickets, follow_ups: FollowUps, conversation_id: str, ready: Ready,
    clock: FakeClock, query: Query, dispatcher: Dispatcher,
) -> None:  # fmt: skip
    _, ticket = await asks_and_leaves(night, visitors, conversation_id)
    clock.now = OPENS + timedelta(minutes=20)
    ann = await ready("ann", department="税务局")
    request = await follow_ups.talk(ann, ticket.id)
    assert (request.status, request.reason, request.claimed_by) == ("claimed", "follow_up", ann.id)
    assert (request.question, request.brief["question"]) == ("想补缴社保", "想补缴社保")
    assert (await follow_ups.talk(ann, ticket.id)).id == request.id
    assert await history_of(query, request) == ["requested", "claimed"]
    # No minute runs: nobody asked, so a helper who thinks before they write is late for nothing.
    clock.advance(70)
    await dispatcher.step()
    assert await query("SELECT 1 FROM help_breach") == []
    await night.post(conversation_id, ann, "p1", "您好，看到您的留言了", "public")
    assert (await last_of(night, conversation_id)).text == "您好，看到您的留言了"
    await night.close(conversation_id, ann, "resolved")
    notice = await last_of(night, conversation_id)
    assert notice.payload == {"code": "closed", "outcome": "resolved", "ask_rating": False}
    assert (await night.conversation(conversation_id)).owner == "bot"
    assert (await codes(night, conversation_id))[-4:] == ["closed", "helper_joined", "helper:text", "closed"]


async def test_ticket_opens_no_conversation_when_its_visitor_is_with_a_person_or_it_is_settled(
    night: Desk, visitors: VisitorTickets, follow_ups: FollowUps, tickets: StaffTickets,
    conversation_id: str, ready: Ready,
) -> None:  # fmt: skip
    _, ticket = await asks_and_leaves(night, visitors, conversation_id)
    ann, ben = await ready("ann", department="税务局"), await ready("ben", department="税务局")
    with pytest.raises(Forbidden):
        await follow_ups.talk(await ready("zhao", department="人社局"), ticket.id)
    await follow_ups.talk(ann, ticket.id)
    with pytest.raises(WrongState):
        await follow_ups.talk(ben, ticket.id)
    await night.close(conversation_id, ann, "unresolved")
    await asks(night, conversation_id, "转人工")
    with pytest.raises(WrongState):  # who waits is claimed
        await follow_ups.talk(ben, ticket.id)
    await visitors.leave(conversation_id, CONTACT)
    await tickets.cancel(ann, ticket.id, "已解决")
    with pytest.raises(WrongState):
        await follow_ups.talk(ben, ticket.id)


async def test_ticket_opens_no_conversation_beyond_the_room_of_a_helper(
    night: Desk, visitors: VisitorTickets, database: Database, live: Live, texts: Texts, clock: FakeClock,
    conversation_id: str, ready: Ready,
) -> None:  # fmt: skip
    _, ticket = await asks_and_leaves(night, visitors, conversation_id)
    ann = await ready("ann", department="税务局")
    strict = FollowUps(database, live, texts, Policy(claims_beyond_capacity=False, helper_capacity=1), clock)
    other = (await night.start_conversation(channel="widget"))[0].id
    await night.claim((await asks(night, other)).id, ann)
    with pytest.raises(AtCapacity):
        await strict.talk(ann, ticket.id)
    assert (await night.conversation(conversation_id)).owner == "bot"


# --- figures ----------------------------------------------------------------------------------------------


async def test_reports_count_it_by_ticket_and_a_follow_up_not_at_all(
    night: Desk, visitors: VisitorTickets, follow_ups: FollowUps, database: Database, conversation_id: str,
    ready: Ready, clock: FakeClock,
) -> None:  # fmt: skip
    _, ticket = await asks_and_leaves(night, visitors, conversation_id)
    clock.now = OPENS + timedelta(minutes=20)
    ann = await ready("ann", department="税务局")
    await follow_ups.talk(ann, ticket.id)
    await night.post(conversation_id, ann, "p1", "您好", "public")
    await night.close(conversation_id, ann, "resolved")
    reports = Reports(database, Thresholds(Policy()), clock)
    found = await reports.service(Asked(date(2026, 1, 5), date(2026, 1, 6)))
    total = {name: found.total[name] for name in ("requests", "by_ticket", "closed", "answered", "breached")}
    assert total == {"requests": 1, "by_ticket": 1, "closed": 1, "answered": 0, "breached": 0}
    assert (found.total["rate"], found.total["abandoned"], found.total["tickets"]) == (None, 0, 1)
    assert "by_ticket" in found.definitions
    replayed = await reports.replay(date(2026, 1, 5), date(2026, 1, 6), None, 0.95, 60)
    assert (replayed.days, replayed.slots) == (0, [])
    async with database.reading() as connection:
        assert await snapshot.history(connection, EVENING, 10) == []
        assert await snapshot.answered_since(connection, EVENING) == (0, 0)
        assert await request_storage.count(connection, ["closed"]) == 2
