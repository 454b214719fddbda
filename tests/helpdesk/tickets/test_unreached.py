"""When a visitor whom a channel cannot reach gets a ticket. The way there is in tests/channels/wechat."""

from dataclasses import replace

import pytest

from bot.helpdesk.tickets.models import Ticket
from bot.helpdesk.tickets.rules import clean_contact, follow_up_of
from tests.helpdesk.tickets.test_rules import ticket


def test_nothing_follows_when_the_visitor_has_read_it():
    assert follow_up_of([], [], "r1") is False


def test_ticket_is_due_when_there_is_none():
    assert follow_up_of(["您好"], [], "r1") is True


def test_running_ticket_of_any_kind_follows_it_up():
    running = replace(ticket(), source="matter", status="in_progress")
    assert follow_up_of(["您好"], [running], "r1") is running


@pytest.mark.parametrize("status", ["resolved", "closed", "cancelled"])
@pytest.mark.parametrize(
    ("source", "request_id", "due"),
    [
        ("undelivered", "r1", False),
        ("off_hours", "r1", False),
        ("matter", "r1", True),
        ("undelivered", "r0", True),
    ],
)
def test_one_help_has_one_ticket(status: str, source: str, request_id: str, due: bool):
    settled: Ticket = replace(ticket(), source=source, status=status, help_request_id=request_id)
    assert follow_up_of(["您好"], [settled], "r1") is due


def test_contact_leaves_out_what_cannot_be_used():
    profile = {"phone": "call me", "email": "a@b.cn", "name": " 陈 ", "company": "x", "window": "3"}
    assert clean_contact({}, profile, needed=False) == {"email": "a@b.cn", "name": "陈"}
