"""The assistant gone. Last by its name: it takes long until it is back, and the others need it."""

import pytest
from playwright.sync_api import Page, expect

from bench.running import Service
from tests.browser.steps import SUSPENSION, ask, claim, messages, open_widget, reply

pytestmark = pytest.mark.browser


def test_visitor_reaches_a_person_when_the_assistant_is_killed_in_the_middle(
    visitor: Page, console: Page, service: Service
):
    open_widget(visitor)
    ask(visitor, SUSPENSION)
    expect(messages(visitor, kind="answer")).to_have_count(1)

    service.find("bot.nlu.lean", "run").kill()
    ask(visitor, "机器人断了还有人理我吗")
    expect(visitor.get_by_test_id("queue")).to_be_visible(timeout=40_000)

    claim(console, "机器人断了还有人理我吗")
    reply(console, "有人在，您请讲。")
    expect(messages(visitor, sender="helper").last).to_contain_text("有人在")
