"""The main job, end to end, in two windows: ask, get a cited answer, reach a person, be done."""

import re

import pytest
from playwright.sync_api import Page, expect

from bench.running import Service
from tests.browser.conftest import SCREENSHOTS

pytestmark = pytest.mark.browser

SUSPENSION = "公司先不干了但不想注销怎么办"


def open_widget(page: Page) -> None:
    page.get_by_test_id("launcher").click()
    expect(page.get_by_test_id("panel")).to_be_visible()


def ask(page: Page, text: str) -> None:
    page.get_by_test_id("input").fill(text)
    page.get_by_test_id("send").click()


def messages(page: Page, **attributes: str):
    """Messages shown, narrowed by data attributes."""
    selector = '[data-testid="message"]' + "".join(f'[data-{k}="{v}"]' for k, v in attributes.items())
    return page.locator(selector)


def seqs(page: Page) -> list[str]:
    """The numbers of the messages shown, in their order."""
    return [message.get_attribute("data-seq") or "" for message in messages(page).all()]


def claim(console: Page, question: str) -> None:
    item = console.get_by_test_id("queue-item").filter(has_text=question)
    expect(item.get_by_test_id("clock")).to_be_visible()
    item.get_by_test_id("claim").click()
    expect(console.get_by_test_id("brief")).to_be_visible()


def reply(console: Page, text: str) -> None:
    console.get_by_test_id("reply-input").fill(text)
    console.get_by_test_id("reply-send").click()


def screenshot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def test_visitor_gets_a_cited_answer_when_asking_about_suspension(visitor: Page):
    open_widget(visitor)
    screenshot(visitor, "widget-open")

    ask(visitor, SUSPENSION)

    answer = messages(visitor, kind="answer").last
    expect(answer).to_contain_text("歇业")
    source = answer.get_by_test_id("source")
    expect(source).to_contain_text("嘉定区加强集成创新持续优化营商环境行动方案")
    expect(source).to_contain_text("嘉发改规〔2023〕2号")
    expect(source).to_contain_text("第7条")
    expect(source).to_contain_text("2023")
    screenshot(visitor, "widget-answer")


def test_visitor_and_helper_finish_the_main_job_in_two_windows(visitor: Page, console: Page):
    open_widget(visitor)
    ask(visitor, SUSPENSION)
    expect(messages(visitor, kind="answer")).to_have_count(1)
    visitor.get_by_test_id("human").click()
    expect(visitor.get_by_test_id("queue")).to_be_visible()

    ring = console.get_by_test_id("ring-state")
    expect(ring).to_have_attribute("data-state", re.compile("ringing|blocked"))
    screenshot(console, "console-queue")
    claim(console, SUSPENSION)
    expect(console.get_by_test_id("brief")).to_contain_text("歇业")
    reply(console, "您好，我是林晓。歇业备案可以在登记窗口一次办理。")
    expect(messages(visitor, sender="helper").last).to_contain_text("我是林晓")
    screenshot(console, "console-conversation")
    screenshot(visitor, "widget-helper")

    ask(visitor, "要带什么材料？")
    expect(messages(console, sender="visitor").last).to_contain_text("要带什么材料")
    reply(console, "材料清单我发给您。")
    expect(messages(visitor, sender="helper").last).to_contain_text("材料清单")

    console.get_by_test_id("close-conversation").click()
    console.get_by_test_id("outcome-resolved").click()
    console.get_by_test_id("close-confirm").click()
    visitor.get_by_test_id("rate-yes").click()
    visitor.get_by_test_id("rate-star-5").click()
    visitor.get_by_test_id("rate-submit").click()
    expect(visitor.get_by_test_id("rated")).to_be_visible()
    expect(visitor.get_by_test_id("human")).to_be_in_viewport()
    screenshot(visitor, "widget-rated")


def test_conversation_is_neither_lost_nor_doubled_when_reloaded_in_the_middle(visitor: Page, console: Page):
    open_widget(visitor)
    ask(visitor, "担保费率现在多少")
    expect(messages(visitor, sender="bot").last).to_be_visible()
    visitor.get_by_test_id("human").click()
    claim(console, "担保费率现在多少")
    expect(messages(visitor, kind="notice")).to_have_count(2)
    before = seqs(visitor)

    visitor.reload()
    expect(visitor.get_by_test_id("panel")).to_be_visible()
    expect(messages(visitor)).to_have_count(len(before))
    assert seqs(visitor) == before
    expect(messages(visitor, sender="visitor").filter(has_text="担保费率现在多少")).to_have_count(1)
    reply(console, "刷新之后也收得到。")
    expect(messages(visitor, sender="helper").filter(has_text="刷新之后也收得到")).to_have_count(1)
    after = seqs(visitor)
    assert after[:-1] == before
    assert len(set(after)) == len(after)

    console.reload()
    console.get_by_test_id("conversation-item").filter(has_text="刷新之后也收得到").first.click()
    expect(messages(console, sender="helper").filter(has_text="刷新之后也收得到")).to_have_count(1)


def test_message_arrives_once_when_the_connection_was_lost(visitor: Page):
    open_widget(visitor)
    ask(visitor, "你好")
    expect(messages(visitor, sender="bot").last).to_be_visible()

    visitor.context.set_offline(True)
    visitor.evaluate("window.dispatchEvent(new Event('offline'))")
    ask(visitor, SUSPENSION)
    waiting = messages(visitor, sender="visitor").filter(has_text=SUSPENSION)
    expect(waiting).to_have_attribute("data-status", "sending")
    visitor.context.set_offline(False)

    expect(messages(visitor, kind="answer").last).to_contain_text("歇业", timeout=40_000)
    expect(messages(visitor, sender="visitor").filter(has_text=SUSPENSION)).to_have_count(1)


def test_widget_fills_a_phone_and_stays_usable(browser, contexts, service: Service):
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="zh-CN"
    )
    contexts.append(context)
    page = context.new_page()
    page.goto(service.url)
    open_widget(page)
    ask(page, SUSPENSION)
    expect(messages(page, kind="answer").last).to_contain_text("歇业")

    box = page.get_by_test_id("panel").bounding_box()
    assert box is not None and box["width"] >= 389
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    screenshot(page, "widget-phone")


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
