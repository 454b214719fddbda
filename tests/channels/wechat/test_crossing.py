"""From the web to WeChat and back: one conversation, one visitor, told where they came from last."""

from uuid import uuid4

import pytest

from bot.channels.wechat import wording
from bot.channels.wechat.qr import BORDER, drawn
from tests.channels.wechat.steps import SEND, Query, claim, conversation_of, post, updates_of
from tests.channels.wechat.weixin import Weixin, eventually
from tests.server.running import HANDOFF, Site, Staff, Visitor

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("at_once")]


async def code_of(visitor: Visitor) -> dict:
    response = await visitor.call("POST", "/wechat-code")
    assert response.status_code == 200, response.text
    return dict(response.json())


def scene_of(code: dict) -> str:
    return str(code["url"].partition("/q/")[2])


async def offered(visitor: Visitor) -> object:
    async with visitor.socket() as socket:
        await socket.send("resume", after=0)
        by_socket = (await socket.next("state"))["wechat"]
    assert (await visitor.call("GET", "/conversation")).json()["wechat"] == by_socket
    return by_socket


# --- the code, by scanning and by typing ---


async def test_widget_is_told_of_wechat_and_that_the_conversation_goes_on_there(site: Site, weixin: Weixin):
    visitor = await site.visitor()
    assert await offered(visitor) == {"linked": False}
    await weixin.event("o1", "SCAN", scene_of(await code_of(visitor)))
    assert await offered(visitor) == {"linked": True}


async def test_code_can_be_drawn_and_typed_and_says_how_long_it_holds(site: Site, weixin: Weixin):
    code = await code_of(await site.visitor())
    assert (code["expires_in"], code["account"]) == (600, "帮办测试号")
    assert wording.link_code(code["code"]) == (scene_of(code).removeprefix("link:"), True)
    assert code["qr"] == vars(drawn(code["url"]))


@pytest.mark.parametrize("typed", ["{}", " {} ", "lower", "joined", "wide"])
async def test_typed_code_goes_on_in_wechat_with_the_conversation_of_the_web(
    site: Site, weixin: Weixin, query: Query, typed: str
):
    visitor = await site.visitor()
    await visitor.say("网上问的")
    code = (await code_of(visitor))["code"]
    forms = {"lower": code.lower(), "joined": code.replace("-", ""), "wide": code.replace("-", "－")}
    delivered = await weixin.say("o1", forms.get(typed, typed.format(code)))
    assert "接上" in str(delivered.reply)
    assert await conversation_of(query) == visitor.conversation_id
    # The code itself is said nowhere.
    assert all(code[:4] not in (update.text or "") for update in await updates_of(site, query))
    assert (await weixin.say("o1", "微信里接着问")).reply == "收到：微信里接着问"


async def test_code_works_once_whether_scanned_or_typed(site: Site, weixin: Weixin, query: Query):
    visitor = await site.visitor()
    code = await code_of(visitor)
    await weixin.event("o1", "SCAN", scene_of(code))
    assert "失效" in str((await weixin.say("o2", code["code"])).reply)
    assert "失效" in str((await weixin.event("o2", "SCAN", scene_of(code))).reply)
    assert await conversation_of(query, "o2") != visitor.conversation_id


async def test_code_leads_nobody_else_to_a_conversation_that_goes_on_in_wechat(
    site: Site, weixin: Weixin, query: Query
):
    visitor = await site.visitor()
    await weixin.event("o1", "SCAN", scene_of(await code_of(visitor)))
    assert "失效" in str((await weixin.event("o2", "SCAN", scene_of(await code_of(visitor)))).reply)
    assert "失效" in str((await weixin.say("o2", (await code_of(visitor))["code"])).reply)
    assert await conversation_of(query, "o2") != visitor.conversation_id
    assert (await weixin.say("o1", "只有我看得到")).reply == "收到：只有我看得到"
    assert "接上" in str((await weixin.event("o1", "SCAN", scene_of(await code_of(visitor)))).reply)


