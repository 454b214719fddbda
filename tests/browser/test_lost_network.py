"""Nothing is lost, and nothing comes twice, when the network goes or the page is loaded anew."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.steps import accept, ask, ask_for_a_person, messages, open_widget, reply, screenshot

pytestmark = pytest.mark.browser
QUESTION = "小微企业担保费率现在多少"


def go_offline(page: Page) -> None:
    page.context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('offline'))")


def come_back(page: Page) -> None:
    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")


def test_both_sides_get_everything_once_when_each_lost_the_network(visitor: Page, console: Page):
    ask_for_a_person(visitor, QUESTION)
    accept(console, QUESTION)
    reply(console, "您好，请讲。")
    expect(messages(visitor, sender="helper").last).to_contain_text("请讲")

    go_offline(console)
    reply(console, "断网时写的第一句。")
    reply(console, "断网时写的第二句。")
    expect(console.get_by_test_id("message-pending")).to_have_count(2)
    ask(visitor, "您那边断网了，我还在写")
    expect(messages(visitor, sender="visitor").last).to_have_attribute("data-status", "sent")
    screenshot(console, "console-offline")
    come_back(console)
    expect(messages(visitor, sender="helper").last).to_contain_text("第二句", timeout=40_000)
    expect(messages(console, sender="visitor").last).to_contain_text("我还在写", timeout=40_000)
    expect(console.get_by_test_id("message-pending")).to_have_count(0)

    go_offline(visitor)
    reply(console, "访客断网时的答复。")
    expect(messages(console, sender="helper").last).to_contain_text("访客断网时的答复")
    come_back(visitor)
    expect(messages(visitor, sender="helper").last).to_contain_text("访客断网时的答复", timeout=40_000)

    said = ["您好，请讲。", "断网时写的第一句。", "断网时写的第二句。", "访客断网时的答复。"]
    for page in (visitor, console):
        bubbles = messages(page, sender="helper")
        expect(bubbles).to_have_count(len(said))
        for bubble, text in zip(bubbles.all(), said, strict=True):
            expect(bubble).to_contain_text(text)
    expect(messages(console, sender="visitor").filter(has_text="我还在写")).to_have_count(1)


def test_replies_under_way_arrive_once_when_the_console_is_reloaded(visitor: Page, console: Page):
    ask_for_a_person(visitor, QUESTION)
    accept(console, QUESTION)

    def lose_answer(route: Route) -> None:
        """The reply reaches the server, the server's answer never the console."""
        route.fetch()
        route.abort()

    console.route("**/messages", lose_answer)
    reply(console, "到了却没有回音。")
    expect(messages(visitor, sender="helper").filter(has_text="到了却没有回音")).to_have_count(1)
    console.unroute("**/messages")
    console.route("**/messages", lambda route: route.abort())
    reply(console, "还没有出门。")
    pending = console.get_by_test_id("message-pending").filter(has_text="还没有出门")
    expect(pending).to_have_count(1)
    console.reload()
    expect(pending).to_have_count(1)
    console.unroute("**/messages")
    expect(console.get_by_test_id("message-pending")).to_have_count(0)
    for page in (console, visitor):
        for text in ("到了却没有回音", "还没有出门"):
            expect(messages(page, sender="helper").filter(has_text=text)).to_have_count(1)


def test_question_typed_without_network_is_answered_when_the_page_was_reloaded(visitor: Page):
    open_widget(visitor)
    ask(visitor, "你好")
    expect(messages(visitor, sender="bot").last).to_be_visible()

    go_offline(visitor)
    ask(visitor, QUESTION)
    mine = messages(visitor, sender="visitor").filter(has_text=QUESTION)
    expect(mine).to_have_attribute("data-status", "sending")
    visitor.context.set_offline(False)
    visitor.reload()
    expect(messages(visitor, kind="answer").last).to_contain_text("费率", timeout=40_000)
    expect(mine).to_have_count(1)
