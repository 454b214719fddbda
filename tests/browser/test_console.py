"""A helper's work in the console, and an administrator's, against the running service, in Chromium."""

import re

import pytest
from playwright.sync_api import Page, expect

from bench.running import Service
from tests.browser.accessibility import serious_faults
from tests.browser.people import Seats, Staff
from tests.browser.steps import (
    SUSPENSION,
    accept,
    ask_for_a_person,
    call_for,
    choose_person,
    messages,
    reply,
    screenshot,
)

pytestmark = pytest.mark.browser


def add_canned_reply(console: Page, shortcut: str, text: str) -> None:
    console.get_by_test_id("nav-replies").click()
    console.get_by_test_id("reply-add").click()
    console.get_by_test_id("reply-shortcut").fill(shortcut)
    console.get_by_test_id("reply-title").fill("问候")
    console.get_by_test_id("reply-text").fill(text)
    console.get_by_test_id("reply-save").click()
    expect(console.get_by_test_id("reply-row").filter(has_text=shortcut)).to_be_visible()
    console.get_by_test_id("nav-desk").click()


def test_helper_answers_with_a_specialist_from_offer_to_close(
    visitor: Page, console: Page, seats: Seats, specialist_account: Staff
):
    specialist = seats.take(specialist_account)
    add_canned_reply(console, "hello", "{visitor}好，我是{department}{helper}，正在看您的问题。")

    ask_for_a_person(visitor, SUSPENSION)
    call = call_for(console, "offer", SUSPENSION)
    expect(call).to_be_visible()
    expect(console.get_by_test_id("ring-state")).to_have_attribute(
        "data-state", re.compile("ringing|blocked")
    )
    screenshot(console, "console-offer")
    assert serious_faults(console) == []
    console.keyboard.press("Alt+a")
    expect(console.get_by_test_id("brief")).to_contain_text("歇业")
    expect(call).to_have_count(0)

    box = console.get_by_test_id("reply-input")
    box.press_sequentially("/hel")
    expect(console.get_by_test_id("canned-option")).to_have_count(1)
    screenshot(console, "console-canned")
    box.press("Enter")
    expect(box).to_have_value(re.compile("我是政务服务中心林晓"))
    box.press("Enter")
    expect(messages(visitor, sender="helper").last).to_contain_text("我是政务服务中心林晓")

    box.press("Alt+1")
    expect(box).to_have_value(re.compile("依据：《"))
    box.press("Enter")
    expect(messages(visitor, sender="helper").last).to_contain_text("依据：《")

    box.press("Alt+k")
    search = console.get_by_test_id("knowledge-input")
    search.fill("担保费率")
    expect(console.get_by_test_id("knowledge-result").first).to_contain_text("担保")
    screenshot(console, "console-knowledge")
    assert serious_faults(console) == []
    search.press("Enter")
    expect(box).to_have_value(re.compile("担保.*依据：《", re.DOTALL))
    search.press("Escape")
    box.fill("")
    box.press("Alt+n")
    box.fill("已请专家")
    box.press("Enter")
    expect(messages(console, sender="helper").last).to_contain_text("仅工作人员可见")
    expect(messages(visitor).filter(has_text="已请专家")).to_have_count(0)
    box.press("Alt+n")

    box.press("Alt+i")
    choose_person(console, specialist_account.name)
    expect(console.get_by_test_id("pending-invitation")).to_be_visible()
    call_for(specialist, "invitation", SUSPENSION).get_by_test_id("call-accept").click()
    expect(console.get_by_test_id("participant")).to_contain_text(specialist_account.name)
    reply(specialist, "补充一点：歇业期间仍要按期报送年报。")
    expect(messages(visitor, sender="helper").last).to_contain_text("按期报送年报")
    expect(messages(console, sender="helper").last).to_contain_text("按期报送年报")
    screenshot(console, "console-three")
    assert serious_faults(console) == []
    specialist.get_by_test_id("leave-conversation").click()
    expect(console.get_by_test_id("participant")).to_have_count(0)

    box.press("Alt+w")
    console.get_by_test_id("outcome-resolved").click()
    console.get_by_test_id("close-confirm").click()
    expect(visitor.get_by_test_id("rate-yes")).to_be_visible()


def test_helper_hands_a_conversation_to_a_colleague_and_keeps_the_draft_when_reloaded(
    visitor: Page, console: Page, seats: Seats, colleague_account: Staff
):
    question = "小微企业担保费率现在多少"
    ask_for_a_person(visitor, question)
    accept(console, question)
    colleague = seats.take(colleague_account)
    console.get_by_test_id("reply-input").fill("草稿还在")
    console.reload()
    expect(console.get_by_test_id("reply-input")).to_have_value("草稿还在")

    console.keyboard.press("Alt+t")
    console.get_by_test_id("target-note").fill("已核对过企业名称")
    choose_person(console, colleague_account.name)
    call_for(colleague, "invitation", question).get_by_test_id("call-accept").click()
    expect(colleague.get_by_test_id("owner")).to_contain_text("我")
    expect(messages(colleague, kind="notice").filter(has_text="已核对过企业名称")).to_be_visible()
    expect(console.get_by_test_id("owner")).to_contain_text(colleague_account.name)
    reply(colleague, "您好，由我继续为您解答。")
    expect(messages(visitor, sender="helper").last).to_contain_text("由我继续")


def test_administrator_adds_staff_changes_a_threshold_and_finds_both_in_the_audit_trail(
    seats: Seats, service: Service
):
    admin = seats.take(Staff("admin", "管理员", service.password), ready=False)
    admin.get_by_test_id("nav-admin").click()
    admin.get_by_test_id("admin-add").click()
    admin.get_by_test_id("staff-username").fill("limin")
    admin.get_by_test_id("staff-name").fill("李敏")
    admin.get_by_test_id("staff-role").select_option("specialist")
    admin.get_by_test_id("staff-save").click()
    expect(admin.get_by_test_id("password-shown")).to_have_text(re.compile(r"\S{8,}"))
    admin.get_by_test_id("password-done").click()
    expect(admin.get_by_role("dialog")).to_be_hidden()
    expect(admin.get_by_test_id("staff-row").filter(has_text="李敏")).to_be_visible()
    screenshot(admin, "console-staff")
    assert serious_faults(admin) == []

    admin.get_by_test_id("admin-thresholds").click()
    threshold = admin.get_by_test_id("threshold-wait_minimum")
    threshold.get_by_test_id("threshold-value").fill("6")
    threshold.get_by_test_id("threshold-save").click()
    expect(threshold).to_contain_text("恢复默认")
    screenshot(admin, "console-thresholds")
    assert serious_faults(admin) == []

    admin.get_by_test_id("admin-audit").click()
    rows = admin.get_by_test_id("audit-row")
    expect(rows.filter(has_text="时限与阈值").first).to_contain_text("6")
    expect(rows.filter(has_text="新增人员").filter(has_text="李敏").first).to_be_visible()
    screenshot(admin, "console-audit")
    assert serious_faults(admin) == []

    for section in ("departments", "topics", "hours", "replies"):
        admin.get_by_test_id(f"admin-{section}").click()
        expect(admin.locator("main").get_by_role("heading").first).to_be_visible()
        assert serious_faults(admin) == [], section