async def test_code_delivered_again_gets_the_same_answer(site: Site, weixin: Weixin, query: Query):
    visitor = await site.visitor()
    fields = weixin.act("o1", "text", Content=(await code_of(visitor))["code"])
    first, second = await weixin.deliver(fields), await weixin.deliver(fields)
    assert first.reply == second.reply
    # Cut off before it was answered, it is done over, with the same outcome.
    await query("UPDATE wechat_inbound SET answer = NULL")
    assert (await weixin.deliver(fields)).reply in (first.reply, "success")
    codes = [update.payload.get("code") for update in await updates_of(site, query)]
    assert (codes.count("wechat_linked"), codes.count("wechat_link_expired")) == (1, 0)


async def test_code_is_too_old_after_ten_minutes(site: Site, weixin: Weixin, query: Query):
    code = (await code_of(await site.visitor()))["code"]
    await query("UPDATE wechat_link SET expires_at = now()")
    assert "失效" in str((await weixin.say("o1", code)).reply)


async def test_words_that_could_be_a_code_are_words(site: Site, weixin: Weixin):
    assert (await weixin.say("o1", "CPA 2026")).reply == "收到：CPA 2026"
    assert (await weixin.say("o1", "PASSWERT")).reply == "收到：PASSWERT"


async def test_codes_cannot_be_tried_one_after_the_other(site: Site, weixin: Weixin, query: Query):
    visitor = await site.visitor()
    right = (await code_of(visitor))["code"]
    for sign in wording.CODE_SIGNS[:10]:
        assert "失效" in str((await weixin.say("o1", f"ABCD-EFG{sign}")).reply)
    assert "失效" in str((await weixin.say("o1", right)).reply)
    assert await conversation_of(query) != visitor.conversation_id


# --- one visitor ---


async def crossed(site: Site, weixin: Weixin, query: Query, **profile: object) -> tuple[Visitor, str]:
    """A visitor who asked in WeChat and, apart from that, on the web, and then scanned the web's code.

    Also the conversation they had in WeChat before.
    """
    await weixin.say("o1", "微信里问的")
    visitor = await site.visitor(**profile)
    await visitor.say("网上问的")
    before = await conversation_of(query)
    await weixin.event("o1", "SCAN", scene_of(await code_of(visitor)))
    return visitor, before


async def earlier(staff: Staff, conversation_id: str) -> tuple[str, list[str]]:
    found = (await staff.call("GET", f"/conversations/{conversation_id}/earlier")).json()
    return found["known_by"], [each["id"] for each in found["conversations"]]


async def test_staff_see_both_conversations_from_either_after_the_code_was_scanned(
    site: Site, weixin: Weixin, query: Query
):
    visitor, before = await crossed(site, weixin, query)
    staff = await site.staff("lin")
    assert await earlier(staff, visitor.conversation_id) == ("key", [before])
    assert await earlier(staff, before) == ("key", [visitor.conversation_id])


async def test_what_the_page_knows_still_counts_after_the_code_was_scanned(
    site: Site, weixin: Weixin, query: Query
):
    phone = {"phone": "13800000000"}
    older = await site.visitor(profile=phone)
    await older.say("更早问的")
    visitor, before = await crossed(site, weixin, query, profile=phone)
    staff = await site.staff("lin")
    assert set((await earlier(staff, visitor.conversation_id))[1]) == {older.conversation_id, before}


async def test_staff_see_both_conversations_from_either_after_the_link_was_opened(
    site: Site, weixin: Weixin, query: Query
):
    await weixin.say("o1", "微信里问的")
    left = await site.visitor()
    await left.say("网上问的")
    opened = await follow_link(site, weixin, left.token)
    here = await conversation_of(query)
    assert opened.conversation_id == here
    staff = await site.staff("lin")
    assert await earlier(staff, here) == ("key", [left.conversation_id])
    assert await earlier(staff, left.conversation_id) == ("key", [here])
    page = await opened.updates(lambda found: len(found) >= 2)
    assert [each["text"] for each in page[:2]] == ["微信里问的", "收到：微信里问的"]


