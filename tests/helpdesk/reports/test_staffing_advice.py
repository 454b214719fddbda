"""Advice for each half hour of a day, drawn from the days before it."""

from datetime import UTC, date, datetime, timedelta

from bot.helpdesk.reports.staffing import Arrival, Day, DayAdvice, Goal, actual, advise, slot_of
from bot.helpdesk.staffing import share_within

NINE = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)  # of a Monday in Shanghai
MONDAY = date(2026, 1, 5)
GOAL = Goal(0.95, 60, 1)
TWELVE = range(0, 1800, 150)  # seconds


def arrivals(*seconds: float, handling: float | None = 600, pickup: float | None = None) -> list[Arrival]:
    return [Arrival(NINE + timedelta(seconds=each), handling, None, pickup, pickup) for each in seconds]


def after(*days: list[Arrival], goal: Goal = GOAL, weeks: int = 1) -> DayAdvice:
    """The advice for a Monday: ``days`` are the ones before it, each ``weeks`` apart."""
    gap = timedelta(weeks=weeks)
    log = {MONDAY - n * gap: Day.of(those) for n, those in enumerate(days, 1)}
    return advise(log, MONDAY, MONDAY, goal)


def test_slot_is_the_half_hour_of_the_local_day():
    assert slot_of(NINE) == 18
    assert slot_of(NINE - timedelta(seconds=1)) == 17
    assert slot_of(datetime(2026, 1, 4, 16, 0, tzinfo=UTC)) == 0


def test_advice_is_what_erlang_c_asks_for():
    slots = after(arrivals(*TWELVE)).slots
    nine = slots[18]
    assert (nine.arrivals, nine.helpers) == (12, 8)
    assert nine.forecast_share == round(share_within(12 / 1800, 600, 8, 60), 4) >= 0.95
    assert share_within(12 / 1800, 600, 7, 60) < 0.95
    assert (slots[19].helpers, slots[19].forecast_share) == (0, None)


def test_pickup_is_taken_off_the_promise_before_erlang_c_is_asked():
    ignoring, minding = after(arrivals(*TWELVE)), after(arrivals(*TWELVE, pickup=50))
    assert (minding.basis.pickup_seconds, minding.basis.place_seconds) == (50, 10)
    few, more = ignoring.slots[18].helpers, minding.slots[18].helpers
    assert more > few
    assert share_within(12 / 1800, 600, more, 10) >= 0.95 > share_within(12 / 1800, 600, few, 10)
    assert minding.slots[18].forecast_share == round(share_within(12 / 1800, 600, more, 10), 4)


def test_pickup_is_the_median_of_those_who_found_a_place_at_once():
    seen = [*arrivals(0, 1, 2, pickup=10), *arrivals(3, 4, pickup=40), *arrivals(5, 6, 7, 8)]
    assert (after(seen).basis.pickups, after(seen).basis.pickup_seconds) == (5, 10)


def test_nothing_is_said_of_picking_up_when_too_few_are_known():
    thin = after([*arrivals(*TWELVE), *arrivals(1, 2, 3, 4, pickup=50)])
    assert (thin.basis.pickups, thin.basis.pickup_seconds, thin.basis.place_seconds) == (4, None, 60)
    assert thin.given and thin.slots[18].helpers


def test_no_number_of_helpers_is_advised_when_picking_up_takes_longer_than_the_promise():
    slow = after(arrivals(*TWELVE, pickup=61))
    assert (slow.basis.place_seconds, slow.given) == (None, False)
    assert (slow.slots[18].arrivals, slow.slots[18].helpers, slow.slots[18].forecast_share) == (
        12,
        None,
        None,
    )
    just = after(arrivals(*TWELVE, pickup=60))
    assert just.basis.place_seconds == 0 and just.slots[18].forecast_share >= 0.95


def test_helper_who_holds_several_counts_as_several_places():
    assert after(arrivals(*TWELVE), goal=Goal(0.95, 60, 3)).slots[18].helpers == 3


def test_no_helpers_are_advised_when_nothing_is_known_of_handling():
    advice = after(arrivals(0, 1, handling=None))
    slot = advice.slots[18]
    assert (slot.arrivals, slot.helpers, slot.forecast_share, advice.given) == (2, None, None, False)


def test_advice_rests_on_the_same_weekday_of_eight_weeks_and_on_nothing_later():
    mondays = [arrivals(*range(n)) for n in range(1, 10)]  # the ninth before has nine
    advice = after(*mondays)
    assert (advice.basis.days, advice.slots[18].arrivals) == (8, 36 / 8)
    log = {MONDAY + timedelta(weeks=n): Day.of(arrivals(0)) for n in (-2, 0, 1)}
    log[MONDAY - timedelta(days=1)] = Day.of(arrivals(0, 1, 2, handling=100))
    advice = advise(log, MONDAY, MONDAY, GOAL)
    # The Monday without any counts too; the Sunday tells how long things take.
    assert (advice.basis.days, advice.slots[18].arrivals) == (2, 0.5)
    assert advice.basis.handling_seconds == 225


def test_every_day_counts_when_the_log_is_shorter_than_a_week():
    log = {MONDAY - timedelta(days=n): Day.of(arrivals(0, 1)) for n in (1, 2, 4)}
    advice = advise(log, MONDAY, MONDAY, GOAL)
    assert (advice.basis.days, advice.slots[18].arrivals) == (4, 1.5)
    assert advise({}, MONDAY, MONDAY, GOAL).basis.days == 0


def test_days_still_to_come_are_no_days_without_requests_when_the_advice_is_for_later():
    log = {MONDAY - timedelta(weeks=n): Day.of(arrivals(*TWELVE)) for n in range(3)}
    later = advise(log, MONDAY + timedelta(weeks=4), MONDAY, GOAL)
    assert (later.basis.days, later.slots[18].arrivals) == (2, 12)


def test_actual_share_leaves_out_of_whom_it_cannot_be_said():
    log = [Arrival(NINE, 60, "a", 30), Arrival(NINE, None, None, None, counted=False)]
    assert actual(log, 60)[18] == (1.0, 1)
    assert actual(log[1:], 60)[18] == (None, 0)


def test_actual_share_counts_who_was_answered_in_time():
    log = [
        Arrival(NINE, 60, "a", 30),
        Arrival(NINE + timedelta(minutes=1), 60, "b", 61),
        Arrival(NINE + timedelta(minutes=2), None, None, None),
    ]
    found = actual(log, 60)
    assert (len(found), found[18], found[19]) == (48, (0.3333, 2), (None, None))
