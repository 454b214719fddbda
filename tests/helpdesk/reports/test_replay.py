"""The replay: the requests of each day through the advice that the days before it gave."""

import math
import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.helpdesk.reports.replaying import Replay, replay, waits
from bot.helpdesk.reports.staffing import Arrival, Day, Goal, advise, slot_of
from bot.helpdesk.worktime.schedule import local_day
from tests.helpdesk.reports.test_staffing_advice import GOAL, MONDAY, NINE, arrivals

Log = dict[date, list[Arrival]]


def steady(per_slot: float, handling: float, days: int, pickup: float | None = None, seed: int = 1) -> Log:
    """A Poisson stream from nine to twelve on several days, with exponential handling times."""
    dice, log = random.Random(seed), {}
    for day in range(days):
        at, those = 0.0, []
        while (at := at + dice.expovariate(per_slot / 1800)) < 3 * 3600:
            moment = NINE + timedelta(days=day, seconds=at)
            those.append(Arrival(moment, dice.expovariate(1 / handling), None, pickup, pickup))
        log[MONDAY + timedelta(days=day)] = those
    return log


def whole(log: Log, goal: Goal = GOAL, skip: int = 0) -> Replay:
    return replay(log, min(log) + timedelta(days=skip), max(log), goal)


@pytest.mark.parametrize(
    ("places", "handling", "expected"),
    [
        (1, 100, [0, 90, 180]),  # each waits for the one before
        (2, 100, [0, 0, 80]),
        (3, 100, [0, 0, 0]),
        (0, 100, [math.inf] * 3),
    ],
)
def test_requests_wait_for_the_next_place_in_the_order_they_came(
    places: int, handling: float, expected: list[float]
):
    found = waits(arrivals(0, 10, 20, handling=handling), 1, lambda _: places)
    assert found == pytest.approx(expected)


def test_who_waits_is_served_when_the_next_half_hour_has_more_places():
    found = waits(arrivals(0, 1790, handling=3600), 1, lambda at: 1 if slot_of(at) == 18 else 2)
    assert found == pytest.approx([0, 10])


def test_mean_handling_time_stands_in_when_one_is_not_known():
    assert waits(arrivals(0, 10, handling=None), 50, lambda _: 1) == pytest.approx([0, 40])


@given(st.lists(st.tuples(st.floats(0, 20_000), st.floats(1, 3000)), max_size=40), st.integers(1, 5))
def test_never_more_are_held_than_there_are_places_and_nobody_overtakes(
    drawn: list[tuple[float, float]], places: int
):
    log = sorted(
        (Arrival(NINE + timedelta(seconds=at), handling) for at, handling in drawn), key=lambda each: each.at
    )
    found = waits(log, 1, lambda _: places)
    starts = [each.at.timestamp() + wait for each, wait in zip(log, found, strict=True)]
    assert all(wait >= 0 for wait in found)
    assert starts == sorted(starts)
    ends = [start + (each.handling_seconds or 1) for each, start in zip(log, starts, strict=True)]
    for start in starts:
        held = sum(s <= start < e - 1e-6 for s, e in zip(starts, ends, strict=True))
        assert held <= places
    # One place more never makes anybody wait longer.
    more = waits(log, 1, lambda _: places + 1)
    assert all(a <= b + 1e-6 for a, b in zip(more, found, strict=True))


def test_replay_of_a_long_steady_log_agrees_with_the_forecast():
    found = whole(steady(20, 480, days=100, pickup=20), skip=60)
    assert (found.days, found.checked, len(found.slots), found.unforeseen) == (40, 40, 6, 0)
    assert found.mean_error < 0.03
    assert found.replayed_share >= 0.95 and found.forecast_share >= 0.95


def test_replay_shows_that_advice_which_ignores_picking_up_would_not_do():
    log = steady(20, 480, days=100, pickup=59)
    assert whole(log, skip=60).replayed_share >= 0.95
    # With no pickup known to the advice, all of the promise goes into the wait for a place.
    ignoring = whole(log, replace(GOAL, pickups_needed=10**9), skip=60)
    assert ignoring.forecast_share >= 0.96 > 0.94 > ignoring.replayed_share
    assert ignoring.mean_error > whole(log, skip=60).mean_error


