"""Nothing is lost, and nothing comes twice, when the network goes or the page is loaded anew."""

import pytest
from playwright.sync_api import Page, Route, expect

from bench.running import wait_until
from tests.browser.drawing import png
from tests.browser.steps import accept, ask, ask_for_a_person, messages, open_widget, reply, screenshot

pytestmark = pytest.mark.browser
QUESTION = "小微企业担保费率现在多少"
COUNT_KEPT_PICTURES = """
() => new Promise((resolve) => {
  indexedDB.open("bangban").onsuccess = ({ target: { result: kept } }) => {
    const count = kept.transaction("pictures").objectStore("pictures").count();
    count.onsuccess = () => { kept.close(); resolve(count.result); };
  };
})
"""

#: What the page sends goes nowhere; it is loaded all the same. A request held back by a route of Playwright
#: would not do: Chromium lets it through when its page is closed.
CUT = """
window.uncut ??= window.fetch;
window.fetch = (url, init) => init?.method === "POST" && url.endsWith("/messages")
  ? Promise.reject(new TypeError("cut")) : window.uncut(url, init);
"""
MEND = "window.fetch = window.uncut; window.dispatchEvent(new Event('online'))"


def cut(page: Page) -> None:
    """From now on, and in every page that is opened or loaded beside it or after it."""
    page.context.add_init_script(CUT)
    page.evaluate(CUT)


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
    cut(console)
    reply(console, "还没有出门。")
    pending = console.get_by_test_id("message-pending").filter(has_text="还没有出门")
    expect(pending).to_have_count(1)
    console.reload()
    expect(pending).to_have_count(1)
    console.evaluate(MEND)
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


def test_chosen_picture_is_still_there_and_can_be_sent_when_the_console_was_reloaded(
    visitor: Page, console: Page
):
    ask_for_a_person(visitor, QUESTION)
    accept(console, QUESTION)
    picture = {"name": "a.png", "mimeType": "image/png", "buffer": png()}
    console.get_by_test_id("picture-input").set_input_files(files=[picture])
    chosen = console.get_by_test_id("picture-chosen")
    expect(chosen).to_have_count(1)
    wait_until(lambda: console.evaluate(COUNT_KEPT_PICTURES) == 1)

    console.reload()
    expect(chosen).to_have_count(1)
    shown = chosen.get_by_role("img")
    expect(shown).to_have_js_property("complete", True)
    expect(shown).not_to_have_js_property("naturalWidth", 0)
    console.get_by_test_id("reply-send").click()
    expect(messages(visitor, sender="helper").locator("img")).to_have_count(1)
    expect(chosen).to_have_count(0)
    console.reload()
    expect(messages(console, sender="helper").locator("img")).to_have_count(1)
    expect(chosen).to_have_count(0)


def test_reply_written_without_network_arrives_once_when_its_page_was_closed(visitor: Page, console: Page):
    ask_for_a_person(visitor, QUESTION)
    accept(console, QUESTION)
    address = console.url
    context = console.context
    cut(console)
    reply(console, "关了页面也要到。")
    expect(console.get_by_test_id("message-pending")).to_have_count(1)
    console.close()

    pages = [context.new_page(), context.new_page()]
    for page in pages:
        page.goto(address)
        expect(page.get_by_test_id("message-pending").filter(has_text="关了页面也要到")).to_have_count(1)
    for page in pages:
        page.evaluate(MEND)
    said = messages(visitor, sender="helper").filter(has_text="关了页面也要到")
    expect(said).to_have_count(1, timeout=40_000)
    for page in pages:
        expect(page.get_by_test_id("message-pending")).to_have_count(0)
        expect(messages(page, sender="helper").filter(has_text="关了页面也要到")).to_have_count(1)
    visitor.reload()
    expect(said).to_have_count(1)
