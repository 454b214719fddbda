"""The outbox worker inside the real application, an HTTP server in the assistant's place."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from bot.helpdesk.errors import Unavailable
from bot.settings import Settings
from tests.server.running import ANSWER, HANDOFF, Site, StandIn, serve

pytestmark = pytest.mark.integration


FOUND = {"id": "jd2023-16", "title": "歇业备案", "score": 0.9}


class Shelf:
    """A knowledge base of one entry that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple] = []

    def search(self, text: str, district: str | None = None, limit: int = 5) -> list:
        self.asked.append((text, district, limit))
        return [SimpleNamespace(as_json=lambda: dict(FOUND))]


def kinds(updates: list[dict]) -> list[str]:
    return [update["payload"]["code"] if update["kind"] == "notice" else update["kind"] for update in updates]


async def test_visitor_reaches_a_person_when_the_assistant_is_too_slow(
    changed: Callable[..., Settings], stand_in: StandIn
):
    stand_in.hold.add("税怎么报")
    async for site in serve(changed(assistant_timeout_seconds=0.3), stand_in):
        visitor, helper = await site.visitor(), await site.staff("lin")
        await visitor.say("税怎么报")
        updates = await visitor.updates(lambda found: len(found) >= 3)
        (request,) = (await helper.call("GET", "/help-requests")).json()["requests"]
        assert kinds(updates) == ["text", "assistant_away", "queued_nobody_ready"]
        assert (request["reason"], request["question"]) == ("unresolved", "税怎么报")


async def test_answer_arrives_when_the_second_attempt_works(site: Site):
    site.assistant.status = 503
    visitor = await site.visitor()
    await visitor.say("你好")
    assert await asyncio.to_thread(site.assistant.asked.wait, 5)
    site.assistant.status = 200
    updates = await visitor.updates(lambda found: len(found) >= 2)
    assert kinds(updates) == ["text", "text"]
    assert updates[1]["text"] == "收到：你好"


async def test_nothing_malformed_is_shown_when_the_assistant_talks_nonsense(site: Site):
    site.assistant.replies["你好"] = [{"text": "内部错误", "custom": {"type": "debug"}}]
    visitor = await site.visitor()
    await visitor.say("你好")
    updates = await visitor.updates(lambda found: len(found) >= 3)
    assert "内部错误" not in str(updates)
    assert kinds(updates)[1] == "assistant_away"


async def test_visitor_reaches_a_person_when_a_reply_cannot_be_saved(site: Site):
    site.assistant.replies["你好"] = [{"text": "空字符\x00"}]
    visitor = await site.visitor()
    await visitor.say("你好")
    updates = await visitor.updates(lambda found: len(found) >= 3)
    assert kinds(updates)[1] == "assistant_away"


async def test_late_answer_is_not_shown_when_a_helper_took_over_meanwhile(site: Site):
    site.assistant.replies["转人工"] = [{"text": "好。"}, {"custom": HANDOFF}]
    site.assistant.replies["慢"] = [{"text": "迟到的回答"}, {"custom": ANSWER}]
    site.assistant.hold.add("慢")
    visitor, helper = await site.visitor(), await site.staff("lin")
    await visitor.say("转人工")
    await visitor.say("慢")  # waits behind the first, and must be dropped with the change of owner
    await visitor.updates(lambda found: len(found) >= 4)
    (request,) = (await helper.call("GET", "/help-requests")).json()["requests"]
    await helper.call("POST", f"/help-requests/{request['id']}/claim")
    site.assistant.released.set()
    await visitor.say("在吗")
    updates = await visitor.updates(lambda found: found and found[-1]["text"] == "在吗")
    assert "迟到的回答" not in str(updates)


async def test_messages_of_one_conversation_are_answered_in_order(site: Site):
    visitor = await site.visitor()
    for number in range(5):
        await visitor.say(f"第{number}句")
    updates = await visitor.updates(lambda found: len(found) >= 10)
    answers = [update["text"] for update in updates if update["sender"]["kind"] == "bot"]
    assert answers == [f"收到：第{number}句" for number in range(5)]
    assert [each["message"] for each in site.assistant.received] == [f"第{number}句" for number in range(5)]