def test_replay_shows_that_fewer_helpers_would_not_do():
    log = steady(20, 480, days=100)
    last = max(log)
    needed = advise({on: Day.of(each) for on, each in log.items()}, last, last, GOAL).slots[21].helpers
    enough, short = (
        [wait <= 60 for each in log.values() for wait in waits(each, 480, lambda _, n=places: n)]
        for places in (needed, needed - 2)
    )
    assert sum(enough) / len(enough) > 0.95 > 0.9 > sum(short) / len(short)


def test_day_is_replayed_through_the_advice_of_the_days_before_it_and_not_of_its_own():
    quiet, busy = arrivals(0, 900), arrivals(*range(0, 1800, 30))
    log = {MONDAY - timedelta(weeks=2): quiet, MONDAY - timedelta(weeks=1): quiet, MONDAY: busy}
    found = replay(log, MONDAY, MONDAY, GOAL)
    (slot,) = found.slots
    page = advise({on: Day.of(each) for on, each in log.items()}, MONDAY, MONDAY, GOAL).slots[18]
    assert (slot.expected, slot.helpers, slot.forecast_share) == (2, page.helpers, page.forecast_share)
    assert (slot.arrivals, slot.requests) == (60, 60)
    # Its own requests would have asked for more than twenty; what was to be had beforehand did not do.
    assert page.helpers < 5 and slot.replayed_share < 0.5
    assert found.mean_error == pytest.approx(slot.forecast_share - slot.replayed_share, abs=1e-4)


def test_days_are_left_out_and_counted_when_too_little_lies_before_them():
    log = steady(20, 480, days=14)
    found = whole(log)
    assert (found.days, found.checked) == (14, 13)
    log[MONDAY + timedelta(days=3)] = []  # nobody came: nothing to check
    assert (whole(log).days, whole(log).checked) == (13, 12)
    unhandled = {on: [replace(each, handling_seconds=None) for each in those] for on, those in log.items()}
    nothing = whole(unhandled)
    assert (nothing.days, nothing.checked, nothing.slots, nothing.mean_error) == (13, 0, [], None)
    slow = whole(steady(20, 480, days=14, pickup=61))
    assert (slow.days, slow.checked, slow.replayed_share) == (14, 0, None)


def test_requests_that_nobody_expected_count_as_a_failure_of_the_advice():
    evening = [replace(each, at=each.at + timedelta(hours=9)) for each in arrivals(0, 1)]
    log = {MONDAY - timedelta(weeks=1): arrivals(0, 900), MONDAY: [*arrivals(0, 900), *evening]}
    found = replay(log, MONDAY, MONDAY, GOAL)
    nine, late = found.slots
    assert found.unforeseen == 2
    assert (late.slot, late.helpers, late.forecast_share, late.replayed_share) == (36, 0, 1, 0)
    assert nine.replayed_share == 1
    assert found.mean_error == pytest.approx((2 * (1 - nine.forecast_share) + 2 * 1) / 4, abs=1e-4)


@pytest.mark.parametrize(("own", "share"), [(10, 1), (61, 0), (None, 1)])
def test_request_is_in_time_when_its_wait_and_its_pickup_keep_the_promise(own: float | None, share: float):
    log = {MONDAY - timedelta(days=7): arrivals(*range(0, 1800, 90), pickup=30)}
    log[MONDAY] = arrivals(0, pickup=own)
    assert replay(log, MONDAY, MONDAY, GOAL).replayed_share == share


def test_wait_for_a_place_and_picking_up_are_added_when_both_take_their_time():
    # One place, and the second waits for it 20 s; then a median of 30 or of 50 s goes to the first answer.
    for pickup, share in ((30, 1), (50, 0.5)):
        log = {MONDAY - timedelta(days=7): arrivals(0, 360, 720, 1080, 1440, handling=20, pickup=pickup)}
        log[MONDAY] = [replace(each, handling_seconds=20) for each in arrivals(0, 0)]
        found = replay(log, MONDAY, MONDAY, Goal(0.5, 60, 1))
        assert (found.slots[0].helpers, found.replayed_share) == (1, share)


def test_days_of_a_log_are_local_days():
    assert {local_day(each.at) for those in steady(20, 480, days=1).values() for each in those} == {MONDAY}
