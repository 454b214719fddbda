"""Nobody is overlooked: what rings until it is taken, and what has not been read."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

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