async def test_link_that_was_passed_on_tells_nobody_of_the_others_conversation(
    site: Site, weixin: Weixin, query: Query
):
    """Whoever opens the link shows that they may read it, not that they are the one who got it."""
    await weixin.say("o1", "微信里问的")
    other = await site.visitor(profile={"phone": "13900000000"})
    await other.say("别人问的")
    await ticket(site, query, other.conversation_id)
    await follow_link(site, weixin, other.token)
    await other.say("别人又问")
    await other.updates(lambda found: any(each["text"] == "收到：别人又问" for each in found))
    assert all("别人" not in seen.text for seen in weixin.inbox["o1"])
    asks_for_tickets(site)
    assert "还没有工单" in str((await weixin.say("o1", "我的工单到哪了")).reply)
    staff = await site.staff("lin")
    assert await earlier(staff, other.conversation_id) == ("key", [])


async def test_tickets_of_both_sides_are_known_on_either(site: Site, weixin: Weixin, query: Query):
    visitor, before = await crossed(site, weixin, query)
    first, second = await ticket(site, query, before), await ticket(site, query, visitor.conversation_id)
    asks_for_tickets(site)
    reply = str((await weixin.say("o1", "我的工单到哪了")).reply)
    assert first in reply and second in reply
    await visitor.say("我的工单到哪了")
    await visitor.updates(
        lambda found: sum(first in (u["text"] or "") and second in (u["text"] or "") for u in found) == 2
    )


@pytest.mark.parametrize("typed", [False, True])
async def test_result_of_a_ticket_of_the_former_conversation_is_told_and_rated_in_wechat(
    site: Site, weixin: Weixin, query: Query, typed: bool
):
    _, before = await crossed(site, weixin, query)
    await weixin.say("o1", "在微信里接着问")
    number = await ticket(site, query, before, result="税款已退")
    await weixin.until(lambda: weixin.inbox["o1"][-1].kind == "msgmenu")
    menu = weixin.inbox["o1"][-1]
    assert number in menu.text
    tap = {} if typed else {"bizmsgmenuid": menu.items[0]["id"]}
    fields = weixin.act("o1", "text", Content="5" if typed else menu.items[0]["content"], **tap)
    first = await weixin.deliver(fields)
    assert (await weixin.deliver(fields)).reply == first.reply

    def thanked() -> bool:
        # As the answer, or a moment later where the menu was still being sent.
        return "的评价，谢谢" in str(first.reply) + "".join(seen.text for seen in weixin.inbox["o1"])

    await weixin.until(thanked)
    assert [tuple(row) for row in await query("SELECT status, stars FROM ticket")] == [("closed", 5)]
    assert all(each["message"] != "5" for each in site.assistant.received)


async def test_answer_to_a_helper_of_the_former_conversation_goes_to_them(
    site: Site, weixin: Weixin, query: Query
):
    site.assistant.replies["转人工"] = [{"text": "好。"}, {"custom": HANDOFF}]
    await weixin.say("o1", "人工")
    helper, before = await claim(site), await conversation_of(query)
    visitor = await site.visitor()
    await weixin.event("o1", "SCAN", scene_of(await code_of(visitor)))
    assert await conversation_of(query) == visitor.conversation_id
    await post(helper, before, "请带执照来")
    await weixin.until(lambda: any("请带执照来" in seen.text for seen in weixin.inbox["o1"]))
    await eventually(lambda: query("SELECT 1 FROM wechat_visitor WHERE conversation_id = :id", id=before))
    assert (await weixin.say("o1", "好的")).reply == "success"
    said = await site.parts.desk.updates(before, 0, internal=False)
    assert said[-1].text == "好的"


