"""No serious accessibility fault: on the login page, in any dialog, and on any page in English."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import serious_faults
from tests.browser.people import Seats, Staff
from tests.browser.steps import (
    accept,
    ask_for_a_person,
    call_for,
    choose_person,
    messages,
    reply,
    screenshot,
)

pytestmark = pytest.mark.browser
QUESTION = "小微企业担保费率现在多少"
PAGES = ("tickets", "replies", "board", "reports", "staffing")
SECTIONS = ("staff", "departments", "topics", "hours", "thresholds", "replies", "audit")
#: What elements say, but for what there is to choose from: departments keep their Chinese names.
OWN_TEXTS = """(nodes) => nodes.map((node) => {
  const copy = node.cloneNode(true);
  for (const choice of copy.querySelectorAll('select')) choice.remove();
  return copy.textContent.trim();
})"""
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@contextmanager
def dialog(console: Page, title: str) -> Iterator[None]:
    """What is done while the dialog ``title`` is open; it is left by Escape, and has no fault before."""
    expect(console.get_by_role("dialog", name=title)).to_be_visible()
    yield
    assert serious_faults(console) == [], title
    console.keyboard.press("Escape")
    expect(console.get_by_role("dialog")).to_be_hidden()


def open_menu(console: Page, entry: str) -> None:
    console.get_by_test_id("user-menu").click()
    console.locator("#user-menu").get_by_role("button", name=entry).click()


def test_dialogs_have_no_serious_fault_when_a_helper_opens_each(
    visitor: Page, console: Page, seats: Seats, specialist_account: Staff
):
    specialist = seats.take(specialist_account)
    ask_for_a_person(visitor, QUESTION)
    accept(console, QUESTION)
    reply(console, "您好，请讲。")
    expect(messages(visitor, sender="helper").last).to_contain_text("请讲")
    console.keyboard.press("Alt+i")
    choose_person(console, specialist_account.name)
    call_for(specialist, "invitation", QUESTION).get_by_test_id("call-accept").click()
    expect(console.get_by_test_id("participant")).to_contain_text(specialist_account.name)

    console.get_by_test_id("hand-over").click()
    with dialog(console, "移交主责"):
        screenshot(console, "console-hand-over")
    console.get_by_test_id("show-history").click()
    with dialog(console, "求助经过"):
        expect(console.get_by_role("dialog")).to_contain_text("首次答复")
        expect(console.get_by_role("dialog")).to_contain_text("对象：林晓")
        screenshot(console, "console-history")
    console.keyboard.press("Alt+t")
    with dialog(console, "转接会话"):
        console.get_by_test_id("target-confirm").click()
        expect(console.get_by_role("dialog").get_by_role("alert")).to_contain_text("请先选择")
        console.get_by_test_id("target-department").click()
        expect(console.get_by_test_id("target-department-option").first).to_contain_text("就绪")
    console.keyboard.press("Alt+w")
    with dialog(console, "结束会话"):
        screenshot(console, "console-close")
    console.get_by_test_id("release-conversation").click()
    with dialog(console, "退回排队"):
        pass
    console.keyboard.press("Alt+g")
    with dialog(console, "建工单"):
        pass
    console.get_by_test_id("open-shortcuts").click()
    with dialog(console, "快捷键"):
        screenshot(console, "console-shortcuts")
    open_menu(console, "修改密码")
    with dialog(console, "修改密码"):
        for field in ("现在的密码", "新密码", "再输一次新密码"):
            console.get_by_label(field, exact=True).fill("not-the-password")
        console.get_by_test_id("dialog-confirm").click()
        expect(console.get_by_role("dialog").get_by_role("alert")).to_have_text("现在的密码不对。")
    open_menu(console, "下班交接")
    with dialog(console, "下班交接"):
        pass


def test_login_page_has_no_serious_fault_when_it_refuses(visitor: Page, administrator: Staff):
    visitor.goto(f"{visitor.url}console/")
    visitor.get_by_test_id("login-username").fill(administrator.username)
    visitor.get_by_test_id("login-password").fill("wrong-password")
    visitor.get_by_test_id("login-submit").click()
    expect(visitor.get_by_role("alert")).to_contain_text("用户名或密码不正确")
    screenshot(visitor, "console-login")
    assert serious_faults(visitor) == []


def check_english(admin: Page, place: str) -> None:
    """The page at rest: no serious fault, and no Chinese word in its head, its labels or its buttons."""
    expect(admin.locator(".el-skeleton")).to_have_count(0)
    expect(admin.locator('[aria-busy="true"]')).to_have_count(0)
    assert serious_faults(admin) == [], place
    fixed = admin.locator("nav a, h1, h2, h3, th[scope=col], main button:not(td *), main label, dt")
    assert [text for text in fixed.evaluate_all(OWN_TEXTS) if CHINESE.search(text)] == [], place


def test_console_in_english_has_no_serious_fault_and_no_chinese_label(seats: Seats, administrator: Staff):
    admin = seats.take(administrator, ready=False)
    open_menu(admin, "English")
    expect(admin.get_by_test_id("nav-desk")).to_have_text("Desk")
    for page in PAGES:
        admin.get_by_test_id(f"nav-{page}").click()
        check_english(admin, page)
    admin.get_by_test_id("nav-admin").click()
    for section in SECTIONS:
        admin.get_by_test_id(f"admin-{section}").click()
        check_english(admin, section)
    screenshot(admin, "console-english")
    admin.set_viewport_size({"width": 1024, "height": 768})  # the narrowest screen in an office
    expect(admin.get_by_test_id("user-menu")).to_be_in_viewport(ratio=1)
