"""An administrator's day: what is set in the console is what visitors and helpers meet."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from bot.helpdesk.worktime.schedule import LOCAL
from tests.browser.accessibility import serious_faults
from tests.browser.office import Office
from tests.browser.people import Seats, Staff
from tests.browser.steps import accept, ask_for_a_person, call_for, messages, screenshot

pytestmark = pytest.mark.browser
QUESTION = "小微企业担保费率现在多少"
TOPIC, FINANCE, DATA = "financing", "金融办", "数据局"


@pytest.fixture
def admin(seats: Seats, administrator: Staff) -> Page:
    """The administrator, at the administration."""
    page = seats.take(administrator, ready=False)
    page.get_by_test_id("nav-admin").click()
    return page


def section(admin: Page, name: str) -> None:
    admin.get_by_test_id(f"admin-{name}").click()
    expect(admin.locator(".el-skeleton")).to_have_count(0)


def row(admin: Page, kind: str, text: str) -> Locator:
    return admin.get_by_test_id(f"{kind}-row").filter(has_text=text)


def save(admin: Page, kind: str) -> None:
    admin.get_by_test_id(f"{kind}-save").click()
    expect(admin.get_by_role("dialog")).to_be_hidden()


def add_department(admin: Page, name: str) -> None:
    admin.get_by_test_id("admin-add").click()
    admin.get_by_test_id("department-name").fill(name)
    admin.get_by_test_id("department-capacity").fill("6")
    save(admin, "department")


def set_fallback(admin: Page, name: str, fallback: str) -> None:
    """Choose another department to step in, in the form that is left open."""
    row(admin, "department", name).first.get_by_role("button").click()
    expect(admin.get_by_test_id("department-name")).to_be_disabled()
    admin.get_by_test_id("department-fallback").select_option(fallback)


def give_topic(admin: Page, name: str, department: str) -> None:
    row(admin, "topic", name).get_by_role("button").click()
    admin.get_by_test_id("topic-department").select_option(department)
    save(admin, "topic")
    expect(row(admin, "topic", name)).to_contain_text(department)


def changes(admin: Page, action: str) -> Locator:
    """The newest row of the trail that is about ``action``."""
    return admin.get_by_test_id("audit-row").filter(has_text=action).first


def test_department_is_added_and_rings_when_a_visitor_asks_about_its_topic(
    admin: Page, visitor: Page, console: Page, seats: Seats, office: Office
):
    with office.kept(topic=TOPIC, department=FINANCE), office.department(DATA):
        section(admin, "departments")
        add_department(admin, DATA)
        admin.get_by_test_id("admin-add").click()
        admin.get_by_test_id("department-name").fill(DATA)
        admin.get_by_test_id("department-save").click()
        expect(admin.get_by_role("dialog").get_by_role("alert")).to_contain_text("已有这个部门")
        admin.keyboard.press("Escape")
        expect(admin.get_by_role("dialog")).to_be_hidden()

        set_fallback(admin, DATA, FINANCE)
        # Somebody else was faster, so that only the server can know.
        office.call("PUT", "/admin/departments", {"name": FINANCE, "fallback": DATA})
        admin.get_by_test_id("department-save").click()
        expect(admin.get_by_role("dialog").get_by_role("alert")).to_contain_text("形成循环")
        screenshot(admin, "console-circle")
        assert serious_faults(admin) == []
        admin.get_by_test_id("department-fallback").select_option("政务服务中心")
        save(admin, "department")
        expect(row(admin, "department", DATA).first).to_contain_text("政务服务中心")
        expect(row(admin, "department", FINANCE).last).to_contain_text(f"{DATA} → 政务服务中心")
        screenshot(admin, "console-departments")

        section(admin, "topics")
        give_topic(admin, "融资", DATA)
        screenshot(admin, "console-topics")
        owner = seats.take(office.hire("hejing", "何静", DATA))
        ask_for_a_person(visitor, QUESTION)
        expect(call_for(owner, "offer", QUESTION)).to_be_visible()
        expect(console.get_by_test_id("queue-item").filter(has_text=QUESTION)).to_contain_text(DATA)
        expect(call_for(console, "offer", QUESTION)).to_have_count(0)
        accept(owner, QUESTION)

        section(admin, "audit")
        expect(changes(admin, "事项类别")).to_contain_text(f"融资部门：{FINANCE} → {DATA}")
        expect(changes(admin, "后备部门")).to_contain_text("admin")


def test_visitor_is_told_when_a_department_is_back_that_is_closed_by_date(
    admin: Page, visitor: Page, console: Page, office: Office
):
    today = datetime.now(LOCAL).date()
    back = today + timedelta(days=2)
    with office.kept(topic=TOPIC, department=FINANCE):
        section(admin, "hours")
        admin.get_by_test_id("hours-of").select_option(FINANCE)
        for _ in ("morning", "afternoon"):
            admin.get_by_test_id("hours-add-1").click()
        admin.get_by_test_id("hours-copy").click()
        admin.get_by_test_id("hours-save").click()
        expect(admin.get_by_test_id("hours-save")).to_be_disabled()
        for day, spans in ((today, ""), (today + timedelta(days=1), ""), (back, "10:00-11:30，14:00-16:00")):
            admin.get_by_test_id("exception-day").fill(day.isoformat())
            admin.get_by_test_id("exception-spans").fill(spans)
            admin.get_by_test_id("exception-reason").fill("系统升级")
            admin.get_by_test_id("exception-add").click()
            expect(row(admin, "exception", day.isoformat())).to_be_visible()
        expect(row(admin, "exception", back.isoformat())).to_contain_text("10:00–11:30，14:00–16:00")
        expect(admin.locator(".day.exception").first).to_contain_text("系统升级")
        screenshot(admin, "console-hours")
        assert serious_faults(admin) == []

        ask_for_a_person(visitor, QUESTION)
        told = messages(visitor, kind="notice").filter(has_text="现在不在服务时间")
        expect(told).to_contain_text(f"{back.month}月{back.day}日")
        expect(told).to_contain_text("10:00")

        section(admin, "audit")
        expect(changes(admin, "工作时间")).to_contain_text("周一：空 → 09:00–12:00，13:30–17:30")
        expect(changes(admin, "工作时间")).to_contain_text(FINANCE)
        expect(changes(admin, "新增特殊日期")).to_contain_text(back.isoformat())


def test_departments_canned_reply_is_written_by_the_administrator_and_used_by_its_helper(
    admin: Page, visitor: Page, console: Page
):
    section(admin, "replies")
    admin.get_by_test_id("reply-add").click()
    admin.get_by_test_id("reply-shortcut").fill("wait")
    admin.get_by_test_id("reply-title").fill("请稍候")
    admin.get_by_test_id("reply-text").fill("{visitor}请稍候，{department}正在核对。")
    admin.get_by_label("范围").select_option("department")
    admin.get_by_label("部门", exact=True).select_option("政务服务中心")
    save(admin, "reply")
    expect(row(admin, "reply", "/wait")).to_contain_text("政务服务中心")
    screenshot(admin, "console-replies")

    console.reload()
    ask_for_a_person(visitor, QUESTION)
    accept(console, QUESTION)
    box = console.get_by_test_id("reply-input")
    box.press_sequentially("/wait")
    box.press("Enter")
    expect(box).to_have_value("您请稍候，政务服务中心正在核对。")
    section(admin, "audit")
    expect(changes(admin, "常用语")).to_contain_text("请稍候")

    section(admin, "replies")
    row(admin, "reply", "/wait").get_by_role("button", name="删除").click()
    admin.get_by_test_id("sure").click()
    expect(row(admin, "reply", "/wait")).to_have_count(0)