async def test_message_lost_in_the_former_conversation_arrives_when_the_visitor_writes_in_the_new(
    site: Site, weixin: Weixin, query: Query
):
    site.assistant.replies["转人工"] = [{"text": "好。"}, {"custom": HANDOFF}]
    await weixin.say("o1", "人工")
    helper, before = await claim(site), await conversation_of(query)
    await weixin.sees("o1", 2)
    visitor = await site.visitor()
    await weixin.event("o1", "SCAN", scene_of(await code_of(visitor)))
    weixin.errors[SEND] = [45015]
    await post(helper, before, "请带执照来")
    parked = "SELECT 1 FROM outbox WHERE status = 'parked' AND conversation_id = :id"
    await eventually(lambda: query(parked, id=before))
    window = (await helper.call("GET", f"/conversations/{before}/wechat")).json()["wechat"]
    assert (window["remaining"], window["limit"]) == (0, 5)
    await weixin.say("o1", "在")
    await weixin.until(lambda: any("请带执照来" in seen.text for seen in weixin.inbox["o1"]))


async def test_help_is_rated_once_on_whichever_side(site: Site, weixin: Weixin, query: Query):
    visitor, _ = await crossed(site, weixin, query)
    site.assistant.replies["转人工"] = [{"text": "好。"}, {"custom": HANDOFF}]
    await weixin.say("o1", "人工")
    helper = await claim(site)
    await post(helper, visitor.conversation_id, "办好了")
    path = f"/conversations/{visitor.conversation_id}/close"
    await helper.call("POST", path, json={"outcome": "resolved"})
    await weixin.until(lambda: weixin.inbox["o1"][-1].kind == "msgmenu")
    await visitor.call("POST", "/rating", json={"resolved": True, "stars": 4})
    assert (await weixin.say("o1", "3")).reply is not None
    conversation = await site.parts.desk.conversation(visitor.conversation_id)
    assert (conversation.stars, site.assistant.received[-1]["message"]) == (4, "3")


async def follow_link(site: Site, weixin: Weixin, before: str) -> Visitor:
    """Open the link of WeChat in a browser where the conversation of ``before`` was open."""
    reply = str((await weixin.event("o1", "CLICK", "web")).reply)
    code = reply.partition("#bangban=")[2].split()[0]
    response = await site.http("POST", "/api/visitor/continue", json={"code": code, "token": before})
    assert response.status_code == 200, response.text
    return Visitor(site, response.json()["conversation_id"], response.json()["token"])


async def ticket(site: Site, query: Query, conversation_id: str, result: str | None = None) -> str:
    """A ticket of a conversation, settled with ``result``; its number."""
    await query(
        "INSERT INTO department (name, active, updated_at) VALUES ('税务局', true, now()) "
        "ON CONFLICT DO NOTHING"
    )
    helper = await site.staff(f"t{uuid4().hex[:8]}")
    about = {"title": "退税", "description": "退税", "complexity": "simple", "department": "税务局"}
    body = {"conversation_id": conversation_id, **about}
    made = (await helper.call("POST", "/tickets", json=body)).json()["ticket"]
    if result is not None:
        await helper.call("POST", f"/tickets/{made['id']}/start")
        await helper.call("POST", f"/tickets/{made['id']}/resolve", json={"result": result})
    return str(made["number"])


def asks_for_tickets(site: Site) -> None:
    custom = {"type": "ticket", "action": "status", "number": None}
    site.assistant.replies["我的工单到哪了"] = [{"text": "这就查。", "custom": custom}]


def test_drawing_holds_the_squares_of_the_code():
    drawing = drawn("http://weixin.qq.com/q/02abc")
    assert drawing.size == 29 + 2 * BORDER
    # The upper left eye: seven dark squares in a row, at the border.
    assert drawing.path.startswith(f"M{BORDER} {BORDER}h7v1h-7z")
