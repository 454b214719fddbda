"""The widget and the console in Chromium, with an official account and a WeChat in front of it.

The assistant is a stand-in, for nothing here is about what it answers.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.cli.environments import ROOT, ensure_web
from tests.browser.accessibility import _RUN, _axe
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.drawing import png
from tests.channels.wechat.conftest import at_once, query, site, weixin, with_wechat  # noqa: F401
from tests.channels.wechat.steps import claim
from tests.channels.wechat.weixin import Weixin
from tests.server.fixtures import quick_hashing, settings, stand_in  # noqa: F401
from tests.server.running import HANDOFF, Site

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("at_once")]
expect.set_options(timeout=15_000)


@pytest.fixture(autouse=True)
def _assistant_ready() -> None:
    """The service of the other tests is not wanted here."""


@pytest.fixture
def web() -> Path:
    """The web part as it is built."""
    ensure_web()
    return ROOT / "web" / "dist"


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, headless=True)
        yield browser
        await browser.close()


@pytest.fixture
async def visitor(chromium: Browser, site: Site) -> Page:  # noqa: F811
    """The demo page with the panel open and a first question answered."""
    page = await (await chromium.new_context(locale="zh-CN")).new_page()
    await page.goto(site.url)
    await page.get_by_test_id("launcher").click()
    await say(page, "歇业怎么办")
    await expect(message(page, "收到：歇业怎么办")).to_be_visible()
    return page


async def say(page: Page, text: str) -> None:
    await page.get_by_test_id("input").fill(text)
    await page.get_by_test_id("input").press("Enter")


def message(page: Page, text: str):
    return page.get_by_test_id("message").filter(has_text=text).last


async def faults(page: Page) -> list[str]:
    await page.evaluate(_axe())
    return [each["id"] for each in await page.evaluate(_RUN) if each["impact"] in ("serious", "critical")]


async def test_visitor_goes_on_in_wechat_by_the_keyboard_and_sees_it_on_both_sides(
    visitor: Page,
    weixin: Weixin,  # noqa: F811
):
    opener = visitor.get_by_test_id("wechat-open")
    await opener.focus()
    await opener.press("Enter")
    await expect(visitor.get_by_test_id("wechat-close")).to_be_focused()
    await expect(visitor.locator("svg.qr")).to_be_visible()
    assert await faults(visitor) == []
    await visitor.keyboard.press("Escape")
    await expect(visitor.get_by_test_id("wechat")).to_be_hidden()
    await expect(opener).to_be_focused()
    await opener.press("Enter")
    code = await visitor.get_by_test_id("wechat-code").inner_text()
    assert "接上" in str((await weixin.say("o1", code)).reply)
    await expect(visitor.get_by_test_id("wechat-done")).to_be_visible()
    await visitor.get_by_test_id("wechat-close").click()
    await expect(opener).to_be_disabled()
    assert (await weixin.say("o1", "微信里接着问")).reply == "收到：微信里接着问"
    await expect(message(visitor, "收到：微信里接着问")).to_be_visible()


async def test_picture_chosen_in_the_console_is_seen_by_the_visitor_and_arrives_in_wechat(
    chromium: Browser,
    visitor: Page,
    site: Site,  # noqa: F811
    weixin: Weixin,  # noqa: F811
):
    await visitor.get_by_test_id("wechat-open").click()
    await weixin.say("o1", await visitor.get_by_test_id("wechat-code").inner_text())
    await visitor.get_by_test_id("wechat-close").click()
    # What is read on the web is not sent in WeChat, so the visitor looks away for a while.
    await visitor.get_by_test_id("close").click()
    site.assistant.replies["转人工"] = [{"text": "好。"}, {"custom": HANDOFF}]
    assert "您排在第 1 位" in str((await weixin.say("o1", "人工")).reply)
    helper = await claim(site)
    conversation = (await helper.call("GET", "/conversations?mine=1")).json()["conversations"][0]
    context = await chromium.new_context(locale="zh-CN")
    cookies = helper.session.cookies
    await context.add_cookies(
        [{"name": "bangban_session", "value": cookies["bangban_session"], "url": site.url}]
    )
    console = await context.new_page()
    await console.goto(f"{site.url}/console/#/c/{conversation['id']}")
    file = {"name": "营业执照.png", "mimeType": "image/png", "buffer": png()}
    await console.get_by_test_id("picture-input").set_input_files([file])
    await expect(console.get_by_test_id("picture-chosen").locator("img")).to_be_visible()
    await console.get_by_test_id("reply-send").click()
    await expect(console.get_by_test_id("picture-chosen")).to_have_count(0)
    await weixin.until(lambda: weixin.inbox["o1"][-1].kind == "image")
    assert weixin.media["uploaded-0"] == ("image/png", png())
    await visitor.get_by_test_id("launcher").click()
    for page, place in ((console, "attachment"), (visitor, "picture")):
        image = page.get_by_test_id(place).locator("img")
        await expect(image).to_be_visible()
        await page.wait_for_function("it => it.naturalWidth === 40", arg=await image.element_handle())
    assert await faults(console) == []
