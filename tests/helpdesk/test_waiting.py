"""The honest wait and Erlang C, held against published figures and against a simulation."""

import heapq
import random
import statistics
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.helpdesk.rules.policy import Policy
from bot.helpdesk.rules.waiting import (
    History,
    Places,
    Seen,
    Wait,
    arrival_rate,
    estimate,
    estimate_next,
    histories,
    history_of,
)
from bot.helpdesk.staffing import erlang_c, expected_wait, helpers_needed, share_within
from tests.helpdesk.makers import NOW

POLICY = Policy()
SEEN = History([10, 20, 30, 40, 50], [100, 200, 300, 400, 500])


@pytest.mark.parametrize(
    ("places", "history"),
    [
        (Places(0, 0), SEEN),
        (Places(5, 5), History([10, 20, 30, 40], SEEN.handlings)),
        (Places(5, 0), History(SEEN.pickups, [100])),
    ],
    ids=["nobody on duty", "few answered", "few handled"],
)
def test_estimate_is_none_when_history_is_too_thin(places: Places, history: History) -> None:
    assert estimate(1, places, history, POLICY) is None
    assert estimate_next(0, places, history, 0.01, POLICY) is None


def test_estimate_is_what_picking_up_takes_when_a_place_is_free() -> None:
    assert estimate(2, Places(5, 2), SEEN, POLICY) == Wait(30, 10, 50)


def test_estimate_adds_the_conversations_that_must_end_first_when_none_is_free() -> None:
    # Three must end; each of ten places ends every 300 s, so one of them every 30 s.
    wait = estimate(4, Places(10, 1), SEEN, POLICY)
    assert wait and wait.seconds == 3 * 30 + 30
    assert wait.low_seconds < wait.seconds < wait.high_seconds


def lately(department: str | None, count: int, pickup: float | None, handling: float | None) -> list[Seen]:
    return [Seen(department, pickup, handling, NOW - timedelta(seconds=100 - n)) for n in range(count)]


def test_wait_is_told_from_the_departments_own_history_when_there_is_enough_of_it() -> None:
    seen = [*lately("税务局", 10, 20, 600), *lately("人社局", 5, 50, 300), *lately(None, 5, 10, 100)]
    found = histories(seen)
    tax, labour = (history_of(each, found, POLICY) for each in ("税务局", "人社局"))
    assert (set(tax.pickups), set(tax.handlings)) == ({20}, {600})
    assert (set(labour.pickups), set(labour.handlings)) == ({50}, {300})
    assert len(history_of(None, found, POLICY).pickups) == 20
    told = [estimate(1, Places(2, 0), each, POLICY) for each in (tax, labour)]
    assert [wait and wait.seconds for wait in told] == [300 + 20, 150 + 50]


def test_wait_is_told_from_the_whole_service_of_what_a_department_has_too_little_of() -> None:
    seen = [*lately("税务局", 10, 20, 600), *lately("人社局", 4, 50, 300), *lately("人社局", 1, 50, None)]
    found = histories(seen)
    mixed = history_of("人社局", found, POLICY)
    # Five pickups of its own, but only four of them are over.
    assert (set(mixed.pickups), sorted(set(mixed.handlings))) == ({50}, [300, 600])
    assert history_of("金融办", found, POLICY) == history_of(None, found, POLICY)
    thin = histories(lately("税务局", 4, 20, 600))
    assert history_of("税务局", thin, POLICY) == history_of(None, thin, POLICY)
    assert history_of("税务局", histories([]), POLICY) == History()


def test_requests_arrive_at_the_rate_of_those_seen_since_the_oldest() -> None:
    seen = [*lately("税务局", 10, 20, 600), *lately(None, 10, None, None)]
    assert arrival_rate(seen, NOW) == 20 / 100
    assert arrival_rate([], NOW) == 0
    assert arrival_rate([Seen(None, None, None, NOW)], NOW) == 1


def test_wait_of_who_asks_next_is_no_less_than_what_the_rate_of_arrival_makes_of_it() -> None:
    # Places for 3 of 300 s carry 0.01 requests a second at the very most.
    calm, busy = (estimate_next(0, Places(3, 3), SEEN, rate, POLICY) for rate in (0.001, 0.0099))
    assert calm == Wait(30, 10, 50)
    assert busy and busy.seconds == busy.high_seconds == round(expected_wait(0.0099, 300, 3)) > 1000


