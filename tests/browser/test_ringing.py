"""Nobody is overlooked: what rings until it is taken, and what has not been read."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bench.running import wait_until
from tests.browser.accessibility import serious_faults
from tests.browser.office import Office
from tests.browser.people import Seats, Staff
from tests.browser.steps import (
    accept,
    ask,
    ask_for_a_person,
    call_for,
    expect_open,
    messages,
    open_conversation,
    reply,
    screenshot,
)

pytestmark = pytest.mark.browser
RINGING = re.compile("ringing|blocked")


def test_request_rings_past_the_promise_and_after_a_reload_until_somebody_takes_it(
    visitor: Page, console: Page, seats: Seats, colleague_account: Staff, office: Office
):
    question = "消防验收没有通过怎么办"
    colleague = seats.take(colleague_account)
    ladder = {"widen_seconds": 1, "warn_seconds": 2, "fallback_seconds": 3, "first_response_seconds": 4}
    with office.thresholds(**ladder):
        ask_for_a_person(visitor, question)
        late = console.locator('[data-testid="call"][data-level="4"]').filter(has_text=question)
        expect(late).to_be_visible()
        expect(console.get_by_test_id("ring-state")).to_have_attribute("data-state", RINGING)
        expect(console.get_by_test_id("late")).to_have_text("1 个已超时")
        expect(messages(visitor, kind="notice").filter(has_text="没能在4秒内接入")).to_be_visible()
        screenshot(console, "console-late")
        assert serious_faults(console) == []

        console.reload()
        expect(late).to_be_visible()
        expect(console.get_by_test_id("ring-state")).to_have_attribute("data-state", RINGING)
        expect(console).to_have_title(re.compile("帮办"))
        expect(colleague.get_by_test_id("ring-state")).to_have_attribute("data-state", RINGING)
        colleague.get_by_test_id("call-accept").first.click()
        expect_open(colleague, question)
        reply(colleague, "让您久等了。")
    expect(console.get_by_test_id("call").filter(has_text=question)).to_have_count(0)
    expect(console.get_by_test_id("ring-state")).not_to_have_attribute("data-state", "ringing")
    expect(colleague.get_by_test_id("call").filter(has_text=question)).to_have_count(0)


def test_it_stops_ringing_when_the_visitor_waits_no_longer(visitor: Page, console: Page):
    question = "夜里卖烧烤要不要办手续"
    ask_for_a_person(visitor, question)
    ringing = console.get_by_test_id("call").filter(has_text=question)
    expect(ringing).to_be_visible()
    visitor.get_by_test_id("queue-leave").click()
    screenshot(visitor, "widget-leave")
    visitor.get_by_test_id("queue-leave-yes").press("Enter")
    expect(messages(visitor, kind="notice").filter(has_text="您已退出排队")).to_be_visible()
    expect(visitor.get_by_test_id("queue")).to_be_hidden()
    expect(ringing).to_have_count(0)
    assert serious_faults(visitor) == []


def test_offer_declined_rings_at_the_next_helper(
    visitor: Page, console: Page, seats: Seats, colleague_account: Staff
):
    question = "外国人来华工作许可怎么办"
    ask_for_a_person(visitor, question)
    call_for(console, "offer", question).get_by_test_id("call-decline").click()
    expect(call_for(console, "offer", question)).to_have_count(0)
    colleague = seats.take(colleague_account)
    accept(colleague, question)
    expect(console.get_by_test_id("call").filter(has_text=question)).to_have_count(0)


def test_unread_messages_are_counted_until_their_conversation_is_opened(
    visitor: Page, visit: Callable[[], Page], console: Page
):
    other = visit()
    for page, question in ((visitor, "小微企业担保费率现在多少"), (other, "开小餐馆要办哪些证")):
        ask_for_a_person(page, question)
        accept(console, question)
        reply(console, "您好，请讲。")
        expect(messages(page, sender="helper").last).to_contain_text("请讲")

    for text in ("第一句", "第二句"):
        ask(visitor, text)
        expect(messages(visitor, sender="visitor").last).to_contain_text(text)
    item = console.get_by_test_id("conversation-item").filter(has_text="第二句")
    expect(item.get_by_test_id("unread")).to_have_text("2")
    expect(messages(visitor, sender="visitor").last).not_to_contain_text("对方已读")
    other.get_by_test_id("input").press_sequentially("正在写")
    expect(console.get_by_test_id("visitor-typing")).to_be_visible()
    screenshot(console, "console-unread")
    assert serious_faults(console) == []

    open_conversation(console, "第二句")
    expect(item.get_by_test_id("unread")).to_have_count(0)
    expect(messages(visitor, sender="visitor").last).to_contain_text("对方已读")
    console.get_by_test_id("reply-input").press_sequentially("正在")
    expect(visitor.get_by_test_id("typing")).to_be_visible()
    reply(console, "都看到了。")
    expect(messages(console, sender="helper").last).to_contain_text("已读")


#: Stands in for the desktop, which no test can look at; the permission asked for is the browser's own.
RECORD_NOTIFICATIONS = """
window.notified = [];
const made = [];
window.Notification = class extends window.Notification {
  constructor(title, options) {
    super(title, options);
    window.notified.push({ title, ...options, closed: false });
    made.push(this);
  }
  close() {
    super.close();
    window.notified[made.indexOf(this)].closed = true;
  }
};
window.clickLast = () => made.at(-1).onclick();
"""


def hide(page: Page) -> None:
    """Another window lies over the page. Playwright itself always gives its pages the focus."""
    page.evaluate("document.hasFocus = () => false")


def test_hidden_console_notifies_once_a_step_when_a_request_climbs_and_takes_it_back(
    visitor: Page, console: Page, office: Office
):
    question = "高新技术企业怎么认定"
    console.context.grant_permissions(["notifications"])
    console.add_init_script(RECORD_NOTIFICATIONS)
    console.reload()
    expect(console.get_by_test_id("presence-ready")).to_be_visible()
    hide(console)
    ladder = {"widen_seconds": 1, "warn_seconds": 2, "fallback_seconds": 3, "first_response_seconds": 4}
    with office.thresholds(**ladder):
        ask_for_a_person(visitor, question)
        expect(
            console.locator('[data-testid="call"][data-level="4"]').filter(has_text=question)
        ).to_be_visible()
        wait_until(lambda: console.evaluate("notified.length > 0"))
        notes = console.evaluate("notified")
        assert {note["tag"] for note in notes} == {notes[0]["tag"]}
        assert 2 <= len(notes) <= 5, "one for each step that reached this helper, not one for each beat"
        assert all(question in note["body"] and note["renotify"] for note in notes)
        assert not notes[-1]["closed"]

        other_tab = console.context.new_page()
        other_tab.add_init_script(RECORD_NOTIFICATIONS + "document.hasFocus = () => false;")
        other_tab.goto(console.url)
        expect(
            other_tab.locator('[data-testid="call"][data-level="4"]').filter(has_text=question)
        ).to_be_visible()
        assert other_tab.evaluate("notified") == [], "told by the first page"
        console.get_by_test_id("call-accept").first.click()
        expect_open(console, question)
        wait_until(lambda: console.evaluate("notified.findLast((note) => note.tag.startsWith('r-')).closed"))
        reply(console, "您好。")

    console.evaluate("location.hash = '#/tickets'")
    expect(console.get_by_test_id("reply-input")).to_have_count(0)
    ask(visitor, "那要准备什么材料")
    wait_until(lambda: console.evaluate("notified.at(-1).body.includes('准备什么材料')"))
    console.evaluate("clickLast()")
    expect(console.get_by_test_id("reply-input")).to_be_visible()
    wait_until(lambda: console.evaluate("notified.at(-1).closed"))
