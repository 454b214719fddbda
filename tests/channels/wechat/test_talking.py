"""The same conversation as on the web: choices, a person, closing, rating, and from one side to the other."""

import pytest

from tests.channels.wechat.steps import Query, claim, conversation_of, post, updates_of
from tests.channels.wechat.weixin import Weixin, eventually
from tests.server.running import ANSWER, HANDOFF, Site, Staff

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("at_once")]
CHOICES = [
    {
        "text": "您要问的是不是这些？",
        "buttons": [{"title": "歇业", "payload": "/choose{a}"}, {"title": "注销", "payload": "/choose{b}"}],
    },
    {
        "custom": {
            "type": "choices",
            "options": [{"entry": "a", "label": "歇业"}, {"entry": "b", "label": "注销"}],
        }
    },
]


@pytest.fixture
def person(site: Site) -> None:
    site.assistant.replies["转人工"] = [{"text": "好。"}, {"custom": HANDOFF}]


async def test_answer_names_its_source(site: Site, weixin: Weixin):
    site.assistant.replies["先不干了怎么办"] = [{"text": "可以歇业。"}, {"custom": ANSWER}]
    assert (await weixin.say("o1", "先不干了怎么办")).reply == "可以歇业。\n依据：《若干措施》第16条"


@pytest.mark.parametrize("typed", ["2", "２", "第二个", "2."])
async def test_number_chooses_and_only_its_label_is_shown(
    site: Site, weixin: Weixin, query: Query, typed: str
):
    site.assistant.replies["不干了"] = CHOICES
    reply = str((await weixin.say("o1", "不干了")).reply)
    assert "1. 歇业" in reply and "2. 注销" in reply and "/choose" not in reply
    await weixin.say("o1", typed)
    assert site.assistant.received[-1]["message"] == "/choose{b}"
    assert [u.text for u in await updates_of(site, query) if u.sender.kind == "visitor"] == ["不干了", "注销"]


async def test_number_is_only_a_number_when_nothing_is_offered(site: Site, weixin: Weixin):
    site.assistant.replies["不干了"] = CHOICES
    await weixin.say("o1", "不干了")
    await weixin.say("o1", "3")
    await weixin.say("o1", "1")
    assert [each["message"] for each in site.assistant.received] == ["不干了", "3", "1"]


@pytest.mark.usefixtures("person")
async def test_person_answers_in_wechat_by_name_and_department(site: Site, weixin: Weixin, query: Query):
    reply = str((await weixin.say("o1", "找人工")).reply)
    assert "您排在第 1 位" in reply
    helper, conversation_id = await claim(site), await conversation_of(query)
    assert "税务局的帮办员Lin" in (await weixin.sees("o1", 2))[1].text
    await post(helper, conversation_id, "您好，请说")
    assert (await weixin.sees("o1", 3))[2].text == "税务局 Lin：您好，请说"
    assert (await weixin.say("o1", "谢谢")).reply == "success"
    # No answer is expected of the bot any more.
    assert [each["message"] for each in site.assistant.received] == ["转人工"]


@pytest.mark.usefixtures("person")
async def test_visitor_leaves_the_queue_by_saying_so(site: Site, weixin: Weixin, query: Query):
    assert "不想等了，回复“不等了”" in str((await weixin.say("o1", "找人工")).reply)
    left = weixin.act("o1", "text", Content="不等了")
    for _ in range(2):  # WeChat delivers it again when it has not heard the answer
        assert "您已退出排队" in str((await weixin.deliver(left)).reply)
    said = await updates_of(site, query)
    assert [u.text for u in said if u.sender.kind == "visitor"] == ["找人工", "不等了"]
    assert [u.payload["outcome"] for u in said if u.payload.get("code") == "closed"] == ["abandoned"]
    assert [each["message"] for each in site.assistant.received] == ["转人工"]


@pytest.mark.usefixtures("person")
async def test_the_same_words_are_a_message_like_any_other_when_nobody_is_waited_for(
    site: Site, weixin: Weixin, query: Query
):
    await weixin.say("o1", "不等了")
    await weixin.say("o1", "人工")
    await claim(site)
    await weixin.say("o1", "不等了")
    assert [each["message"] for each in site.assistant.received] == ["不等了", "转人工"]
    assert [u for u in await updates_of(site, query) if u.payload.get("code") == "closed"] == []