def test_estimate_tells_the_truth_when_compared_with_a_simulation() -> None:
    rng, mean, helpers, place = random.Random(1), 300.0, 10, 8
    rate = helpers / mean
    waits = sorted(sum(rng.expovariate(rate) for _ in range(place)) for _ in range(20_000))
    said = estimate(place, Places(helpers, 0), History([0] * 5, [mean] * 5), POLICY)
    assert said is not None
    assert said.seconds == pytest.approx(statistics.fmean(waits), rel=0.03)
    assert said.low_seconds == pytest.approx(waits[2_000], rel=0.05)
    assert said.high_seconds == pytest.approx(waits[18_000], rel=0.05)


@given(
    st.integers(1, 200),
    st.builds(Places, st.integers(0, 60), st.integers(0, 60)),
    st.lists(st.floats(0, 4000), max_size=12),
    st.lists(st.floats(0, 4000), max_size=12),
    st.floats(0, 5),
)
def test_estimate_is_ordered_and_never_shrinks_with_the_place_when_it_says_anything(
    position: int, places: Places, pickups: Sequence[float], handlings: Sequence[float], rate: float
) -> None:
    history = History(pickups, handlings)
    wait = estimate(position, places, history, POLICY)
    behind = estimate(position + 1, places, history, POLICY)
    if wait is not None:
        assert 0 <= wait.low_seconds <= wait.high_seconds
        assert behind is None or behind.seconds >= wait.seconds
    coming = estimate_next(position, places, history, rate, POLICY)
    assert coming is None or 0 <= coming.low_seconds <= coming.high_seconds


@pytest.mark.parametrize(
    ("arrivals_per_hour", "handling", "helpers", "waits"),
    # Tables of Erlang C: traffic of 10 erlang on 11 and 14 servers, 1 on 2 (exactly a third).
    [(200, 180, 11, 0.6821), (200, 180, 14, 0.1741), (36, 100, 2, 1 / 3)],
)
def test_erlang_c_gives_the_published_probability(
    arrivals_per_hour: float, handling: float, helpers: int, waits: float
) -> None:
    assert erlang_c(arrivals_per_hour / 3600, handling, helpers) == pytest.approx(waits, abs=2e-4)


def test_erlang_c_says_that_nobody_keeps_up_when_there_is_more_work_than_people() -> None:
    assert erlang_c(1, 10, 10) == erlang_c(1, 10, 0) == 1
    assert share_within(1, 10, 10, 60) == 0
    assert expected_wait(1, 10, 10) == float("inf")
    with pytest.raises(ValueError):
        erlang_c(-1, 10, 10)


def test_erlang_c_needs_nobody_when_nobody_comes() -> None:
    assert (erlang_c(0, 300, 0), share_within(0, 300, 0, 60), expected_wait(0, 300, 3)) == (0, 1, 0)
    assert helpers_needed(0, 300) == 0


@given(st.floats(0.0001, 2), st.floats(1, 2000), st.floats(0.5, 0.99), st.floats(1, 300))
def test_helpers_needed_is_the_fewest_that_keep_the_promise(
    arrivals: float, handling: float, share: float, seconds: float
) -> None:
    needed = helpers_needed(arrivals, handling, share=share, seconds=seconds)
    assert share_within(arrivals, handling, needed, seconds) >= share
    assert share_within(arrivals, handling, needed - 1, seconds) < share


def test_share_within_matches_a_simulated_queue() -> None:
    rng, rate, handling, helpers, seconds = random.Random(7), 1 / 30, 240.0, 10, 60
    free_at, now, within, count = [0.0] * helpers, 0.0, 0, 60_000
    for _ in range(count):
        now += rng.expovariate(rate)
        start = max(now, heapq.heappop(free_at))
        within += start - now <= seconds
        heapq.heappush(free_at, start + rng.expovariate(1 / handling))
    assert share_within(rate, handling, helpers, seconds) == pytest.approx(within / count, abs=0.02)
