"""Advice for each half hour, and the replay that checks it."""

import math
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.helpdesk.reports.staffing import Arrival, Goal, actual, advise, replay, slot_of, waits
from bot.helpdesk.staffing import share_within

NINE = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)  # in Shanghai
GOAL = Goal(0.95, 60, 1)


def arrivals(*seconds: float, handling: float | None = 600) -> list[Arrival]:
    return [Arrival(NINE + timedelta(seconds=each), handling) for each in seconds]


def steady(per_slot: float, handling: float, days: int, seed: int = 1) -> list[Arrival]:
    """A Poisson stream from nine to twelve on several days, with exponential handling times."""
    dice, found = random.Random(seed), []
    for day in range(days):
        at = 0.0
        while (at := at + dice.expovariate(per_slot / 1800)) < 3 * 3600:
            moment = NINE + timedelta(days=day, seconds=at)
            found.append(Arrival(moment, dice.expovariate(1 / handling)))
    return found


def test_slot_is_the_half_hour_of_the_local_day():
    assert slot_of(NINE) == 18
    assert slot_of(NINE - timedelta(seconds=1)) == 17
    assert slot_of(datetime(2026, 1, 4, 16, 0, tzinfo=UTC)) == 0


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


def test_advice_is_what_erlang_c_asks_for():
    advised = {each.slot: each for each in advise(arrivals(*range(0, 1800, 150)), 1, 600, GOAL)}
    nine = advised[18]
    assert (nine.arrivals, nine.helpers) == (12, 8)
    assert nine.forecast_share == round(share_within(12 / 1800, 600, 8, 60), 4) >= 0.95
    assert share_within(12 / 1800, 600, 7, 60) < 0.95
    assert (advised[19].helpers, advised[19].forecast_share) == (0, None)


def test_helper_who_holds_several_counts_as_several_places():
    one = {each.slot: each for each in advise(arrivals(*range(0, 1800, 150)), 1, 600, Goal(0.95, 60, 3))}[18]
    assert one.helpers == 3


def test_no_helpers_are_advised_when_nothing_is_known_of_handling():
    slot = advise(arrivals(0, 1, handling=None), 1, None, GOAL)[18]
    assert (slot.arrivals, slot.helpers, slot.forecast_share) == (2, None, None)
    shown, error = replay(arrivals(0, 1, handling=None), 1, GOAL)
    assert error is None and [each.replayed_share for each in shown] == [None]


def test_replay_of_a_long_steady_log_agrees_with_the_forecast():
    shown, error = replay(steady(20, 480, days=60), 60, GOAL)
    assert len(shown) == 6
    assert error is not None and error < 0.03
    assert all(each.replayed_share >= 0.9 for each in shown)


def test_replay_shows_that_one_helper_fewer_would_not_do():
    log = steady(20, 480, days=60)
    needed = replay(log, 60, GOAL)[0][3].advice.helpers
    enough, short = (
        [wait <= 60 for wait in waits(log, 480, lambda _, n=places: n)] for places in (needed, needed - 2)
    )
    assert sum(enough) / len(enough) > 0.95 > 0.9 > sum(short) / len(short)


def test_actual_share_counts_who_was_answered_in_time():
    log = [
        Arrival(NINE, 60, "a", 30),
        Arrival(NINE + timedelta(minutes=1), 60, "b", 61),
        Arrival(NINE + timedelta(minutes=2), None, None, None),
    ]
    found = actual(log, 60)
    assert (len(found), found[18], found[19]) == (48, (0.3333, 2), (None, None))
