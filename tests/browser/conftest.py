"""A whole running Bangban and a real Chromium."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from bench.running import Service, running, wait_until
from tests.browser.office import Office
from tests.browser.people import ZONE, Seats, Staff

CHROMIUM = os.environ.get("BANGBAN_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--disable-gpu",
]
#: Where screenshots go; set BANGBAN_SCREENSHOTS=docs/images to renew the committed ones.
SCREENSHOTS = Path(os.environ.get("BANGBAN_SCREENSHOTS", "var/screenshots"))

expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    with running() as started:
        assert started.password, "the first start prints the administrator's password"
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, headless=True)
        yield chromium
        chromium.close()


@pytest.fixture
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


@pytest.fixture
def visit(browser: Browser, contexts: list[BrowserContext], service: Service) -> Callable[[], Page]:
    """Opens the demo page, each time in a fresh profile: one more visitor."""

    def enter() -> Page:
        context = browser.new_context(
            viewport={"width": 1280, "height": 860}, locale="zh-CN", timezone_id=ZONE
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(service.url)
        return page

    return enter


@pytest.fixture
def visitor(visit: Callable[[], Page]) -> Page:
    """One visitor."""
    return visit()


@pytest.fixture(scope="session")
def helper_account(service: Service) -> Staff:
    """A helper added by the command an operator uses."""
    return Staff.add(service, "lin", "林晓", "政务服务中心")


@pytest.fixture(scope="session")
def colleague_account(service: Service) -> Staff:
    """A second helper of the same department."""
    return Staff.add(service, "zhao", "赵强", "政务服务中心")


@pytest.fixture(scope="session")
def specialist_account(service: Service) -> Staff:
    """A specialist, who is asked and takes nothing from the queue."""
    return Staff.add(service, "wang", "王宁", "政务服务中心", role="specialist")


@pytest.fixture(scope="session")
def supervisor_account(service: Service) -> Staff:
    """A supervisor."""
    return Staff.add(service, "qian", "钱芳", "政务服务中心", role="supervisor")


@pytest.fixture(scope="session")
def administrator(service: Service) -> Staff:
    """The account of the first start."""
    return Staff("admin", "管理员", service.password)


@pytest.fixture(scope="session")
def office(service: Service) -> Office:
    """The administrator, logged in."""
    return Office.open(service)


@pytest.fixture(autouse=True)
def _floor_emptied(office: Office) -> Iterator[None]:
    """No test finds what another one left: people who are ready, or requests that are open."""
    yield
    office.send_home()
    office.settle()


@pytest.fixture
def seats(browser: Browser, contexts: list[BrowserContext], service: Service) -> Seats:
    """Consoles of as many people as a test wants."""
    return Seats(browser, contexts, service)


@pytest.fixture
def console(seats: Seats, helper_account: Staff) -> Page:
    """The console in a second window, logged in and ready."""
    return seats.take(helper_account)


@pytest.fixture(autouse=True)
def _assistant_ready(service: Service) -> None:
    """An earlier test may have ended the assistant; wait until it is back."""
    wait_until(service.is_ready)
