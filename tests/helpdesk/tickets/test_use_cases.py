"""Tickets from a visitor's message to the result, against real stores."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.helpdesk.desk import Desk
from bot.helpdesk.errors import Forbidden, Invalid, NotFound, WrongState
from bot.helpdesk.models import BotReply
from bot.helpdesk.storage.tickets import Wanted
from bot.helpdesk.tickets.handling import Matter, StaffTickets
from bot.helpdesk.tickets.models import Ticket
from bot.helpdesk.tickets.visiting import VisitorTickets
from tests.conftest import FakeClock
from tests.helpdesk.conftest import Hire, Query, Queue, codes, take_one
from tests.helpdesk.tickets.conftest import CONTACT, history, left

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("departments")]
ASKED = BotReply("ticket", "我查一下", {"action": "status", "number": None})


# --- the visitor ------------------------------------------------------------------------------------------


async def test_message_becomes_a_ticket_with_a_number_of_the_day(
    visitors: VisitorTickets, desk: Desk, conversation_id: str, query: Query
):
    ticket = await left(visitors, conversation_id)
    assert (ticket.number, ticket.source, ticket.status) == ("20260105-0001", "callback", "open")
    assert (ticket.title, ticket.department) == ("想补缴社保", "政务服务中心")
    assert ticket.contact == CONTACT
    assert ticket.contact_due_at == datetime(2026, 1, 6, 9, 30, tzinfo=UTC)
    assert ticket.due_at == datetime(2026, 1, 12, 9, 30, tzinfo=UTC)
    (notice,) = await desk.updates(conversation_id, 0, internal=False)
    assert notice.payload == {
        "code": "ticket_created",
        "ticket_id": ticket.id,
        "number": "20260105-0001",
        "contact_due_at": "2026-01-06T09:30:00.000Z",
        "due_at": "2026-01-12T09:30:00.000Z",
    }
    assert "20260105-0001" in notice.text and "1月6日（周二）17:30" in notice.text
    assert await history(query) == [("opened", None, "open", "visitor", "callback")]


async def test_ticket_follows_the_request_it_is_left_for(
    visitors: VisitorTickets, queue: Queue, conversation_id: str
):
    request = await queue(conversation_id)
    ticket, new = await visitors.leave(conversation_id, CONTACT)
    assert new
    assert (ticket.help_request_id, ticket.department, ticket.topic) == (request.id, "税务局", "tax")
    assert ticket.description == "转人工"


async def test_minute_goes_on_when_the_ticket_is_left_on_duty(
    visitors: VisitorTickets, queue: Queue, desk: Desk, conversation_id: str
):
    request = await queue(conversation_id)
    await visitors.leave(conversation_id, CONTACT)
    waiting = await desk.request_of(conversation_id)
    assert waiting is not None and waiting.deadline_at == request.deadline_at


@pytest.mark.parametrize("asked", [True, False])
async def test_second_message_is_added_to_the_first_ticket_while_it_is_unsettled(
    visitors: VisitorTickets,
    tickets: StaffTickets,
    hire: Hire,
    queue: Queue,
    conversation_id: str,
    asked: bool,
):
    if asked:
        await queue(conversation_id)
    first = await left(visitors, conversation_id)
    for _ in range(2):  # the second time is the same form, sent again
        again, new = await visitors.leave(conversation_id, {"phone": "021-69530000"}, "还有一件")
        assert (new, again.id) == (False, first.id)
    assert again.contact == {**CONTACT, "phone": "021-69530000"}
    _, past = await tickets.one(await hire("chen", role="supervisor"), first.id)
    noted = [(e.event, e.actor_kind, e.reason, e.detail) for e in past[1:]]
    assert noted == [("noted", "visitor", "还有一件", {"contact_before": CONTACT})]


@pytest.mark.parametrize("asked", [True, False])
async def test_second_message_opens_another_ticket_when_the_first_is_settled(
    visitors: VisitorTickets,
    tickets: StaffTickets,
    hire: Hire,
    queue: Queue,
    conversation_id: str,
    asked: bool,
):
    if asked:
        await queue(conversation_id)
    first = await left(visitors, conversation_id)
    await tickets.cancel(await hire("chen", role="supervisor"), first.id, "已解决")
    second = await left(visitors, conversation_id, "还有一件")
    assert (second.help_request_id, second.description) == (first.help_request_id, "还有一件")
    third, new = await visitors.leave(conversation_id, CONTACT, "再补充一点")
    assert (new, third.id) == (False, second.id)


@pytest.mark.parametrize("blank", ["", "  ", "\n\t"])
async def test_ticket_is_about_the_question_when_the_description_is_blank(
    visitors: VisitorTickets, queue: Queue, conversation_id: str, blank: str
):
    await queue(conversation_id)
    ticket, _ = await visitors.leave(conversation_id, CONTACT, blank)
    assert (ticket.title, ticket.description) == ("转人工", "转人工")


@pytest.mark.parametrize(
    ("hour", "breached", "source"), [(20, False, "off_hours"), (2, True, "breach"), (20, True, "breach")]
)
async def test_source_says_why_the_ticket_was_left(
    visitors: VisitorTickets,
    queue: Queue,
    conversation_id: str,
    query: Query,
    clock: FakeClock,
    hour: int,
    breached: bool,
    source: str,
):
    await query("INSERT INTO duty_span (weekday, starts, ends) VALUES (1, '09:00', '17:00')")
    clock.now = datetime(2026, 1, 5, hour, 0, tzinfo=UTC)
    await queue(conversation_id)
    if breached:
        await query("UPDATE help_request SET breached_at = now()")
    ticket, _ = await visitors.leave(conversation_id, CONTACT)
    assert ticket.source == source


async def test_numbers_run_on_without_gap_when_many_leave_a_message_at_once(
    visitors: VisitorTickets, desk: Desk
):
    started = [(await desk.start_conversation(channel="widget"))[0].id for _ in range(8)]
    made = await asyncio.gather(*(left(visitors, each) for each in started))
    assert sorted(ticket.number for ticket in made) == [f"20260105-{n:04}" for n in range(1, 9)]


async def test_one_ticket_is_opened_when_the_form_is_sent_twice_at_once(
    visitors: VisitorTickets, conversation_id: str
):
    both = await asyncio.gather(*(visitors.leave(conversation_id, CONTACT, "补税") for _ in range(2)))
    assert sorted(new for _, new in both) == [False, True]
    assert both[0][0].id == both[1][0].id


async def test_nothing_is_opened_when_the_form_is_of_no_use(
    visitors: VisitorTickets, conversation_id: str, query: Query
):
    for contact, text in [({}, "补税"), ({"phone": "x"}, "补税"), (CONTACT, None), (CONTACT, "a\u0000")]:
        with pytest.raises(Invalid):
            await visitors.leave(conversation_id, contact, text)
    with pytest.raises(NotFound):
        await visitors.leave("0" * 32, CONTACT, "补税")
    assert await query("SELECT 1 FROM ticket UNION ALL SELECT 1 FROM ticket_counter") == []


# --- the assistant is asked -------------------------------------------------------------------------------


async def answer(desk: Desk, conversation_id: str, reply: BotReply = ASKED) -> tuple[str, list[str]]:
    delivery = await take_one(desk, conversation_id, "我的工单到哪了")
    assert await desk.save_bot_replies(delivery, [reply], [])
    last = (await desk.updates(conversation_id, 0, internal=False))[-1]
    return last.text, [ticket["number"] for ticket in last.payload["tickets"]]


async def test_bot_tells_where_the_tickets_stand(visitors: VisitorTickets, desk: Desk, conversation_id: str):
    assert await answer(desk, conversation_id) == (
        "您在这个会话里还没有工单。需要的话可以转人工，或者留言登记一个。",
        [],
    )
    await left(visitors, conversation_id)
    text, numbers = await answer(desk, conversation_id)
    assert numbers == ["20260105-0001"]
    assert text == (
        "工单 20260105-0001（想补缴社保）：已登记，等待受理，"
        "由政务服务中心办理，预计1月12日（周一）17:30前办结。"
    )


async def test_bot_tells_nothing_of_tickets_of_other_conversations(
    visitors: VisitorTickets, desk: Desk, conversation_id: str, query: Query
):
    other = (await desk.start_conversation(channel="widget"))[0].id
    await left(visitors, other)
    await query("UPDATE conversation SET visitor_key = 'same'")
    named = BotReply("ticket", None, {"action": "status", "number": "20260105-0001"})
    text, numbers = await answer(desk, conversation_id, named)
    assert numbers == [] and "20260105-0001" in text
    # Who is on WeChat is known there, so all their conversations count.
    await query("UPDATE conversation SET channel = 'wechat'")
    assert (await answer(desk, conversation_id, named))[1] == ["20260105-0001"]


# --- staff ------------------------------------------------------------------------------------------------


async def test_ticket_goes_its_way_and_the_visitor_is_told(
    visitors: VisitorTickets,
    tickets: StaffTickets,
    desk: Desk,
    hire: Hire,
    conversation_id: str,
    query: Query,
    clock: FakeClock,
):
    lin = await hire("lin", department="政务服务中心")
    ticket = await left(visitors, conversation_id)
    assert (
        await tickets.assign(lin, ticket.id, to=None, department=None, reason="")
    ).assigned_to_name == "lin"
    await tickets.start(lin, ticket.id)
    clock.advance(60)
    assert (await tickets.contacted(lin, ticket.id, "已通话")).contacted_at == clock.now
    await tickets.note(lin, ticket.id, "等材料")
    resolved = await tickets.resolve(lin, ticket.id, "已补缴三个月")
    assert (resolved.status, resolved.told_at, resolved.resolved_at) == ("resolved", clock.now, clock.now)
    assert await codes(desk, conversation_id) == ["ticket_created", "ticket_updated", "ticket_resolved"]
    told = (await desk.updates(conversation_id, 0, internal=False))[-1]
    assert told.text == "您的工单 20260105-0001 已办结。已补缴三个月"
    assert told.payload["ask_rating"] is True
    assert "等材料" not in str(await desk.updates(conversation_id, 0, internal=False))
    assert [row[:3] for row in await history(query)] == [
        ("opened", None, "open"),
        ("assigned", "open", "assigned"),
        ("started", "assigned", "in_progress"),
        ("contacted", "in_progress", "in_progress"),
        ("noted", "in_progress", "in_progress"),
        ("resolved", "in_progress", "resolved"),
    ]


async def test_bad_rating_reopens_and_a_good_one_closes(
    visitors: VisitorTickets,
    tickets: StaffTickets,
    desk: Desk,
    hire: Hire,
    conversation_id: str,
    clock: FakeClock,
):
    lin = await hire("lin", department="政务服务中心")
    ticket = await left(visitors, conversation_id)

    async def rate(resolved: bool, stars: int | None) -> Ticket:
        return await visitors.rate(conversation_id, ticket.id, resolved=resolved, stars=stars, comment="x")

    with pytest.raises(WrongState):
        await rate(True, 5)
    await tickets.start(lin, ticket.id)
    await tickets.resolve(lin, ticket.id, "好了")
    clock.advance(86400)
    again = await rate(False, None)
    assert (again.status, again.reopened, again.resolved) == ("reopened", 1, False)
    assert again.due_at == datetime(2026, 1, 13, 9, 30, tzinfo=UTC)
    assert (await codes(desk, conversation_id))[-1] == "ticket_updated"
    await tickets.start(lin, ticket.id)
    await tickets.resolve(lin, ticket.id, "真好了")
    assert (await rate(True, 5)).status == "closed"
    assert (await rate(True, 1)).status == "reopened"


async def test_rating_changes_nothing_when_it_is_given_again(
    visitors: VisitorTickets, tickets: StaffTickets, desk: Desk, hire: Hire, conversation_id: str
):
    lin = await hire("lin", department="政务服务中心")
    ticket = await left(visitors, conversation_id)
    await tickets.start(lin, ticket.id)
    await tickets.resolve(lin, ticket.id, "好了")
    first, again = [
        await visitors.rate(conversation_id, ticket.id, resolved=True, stars=4, comment=None)
        for _ in range(2)
    ]
    assert (first, (await codes(desk, conversation_id)).count("ticket_rated")) == (again, 1)
    better = await visitors.rate(conversation_id, ticket.id, resolved=True, stars=5, comment=None)
    assert (better.stars, (await codes(desk, conversation_id)).count("ticket_rated")) == (5, 2)


async def test_rating_of_somebody_elses_ticket_is_not_found(
    visitors: VisitorTickets, desk: Desk, conversation_id: str
):
    ticket = await left(visitors, conversation_id)
    other = (await desk.start_conversation(channel="widget"))[0].id
    with pytest.raises(NotFound):
        await visitors.rate(other, ticket.id, resolved=True, stars=5, comment=None)


async def test_staff_see_and_handle_only_what_is_theirs(
    visitors: VisitorTickets, tickets: StaffTickets, hire: Hire, conversation_id: str, query: Query
):
    ticket = await left(visitors, conversation_id)
    stranger = await hire("zhao", department="税务局")
    chief = await hire("chen", role="supervisor", department="税务局")
    assert await tickets.listed(stranger, Wanted()) == []
    assert [each.id for each in await tickets.listed(chief, Wanted())] == [ticket.id]
    with pytest.raises(Forbidden):
        await tickets.one(stranger, ticket.id)
    with pytest.raises(Forbidden):
        await tickets.cancel(stranger, ticket.id, "x")
    assert len(await history(query)) == 1
    await tickets.assign(chief, ticket.id, to=stranger.id, department=None, reason="")
    assert [each.id for each in await tickets.listed(stranger, Wanted())] == [ticket.id]


async def test_transfer_needs_a_department_that_is_open(
    visitors: VisitorTickets, tickets: StaffTickets, hire: Hire, conversation_id: str, query: Query
):
    ticket = await left(visitors, conversation_id)
    chief = await hire("chen", role="supervisor")
    await query("UPDATE department SET active = false WHERE name = '人社局'")
    for wrong in ({"to": None, "department": "人社局"}, {"to": chief.id, "department": "税务局"}):
        with pytest.raises(Invalid):
            await tickets.assign(chief, ticket.id, reason="", **wrong)
    with pytest.raises(NotFound):
        await tickets.assign(chief, ticket.id, to="0" * 32, department=None, reason="")
    moved = await tickets.assign(chief, ticket.id, to=None, department="税务局", reason="归税务")
    assert (moved.department, moved.status) == ("税务局", "open")
    assert (await history(query))[-1] == ("transferred", "open", "open", "staff", "归税务")


async def test_matter_of_a_conversation_becomes_a_complex_ticket(
    tickets: StaffTickets, hire: Hire, conversation_id: str
):
    lin = await hire("lin", department="税务局")
    matter = Matter("人社局", "退工手续", "员工离职后系统退不了工", "complex", {})
    ticket = await tickets.open_matter(lin, conversation_id, matter)
    assert (ticket.source, ticket.created_by, ticket.contact) == ("matter", lin.id, {})
    assert ticket.due_at == datetime(2026, 1, 26, 9, 30, tzinfo=UTC)
    with pytest.raises(Invalid):
        await tickets.open_matter(lin, conversation_id, Matter("外星局", "x", "x", "simple", {}))


async def test_list_is_by_deadline_and_can_be_narrowed(
    visitors: VisitorTickets, tickets: StaffTickets, desk: Desk, hire: Hire, clock: FakeClock
):
    chief = await hire("chen", role="supervisor")
    made = []
    for text in ("退税 100%", "补税", "社保"):
        conversation, _ = await desk.start_conversation(channel="widget")
        made.append((await left(visitors, conversation.id, text)).id)
        clock.advance(86400)
    await tickets.cancel(chief, made[1], "不需要了")

    async def ids(**wanted: object) -> list[str]:
        return [each.id for each in await tickets.listed(chief, Wanted(**wanted))]

    assert await ids() == made
    assert await ids(statuses=["open"]) == [made[0], made[2]]
    assert await ids(text="100%") == [made[0]]
    assert await ids(text="_") == []
    assert await ids(late_at=clock.now) == [made[0]]
    first = (await tickets.listed(chief, Wanted()))[0]
    assert await ids(after=(first.due_at, first.id)) == made[1:]
