"""A supervisor hears in time of a request that nobody takes."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import serious_faults
from tests.browser.office import Office
from tests.browser.people import Seats, Staff
from tests.browser.steps import ask_for_a_person, call_for, reply, screenshot

pytestmark = pytest.mark.browser
#: Far enough apart that each step is seen before the next one.
LADDER = {"widen_seconds": 1, "warn_seconds": 2, "fallback_seconds": 5, "first_response_seconds": 10}


def only_by_socket(page: Page) -> None:
    """Whatever rings from now on was pushed: asking for it is not answered."""
    page.route("**/api/staff/offers", lambda route: route.abort())
    page.route("**/api/staff/help-requests*", lambda route: route.abort())


def breaches(board: Page) -> int:
    """The breaches of today that the board shows."""
    return int(board.get_by_test_id("board-breaches").locator(".value").inner_text())


def test_supervisor_is_alerted_at_each_step_and_sees_the_breach_on_the_board(
    visitor: Page, seats: Seats, supervisor_account: Staff, office: Office
):
    question = "工厂用电报装要多久"
    supervisor = seats.take(supervisor_account, ready=False)
    with supervisor.expect_response("**/api/staff/presence"):
        supervisor.get_by_test_id("presence-busy").click()  # takes nothing, and hears what rings
    supervisor.get_by_test_id("nav-board").click()
    before = breaches(supervisor)
    only_by_socket(supervisor)
    with office.thresholds(**LADDER):
        ask_for_a_person(visitor, question)
        alert = call_for(supervisor, "alert", question)
        for level in (2, 3):
            expect(alert).to_have_attribute("data-level", str(level))
            expect(supervisor.get_by_test_id("ring-state")).to_have_attribute("data-state", "ringing")
            assert breaches(supervisor) == before
        screenshot(supervisor, "console-alert")
        expect(supervisor.get_by_test_id("board-breaches").locator(".value")).to_have_text(str(before + 1))
        screenshot(supervisor, "console-breach")
        assert serious_faults(supervisor) == []
        supervisor.get_by_test_id("call-accept").click()
        expect(supervisor.get_by_test_id("owner")).to_contain_text("我")
        reply(supervisor, "让您久等了，我来处理。")
        expect(alert).to_have_count(0)
