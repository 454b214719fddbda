"""The result of a ticket that WeChat does not bring counts as told only once the visitor has it."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.channels.wechat.steps import SEND, Query, conversation_of, updates_of
from tests.channels.wechat.test_helpdesk import DEPARTMENT, call, heard
from tests.channels.wechat.weixin import Weixin, eventually
from tests.server.running import Site, Staff

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("at_once")]


@dataclass
class Matter:
    """A ticket of a visitor of WeChat, and who settles it."""

    site: Site
    query: Query
    helper: Staff
    conversation_id: str
    id: str
    number: str

    async def resolve(self) -> None:
        await call(self.helper, f"/tickets/{self.id}/resolve", result="税款已退")

    async def now(self) -> dict[str, Any]:
        return dict((await self.helper.call("GET", f"/tickets/{self.id}")).json()["ticket"])

    async def events(self) -> list[tuple[str, str]]:
        events = (await self.helper.call("GET", f"/tickets/{self.id}")).json()["events"]
        return [(e["event"], e["reason"]) for e in events if e["event"] in ("delivered", "undelivered")]

    async def until_told(self, told: bool) -> None:
        async def is_so() -> bool:
            return bool((await self.now())["told_at"]) == told

        await eventually(is_so)

    async def let_days_pass(self, column: str, days: int) -> str:
        """The status after the clock of tickets has looked ``days`` after ``column``."""
        assert column in ("resolved_at", "told_at")
        await self.query(f"UPDATE ticket SET {column} = {column} - interval '{days} days'")
        await self.site.parts.office.ticket_clock.look()
        return str((await self.now())["status"])

    async def look_after(self) -> None:
        """What the channel does every ten minutes."""
        await self.site.app.ctx.wechat.sender._unreached.overdue()


@pytest.fixture
async def matter(site: Site, weixin: Weixin, query: Query) -> Matter:
    await weixin.say("o1", "你好")
    await query("INSERT INTO department (name, active, updated_at) VALUES (:name, true, now()) "
                "ON CONFLICT DO NOTHING", name=DEPARTMENT)  # fmt: skip
    helper, conversation_id = await site.staff("lin"), await conversation_of(query)
    about = {"title": "退税", "description": "退税进度", "complexity": "simple", "department": DEPARTMENT}
    ticket = (await call(helper, "/tickets", conversation_id=conversation_id, **about))["ticket"]
    await heard(weixin, f"已为您登记工单 {ticket['number']}")
    await call(helper, f"/tickets/{ticket['id']}/start")
    await heard(weixin, "正在办理")
    return Matter(site, query, helper, conversation_id, ticket["id"], ticket["number"])


async def lose(matter: Matter) -> None:
    """Settle it two days after the visitor wrote last."""
    await matter.query("UPDATE wechat_visitor SET message_at = message_at - interval '49 hours'")
    await matter.resolve()
    await matter.until_told(False)


async def test_result_that_arrives_counts_as_told_at_once(matter: Matter, weixin: Weixin):
    await matter.resolve()
    await heard(weixin, "已办结。税款已退")
    assert ((await matter.now())["told_at"], await matter.events()) == (
        (await matter.now())["resolved_at"],
        [],
    )


async def test_result_waits_for_the_visitor_when_it_comes_after_48_hours(matter: Matter, weixin: Weixin):
    await lose(matter)
    assert await matter.events() == [("undelivered", "undelivered_wechat")]

    async def note() -> dict[str, Any] | None:
        updates = await updates_of(matter.site, matter.query)
        found = [u for u in updates if u.payload.get("code") == "wechat_undelivered"]
        return {"text": found[0].text, **found[0].payload} if found else None

    left = await eventually(note)
    assert left["results"] == [matter.number] and f"工单 {matter.number} 的办理结果" in left["text"]
    assert await matter.let_days_pass("resolved_at", 8) == "resolved"
    assert "已办结。税款已退" in str((await weixin.say("o1", "在吗")).reply)
    await matter.until_told(True)
    assert [event for event, _ in await matter.events()] == ["undelivered", "delivered"]
    assert await matter.let_days_pass("told_at", 6) == "resolved"
    assert await matter.let_days_pass("told_at", 1) == "closed"


async def test_result_is_told_when_it_is_sent_after_all(matter: Matter, weixin: Weixin):
    weixin.errors[SEND] = [45015]
    await matter.resolve()
    await matter.until_told(False)
    await matter.query("UPDATE wechat_visitor SET message_at = now()")
    await matter.query(
        "UPDATE outbox SET status = 'pending', finished_at = NULL, due_at = now() WHERE status = 'parked'"
    )
    await heard(weixin, "已办结。税款已退")
    await matter.until_told(True)


async def test_bad_rating_reopens_a_ticket_whose_result_came_late(matter: Matter, weixin: Weixin):
    await lose(matter)
    assert await matter.let_days_pass("resolved_at", 30) == "resolved"
    await weixin.say("o1", "在吗")
    await weixin.say("o1", "1")
    assert (await matter.now())["status"] == "reopened"


async def test_result_read_on_the_web_is_told_when_the_channel_looks_after_it(matter: Matter):
    await lose(matter)
    await matter.look_after()
    assert (await matter.now())["told_at"] is None
    last = (await updates_of(matter.site, matter.query))[-1].seq
    await matter.site.parts.desk.mark_read(matter.conversation_id, last)
    await matter.look_after()
    await matter.look_after()
    assert (await matter.now())["told_at"] is not None
    assert [event for event, _ in await matter.events()] == ["undelivered", "delivered"]


async def test_result_is_found_untold_when_a_server_died_before_it_said_so(matter: Matter):
    await lose(matter)
    await matter.query("UPDATE ticket SET told_at = resolved_at")
    await matter.look_after()
    assert (await matter.now())["told_at"] is None


async def test_earlier_result_changes_nothing_when_the_ticket_has_a_newer_one(matter: Matter, weixin: Weixin):
    await lose(matter)
    await call(matter.helper, f"/tickets/{matter.id}/reopen", reason="再查")
    await call(matter.helper, f"/tickets/{matter.id}/start")
    await matter.query("UPDATE wechat_visitor SET message_at = now()")
    await matter.resolve()
    await heard(weixin, "已办结。税款已退")
    await matter.look_after()
    assert (await matter.now())["told_at"] is not None
