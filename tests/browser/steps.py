"""What visitors and staff do in Chromium, in the words of the tests."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SCREENSHOTS

SUSPENSION = "公司先不干了但不想注销怎么办"


def open_widget(page: Page) -> None:
    page.get_by_test_id("launcher").click()
    expect(page.get_by_test_id("panel")).to_be_visible()


def ask(page: Page, text: str) -> None:
    page.get_by_test_id("input").fill(text)
    page.get_by_test_id("send").click()


def messages(page: Page, **attributes: str) -> Locator:
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
    expect_open(console, question)


def expect_open(console: Page, question: str) -> None:
    """That very conversation is open, not the one before it, and what is typed goes there."""
    expect(console.get_by_test_id("brief")).to_contain_text(question)
    expect(console.get_by_test_id("owner")).to_contain_text("我")


def reply(console: Page, text: str) -> None:
    console.get_by_test_id("reply-input").fill(text)
    console.get_by_test_id("reply-send").click()


def screenshot(page: Page, name: str) -> None:
    """A picture of the page at rest, without the passing words that something was done."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(
        path=SCREENSHOTS / f"{name}.png", animations="disabled", style=".el-message { display: none }"
    )


def call_for(console: Page, kind: str, question: str) -> Locator:
    """What asks for the person at this console."""
    return console.locator(f'[data-testid="call"][data-kind="{kind}"]').filter(has_text=question)


def ask_for_a_person(visitor: Page, question: str) -> None:
    open_widget(visitor)
    ask(visitor, question)
    expect(messages(visitor, sender="bot").last).to_be_visible()
    visitor.get_by_test_id("human").click()


def accept(console: Page, question: str) -> None:
    call_for(console, "offer", question).get_by_test_id("call-accept").click()
    expect_open(console, question)


def choose_person(console: Page, name: str) -> None:
    console.get_by_test_id("target-search").fill(name)
    console.get_by_test_id("target-person").filter(has_text=name).click()
    console.get_by_test_id("target-confirm").click()


def open_conversation(console: Page, text: str) -> None:
    """Open the one of my conversations that shows ``text``."""
    console.get_by_test_id("conversation-item").filter(has_text=text).first.click()


def toast(console: Page, text: str) -> Locator:
    """The passing words that tell what happened."""
    return console.locator(".el-message").filter(has_text=text).first
