"""Working time against figures worked out by hand, and properties that hold for any schedule."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.helpdesk.errors import Invalid
from bot.helpdesk.worktime import (
    LOCAL,
    DutyException,
    Schedule,
    Span,
    add_working_days,
    add_working_hours,
    day_of,
    duty,
    local_day,
    missing_years,
    special_day,
)
from bot.helpdesk.worktime.schedule import ordered

OFFICE = Schedule()


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def closed(day: date, *spans: Span) -> Schedule:
    return Schedule(exceptions={day: DutyException("x", None, day, spans, "培训")})


# --- holidays ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2026-01-01", "holiday"),  # New Year, a Thursday
        ("2026-01-04", "make_up"),  # a Sunday worked for it
        ("2026-02-17", "holiday"),  # Spring Festival
        ("2026-10-10", "make_up"),  # a Saturday worked for the National Day
        ("2026-01-05", None),
        ("2026-01-10", None),
    ],
)
def test_special_day_follows_the_arrangement_of_the_state_council(day: str, kind: str | None):
    found = special_day(date.fromisoformat(day))
    assert (found.kind if found else None) == kind


def test_missing_years_are_named_when_the_package_does_not_know_them():
    assert missing_years(date(2025, 6, 1)) == []
    assert missing_years(date(2190, 6, 1)) == [2190, 2191]


def test_weekdays_decide_when_a_year_is_unknown():
    assert day_of(OFFICE, date(2190, 10, 1)).kind == "work"  # a Friday, National Day
    assert day_of(OFFICE, date(2190, 10, 2)).kind == "rest"


def test_make_up_day_is_worked_as_a_monday():
    morning = Schedule(week={1: (Span.parse("09:00", "12:00"),), 7: ()})
    day = day_of(morning, date(2026, 1, 4))
    assert (day.kind, [span.as_text() for span in day.spans]) == ("make_up", [("09:00", "12:00")])


def test_exception_goes_before_a_holiday_and_the_week():
    schedule = closed(date(2026, 1, 1), Span.parse("10:00", "11:00"))
    assert duty(schedule, local("2026-01-01T10:30")).on_duty
    assert not duty(schedule, local("2026-01-01T11:00")).on_duty


# --- duty -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "on_duty", "until", "starts"),
    [
        ("2026-01-05T09:00", True, "2026-01-05T12:00", None),
        ("2026-01-05T08:59", False, None, "2026-01-05T09:00"),
        ("2026-01-05T12:00", False, None, "2026-01-05T13:30"),  # lunch
        ("2026-01-05T17:30", False, None, "2026-01-06T09:00"),
        ("2026-01-09T18:00", False, None, "2026-01-12T09:00"),  # over the weekend
        ("2026-02-13T18:00", False, None, "2026-02-14T09:00"),  # a Saturday made up for
        ("2026-02-14T18:00", False, None, "2026-02-24T09:00"),  # over Spring Festival
    ],
)
def test_duty_tells_until_when_or_from_when(now: str, on_duty: bool, until: str | None, starts: str | None):
    found = duty(OFFICE, local(now))
    assert found.on_duty is on_duty
    assert found.until == (local(until) if until else None)
    assert found.next_start == (local(starts) if starts else None)


def test_duty_never_ends_when_hours_were_never_set():
    found = duty(Schedule(always=True), local("2026-02-17T03:00"))
    assert (found.on_duty, found.until) == (True, None)


def test_exception_closes_a_service_that_is_otherwise_always_on():
    day = date(2026, 1, 5)
    schedule = Schedule(exceptions=closed(day).exceptions, always=True)
    found = duty(schedule, local("2026-01-05T12:00"))
    assert (found.on_duty, found.next_start) == (False, local("2026-01-06T00:00"))
    assert duty(schedule, local("2026-01-04T12:00")).until == local("2026-01-05T00:00")


def test_duty_never_comes_when_no_day_is_worked():
    found = duty(Schedule(week={}), local("2190-01-05T12:00"))
    assert (found.on_duty, found.next_start) == (False, None)


# --- working days and hours -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-01-05T10:00", 1, "2026-01-06T17:30"),
        ("2026-01-05T23:00", 1, "2026-01-06T17:30"),
        ("2026-01-09T10:00", 1, "2026-01-12T17:30"),
        ("2026-01-10T10:00", 1, "2026-01-12T17:30"),  # a Saturday
        ("2026-01-05T10:00", 5, "2026-01-12T17:30"),
        ("2026-02-13T10:00", 1, "2026-02-14T17:30"),  # the next day is a make-up Saturday
        ("2026-02-13T10:00", 2, "2026-02-24T17:30"),  # and then comes Spring Festival
        ("2026-02-10T10:00", 15, "2026-03-09T17:30"),
    ],
)
def test_deadline_falls_at_the_end_of_business_of_the_last_working_day(start: str, days: int, due: str):
    assert add_working_days(OFFICE, local(start), days) == local(due)


@pytest.mark.parametrize(
    ("start", "hours", "moved"),
    [
        ("2026-01-05T10:00", 1, "2026-01-05T11:00"),
        ("2026-01-05T10:00", 3, "2026-01-05T14:30"),  # over lunch
        ("2026-01-05T16:30", 4, "2026-01-06T12:00"),
        ("2026-01-05T20:00", 1, "2026-01-06T10:00"),
        ("2026-01-06T17:30", -4, "2026-01-06T13:30"),
        ("2026-01-12T10:00", -4, "2026-01-09T14:30"),  # back over a weekend
        ("2026-01-10T12:00", -1, "2026-01-09T16:30"),
    ],
)
def test_working_hours_pass_only_while_somebody_works(start: str, hours: float, moved: str):
    assert add_working_hours(OFFICE, local(start), hours) == local(moved)


def test_clocks_run_on_when_a_department_never_works():
    start = local("2190-01-05T10:00")
    assert add_working_days(Schedule(week={}), start, 5) == start + timedelta(days=5)
    assert add_working_hours(Schedule(week={}), start, -4) == start - timedelta(hours=4)


@pytest.mark.parametrize(
    "pair", [("9:00", "12:00"), ("12:00", "09:00"), ("09:00", "24:01"), ("24:00", "24:00"), ("", "x")]
)
def test_span_is_refused_when_it_is_none(pair: tuple[str, str]):
    with pytest.raises(Invalid):
        Span.parse(*pair)


def test_spans_are_refused_when_they_overlap():
    spans = [Span.parse("13:00", "17:00"), Span.parse("09:00", "13:30")]
    with pytest.raises(Invalid):
        ordered(spans)
    assert ordered(reversed([Span(0, 60), Span(60, 90)])) == (Span(0, 60), Span(60, 90))


# --- properties -------------------------------------------------------------------------------------------

moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


@st.composite
def days_spans(draw: st.DrawFn) -> tuple[Span, ...]:
    ends = sorted(draw(st.sets(st.integers(0, 24 * 60), max_size=6)))
    return tuple(Span(a, b) for a, b in zip(ends[::2], ends[1::2], strict=False))


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    week = {weekday: draw(days_spans()) for weekday in range(1, 8)}
    assume(week[1])
    day = draw(st.dates(date(2024, 1, 1), date(2027, 12, 31)))
    exception = DutyException("x", None, day, draw(days_spans()), "x")
    return Schedule(week, draw(st.sampled_from([{}, {day: exception}])))


@given(schedules(), moments)
def test_duty_changes_exactly_when_it_says(schedule: Schedule, now: datetime):
    found, instant = duty(schedule, now), timedelta(microseconds=1)
    change = found.until or found.next_start
    assert change is not None and change > now
    assert duty(schedule, change).on_duty is not found.on_duty
    assert duty(schedule, change - instant).on_duty is found.on_duty
    assert duty(schedule, now + (change - now) / 2).on_duty is found.on_duty


@given(schedules(), moments, st.integers(1, 30))
def test_deadline_lies_on_a_working_day_and_grows_with_the_days(
    schedule: Schedule, start: datetime, days: int
):
    due = add_working_days(schedule, start, days)
    day = local_day(due - timedelta(microseconds=1))
    assert day > local_day(start)
    assert day_of(schedule, day).spans
    assert add_working_days(schedule, start, days + 1) > due
    between = [local_day(start) + timedelta(days=n) for n in range(1, (day - local_day(start)).days + 1)]
    assert sum(bool(day_of(schedule, each).spans) for each in between) == days


@given(schedules(), moments, st.floats(0.1, 60))
def test_working_hours_added_and_taken_away_lead_back(schedule: Schedule, now: datetime, hours: float):
    found = duty(schedule, now)
    start = now if found.on_duty else found.next_start
    assert start is not None
    moved = add_working_hours(schedule, start, hours)
    assert moved - start >= timedelta(hours=hours) - timedelta(microseconds=2)
    back = add_working_hours(schedule, moved, -hours)
    assert back <= start + timedelta(microseconds=2)
    assert abs(add_working_hours(schedule, back, hours) - moved) <= timedelta(microseconds=4)
