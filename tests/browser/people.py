"""The people of the browser tests."""

import subprocess
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Page

from bench.running import Service
from bot.cli.environments import ROOT, child_environment, python_of

#: Where everybody is: the day of a report is theirs.
ZONE = "Asia/Shanghai"
PASSWORD = "correct-horse-battery"


@dataclass(frozen=True)
class Staff:
    """An account the tests log in with."""

    username: str
    name: str
    password: str = PASSWORD

    @classmethod
    def add(
        cls, service: Service, username: str, name: str, department: str, role: str = "helper"
    ) -> "Staff":
        """Add an account to a running service with ``./bangban staff add``."""
        subprocess.run(
            [
                str(python_of("server")),
                "-m",
                "bot.cli.staff",
                "--data",
                str(service.data),
                "add",
                username,
                "--name",
                name,
                "--department",
                department,
                "--role",
                role,
                "--password",
                PASSWORD,
            ],
            cwd=ROOT,
            env=child_environment("server"),
            check=True,
            capture_output=True,
            timeout=60,
        )
        return cls(username, name)


@dataclass
class Seats:
    """Consoles, each in a browser profile of its own."""

    browser: Browser
    contexts: list[BrowserContext]
    service: Service
    pages: list[Page] = field(default_factory=list)

    def take(self, staff: Staff, *, ready: bool = True) -> Page:
        """Log in as ``staff``, ready for requests unless told otherwise."""
        context = self.browser.new_context(
            viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id=ZONE
        )
        self.contexts.append(context)
        page = context.new_page()
        page.goto(f"{self.service.url}/console/")
        page.get_by_test_id("login-username").fill(staff.username)
        page.get_by_test_id("login-password").fill(staff.password)
        page.get_by_test_id("login-submit").click()
        if ready:
            page.get_by_test_id("presence-ready").click()
        self.pages.append(page)
        return page

    def leave(self) -> None:
        """Declare everybody away, so that nothing is offered to people who are gone."""
        for page in self.pages:
            if not page.is_closed() and page.get_by_test_id("presence-away").is_visible():
                page.get_by_test_id("presence-away").click()
