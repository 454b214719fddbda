"""More than one member of staff in a conversation: passed on, listened to, taken over, handed over."""

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
    choose_person,
    messages,
    reply,
    screenshot,
    toast,
)

pytestmark = pytest.mark.browser


def hand_on(console: Page, name: str, note: str) -> None:
    """Ask a colleague to take over the open conversation."""
    console.keyboard.press("Alt+t")
    console.get_by_test_id("target-note").fill(note)
    choose_person(console, name)


def test_conversation_stays_with_its_helper_when_a_transfer_is_refused_or_times_out(
    visitor: Page, console: Page, seats: Seats, colleague_account: Staff, office: Office
):
    question = "小微企业担保费率现在多少"
    ask_for_a_person(visitor, question)
    accept(console, question)
    colleague = seats.take(colleague_account)
    hand_on(console, colleague_account.name, "请看一下费率")
    pending = console.get_by_test_id("pending-invitation")
    expect(pending).to_contain_text(colleague_account.name)
    asked = call_for(colleague, "invitation", question)
    expect(asked).to_contain_text("请看一下费率")
    screenshot(console, "console-transfer")
    screenshot(colleague, "console-invited")
    assert serious_faults(console) == []

    asked.get_by_test_id("call-decline").click()
    expect(toast(console, "对方没有接受")).to_be_visible()
    expect(pending).to_have_count(0)

    with office.thresholds(transfer_seconds=5):
        hand_on(console, colleague_account.name, "再请您看一下")
        expect(asked).to_contain_text("再请您看一下")
        expect(toast(console, "对方没有及时回应")).to_be_visible()
    expect(asked).to_have_count(0)
    expect(pending).to_have_count(0)
    expect(console.get_by_test_id("owner")).to_contain_text("我")
    reply(console, "仍由我为您解答。")
    expect(messages(visitor, sender="helper").last).to_contain_text("仍由我为您解答")
    expect(messages(visitor, kind="notice").filter(has_text="已转由")).to_have_count(0)


def test_supervisor_listens_in_unseen_by_the_visitor_and_takes_over(
    visitor: Page, console: Page, seats: Seats, supervisor_account: Staff
):
    question = "高新技术企业认定的补贴什么时候到账"
    ask_for_a_person(visitor, question)
    accept(console, question)
    reply(console, "您好，我查一下。")
    supervisor = seats.take(supervisor_account, ready=False)
    supervisor.get_by_test_id("nav-board").click()
    row = supervisor.get_by_test_id("board-request").filter(has_text=question)
    row.get_by_test_id("listen-in").click()
    expect(messages(supervisor, sender="helper").last).to_contain_text("我查一下")
    expect(console.get_by_test_id("watching")).to_contain_text(supervisor_account.name)

    reply(supervisor, "提醒：先核对认定年度。")
    note = messages(console, sender="helper").filter(has_text="先核对认定年度")
    expect(note).to_contain_text("仅工作人员可见")
    screenshot(console, "console-listening")
    assert serious_faults(console) == []
    supervisor.get_by_test_id("nav-board").click()
    expect(console.get_by_test_id("watching")).to_have_count(0)

    row.get_by_test_id("listen-in").click()
    supervisor.get_by_test_id("take-over").click()
    supervisor.get_by_test_id("take-over-confirm").click()
    expect(supervisor.get_by_test_id("owner")).to_contain_text("我")
    expect(toast(console, "会话已由主管接管")).to_be_visible()
    expect(console.get_by_test_id("owner")).to_contain_text(supervisor_account.name)
    reply(supervisor, "您好，我是主管，由我继续。")
    expect(messages(visitor, sender="helper").last).to_contain_text("由我继续")
    expect(messages(visitor, kind="notice").filter(has_text=supervisor_account.name)).to_have_count(1)
    expect(messages(visitor).filter(has_text="先核对认定年度")).to_have_count(0)


def test_supervisor_reassigns_from_the_board(
    visitor: Page, console: Page, seats: Seats, colleague_account: Staff, supervisor_account: Staff
):
    question = "换了办公地址，营业执照怎么变更"
    ask_for_a_person(visitor, question)
    accept(console, question)
    colleague = seats.take(colleague_account)
    supervisor = seats.take(supervisor_account, ready=False)
    supervisor.get_by_test_id("nav-board").click()
    row = supervisor.get_by_test_id("board-request").filter(has_text=question)
    expect(row).to_contain_text("林晓")
    screenshot(supervisor, "console-board")
    assert serious_faults(supervisor) == []

    row.get_by_test_id("board-reassign").click()
    choose_person(supervisor, colleague_account.name)
    expect(row).to_contain_text(colleague_account.name)
    expect(colleague.get_by_test_id("conversation-item").first).to_be_visible()
    expect(console.get_by_test_id("owner")).to_contain_text(colleague_account.name)


def test_supervisor_hands_over_all_of_a_helper_at_the_end_of_the_shift(
    visitor: Page, visit, console: Page, seats: Seats, colleague_account: Staff, supervisor_account: Staff
):
    questions = {visitor: "小微企业担保费率现在多少", visit(): "个体户想转成公司，要先注销吗"}
    for page, question in questions.items():
        ask_for_a_person(page, question)
        accept(console, question)
        reply(console, "您好，请稍等。")
    colleague = seats.take(colleague_account)
    supervisor = seats.take(supervisor_account, ready=False)
    supervisor.get_by_test_id("nav-board").click()
    leaving = supervisor.get_by_test_id("board-person").filter(has_text="林晓")
    leaving.get_by_test_id("board-end-shift").click()
    dialog = supervisor.get_by_role("dialog")
    dialog.get_by_label("交给").select_option(label="赵强 · 政务服务中心 · 0 / 2")
    dialog.get_by_label("交接说明").fill("两家都在等费率口径")
    screenshot(supervisor, "console-shift")
    assert serious_faults(supervisor) == []
    supervisor.get_by_test_id("shift-confirm").click()

    expect(colleague.get_by_test_id("my-conversations").get_by_test_id("conversation-item")).to_have_count(2)
    expect(console.get_by_test_id("presence-away")).to_have_attribute("aria-pressed", "true")
    expect(console.get_by_test_id("my-conversations").get_by_test_id("conversation-item")).to_have_count(0)
    for page in questions:
        expect(messages(page, kind="notice").last).to_contain_text(colleague_account.name)
    ask(visitor, "还是这件事")
    colleague.get_by_test_id("conversation-item").filter(has_text="还是这件事").click()
    expect(messages(colleague, kind="notice").filter(has_text="两家都在等费率口径")).to_be_visible()
    expect(messages(visitor).filter(has_text="费率口径")).to_have_count(0)
