"""Figures against cases worked out by hand, and against themselves."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.helpdesk.reports import figures as module
from bot.helpdesk.reports.figures import Material, figures, percentile, report
from bot.helpdesk.reports.records import ConversationRecord, RequestRecord, day_key, facts, wanted_at
from tests.helpdesk.reports.conftest import MONDAY, drawn

AFTER = MONDAY + timedelta(days=30)


def request(**values: object) -> RequestRecord:
    base = RequestRecord(
        "r", MONDAY, "税务局", "a", "林", "asked", None, None, None, None, False, None, None, None
    )
    return replace(base, **values)


def seconds(n: float) -> object:
    return MONDAY + timedelta(seconds=n)


@pytest.mark.parametrize(
    ("values", "counted", "within"),
    [
        ({}, False, False),  # still waiting in time: nobody can say yet
        ({"first_response_at": seconds(60)}, True, True),
        ({"first_response_at": seconds(60.001), "breached": True}, True, False),
        ({"breached": True}, True, False),
        ({"closed_at": seconds(20), "outcome": "no_response"}, True, False),
    ],
)
def test_promise_is_judged_once_it_can_be(values: dict, counted: bool, within: bool):
    found = facts(request(**values), 60, AFTER)
    assert (found.counted, found.within) == (counted, within)


@pytest.mark.parametrize(
    ("values", "response"),
    [
        ({"first_response_at": seconds(50)}, 50),
        ({"first_response_at": seconds(54_010), "promised_from": seconds(54_000)}, 10),
        ({"first_response_at": seconds(30), "promised_from": seconds(54_000)}, 0),
        ({"promised_from": seconds(54_000)}, None),
    ],
)
def test_answer_is_timed_by_the_clock_of_the_promise(values: dict, response: float | None):
    found = facts(request(**values), 60, AFTER)
    assert (found.response_seconds, found.within) == (response, response is not None)


@pytest.mark.parametrize(
    ("values", "pickup"),
    [
        ({"first_offer_at": seconds(2)}, 50),
        ({"first_offer_at": seconds(2), "requeued_seconds": 30.0004}, 20),  # let ring, then no place
        ({"first_offer_at": seconds(2.001)}, None),  # there was no place before
        ({"first_offer_at": None}, None),  # taken from the queue by hand: nobody had room
        ({"first_offer_at": seconds(1), "first_response_at": None}, None),
        ({"first_offer_at": seconds(1), "promised_from": seconds(0)}, 50),
        ({"first_offer_at": seconds(1), "promised_from": seconds(40)}, None),  # off hours
    ],
)
def test_pickup_is_known_only_of_who_found_a_place_at_once(values: dict, pickup: float | None):
    record = request(**{"first_response_at": seconds(50), **values})
    assert facts(record, 60, AFTER).pickup_seconds == pickup


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({}, 0),
        ({"promised_from": seconds(0), "first_response_at": seconds(9)}, 0),
        ({"promised_from": seconds(54_000)}, 54_000),
        ({"promised_from": seconds(54_000), "first_response_at": seconds(54_009)}, 54_000),
        (
            {"promised_from": seconds(54_000), "first_response_at": seconds(9)},
            0,
        ),  # somebody was there
        ({"promised_from": seconds(54_000), "closed_at": seconds(900)}, None),
        ({"promised_from": seconds(54_000), "closed_at": seconds(54_100)}, 54_000),
        ({"closed_at": seconds(900), "outcome": "ticket"}, None),
    ],
)
def test_place_is_wanted_from_the_start_of_duty_when_asked_for_at_night(values: dict, wanted: float | None):
    assert wanted_at(request(**values)) == (None if wanted is None else seconds(wanted))


CLOSED = {"first_response_at": seconds(9), "closed_at": seconds(600), "outcome": "resolved"}
WEEK = 7 * 86_400


@pytest.mark.parametrize(
    ("values", "after_seconds", "resolution"),
    [
        ({"closed_at": None}, WEEK * 2, None),
        ({}, 600 + WEEK - 1, None),
        ({}, 600 + WEEK, True),
        ({"resolved": True, "outcome": "unresolved"}, 601, True),
        ({"resolved": False}, 601, False),
        ({"newer_at": seconds(3600)}, 600 + WEEK, False),
        ({"newer_at": seconds(601 + WEEK)}, WEEK * 2, True),
        ({"resolved": True, "newer_at": seconds(3600)}, WEEK * 2, True),
        ({"outcome": "unresolved"}, WEEK * 2, False),
        ({"outcome": "no_response", "first_response_at": None}, WEEK * 2, False),
    ],
)
def test_resolution_is_judged_by_the_visitor_or_by_seven_days(
    values: dict, after_seconds: float, resolution: bool | None
):
    record = request(**{**CLOSED, **values})
    assert facts(record, 60, seconds(after_seconds)).resolution is resolution


def test_request_ended_by_ticket_is_neither_late_nor_abandoned_nor_in_the_base_of_a_rate():
    night = request(closed_at=seconds(99), outcome="ticket", promised_from=seconds(54_000))
    found = facts(night, 60, AFTER)
    assert (found.by_ticket, found.counted, found.within, found.abandoned) == (True, False, False, False)
    assert (found.resolution, found.handling_seconds) == (None, None)
    row = figures("total", Material.of([night], [], [], 60, AFTER))
    assert (row["requests"], row["closed"], row["by_ticket"]) == (1, 1, 1)
    assert (row["rate"], row["resolution_rate"], row["abandoned"], row["breached"]) == (None, None, 0, 0)


@pytest.mark.parametrize(("breached", "counted"), [(False, False), (True, True)])
def test_who_left_the_queue_counts_against_the_promise_only_when_it_was_broken(breached: bool, counted: bool):
    left = request(closed_at=seconds(90), outcome="abandoned", breached=breached)
    found = facts(left, 60, AFTER)
    assert (found.abandoned, found.counted, found.within, found.resolution) == (True, counted, False, False)
    row = figures(None, Material.of([left], [], [], 60, AFTER))
    assert (row["rate"], row["abandonment_rate"]) == (0 if breached else None, 1)


def test_who_went_back_to_the_queue_and_left_it_was_answered():
    gone = {"closed_at": seconds(600), "outcome": "abandoned"}
    assert not facts(request(**gone, first_response_at=seconds(5)), 60, AFTER).abandoned


def test_abandoned_is_who_left_without_any_answer():
    gone = {"closed_at": seconds(99), "outcome": "no_response"}
    assert facts(request(**gone), 60, AFTER).abandoned
    assert not facts(request(**gone, first_response_at=seconds(5)), 60, AFTER).abandoned
    assert not facts(request(**{**gone, "outcome": "unresolved"}), 60, AFTER).abandoned


def test_rate_without_a_base_is_nothing_and_not_zero():
    row = figures("x", Material.of([], [], [], 60, AFTER))
    assert {name: row[name] for name in row if name.endswith("rate") or name.startswith("mean")} == {
        "rate": None, "resolution_rate": None, "abandonment_rate": None, "bot_solved_rate": None,
        "satisfied_rate": None, "mean_stars": None, "mean_handling_seconds": None,
    }  # fmt: skip
    assert (row["median_seconds"], row["median_pickup_seconds"], row["requests"]) == (None, None, 0)


@pytest.mark.parametrize(
    ("values", "part", "expected"),
    [([], 0.5, None), ([7], 0.95, 7), ([1, 2], 0.5, 1.5), ([1, 2, 3, 4, 5], 0.95, 4.8), ([5, 1, 3], 0.5, 3)],
)
def test_percentile_lies_between_neighbours(values: list, part: float, expected: float | None):
    assert percentile(values, part) == expected


@given(st.integers(0, 40), st.integers(1, 10_000), st.sampled_from(["day", "department", "helper"]))
def test_rows_add_up_to_the_total(number: int, seed: int, by: str):
    material = Material.of(drawn(number, seed), [], [], 60, AFTER)
    total, rows = report(material, by, date(2026, 1, 5), date(2026, 1, 18))
    counts = [name for name, value in total.items() if isinstance(value, int)]
    assert len(counts) >= 12
    for name in counts:
        assert sum(row[name] for row in rows) == total[name], name
    for row in [total, *rows]:
        assert sum(row["breaches"].values()) == row["breached"]
        assert sum(row["reasons"].values()) == row["requests"]
        assert row["within"] <= row["answered"] <= row["rate_base"] <= row["requests"]
        assert row["resolved"] <= row["resolution_base"] <= row["closed"]


def test_report_looks_at_each_row_once_when_the_period_is_long(monkeypatch: pytest.MonkeyPatch):
    looked: list[datetime] = []

    def counted(moment: datetime) -> str:
        looked.append(moment)
        return day_key(moment)

    monkeypatch.setattr(module, "day_key", counted)
    talks = [ConversationRecord(f"{n}", MONDAY, bot_solved=False) for n in range(50)]
    material = Material.of(drawn(40), talks, [], 60, AFTER)
    total, rows = report(material, "day", date(2026, 1, 1), date(2026, 12, 31))
    assert (total["requests"], len(rows)) == (40, 365)
    assert len(looked) == 40 + 50


def test_helpers_of_one_name_are_told_apart():
    _, rows = report(Material.of(drawn(50), [], [], 60, AFTER), "helper", date(2026, 1, 5), date(2026, 1, 18))
    assert [row["key"] for row in rows] == ["林", "王 (bbbbbb)", "王 (cccccc)", None]


def test_every_day_of_the_period_has_a_row():
    _, rows = report(Material.of([], [], [], 60, AFTER), "day", date(2026, 2, 27), date(2026, 3, 1))
    assert [row["key"] for row in rows] == ["2026-02-27", "2026-02-28", "2026-03-01"]