@pytest.mark.usefixtures("person")
async def test_internal_note_stays_internal(site: Site, weixin: Weixin, query: Query):
    await weixin.say("o1", "人工")
    helper, conversation_id = await claim(site), await conversation_of(query)
    await weixin.sees("o1", 2)
    await post(helper, conversation_id, "不要外传", "internal")
    await post(helper, conversation_id, "您好")
    assert "不要外传" not in " ".join(seen.text for seen in await weixin.sees("o1", 3))


async def closed(site: Site, weixin: Weixin, query: Query) -> Staff:
    await weixin.say("o1", "人工")
    helper, conversation_id = await claim(site), await conversation_of(query)
    await post(helper, conversation_id, "办好了")
    await helper.call("POST", f"/conversations/{conversation_id}/close", json={"outcome": "resolved"})
    await weixin.until(lambda: "已结束" in weixin.inbox["o1"][-1].text)
    return helper


async def rating(site: Site, query: Query) -> tuple[bool | None, int | None]:
    conversation = await site.parts.desk.conversation(await conversation_of(query))
    return conversation.resolved, conversation.stars


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize(("stars", "resolved"), [(5, True), (3, True), (2, False), (1, False)])
async def test_visitor_rates_by_tapping_the_menu(
    site: Site, weixin: Weixin, query: Query, stars: int, resolved: bool
):
    await closed(site, weixin, query)
    menu = weixin.inbox["o1"][-1]
    assert menu.kind == "msgmenu" and len(menu.items) == 5
    item = next(each for each in menu.items if each["content"].startswith(str(stars)))
    delivered = await weixin.say("o1", item["content"], bizmsgmenuid=item["id"])
    assert "感谢" in str(delivered.reply)
    assert await rating(site, query) == (resolved, stars)
    assert [each["message"] for each in site.assistant.received] == ["转人工"]


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize("typed", ["4", "４", "4分", "四"])
async def test_visitor_rates_by_typing(site: Site, weixin: Weixin, query: Query, typed: str):
    await closed(site, weixin, query)
    assert "感谢" in str((await weixin.say("o1", typed)).reply)
    assert await rating(site, query) == (True, 4)


@pytest.mark.usefixtures("person")
async def test_rating_is_counted_once_when_delivered_again(site: Site, weixin: Weixin, query: Query):
    await closed(site, weixin, query)
    fields = weixin.act("o1", "text", Content="5")
    assert (await weixin.deliver(fields)).reply == (await weixin.deliver(fields)).reply
    notices = [u.payload.get("code") for u in await updates_of(site, query)]
    assert notices.count("rated") == 1


@pytest.mark.usefixtures("person")
async def test_typed_number_is_a_question_again_after_the_rating(site: Site, weixin: Weixin, query: Query):
    await closed(site, weixin, query)
    await weixin.say("o1", "5")
    assert (await weixin.say("o1", "3")).reply == "收到：3"
    assert await rating(site, query) == (True, 5)


@pytest.mark.usefixtures("person")
async def test_rating_is_asked_in_numbers_when_menus_are_not_allowed(
    site: Site, weixin: Weixin, query: Query
):
    weixin.menus_allowed = False
    await closed(site, weixin, query)
    assert weixin.inbox["o1"][-1].kind == "text"
    assert "5 已解决，非常满意" in weixin.inbox["o1"][-1].text
    admin = await site.staff("chef", "administrator")
    alarms = (await admin.call("GET", "/wechat")).json()["alarms"]
    assert [alarm["code"] for alarm in alarms] == ["errcode_40200"]


async def test_unknown_notice_is_shown_by_its_text(site: Site, weixin: Weixin, query: Query):
    from bot.helpdesk.live import utcnow
    from bot.helpdesk.models import Sender
    from bot.helpdesk.rules import Policy
    from bot.helpdesk.texts import Texts
    from bot.helpdesk.work import Work
    from tests.conftest import FakeClock

    await weixin.say("o1", "你好")
    conversation_id = await conversation_of(query)
    async with site.parts.database.transaction() as connection:
        work = await Work.begin(connection, conversation_id, Policy(), Texts.load(), FakeClock(utcnow()))
        payload = {"code": "ticket_done", "number": "T1"}
        await work.append("notice", Sender("system"), "工单 T1 已办结。", payload=payload)
    assert (await weixin.sees("o1", 2))[1].text == "工单 T1 已办结。"


