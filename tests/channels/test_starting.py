"""Starting a conversation: of which channels a page may start one."""

import pytest

from tests.server.running import HANDOFF, Site

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("channel", ["wechat", "assistant", "other"])
async def test_page_starts_no_conversation_of_another_channel(site: Site, channel: str):
    response = await site.http("POST", "/api/visitor/conversations", json={"channel": channel})
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_request")


@pytest.mark.parametrize("body", [{}, {"channel": "widget"}])
async def test_page_starts_a_conversation_of_the_widget(site: Site, body: dict):
    response = await site.http("POST", "/api/visitor/conversations", json=body)
    assert response.status_code == 201
    conversation = await site.parts.desk.conversation(response.json()["conversation_id"])
    assert conversation.channel == "widget"


async def test_notices_are_in_traditional_characters_when_the_visitor_reads_those(site: Site):
    site.assistant.replies["轉人工"] = [{"text": "好的。"}, {"custom": HANDOFF}]
    visitor = await site.visitor(locale="zh-Hant")
    await visitor.say("轉人工")
    found = await visitor.updates(lambda updates: any(each["kind"] == "notice" for each in updates))
    [notice] = [each["text"] for each in found if each["kind"] == "notice"]
    assert "幫辦員" in notice and "帮" not in notice
