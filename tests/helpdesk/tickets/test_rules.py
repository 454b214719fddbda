"""What may happen to a ticket: every move of every status, and the clocks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.helpdesk.errors import Invalid, WrongState
from bot.helpdesk.models import Staff
from bot.helpdesk.rules import Policy
from bot.helpdesk.tickets import rules
from bot.helpdesk.tickets.models import STATUSES, UNSETTLED, Ticket
from bot.helpdesk.worktime import LOCAL, Schedule

NOW = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
OFFICE = Schedule()


def ticket(status: str = "open", **values: object) -> Ticket:
    settled = (
        {"resolved_at": NOW, "told_at": NOW, "result": "办好了"} if status in ("resolved", "closed") else {}
    )
    given = {
        "help_request_id": None,
        "source": "callback",
        "assigned_to": None if status == "open" else "lin",
        "contact_due_at": NOW + timedelta(days=1),
        "due_at": NOW + timedelta(days=7),
        **settled,
        **values,
    }
    return Ticket(
        id="t", number="20260105-0001", conversation_id="c", complexity="simple", department="税务局",
        topic=None, district=None, channel="widget", locale="zh", title="补税", description="补税",
        contact={"phone": "12345"}, status=status, created_at=NOW,
        created_by_kind="visitor", created_by=None, **given,
    )  # fmt: skip


EVENTS = {
    "assign": rules.Assign("wang", "王"),
    "transfer": rules.Transfer("人社局"),
    "start": rules.Start(),
    "contacted": rules.Contacted(),
    "resolve": rules.Resolve("办好了"),
    "close": rules.Close(),
    "reopen": rules.Reopen(LATER, LATER),
    "cancel": rules.Cancel(),
}
#: status after each move that is allowed; every other pair is refused.
ALLOWED = {
    ("open", "assign"): "assigned",
    ("open", "transfer"): "open",
    ("open", "contacted"): "open",
    ("open", "cancel"): "cancelled",
    ("assigned", "assign"): "assigned",
    ("assigned", "transfer"): "open",
    ("assigned", "start"): "in_progress",
    ("assigned", "contacted"): "assigned",
    ("assigned", "cancel"): "cancelled",
    ("in_progress", "assign"): "in_progress",
    ("in_progress", "transfer"): "open",
    ("in_progress", "contacted"): "in_progress",
    ("in_progress", "resolve"): "resolved",
    ("in_progress", "cancel"): "cancelled",
    ("resolved", "close"): "closed",
    ("resolved", "reopen"): "reopened",
    ("closed", "reopen"): "reopened",
    ("reopened", "assign"): "reopened",
    ("reopened", "transfer"): "open",
    ("reopened", "start"): "in_progress",
    ("reopened", "contacted"): "reopened",
    ("reopened", "cancel"): "cancelled",
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("name", EVENTS)
def test_ticket_moves_only_as_the_table_says(status: str, name: str):
    before = ticket(status)
    if expected := ALLOWED.get((status, name)):
        assert rules.advance_ticket(before, EVENTS[name], LATER).status == expected
    else:
        with pytest.raises(WrongState):
            rules.advance_ticket(before, EVENTS[name], LATER)


def test_transfer_leaves_the_ticket_to_the_other_department():
    moved = rules.advance_ticket(ticket("in_progress"), rules.Transfer("人社局"), LATER)
    assert (moved.department, moved.assigned_to) == ("人社局", None)
    with pytest.raises(WrongState):
        rules.advance_ticket(moved, rules.Transfer("人社局"), LATER)


def test_first_contact_counts_when_there_are_several():
    first = rules.advance_ticket(ticket(), rules.Contacted(), NOW)
    assert rules.advance_ticket(first, rules.Contacted(), LATER) is first


def test_same_assignee_changes_nothing():
    before = ticket("assigned", assigned_to="wang")
    assert rules.advance_ticket(before, EVENTS["assign"], LATER) is before


def test_work_does_not_start_when_nobody_has_the_ticket():
    with pytest.raises(WrongState):
        rules.advance_ticket(ticket("reopened", assigned_to=None), rules.Start(), LATER)


def test_reopening_starts_every_clock_again():
    before = ticket("closed", contacted_at=NOW, told_at=NOW, closed_at=NOW)
    again = rules.advance_ticket(before, EVENTS["reopen"], LATER)
    assert (again.contact_due_at, again.due_at, again.reopened) == (LATER, LATER, 1)
    unset = (again.contacted_at, again.resolved_at, again.closed_at, again.told_at)
    assert unset == (None, None, None, None)


@given(st.lists(st.sampled_from(sorted(EVENTS)), max_size=30))
def test_ticket_keeps_its_word_through_any_sequence_of_events(names: list[str]):
    now, current = NOW, ticket()
    for name in names:
        now += timedelta(hours=1)
        try:
            current = rules.advance_ticket(current, EVENTS[name], now)
        except WrongState:
            continue
        assert current.status in STATUSES
        assert (current.status in ("resolved", "closed")) == (current.resolved_at is not None)
        assert current.status not in ("assigned", "in_progress") or current.assigned_to
        assert current.status != "open" or current.assigned_to is None
        assert not current.is_late(now) or current.status in UNSETTLED


# --- clocks -----------------------------------------------------------------------------------------------


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def test_deadlines_follow_the_complexity():
    now = local("2026-01-05T10:00")
    simple = rules.deadlines(OFFICE, "simple", Policy(), now)
    assert simple == (local("2026-01-06T17:30"), local("2026-01-12T17:30"))
    assert rules.deadlines(OFFICE, "complex", Policy(), now)[1] == local("2026-01-26T17:30")


def test_reminder_comes_four_working_hours_before_a_deadline():
    due = local("2026-01-12T17:30")
    waiting = ticket(contact_due_at=local("2026-01-06T17:30"), due_at=due)

    def kinds(now: str, which: Ticket = waiting) -> list[str]:
        return [kind for kind, _ in rules.due_reminders(which, OFFICE, Policy(), local(now))]

    assert kinds("2026-01-06T13:29") == []
    assert kinds("2026-01-06T13:30") == ["contact"]
    contacted = replace(waiting, contacted_at=NOW)
    assert kinds("2026-01-12T13:29", contacted) == []
    assert kinds("2026-01-12T13:30", contacted) == ["due"]
    assert kinds("2026-01-12T13:30") == ["contact", "due"]
    assert kinds("2026-01-12T13:30", replace(waiting, status="resolved")) == []


def test_ticket_is_late_after_either_deadline():
    waiting = ticket()
    assert not waiting.is_late(waiting.contact_due_at)
    assert waiting.is_late(waiting.contact_due_at + timedelta(seconds=1))
    contacted = replace(waiting, contacted_at=NOW)
    assert not contacted.is_late(waiting.due_at)
    assert contacted.is_late(waiting.due_at + timedelta(seconds=1))
    assert not replace(waiting, status="cancelled").is_late(waiting.due_at + timedelta(days=1))


# --- verdict ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resolved", "stars", "days", "back"),
    [
        (False, None, 0, True),
        (False, 5, 7, True),
        (True, 2, 1, True),
        (True, 3, 1, False),
        (True, None, 1, False),
        (False, 1, 7.01, False),
    ],
)
def test_bad_verdict_reopens_within_seven_days(resolved: bool, stars: int | None, days: float, back: bool):
    now = NOW + timedelta(days=days)
    rated = rules.rated(ticket("resolved"), resolved, stars, None, now)
    assert rules.reopens(rated, now) is back


@pytest.mark.parametrize(
    ("status", "told_days", "days", "confirmed"),
    [
        ("resolved", 0, 7, True),
        ("resolved", 0, 6.99, False),
        ("resolved", 20, 26.99, False),
        ("resolved", 20, 27, True),
        ("resolved", None, 400, False),
        ("closed", 0, 8, False),
    ],
)
def test_result_stands_seven_days_after_the_visitor_was_told(
    status: str, told_days: float | None, days: float, confirmed: bool
):
    told_at = None if told_days is None else NOW + timedelta(days=told_days)
    assert rules.is_confirmed(ticket(status, told_at=told_at), NOW + timedelta(days=days)) is confirmed


@pytest.mark.parametrize(
    ("told_days", "days", "back"), [(20, 26, True), (20, 28, False), (None, 400, True), (0, 8, False)]
)
def test_time_to_object_begins_when_the_visitor_was_told(told_days: float | None, days: float, back: bool):
    told_at = None if told_days is None else NOW + timedelta(days=told_days)
    now = NOW + timedelta(days=days)
    rated = rules.rated(ticket("closed", told_at=told_at), False, None, None, now)
    assert rules.reopens(rated, now) is back


@pytest.mark.parametrize("status", [*UNSETTLED, "cancelled"])
def test_verdict_is_refused_before_there_is_a_result(status: str):
    with pytest.raises(WrongState):
        rules.check_may_rate(ticket(status))


# --- what comes from outside ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "contact",
    [
        {},
        {"name": "李"},
        {"phone": "abc"},
        {"phone": "138"},
        {"email": "nobody"},
        {"phone": "1" * 40},
        {"phone": "13800000000", "name": "x" * 65},
        {"phone": "13800000000", "when": "a\u0000b"},
    ],
)
def test_contact_is_refused_when_nobody_can_be_reached_by_it(contact: dict):
    with pytest.raises(Invalid):
        rules.clean_contact(contact, {})


def test_contact_takes_what_the_page_knows_when_the_form_left_it_out():
    profile = {"phone": "021-69530000", "name": "李", "company": "甲公司"}
    cleaned = rules.clean_contact({"name": " 王 ", "when": "下午"}, profile)
    assert cleaned == {"name": "王", "phone": "021-69530000", "when": "下午"}


@pytest.mark.parametrize(
    ("profile", "kept"),
    [
        ({"phone": "N/A"}, {}),
        ({"phone": "1" * 40, "name": "李"}, {"name": "李"}),
        ({"email": "nobody"}, {}),
        ({"name": "李" * 100}, {"name": "李" * 64}),
        ({"name": "a\u0000"}, {}),
    ],
)
def test_contact_leaves_out_what_the_page_says_and_cannot_be_right(profile: dict, kept: dict):
    typed = {"email" if "phone" in profile else "phone": "a@b.cn" if "phone" in profile else "13800000000"}
    assert rules.clean_contact(typed, profile) == {**typed, **kept}
    with pytest.raises(Invalid):
        rules.clean_contact({}, profile)  # and it is no way to be reached either


def test_title_is_the_first_line_and_never_too_long():
    assert rules.title_of("\n 补税 \n第二行") == "补税"
    assert len(rules.title_of("长" * 500)) == rules.TITLE_LIMIT


@pytest.mark.parametrize(
    ("role", "department", "sees"),
    [
        ("helper", "税务局", True),
        ("specialist", "人社局", False),
        ("helper", None, True),
        ("supervisor", "人社局", True),
    ],
)
def test_ticket_is_seen_by_its_department_and_overseers(role: str, department: str | None, sees: bool):
    staff = Staff("x", "x", "x", role, department, True, "away")
    assert rules.may_see(ticket(), staff) is sees
    assert rules.may_see(ticket("assigned", assigned_to="x"), staff)


def test_visitor_is_called_by_the_ticket_of_the_request_or_by_one_left_for_a_call() -> None:
    wished, own = ticket(), ticket(help_request_id="r", source="breach")
    night = ticket(help_request_id="before", source="off_hours")
    assert rules.left_for([wished, own], "r") is own
    assert rules.left_for([night, wished], "r") is night
    settled = ticket("cancelled", help_request_id="r")
    assert rules.left_for([settled, wished], "r") is settled
    others = [
        ticket(source="matter"), ticket("resolved"), ticket(help_request_id="before"),
        replace(own, help_request_id="before"),
        ticket(source="matter", help_request_id="r"),
    ]  # fmt: skip
    assert rules.left_for(others, "r") is None


def test_late_visitor_is_told_of_the_contact_and_after_it_of_the_result_until_that_is_overdue() -> None:
    waiting = ticket()
    contacted = ticket(contacted_at=NOW)
    assert rules.late_text(waiting, NOW) == ("late_ticket", waiting.contact_due_at)
    assert rules.late_text(waiting, waiting.contact_due_at) == ("late_ticket_overdue", None)
    assert rules.late_text(contacted, waiting.contact_due_at) == ("late_ticket_contacted", waiting.due_at)
    assert rules.late_text(contacted, waiting.due_at) == ("late_ticket_overdue", None)
    assert contacted.was_contacted_since(NOW) and not waiting.was_contacted_since(NOW)
    assert not contacted.was_contacted_since(NOW + timedelta(seconds=1))
