"""When a visitor whom a channel cannot reach gets a ticket. The way there is in tests/channels/wechat."""

from dataclasses import replace

import pytest

from bot.helpdesk.tickets.models import Ticket
from bot.helpdesk.tickets.rules import clean_contact, has_had_ticket, running
from tests.helpdesk.tickets.test_rules import ticket


def test_ticket_is_due_when_there_is_none():
    assert running([]) is None and not has_had_ticket([], "r1")


def test_running_ticket_of_any_kind_follows_it_up():
    settled, worked_on = ticket("closed"), replace(ticket("in_progress"), source="matter")
    assert running([settled, worked_on]) is worked_on


@pytest.mark.parametrize("status", ["resolved", "closed", "cancelled"])
@pytest.mark.parametrize(
    ("source", "request_id", "had"),
    [
        ("undelivered", "r1", True),
        ("off_hours", "r1", True),
        ("matter", "r1", False),
        ("undelivered", "r0", False),
    ],
)
def test_one_help_has_one_ticket(status: str, source: str, request_id: str, had: bool):
    settled: Ticket = replace(ticket(), source=source, status=status, help_request_id=request_id)
    assert running([settled]) is None and has_had_ticket([settled], "r1") is had


def test_contact_leaves_out_what_cannot_be_used():
    profile = {"phone": "call me", "email": "a@b.cn", "name": " 陈 ", "company": "x", "window": "3"}
    assert clean_contact({}, profile, needed=False) == {"email": "a@b.cn", "name": "陈"}
