from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.helpdesk import rules
from bot.helpdesk.errors import Invalid, WrongState
from bot.helpdesk.models import HelpRequest
from bot.helpdesk.rules import ladder
from bot.helpdesk.rules.policy import THRESHOLDS, Policy, check_threshold, with_changes

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
POLICY = Policy()
WAITING = HelpRequest(
    "r1", "c1", "waiting", "asked", None, None, None, "widget", "?", {}, NOW, NOW + timedelta(seconds=60),
    None, None, None, None, None, None,
)  # fmt: skip


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def levels(request: HelpRequest, seconds: float) -> list[int]:
    return [level for level, _ in ladder.steps_due(request, POLICY, after(seconds))]


@pytest.mark.parametrize(
    ("seconds", "due"),
    [
        (14.9, []),
        (15, [1]),
        (30, [1, 2]),
        (45, [1, 2, 3]),
        (59.9, [1, 2, 3]),
        (60, [1, 2, 3, 4]),
        (900, [1, 2, 3, 4]),
    ],
)
def test_steps_are_due_at_their_second_when_nobody_answers(seconds: float, due: list[int]) -> None:
    assert levels(WAITING, seconds) == due


def test_steps_end_when_somebody_answered() -> None:
    held = rules.advance(WAITING, rules.Claim("ann", "安"), after(40))
    assert levels(held, 61) == [1, 2, 3, 4]  # a claim is no answer
    assert levels(rules.advance(held, rules.Respond("ann"), after(50)), 61) == []


def test_steps_start_anew_when_an_answered_request_waits_again() -> None:
    held = rules.advance(WAITING, rules.Claim("ann", "安"), NOW)
    answered = rules.advance(replace(held, level=2), rules.Respond("ann"), after(35))
    again = rules.advance(answered, rules.Release(), after(600))
    assert (again.level, again.waiting_since, again.deadline_at) == (0, after(600), WAITING.deadline_at)
    assert levels(again, 614) == [] and levels(again, 660) == [1, 2, 3, 4]
    late = replace(again, level=4)
    held = rules.advance(late, rules.Claim("ben", "本"), after(670))
    assert ladder.reclaim_at(held, POLICY) == after(685)
    spoken = rules.advance(held, rules.Respond("ben"), after(675))
    assert (spoken.first_response_at, spoken.waiting_since) == (after(35), None)
    assert ladder.reclaim_at(spoken, POLICY) is None and levels(spoken, 900) == []


@pytest.mark.parametrize(("claimed", "taken_back"), [(0, 50), (34, 50), (40, 55), (70, 85)])
def test_silent_claim_is_taken_back_at_fifty_seconds_but_never_at_once(
    claimed: float, taken_back: float
) -> None:
    held = rules.advance(WAITING, rules.Claim("ann", "安"), after(claimed))
    assert ladder.reclaim_at(held, POLICY) == after(taken_back)


def test_next_due_is_the_first_of_step_expiry_and_take_back() -> None:
    assert ladder.next_due(WAITING, [], POLICY) == after(15)
    assert ladder.next_due(WAITING, [after(9)], POLICY) == after(9)
    held = rules.advance(replace(WAITING, level=3), rules.Claim("ann", "安"), after(46))
    assert ladder.next_due(held, [], POLICY) == after(60)
    held = replace(held, claimed_at=after(5))
    assert ladder.next_due(held, [], POLICY) == after(50)
    assert ladder.next_due(replace(held, first_response_at=after(48)), [], POLICY) is None
    assert ladder.next_due(replace(WAITING, level=4), [], POLICY) is None


@pytest.mark.parametrize(
    ("claimed", "offered", "ready", "cause"),
    [
        (True, True, True, "claimed_and_silent"),
        (False, True, True, "offered_and_ignored"),
        (False, False, True, "all_full"),
        (False, False, False, "nobody_on_duty"),
    ],
)
def test_cause_is_the_nearest_to_an_answer(claimed: bool, offered: bool, ready: bool, cause: str) -> None:
    assert ladder.cause(claimed=claimed, offered=offered, anyone_ready=ready) == cause


@given(st.floats(0, 200), st.lists(st.floats(0, 200), max_size=6))
def test_no_step_is_taken_twice_or_left_out_when_the_clock_is_looked_at_anyhow(
    end: float, looks: list[float]
) -> None:
    request, taken = WAITING, []
    for moment in sorted([*looks, end]):
        for level, due_at in ladder.steps_due(request, POLICY, after(moment)):
            assert due_at <= after(moment)
            request = replace(request, level=level)
            taken.append(level)
    last = max([*looks, end])
    assert taken == [n for n, seconds in enumerate((15, 30, 45, 60), 1) if seconds <= last]


# --- moves


def test_move_gives_the_request_another_owner_whoever_held_it() -> None:
    taken = rules.advance(WAITING, rules.Move("ben", "本"), after(3))
    moved = rules.advance(taken, rules.Move("cy", "丙"), after(9))
    assert (moved.status, moved.claimed_by, moved.claimed_at) == ("claimed", "cy", after(9))
    with pytest.raises(WrongState):
        rules.advance(moved, rules.Move("cy", "丙"), after(10))


def test_redirect_waits_for_another_department_in_its_place() -> None:
    held = rules.advance(WAITING, rules.Claim("ann", "安"), NOW)
    for request in (WAITING, held):
        there = rules.advance(request, rules.Redirect("人社局"), after(5))
        assert (there.status, there.department, there.claimed_by) == ("waiting", "人社局", None)
        assert there.deadline_at == WAITING.deadline_at


def test_participant_stops_the_clock_when_they_speak_first() -> None:
    held = rules.advance(WAITING, rules.Claim("ann", "安"), NOW)
    assert rules.advance(held, rules.Respond("zoe", participant=True), after(9)).first_response_at == after(9)


# --- thresholds


def test_thresholds_all_have_a_default_within_their_bounds() -> None:
    for name, about in THRESHOLDS.items():
        assert check_threshold(name, about.default) == getattr(POLICY, name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("unknown", 1),
        ("widen_seconds", "15"),
        ("widen_seconds", True),
        ("widen_seconds", 0),
        ("widen_seconds", 5000),
        ("widen_seconds", float("nan")),
        ("helper_capacity", 2.5),
        ("claims_beyond_capacity", 1),
        ("widen_seconds", 30),  # not before the warning any more
        ("first_response_seconds", 40),
    ],
)
def test_thresholds_refuse_what_they_may_not_be(name: str, value: object) -> None:
    with pytest.raises(Invalid):
        with_changes(POLICY, {name: value})


def test_thresholds_change_what_is_named_and_nothing_else() -> None:
    changed = with_changes(POLICY, {"widen_seconds": 10, "claims_beyond_capacity": False})
    assert changed == replace(POLICY, widen_seconds=10, claims_beyond_capacity=False)
