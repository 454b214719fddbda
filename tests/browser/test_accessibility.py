"""The look for accessibility faults does not depend on the moment it is taken at."""

import pytest
from playwright.sync_api import Page

from tests.browser.accessibility import serious_faults

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="zh-CN"><title>页面</title><main>
<style>@keyframes leave {{ to {{ opacity: .1 }} }}
.fade-leave-active {{ animation: leave 20s }}
@media (prefers-reduced-motion: reduce) {{ * {{ animation-duration: .01ms !important }} }}</style>
<h1>标题</h1><p class="{state}" style="color: {colour}; background: #fff">一次性密码</p></main></html>"""


@pytest.fixture
def page(browser, contexts) -> Page:
    context = browser.new_context(locale="zh-CN")
    contexts.append(context)
    return context.new_page()


def test_page_has_no_fault_when_a_legible_text_is_just_fading(page: Page):
    page.set_content(PAGE.format(state="fade-leave-active", colour="#111"))
    page.evaluate("document.getAnimations()[0].currentTime = 19000")
    page.evaluate(
        """() => { const it = document.querySelector('p');
        it.addEventListener('animationend', () => it.classList.remove('fade-leave-active')) }"""
    )

    assert serious_faults(page) == []


def test_page_has_a_fault_when_a_text_stays_too_pale(page: Page):
    page.set_content(PAGE.format(state="", colour="#ccc"))

    assert [fault["id"] for fault in serious_faults(page)] == ["color-contrast"]