async def test_other_conversations_go_on_when_one_is_slow(site: Site):
    site.assistant.hold.add("慢")
    slow, quick = await site.visitor(), await site.visitor()
    await slow.say("慢")
    await quick.say("快")
    assert (await quick.updates(lambda found: len(found) >= 2))[1]["text"] == "收到：快"


async def test_helper_gets_suggestions_for_the_question_and_not_for_the_wish_for_a_person(
    settings: Settings, stand_in: StandIn
):
    stand_in.replies["先不干了怎么办"] = [{"text": "歇业。"}, {"custom": ANSWER}]
    stand_in.replies["转人工"] = [{"text": "好。"}, {"custom": HANDOFF}]
    shelf = Shelf()
    async for site in serve(settings, stand_in, shelf):
        visitor, helper = await site.visitor(district="jiading"), await site.staff("lin")
        await visitor.say("先不干了怎么办")
        await visitor.say("转人工")
        await visitor.updates(lambda found: len(found) >= 5)
        detail = (await helper.call("GET", f"/conversations/{visitor.conversation_id}")).json()
    assert shelf.asked == [("先不干了怎么办", "jiading", 3)]
    assert detail["brief"]["suggestions"] == [FOUND]
    assert detail["brief"]["question"] == "先不干了怎么办"
    assert detail["brief"]["offered"] == [{"id": "jd2023-16", "title": "歇业备案"}]


async def test_handoff_happens_when_the_search_is_broken(settings: Settings, stand_in: StandIn):
    class Broken(Shelf):
        def search(self, text: str, district: str | None = None, limit: int = 5) -> list:
            raise RuntimeError("index gone")

    stand_in.replies["转人工"] = [{"text": "好。"}, {"custom": HANDOFF}]
    async for site in serve(settings, stand_in, Broken()):
        visitor = await site.visitor()
        await visitor.say("转人工")
        updates = await visitor.updates(lambda found: len(found) >= 3)
        assert kinds(updates) == ["text", "handoff", "queued_nobody_ready"]


async def test_worker_goes_on_when_the_database_was_away(site: Site, monkeypatch: pytest.MonkeyPatch):
    take, asked = site.parts.desk.take_deliveries, []

    async def away_at_first(limit: int) -> list:
        asked.append(limit)
        if len(asked) < 3:
            raise Unavailable("away")
        return await take(limit)

    monkeypatch.setattr(site.parts.desk, "take_deliveries", away_at_first)
    visitor = await site.visitor()
    await visitor.say("你好")
    await visitor.updates(lambda found: len(found) >= 2)
    assert len(asked) >= 3


async def test_answer_is_saved_without_asking_again_when_the_database_was_away(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    save, tried = site.parts.desk.save_bot_replies, []

    async def away_at_first(*given: object) -> bool:
        tried.append(given)
        if len(tried) <= 2:
            raise Unavailable("away")
        return await save(*given)

    monkeypatch.setattr("bot.dialogue.worker.SAVE_PAUSES", (0, 0, 0))
    monkeypatch.setattr(site.parts.desk, "save_bot_replies", away_at_first)
    visitor = await site.visitor()
    await visitor.say("你好")
    updates = await visitor.updates(lambda found: len(found) >= 2)
    assert updates[1]["text"] == "收到：你好"
    assert (len(tried), len(site.assistant.received)) == (3, 1)


async def test_answer_under_way_is_saved_when_the_server_stops(settings: Settings, stand_in: StandIn):
    stand_in.hold.add("慢")
    async for site in serve(settings, stand_in):
        visitor = await site.visitor()
        await visitor.say("慢")
        assert await asyncio.to_thread(stand_in.asked.wait, 5)
        asyncio.get_running_loop().call_later(0.2, stand_in.released.set)
    async for again in serve(settings, stand_in):
        visitor.site = again
        updates = await visitor.updates(lambda found: len(found) >= 2)
    assert updates[1]["text"] == "收到：慢"
    assert len(stand_in.received) == 1