@pytest.mark.usefixtures("person")
async def test_transfer_shows_the_next_helper_by_name(site: Site, weixin: Weixin, query: Query):
    await weixin.say("o1", "人工")
    first, conversation_id = await claim(site), await conversation_of(query)
    await weixin.sees("o1", 2)
    await first.call("POST", f"/conversations/{conversation_id}/release")
    await weixin.until(lambda: any("回到队列" in seen.text for seen in weixin.inbox["o1"]))
    second = await claim(site, "wang")
    await weixin.until(lambda: any("帮办员Wang" in seen.text for seen in weixin.inbox["o1"]))
    await weixin.say("o1", "在吗")
    await post(second, conversation_id, "我来接着办")
    await weixin.until(lambda: "税务局 Wang：我来接着办" in weixin.inbox["o1"][-1].text)


async def test_person_comes_when_the_assistant_is_away(site: Site, weixin: Weixin):
    site.assistant.status = 404
    reply = str((await weixin.say("o1", "歇业")).reply)
    assert "智能助手暂时无法回答" in reply and "您排在第 1 位" in reply


# --- from one side to the other ---


async def test_conversation_of_wechat_goes_on_on_the_web(site: Site, weixin: Weixin, query: Query):
    await weixin.say("o1", "你好")
    reply = str((await weixin.event("o1", "CLICK", "web")).reply)
    code = reply.partition("https://help.example.org/#bangban=")[2].split()[0]
    response = await site.http("POST", "/api/visitor/continue", json={"code": code})
    assert response.status_code == 200, response.text
    opened = response.json()
    assert opened["conversation_id"] == await conversation_of(query)
    headers = {"Authorization": f"Bearer {opened['token']}"}
    page = (await site.http("GET", "/api/visitor/updates", headers=headers)).json()["updates"]
    assert [update["text"] for update in page[:2]] == ["你好", "收到：你好"]
    assert code not in str(page)
    again = await site.http("POST", "/api/visitor/continue", json={"code": code})
    assert (again.status_code, again.json()["error"]["code"]) == (404, "not_found")


async def test_conversation_of_the_web_goes_on_in_wechat(site: Site, weixin: Weixin, query: Query):
    visitor = await site.visitor(district="jiading")
    await visitor.say("网上问的")
    response = await visitor.call("POST", "/wechat-code")
    assert response.status_code == 200, response.text
    scene = response.json()["url"].partition("/q/")[2]
    assert "接上" in str((await weixin.event("o1", "subscribe", f"qrscene_{scene}")).reply)
    assert await conversation_of(query) == visitor.conversation_id
    assert (await weixin.say("o1", "微信里接着问")).reply == "收到：微信里接着问"
    texts = [u["text"] for u in await visitor.updates(lambda found: len(found) >= 5)]
    assert texts[-2:] == ["微信里接着问", "收到：微信里接着问"]
    assert "失效" in str((await weixin.event("o2", "SCAN", scene)).reply)


async def test_reply_reaches_wechat_too_when_the_visitor_left_the_page(
    site: Site, weixin: Weixin, query: Query
):
    visitor = await site.visitor()
    scene = (await visitor.call("POST", "/wechat-code")).json()["url"].partition("/q/")[2]
    await weixin.event("o1", "SCAN", scene)
    await visitor.say("网上问的")
    await query("UPDATE address SET hold_until = NULL")
    await site.parts.live.client.delete("bangban:seen:visitor")
    assert (await weixin.sees("o1", 2))[1].text == "收到：网上问的"


async def test_what_was_read_on_the_web_costs_no_send(site: Site, weixin: Weixin, query: Query):
    visitor = await site.visitor()
    scene = (await visitor.call("POST", "/wechat-code")).json()["url"].partition("/q/")[2]
    await weixin.event("o1", "SCAN", scene)
    async with visitor.socket() as socket:
        await socket.send("resume", after=0)
        await socket.send("send", client_message_id="a1", text="网上问的")
        update = await socket.update(text="收到：网上问的")
        await socket.send("read", seq=update["seq"])

        async def arrived() -> bool:
            await query("UPDATE outbox SET due_at = now() WHERE target = 'wechat'")
            rows = await query(
                "SELECT status FROM outbox WHERE target = 'wechat' AND seq = :s", s=update["seq"]
            )
            return bool(rows[0][0] == "done")

        await eventually(arrived)
    assert weixin.called("message/custom/send") == []
