"""In WeChat: what the helpdesk tells of teams, lateness, hours and tickets, and the forms of the bot."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.channels.wechat import render
from bot.helpdesk.live import utcnow
from bot.helpdesk.models import Role, Sender, Update
from bot.helpdesk.rules import Policy
from bot.helpdesk.texts import LOCALES, Texts
from bot.helpdesk.tokens import channel_key
from bot.helpdesk.work import Work
from tests.channels.wechat.steps import Query, claim, conversation_of, updates_of
from tests.channels.wechat.weixin import Seen, Weixin
from tests.conftest import FakeClock
from tests.server.running import HANDOFF, Site, Staff

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("at_once")]
DEPARTMENT = "税务局"
LINK = "https://help.example.org/#bangban="


@pytest.fixture
def person(site: Site) -> None:
    site.assistant.replies["转人工"] = [{"text": "好。"}, {"custom": HANDOFF}]


async def heard(weixin: Weixin, words: str) -> Seen:
    """The newest of what the visitor sees with these words in it, once it is there."""

    def found() -> list[Seen]:
        return [seen for seen in weixin.inbox["o1"] if words in seen.text]

    await weixin.until(lambda: bool(found()))
    return found()[-1]


async def helped(site: Site, weixin: Weixin, query: Query) -> tuple[Staff, str]:
    await weixin.say("o1", "人工")
    return await claim(site), await conversation_of(query)


async def call(staff: Staff, path: str, **body: Any) -> dict[str, Any]:
    answer = await staff.call("POST", path, json=body)
    assert answer.status_code in (200, 201, 204), answer.text
    return dict(answer.json()) if answer.content else {}


async def colleague(site: Site, query: Query, role: Role = "helper") -> tuple[Staff, str]:
    """Somebody else, at their desk."""
    staff = await site.staff("wang", role)
    await staff.call("PUT", "/presence", json={"status": "ready"})
    ((staff_id,),) = await query("SELECT id FROM staff WHERE username = 'wang'")
    await query("INSERT INTO staff_seen VALUES (:id, now()) ON CONFLICT DO NOTHING", id=staff_id)
    return staff, staff_id


# --- several people -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("person")
async def test_visitor_is_told_who_goes_on_when_the_conversation_is_transferred(
    site: Site, weixin: Weixin, query: Query
):
    helper, conversation_id = await helped(site, weixin, query)
    other, staff_id = await colleague(site, query)
    to = {"staff_id": staff_id, "note": "请接手"}
    asked = await call(helper, f"/conversations/{conversation_id}/transfer", **to)
    await call(other, f"/invitations/{asked['invitation']['id']}/accept")
    assert "税务局的Wang继续为您办理" in (await heard(weixin, "已转由")).text
    assert all("请接手" not in seen.text for seen in weixin.inbox["o1"])


@pytest.mark.usefixtures("person")
async def test_visitor_sees_a_specialist_come_speak_and_go(site: Site, weixin: Weixin, query: Query):
    helper, conversation_id = await helped(site, weixin, query)
    other, staff_id = await colleague(site, query, "specialist")
    to = {"staff_id": staff_id, "note": "请看"}
    asked = await call(helper, f"/conversations/{conversation_id}/invite", **to)
    await call(other, f"/invitations/{asked['invitation']['id']}/accept")
    await heard(weixin, "税务局的Wang已加入对话")
    said = {"client_message_id": "m1", "text": "按季申报", "visibility": "public"}
    await call(other, f"/conversations/{conversation_id}/messages", **said)
    await heard(weixin, "税务局 Wang：按季申报")
    await call(other, f"/conversations/{conversation_id}/leave")
    await heard(weixin, "税务局的Wang已离开对话")


# --- lateness and hours -------------------------------------------------------------------------------


@pytest.mark.usefixtures("person")
async def test_late_notice_comes_with_a_link_to_leave_contact_details(
    site: Site, weixin: Weixin, query: Query
):
    await weixin.say("o1", "人工")
    conversation_id, clock = await conversation_of(query), FakeClock(utcnow())
    async with site.parts.database.transaction() as connection:
        work = await Work.begin(connection, conversation_id, Policy(), Texts.load(), clock)
        await work.notice("late", callback=True, said={"within": "一分钟"})
    assert LINK in (await heard(weixin, "没能在一分钟内接入")).text
    assert all(LINK not in (update.text or "") for update in await updates_of(site, query))


async def test_visitor_off_hours_is_told_when_and_gets_the_link_at_once(
    site: Site, weixin: Weixin, query: Query
):
    site.assistant.replies["转人工"] = [{"text": "好。"}, {"custom": HANDOFF}]
    await query(
        "INSERT INTO duty_exception (id, day, spans, reason, updated_at) "
        "SELECT md5(d::text), d, '[]', 'x', now() "
        "FROM generate_series(current_date - 1, current_date + 1, interval '1 day') d"
    )
    reply = str((await weixin.say("o1", "人工")).reply)
    assert "现在不在服务时间" in reply and LINK in reply
    # A number is no rating of anything before.
    await weixin.say("o1", "5")
    assert [u.text for u in await updates_of(site, query) if u.sender.kind == "visitor"] == ["人工", "5"]


# --- tickets ------------------------------------------------------------------------------------------


async def resolved_ticket(site: Site, weixin: Weixin, query: Query) -> tuple[Staff, dict[str, Any]]:
    await weixin.say("o1", "你好")
    await query("INSERT INTO department (name, active, updated_at) VALUES (:name, true, now()) "
                "ON CONFLICT DO NOTHING", name=DEPARTMENT)  # fmt: skip
    helper, conversation_id = await site.staff("lin"), await conversation_of(query)
    about = {"title": "退税", "description": "退税进度", "complexity": "simple", "department": DEPARTMENT}
    ticket = (await call(helper, "/tickets", conversation_id=conversation_id, **about))["ticket"]
    await heard(weixin, f"已为您登记工单 {ticket['number']}")
    await call(helper, f"/tickets/{ticket['id']}/start")
    await heard(weixin, "正在办理")
    await call(helper, f"/tickets/{ticket['id']}/resolve", result="税款已退")
    return helper, ticket


async def state(helper: Staff, ticket: dict[str, Any]) -> tuple[str, int | None]:
    found = (await helper.call("GET", f"/tickets/{ticket['id']}")).json()["ticket"]
    return found["status"], found["stars"]


@pytest.mark.parametrize(("stars", "status"), [(5, "closed"), (1, "reopened")])
async def test_result_of_a_ticket_arrives_and_its_menu_rates_the_ticket(
    site: Site, weixin: Weixin, query: Query, stars: int, status: str
):
    helper, ticket = await resolved_ticket(site, weixin, query)
    menu = await heard(weixin, "已办结。税款已退")
    assert (menu.kind, len(menu.items)) == ("msgmenu", 5)
    item = next(each for each in menu.items if each["content"].startswith(str(stars)))
    fields = weixin.act("o1", "text", Content=item["content"], bizmsgmenuid=item["id"])
    first = await weixin.deliver(fields)
    assert "的评价，谢谢" in str(first.reply) and (await weixin.deliver(fields)).reply == first.reply
    assert await state(helper, ticket) == (status, stars)
    conversation = await site.parts.desk.conversation(await conversation_of(query))
    assert (conversation.stars, conversation.resolved) == (None, None)
    codes = [update.payload.get("code") for update in await updates_of(site, query)]
    assert codes.count("ticket_rated") == 1


async def test_typed_number_rates_the_ticket_after_its_result(site: Site, weixin: Weixin, query: Query):
    helper, ticket = await resolved_ticket(site, weixin, query)
    await heard(weixin, "已办结")
    assert "的评价，谢谢" in str((await weixin.say("o1", "4")).reply)
    assert await state(helper, ticket) == ("closed", 4)
    assert (await weixin.say("o1", "3")).reply == "收到：3"


@pytest.mark.usefixtures("person")
async def test_typed_number_is_for_the_helper_when_one_is_there(site: Site, weixin: Weixin, query: Query):
    helper, ticket = await resolved_ticket(site, weixin, query)
    menu = await heard(weixin, "已办结")
    await weixin.say("o1", "人工")
    requests = (await helper.call("GET", "/help-requests")).json()["requests"]
    await call(helper, f"/help-requests/{requests[0]['id']}/claim")
    await weixin.say("o1", "4")
    assert await state(helper, ticket) == ("resolved", None)
    await weixin.say("o1", menu.items[0]["content"], bizmsgmenuid=menu.items[0]["id"])
    assert await state(helper, ticket) == ("closed", 5)


async def test_tickets_are_listed_when_asked_for(site: Site, weixin: Weixin, query: Query):
    _, ticket = await resolved_ticket(site, weixin, query)
    await heard(weixin, "已办结")
    custom = {"type": "ticket", "action": "status", "number": None}
    site.assistant.replies["我的工单到哪了"] = [{"text": "这就查。", "custom": custom}]
    reply = str((await weixin.say("o1", "我的工单到哪了")).reply)
    assert f"工单 {ticket['number']}（退税）：已办结。税款已退" in reply


# --- the bot ------------------------------------------------------------------------------------------


async def test_step_of_a_form_is_text_with_numbered_choices(site: Site, weixin: Weixin):
    site.assistant.replies["开店"] = [
        {
            "text": "开店一件事，第 1 步（共 9 步）：名称申报。",
            "buttons": [
                {"title": "下一步", "payload": '/start_checklist{"step": "2"}'},
                {"title": "卡住了", "payload": '/start_checklist{"step": "help"}'},
            ],
        },
        {"custom": {"type": "form", "form": "checklist", "step": 1, "of": 9, "entries": []}},
    ]
    reply = str((await weixin.say("o1", "开店")).reply)
    assert reply == "开店一件事，第 1 步（共 9 步）：名称申报。\n请回复数字选择：\n1. 下一步\n2. 卡住了"
    await weixin.say("o1", "1")
    assert site.assistant.received[-1]["message"] == '/start_checklist{"step": "2"}'


async def test_answer_to_several_questions_shows_every_part(site: Site, weixin: Weixin):
    parts = [{"text": "歇业", "entries": ["a"]}, {"text": "注销", "entries": ["b"]}]
    entries = [{"id": "a", "score": 0.9}, {"id": "b", "score": 0.8}]
    custom = {"type": "answer", "entries": entries, "citations": [], "confidence": 0.9, "parts": parts}
    site.assistant.replies["歇业和注销"] = [
        {"text": "一、歇业\n可以备案。"},
        {"text": "二、注销\n可以简易。"},
        {"custom": custom},
    ]
    reply = (await weixin.say("o1", "歇业和注销")).reply
    assert reply == "一、歇业\n可以备案。\n\n二、注销\n可以简易。"


@pytest.fixture
def show() -> Callable[..., str]:
    texts = Texts.load(LOCALES / "wechat")

    def shown(kind: str, payload: dict[str, Any], link: str | None) -> str:
        update = Update("c1", 1, kind, Sender("bot"), "public", "话", payload, utcnow(), None, {}, None)
        assert render.wants_link(update) is (link is not None)
        return render.show(update, texts, "zh", None, link or "https://unwanted").text

    return shown


@pytest.mark.parametrize(
    ("kind", "payload"),
    [("notice", {"code": "late", "callback": True}), ("ticket", {"action": "create", "reason": "asked"})],
)
def test_form_of_the_web_is_reached_by_a_link(show: Callable[..., str], kind: str, payload: dict[str, Any]):
    assert show(kind, payload, "https://x/#bangban=1").endswith("https://x/#bangban=1")


@pytest.mark.parametrize(
    ("kind", "payload"), [("notice", {"code": "queued"}), ("ticket", {"action": "status", "tickets": []})]
)
def test_link_is_shown_only_where_it_leads_to_a_form(
    show: Callable[..., str], kind: str, payload: dict[str, Any]
):
    assert show(kind, payload, None) == "话"


async def test_conversations_of_a_visitor_are_known_by_a_hash(site: Site, weixin: Weixin, query: Query):
    await weixin.say("o1", "你好")
    ((key,),) = await query("SELECT visitor_key FROM conversation")
    assert key == channel_key("wechat", "o1") != channel_key("wechat", "o2")
