"""Tickets, from a visitor whom nobody could answer at once to the result they are told."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import serious_faults
from tests.browser.office import Office
from tests.browser.people import Seats, Staff
from tests.browser.steps import (
    SUSPENSION,
    accept,
    ask,
    ask_for_a_person,
    messages,
    open_widget,
    reply,
    screenshot,
)

pytestmark = pytest.mark.browser
NUMBER = re.compile(r"\d{8}-\d{4}")


def leave_a_message(visitor: Page, text: str) -> str:
    """Fill in the form for a callback; the number of the ticket that came of it."""
    form = visitor.get_by_test_id("contact")
    form.get_by_test_id("contact-text").fill(text)
    form.get_by_test_id("contact-name").fill("周敏")
    form.get_by_test_id("contact-reach").fill("13800000000")
    form.get_by_test_id("contact-submit").click()
    return number_told(visitor)


def number_told(visitor: Page) -> str:
    """The number that the visitor is told."""
    notice = messages(visitor, kind="notice").filter(has_text="已为您登记工单")
    expect(notice).to_be_visible()
    found = NUMBER.search(notice.inner_text())
    assert found
    return found[0]


def open_ticket(console: Page, number: str) -> None:
    console.get_by_test_id("nav-tickets").click()
    console.get_by_test_id("ticket-row").filter(has_text=number).click()
    expect(console.get_by_test_id("ticket-detail")).to_contain_text(number)


def move(console: Page, step: str, status: str, words: str = "") -> None:
    """Press one of the ticket's buttons, say what it wants to know, and see the new status."""
    console.get_by_test_id(f"ticket-{step}").click()
    if words:
        console.get_by_test_id("ticket-words").fill(words)
        console.get_by_test_id("ticket-move-confirm").click()
    detail = console.get_by_test_id("ticket-detail")
    expect(detail.get_by_test_id("ticket-status")).to_have_attribute("data-status", status)


def assign(supervisor: Page, name: str) -> None:
    """Give the open ticket to somebody."""
    supervisor.get_by_test_id("ticket-assign").click()
    supervisor.get_by_test_id("ticket-target").select_option(label=f"{name} · 政务服务中心")
    supervisor.get_by_test_id("ticket-move-confirm").click()
    expect(supervisor.get_by_test_id("ticket-detail")).to_contain_text("已分派")


def write_to_the_visitor(console: Page, visitor: Page, text: str) -> None:
    """Go from the ticket into its conversation, say something, and leave it to the bot again."""
    console.get_by_test_id("ticket-talk").click()
    reply(console, text)
    expect(messages(visitor).filter(has_text=text)).to_be_visible()
    console.get_by_test_id("reply-input").press("Alt+w")
    console.get_by_test_id("outcome-resolved").click()
    console.get_by_test_id("close-confirm").click()
    expect(messages(visitor, kind="notice").filter(has_text="本次联系已结束")).to_be_visible()


def test_visitor_off_hours_gets_a_ticket_its_state_and_its_result(
    visitor: Page, seats: Seats, helper_account: Staff, supervisor_account: Staff, office: Office
):
    with office.closed():
        ask_for_a_person(visitor, "工业用地能不能分割转让")
        expect(messages(visitor, kind="notice").filter(has_text="现在不在服务时间")).to_be_visible()
        screenshot(visitor, "widget-off-hours")
        number = leave_a_message(visitor, "厂房想分割转让一部分，要什么手续")
        expect(messages(visitor, kind="notice").filter(has_text="继续办理，不用在这里等候")).to_be_visible()
        ask(visitor, "我的工单到哪了")  # nobody has to come any more, so the bot answers at night
        expect(visitor.get_by_test_id("ticket-card")).to_have_count(2)
    card = visitor.get_by_test_id("ticket-card").first  # moves on with the ticket; what was answered stays
    expect(card).to_contain_text(number)
    expect(card).to_have_attribute("data-status", "open")
    screenshot(visitor, "widget-ticket")

    supervisor = seats.take(supervisor_account, ready=False)
    open_ticket(supervisor, number)
    assign(supervisor, helper_account.name)
    console = seats.take(helper_account, ready=False)
    open_ticket(console, number)
    move(console, "contacted", "assigned", "电话里核对了地块")
    write_to_the_visitor(console, visitor, "您好，地块红线图请带上原件。")
    open_ticket(console, number)
    move(console, "start", "in_progress")
    expect(messages(visitor, kind="notice").last).to_contain_text("正在办理")
    expect(card).to_have_attribute("data-status", "in_progress")
    screenshot(console, "console-ticket")
    assert serious_faults(console) == []
    move(console, "resolve", "resolved", "可以分割，请带红线图到规划窗口办理。")
    expect(messages(visitor).filter(has_text="请带红线图到规划窗口办理").last).to_be_visible()
    expect(card).to_have_attribute("data-status", "resolved")
    ask(visitor, "我的工单到哪了")
    told = visitor.get_by_test_id("ticket-card")
    expect(told).to_have_count(3)
    expect(told.last).to_have_attribute("data-status", "resolved")
    expect(told.last).to_contain_text("请带红线图")
    screenshot(visitor, "widget-ticket-asked")

    visitor.get_by_test_id("ticket-no").click()
    status = console.get_by_test_id("ticket-detail").get_by_test_id("ticket-status")
    expect(status).to_have_attribute("data-status", "reopened")


