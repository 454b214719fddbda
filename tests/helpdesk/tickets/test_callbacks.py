"""A wish to be called: what the form is about, and what the ticket that comes of it says."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.helpdesk.desk import Desk
from bot.helpdesk.models import BotReply, Update
from bot.helpdesk.tickets.handling import StaffTickets
from bot.helpdesk.tickets.visiting import VisitorTickets
from tests.conftest import FakeClock
from tests.helpdesk.conftest import Hire, Query, Queue, codes, take_one
from tests.helpdesk.tickets.conftest import CONTACT

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("departments")]
ANSWER = BotReply("answer", "可以缓缴", {"entries": [{"id": "m", "score": 0.9}], "citations": []})


def call(**more: Any) -> BotReply:
    said = {"action": "create", "source": "callback", "topic": None, "department": None, **more}
    return BotReply("ticket", "请留下电话", said, (("现在就找人工", "/request_human"),))


async def says(desk: Desk, conversation_id: str, text: str, reply: BotReply) -> Update:
    """What the visitor writes and the bot answers; the answer as it was saved."""
    delivery = await take_one(desk, conversation_id, text)
    assert await desk.save_bot_replies(delivery, [reply], [])
    return (await desk.updates(conversation_id, 0, internal=False))[-1]


async def test_form_is_about_the_question_before_the_wish(desk: Desk, conversation_id: str):
    await says(desk, conversation_id, "社保能缓缴吗", ANSWER)
    offer = await says(desk, conversation_id, "给我回个电话", call(phone="13800000000", when="下午"))
    assert (offer.payload["question"], offer.payload["phone"]) == ("社保能缓缴吗", "13800000000")
    assert [button["label"] for button in offer.payload["buttons"]] == ["现在就找人工"]


async def test_form_is_about_the_wish_itself_when_that_says_what_it_is_about(
    desk: Desk, conversation_id: str
):
    await says(desk, conversation_id, "社保能缓缴吗", ANSWER)
    offer = await says(desk, conversation_id, "商标的事，给我回个电话", call(own_question=True))
    assert offer.payload["question"] == "商标的事，给我回个电话"


async def test_form_is_about_nothing_yet_when_nothing_was_asked(desk: Desk, conversation_id: str):
    offer = await says(desk, conversation_id, "给我回个电话", call())
    assert offer.payload["question"] is None


async def test_nobody_is_asked_to_come_by_a_wish_for_a_call(desk: Desk, conversation_id: str, query: Query):
    await says(desk, conversation_id, "给我回个电话", call())
    assert await query("SELECT 1 FROM help_request") == []
    assert (await desk.conversation(conversation_id)).owner == "bot"


async def test_ticket_of_a_wish_goes_to_its_department_with_a_day_to_call(
    visitors: VisitorTickets, desk: Desk, conversation_id: str
):
    await says(desk, conversation_id, "社保能缓缴吗", ANSWER)
    await says(desk, conversation_id, "给我回个电话", call(topic="employment", department="人社局"))
    ticket, new = await visitors.leave(conversation_id, CONTACT)
    assert (new, ticket.source, ticket.help_request_id) == (True, "callback", None)
    assert (ticket.department, ticket.topic, ticket.description) == ("人社局", "employment", "社保能缓缴吗")
    assert ticket.contact == CONTACT
    assert ticket.contact_due_at == datetime(2026, 1, 6, 9, 30, tzinfo=UTC)
    assert (await codes(desk, conversation_id))[-1] == "ticket_created"


async def test_ticket_of_a_wish_goes_to_the_department_that_its_topic_has_here(
    visitors: VisitorTickets, desk: Desk, conversation_id: str, query: Query
):
    await query("INSERT INTO topic (code, name, department, active, updated_at)"
                " VALUES ('tax', '税费', '税务局', true, now())")  # fmt: skip
    await says(desk, conversation_id, "给我回个电话", call(topic="tax"))
    ticket, _ = await visitors.leave(conversation_id, CONTACT, "发票")
    assert (ticket.department, ticket.description) == ("税务局", "发票")


async def test_ticket_is_about_the_last_words_when_nothing_was_asked(
    visitors: VisitorTickets, desk: Desk, conversation_id: str
):
    await says(desk, conversation_id, "给我回个电话", call())
    ticket, _ = await visitors.leave(conversation_id, CONTACT)
    assert (ticket.description, ticket.department) == ("给我回个电话", "政务服务中心")


async def test_source_is_callback_at_night_too_when_a_call_was_wished_for(
    visitors: VisitorTickets, desk: Desk, conversation_id: str, query: Query, clock: FakeClock
):
    await query("INSERT INTO duty_span (weekday, starts, ends) VALUES (1, '09:00', '17:00')")
    clock.now = datetime(2026, 1, 5, 20, 0, tzinfo=UTC)
    await says(desk, conversation_id, "给我回个电话", call())
    ticket, _ = await visitors.leave(conversation_id, CONTACT)
    assert ticket.source == "callback"


async def test_ticket_is_of_the_request_when_a_person_was_asked_for_after_the_wish(
    visitors: VisitorTickets, desk: Desk, queue: Queue, conversation_id: str, clock: FakeClock
):
    await says(desk, conversation_id, "给我回个电话", call(department="人社局"))
    clock.advance(5)
    request = await queue(conversation_id)
    ticket, _ = await visitors.leave(conversation_id, CONTACT)
    assert (ticket.help_request_id, ticket.department) == (request.id, "税务局")
    waiting = await desk.request_of(conversation_id)
    assert waiting is not None and (waiting.status, waiting.outcome) == ("waiting", None)
    assert (await desk.conversation(conversation_id)).owner == "queue"


async def test_ticket_is_of_the_wish_when_the_request_before_it_is_closed(
    visitors: VisitorTickets, desk: Desk, queue: Queue, hire: Hire, conversation_id: str, clock: FakeClock
):
    request = await queue(conversation_id)
    ann = await hire("ann")
    await desk.claim(request.id, ann)
    await desk.close(conversation_id, ann, "resolved")
    clock.advance(600)
    await says(desk, conversation_id, "给我回个电话", call(department="人社局"))
    ticket, new = await visitors.leave(conversation_id, CONTACT, "另一件事")
    assert (new, ticket.help_request_id, ticket.department) == (True, None, "人社局")


async def test_second_wish_is_added_to_the_ticket_of_the_first(
    visitors: VisitorTickets, tickets: StaffTickets, hire: Hire, desk: Desk, conversation_id: str
):
    await says(desk, conversation_id, "给我回个电话", call())
    first, _ = await visitors.leave(conversation_id, CONTACT, "补税")
    await says(desk, conversation_id, "明天再给我打电话", call(when="明天"))
    again, new = await visitors.leave(conversation_id, {**CONTACT, "when": "明天"}, "补税")
    assert (new, again.id, again.contact["when"]) == (False, first.id, "明天")
    _, past = await tickets.one(await hire("chen", role="supervisor"), first.id)
    assert [each.event for each in past] == ["opened", "noted"]


async def test_form_of_the_link_is_about_what_was_asked_since_the_last_help_ended(
    visitors: VisitorTickets, desk: Desk, queue: Queue, hire: Hire, conversation_id: str, clock: FakeClock
):
    request = await queue(conversation_id)
    ann = await hire("ann")
    await desk.claim(request.id, ann)
    await desk.close(conversation_id, ann, "resolved")
    clock.advance(86_400)
    await says(desk, conversation_id, "食品证怎么办", ANSWER)
    ticket, _ = await visitors.leave(conversation_id, CONTACT)
    assert (ticket.description, ticket.help_request_id, ticket.source) == ("食品证怎么办", None, "callback")
    assert ticket.department == "政务服务中心"


async def test_wish_about_another_topic_is_another_ticket(
    visitors: VisitorTickets, desk: Desk, conversation_id: str
):
    await says(desk, conversation_id, "给我回个电话", call(topic="licensing"))
    first, _ = await visitors.leave(conversation_id, CONTACT, "食品证")
    await says(desk, conversation_id, "个税怎么退", ANSWER)
    await says(desk, conversation_id, "给我回个电话", call(topic="tax"))
    second, new = await visitors.leave(conversation_id, CONTACT)
    assert (new, second.id != first.id, second.description) == (True, True, "个税怎么退")


async def test_question_of_a_second_wish_is_noted_on_the_ticket_of_the_first(
    visitors: VisitorTickets, tickets: StaffTickets, hire: Hire, desk: Desk, conversation_id: str
):
    await says(desk, conversation_id, "给我回个电话", call())
    first, _ = await visitors.leave(conversation_id, CONTACT, "补税")
    await says(desk, conversation_id, "还要交滞纳金吗", ANSWER)
    await says(desk, conversation_id, "给我回个电话", call())
    again, new = await visitors.leave(conversation_id, CONTACT)
    assert (new, again.id) == (False, first.id)
    _, past = await tickets.one(await hire("chen", role="supervisor"), first.id)
    assert past[-1].reason == "还要交滞纳金吗"


async def test_ticket_of_a_call_is_that_of_the_person_asked_for_afterwards_too(
    visitors: VisitorTickets, desk: Desk, queue: Queue, conversation_id: str, clock: FakeClock
):
    await says(desk, conversation_id, "给我回个电话", call())
    first, _ = await visitors.leave(conversation_id, CONTACT, "补税")
    clock.advance(5)
    await queue(conversation_id)
    again, new = await visitors.leave(conversation_id, CONTACT, "补税")
    assert (new, again.id) == (False, first.id)


async def test_ticket_goes_to_no_closed_department(
    visitors: VisitorTickets, desk: Desk, conversation_id: str, query: Query
):
    await query("UPDATE department SET active = false WHERE name = '人社局'")
    await says(desk, conversation_id, "给我回个电话", call(department="人社局"))
    ticket, _ = await visitors.leave(conversation_id, CONTACT, "社保")
    assert ticket.department == "政务服务中心"


async def test_form_is_about_no_word_that_only_left_a_form(desk: Desk, conversation_id: str):
    left = BotReply("form", "好的，就到这里。", {"form": "checklist", "step": "left"})
    await says(desk, conversation_id, "社保能缓缴吗", ANSWER)
    await says(desk, conversation_id, "算了", left)
    offer = await says(desk, conversation_id, "给我回个电话", call())
    assert offer.payload["question"] == "社保能缓缴吗"
