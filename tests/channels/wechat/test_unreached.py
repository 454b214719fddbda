"""What could not be delivered becomes a ticket where no way back is left: once, and never twice."""

from typing import Any

import pytest

from tests.channels.wechat.steps import SEND, Helped, Query, use_up
from tests.channels.wechat.weixin import Weixin, eventually

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("at_once")]


async def tickets(query: Query) -> list[Any]:
    return await query("SELECT number, source, department, title, description, contact FROM ticket")


async def overdue(helped: Helped) -> None:
    await helped.site.app.ctx.wechat.sender._unreached.overdue()


async def lose(helped: Helped, weixin: Weixin, text: str = "请带执照来") -> None:
    """A message that finds the window closed."""
    weixin.errors[SEND] = [45015]
    await helped.post(text)
    await helped.delivery_of(-1, "undelivered")


@pytest.mark.parametrize(
    ("code", "note"),
    [(45015, "undelivered_window"), (43004, "undelivered_gone"), (40003, "undelivered_gone")],
)
async def test_ticket_for_the_department_is_opened_when_no_way_back_is_left(
    helped: Helped, weixin: Weixin, query: Query, code: int, note: str
):
    await query('UPDATE conversation SET profile = \'{"phone": "13800000000", "window": "3"}\'')
    weixin.errors[SEND] = [code]
    await helped.post("请带执照来")
    left = await helped.noted(note)
    ((number, source, department, title, description, contact),) = await tickets(query)
    assert (source, department, title) == ("undelivered", "税务局", "人工")
    assert "请带执照来" in description and "用其他方式联系" in description
    assert contact == {"phone": "13800000000"}
    assert left["ticket"] == number and f"工单 {number} 会跟进" in left["text"]
    listed = (await helped.helper.call("GET", "/tickets")).json()["tickets"]
    assert [(each["number"], each["source"]) for each in listed] == [(number, "undelivered")]


async def test_visitor_who_leaves_while_something_waits_is_followed_up(
    helped: Helped, weixin: Weixin, query: Query
):
    await query("UPDATE address SET hold_until = now() + interval '1 hour'")
    await helped.post("请带执照来")
    await weixin.event("o1", "unsubscribe")
    await query("UPDATE address SET hold_until = NULL")
    await helped.noted("undelivered_gone")
    assert len(await tickets(query)) == 1


async def test_second_message_opens_no_second_ticket_and_names_the_first(
    helped: Helped, weixin: Weixin, query: Query
):
    await lose(helped, weixin)
    first = await helped.noted("undelivered_window")
    await query("UPDATE wechat_visitor SET message_at = NULL")
    seq = await helped.post("还在吗")

    async def of_second() -> bool:
        return seq in (await helped.noted("undelivered_window"))["seqs"]

    await eventually(of_second)
    assert (await helped.noted("undelivered_window"))["ticket"] == first["ticket"]
    assert len(await tickets(query)) == 1


async def test_notice_of_the_ticket_leaves_no_note_of_its_own(helped: Helped, weixin: Weixin, query: Query):
    await lose(helped, weixin)
    await helped.noted("undelivered_window")
    parked = "SELECT count(*) FROM outbox WHERE target = 'wechat' AND status = 'parked'"
    await eventually(lambda: query(f"SELECT 1 WHERE ({parked}) = 2"))
    assert await helped.notes() == ["undelivered_window"]
    # It is told with the rest as soon as the visitor writes.
    reply = str((await weixin.say("o1", "在")).reply)
    assert "请带执照来" in reply and "已为您登记工单" in reply


@pytest.mark.parametrize("waited", [False, True])
async def test_quota_leaves_a_day_to_come_back_before_a_ticket_is_opened(
    helped: Helped, query: Query, waited: bool
):
    await use_up(helped)
    await helped.post("四")
    await helped.delivery_of(-1, "undelivered")
    await helped.noted("undelivered_quota")
    hours = 25 if waited else 23
    await query(f"UPDATE outbox SET finished_at = now() - interval '{hours} hours' WHERE status = 'parked'")
    await overdue(helped)
    await overdue(helped)
    assert len(await tickets(query)) == (1 if waited else 0)
    assert await helped.notes() == ["undelivered_quota", *(["undelivered_still"] if waited else [])]


async def test_what_was_read_on_the_web_is_not_followed_up(helped: Helped, query: Query):
    await use_up(helped)
    seq = await helped.post("四")
    await helped.delivery_of(-1, "undelivered")
    await query("UPDATE outbox SET finished_at = now() - interval '25 hours' WHERE status = 'parked'")
    await helped.site.parts.desk.mark_read(helped.id, seq)
    await overdue(helped)
    assert await tickets(query) == []


async def test_notice_that_did_not_arrive_opens_no_ticket(helped: Helped, weixin: Weixin, query: Query):
    weixin.errors[SEND] = [45015]
    await helped.helper.call("POST", f"/conversations/{helped.id}/close", json={"outcome": "resolved"})
    await helped.noted("undelivered_window")
    assert await tickets(query) == []


async def test_words_that_wechat_refuses_are_the_helpers_to_change(
    helped: Helped, weixin: Weixin, query: Query
):
    weixin.errors[SEND] = [40008]
    await helped.post("坏的")
    assert "换个说法" in (await helped.noted("undelivered_refused"))["text"]
    assert await tickets(query) == []


async def test_visitor_leaves_the_contact_that_the_ticket_lacks(helped: Helped, weixin: Weixin, query: Query):
    await lose(helped, weixin)
    await helped.noted("undelivered_window")
    reply = str((await weixin.event("o1", "CLICK", "web")).reply)
    code = reply.partition("#bangban=")[2].split()[0]
    opened = (await helped.site.http("POST", "/api/visitor/continue", json={"code": code})).json()
    response = await helped.site.http(
        "POST",
        "/api/visitor/tickets",
        headers={"Authorization": f"Bearer {opened['token']}"},
        json={"contact": {"phone": "13900000000"}},
    )
    assert response.status_code == 200, response.text
    ((_, source, *_, contact),) = await tickets(query)
    assert (source, contact) == ("undelivered", {"phone": "13900000000"})


async def test_message_given_up_for_a_fault_goes_when_the_interface_works_again(
    helped: Helped, weixin: Weixin, query: Query
):
    weixin.errors[SEND] = [-1] * 6
    await helped.post("在吗")

    async def given_up() -> list[str]:
        await query("UPDATE outbox SET due_at = now() WHERE status = 'pending'")
        return await helped.notes()

    await eventually(given_up)
    assert len(await tickets(query)) == 1
    await weixin.until(lambda: any("在吗" in seen.text for seen in weixin.inbox["o1"]))