def test_visitor_is_called_back_when_the_promise_was_broken(
    visitor: Page, seats: Seats, supervisor_account: Staff, office: Office
):
    question = "环评批复多久能下来"
    ladder = {
        "widen_seconds": 0.3,
        "warn_seconds": 0.6,
        "fallback_seconds": 0.9,
        "first_response_seconds": 1.2,
    }
    with office.thresholds(**ladder):
        ask_for_a_person(visitor, question)
        expect(messages(visitor, kind="notice").filter(has_text="没能在1.2秒内接入")).to_be_visible()
        screenshot(visitor, "widget-late")
        number = leave_a_message(visitor, "环评批复等了两个月")
    supervisor = seats.take(supervisor_account, ready=False)
    open_ticket(supervisor, number)
    detail = supervisor.get_by_test_id("ticket-detail")
    expect(detail).to_contain_text("超时未接")
    expect(detail).to_contain_text("13800000000")


def test_helper_opens_a_ticket_for_what_needs_a_department(visitor: Page, console: Page):
    question = "出口退税三周没有到账"
    ask_for_a_person(visitor, question)
    accept(console, question)
    reply(console, "这件事需要部门核实，我给您建一张工单。")
    console.keyboard.press("Alt+g")
    console.get_by_test_id("ticket-department").select_option(index=1)
    console.get_by_test_id("ticket-title").fill("核实出口退税进度")
    screenshot(console, "console-ticket-new")
    assert serious_faults(console) == []
    console.get_by_test_id("ticket-confirm").click()
    expect(messages(console, kind="notice").filter(has_text="已建立工单")).to_be_visible()
    expect(messages(visitor, kind="notice").filter(has_text=NUMBER)).to_be_visible()


def test_visitor_is_called_back_when_that_is_what_they_wish(
    visitor: Page, seats: Seats, supervisor_account: Staff
):
    open_widget(visitor)
    ask(visitor, SUSPENSION)
    expect(messages(visitor, kind="answer")).to_be_visible()
    ask(visitor, "我现在没空，下午给我打过来")
    form = visitor.get_by_test_id("contact")
    expect(form.get_by_test_id("contact-text")).to_have_value(SUSPENSION)
    expect(form.get_by_test_id("contact-when")).to_have_value("下午")
    form.get_by_test_id("contact-name").fill("周敏")
    form.get_by_test_id("contact-reach").fill("13800000000")
    screenshot(visitor, "widget-callback")
    assert serious_faults(visitor) == []
    form.get_by_test_id("contact-submit").click()
    number = number_told(visitor)
    expect(visitor.get_by_test_id("human")).to_be_enabled()  # nobody was asked to come

    supervisor = seats.take(supervisor_account, ready=False)
    open_ticket(supervisor, number)
    detail = supervisor.get_by_test_id("ticket-detail")
    for words in ("回电", "市场监管局", SUSPENSION, "13800000000", "下午"):
        expect(detail).to_contain_text(words)


def test_visitor_who_waits_leaves_a_number_beside_the_wait(
    visitor: Page, seats: Seats, supervisor_account: Staff
):
    question = "食品经营许可多久能下来"
    ask_for_a_person(visitor, question)
    visitor.get_by_test_id("queue-callback").click()
    expect(visitor.get_by_test_id("contact-reach")).to_be_focused()
    expect(visitor.get_by_test_id("contact-text")).to_have_value(question)
    visitor.get_by_test_id("contact-put-away").click()
    expect(visitor.get_by_test_id("contact")).to_have_count(0)
    visitor.get_by_test_id("queue-callback").click()
    number = leave_a_message(visitor, "许可证要等多久")
    expect(visitor.get_by_test_id("queue")).to_be_visible()
    supervisor = seats.take(supervisor_account, ready=False)
    open_ticket(supervisor, number)
    expect(supervisor.get_by_test_id("ticket-detail")).to_contain_text("回电")
