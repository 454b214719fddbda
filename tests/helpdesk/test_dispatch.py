"""The decision who is offered what."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.helpdesk.rules import Policy
from bot.helpdesk.rules.departments import DepartmentRecord
from bot.helpdesk.rules.dispatch import HelperState, NewOffer, OpenOffer, Plan, decide, within_bounds
from tests.helpdesk.makers import DEPARTMENTS, NOW, POLICY, a_helper, a_request, after, asked, waits


@pytest.mark.parametrize(
    "changes",
    [
        {"presence": "busy"},
        {"seen_at": NOW - timedelta(seconds=60)},
        {"seen_at": None},
        {"role": "specialist"},
        {"held": 5},
        {"capacity": 1, "held": 1},
        {"capacity": 0},
        {"ready_since": NOW - timedelta(seconds=59), "held": 2},
    ],
    ids=str,
)
def test_decide_leaves_a_helper_alone_when_they_cannot_take_it(changes: dict[str, object]) -> None:
    assert asked([waits()], [a_helper(**changes)]) == []


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"department": "税务局"}, {"department": "政务服务中心", "held": 0, "level": 3}),
        ({"skills": frozenset({"tax"}), "held": 2}, {"skills": frozenset({"trade"})}),
        ({"id": "knows", "held": 2}, {"held": 0}),
        ({"role": "helper", "held": 2}, {"role": "supervisor"}),
        ({"held": 1}, {"held": 2}),
        ({"held": 2, "capacity": 10}, {"held": 1, "capacity": 3}),
        ({"engaged_at": NOW - timedelta(minutes=9)}, {"engaged_at": NOW - timedelta(minutes=2)}),
        ({"id": "aaa"}, {"id": "bbb"}),
    ],
    ids=["nearer", "skilled", "knows the visitor", "helper", "less", "less of capacity", "idle", "id"],
)
def test_decide_asks_the_better_one_when_two_could(
    better: dict[str, object], worse: dict[str, object]
) -> None:
    level = worse.pop("level", 0) if "level" in worse else 0
    first = a_helper(**{"id": "one", **better})
    second = a_helper(**{"id": "two", **worse})
    request = a_request(topic="tax", level=level)
    waiting = waits(request, known_by=("gone", "knows"))
    for order in ([first, second], [second, first]):
        assert asked([waiting], order)[0] == first.id


def test_decide_serves_the_earliest_deadline_when_there_is_one_place() -> None:
    late, early = a_request("late", deadline_at=after(90)), a_request("early", deadline_at=after(50))
    plans = decide([waits(late), waits(early)], [a_helper(capacity=1)], DEPARTMENTS, POLICY, NOW)
    assert [(plan.request_id, [o.staff_id for o in plan.offer]) for plan in plans] == [("early", ["ann"])]


def test_decide_asks_one_for_fifteen_seconds_when_the_request_is_new() -> None:
    (plan,) = decide([waits()], [a_helper("ann"), a_helper("ben")], DEPARTMENTS, POLICY, NOW)
    assert plan == Plan("r1", (), (NewOffer("ann", 0, True, after(15)),))


def test_decide_leaves_the_silent_one_out_when_the_request_moves_on() -> None:
    ringing = OpenOffer(7, "ann", True, NOW, after(15))
    helpers = [replace(a_helper(name), seen_at=after(10)) for name in ("ann", "ben", "cy", "dan", "eve")]
    waiting = waits(a_request(level=1), offers=(ringing,))
    (plan,) = decide([waiting], helpers, DEPARTMENTS, POLICY, after(15))
    assert plan.end == ((7, "ignored"),)
    assert [o.staff_id for o in plan.offer] == ["ben", "cy", "dan"]
    assert [o.reserved for o in plan.offer] == [True, False, False]
    still = waits(a_request(level=2), left_out=frozenset({"ann"}))
    (plan,) = decide([still], helpers, DEPARTMENTS, POLICY, after(30))
    assert {(o.staff_id, o.expires_at) for o in plan.offer} == {
        ("ben", None), ("cy", None), ("dan", None), ("eve", None)
    }  # fmt: skip


def test_decide_withdraws_an_offer_when_its_helper_cannot_take_it_any_more() -> None:
    ringing = OpenOffer(7, "ann", True, NOW, after(15))
    for gone in (a_helper(presence="away"), a_helper(held=5)):
        plans = decide([waits(offers=(ringing,))], [gone, a_helper("ben")], DEPARTMENTS, POLICY, NOW)
        assert plans == [Plan("r1", ((7, "withdrawn"),), (NewOffer("ben", 0, True, after(15)),))]


def test_decide_changes_nothing_when_it_rings_where_it_should() -> None:
    ringing = OpenOffer(7, "ann", True, NOW, after(15))
    helpers = [a_helper("ann"), a_helper("ben")]
    assert decide([waits(offers=(ringing,))], helpers, DEPARTMENTS, POLICY, after(14)) == []


def test_decide_lets_fallback_departments_join_at_their_second_when_the_own_one_is_there() -> None:
    own, other = a_helper("own"), a_helper("other", department="政务服务中心")
    silent = frozenset({"own"})
    assert asked([waits(a_request(level=2), left_out=silent)], [own, other]) == []
    assert asked([waits(a_request(level=3), left_out=silent)], [own, other]) == ["other"]


@pytest.mark.parametrize("own", [{"presence": "away"}, {"held": 5}], ids=["away", "full"])
def test_decide_asks_the_fallback_at_once_when_nobody_of_the_own_department_could(
    own: dict[str, object],
) -> None:
    helpers = [a_helper("own", **own), a_helper("other", department="政务服务中心")]
    assert asked([waits()], helpers) == ["other"]


def test_decide_keeps_within_the_capacity_of_a_department_when_it_has_one() -> None:
    small = {"税务局": DepartmentRecord("税务局", capacity=3)}
    helpers = [a_helper("ann", held=1), a_helper("ben", held=1)]
    waiting = [waits(a_request(f"r{n}")) for n in range(4)]
    plans = decide(waiting, helpers, small, POLICY, NOW)
    assert sum(len(plan.offer) for plan in plans) == 1


def test_within_bounds_keeps_places_before_further_offers_and_leaves_the_unbound_alone() -> None:
    def new(staff_id: str, *, reserved: bool) -> NewOffer:
        return NewOffer(staff_id, 0, reserved, None)

    further, kept, other = new("ann", reserved=False), new("ben", reserved=True), new("zoe", reserved=True)
    plans = [Plan("r1", offer=(further, other)), Plan("r2", offer=(kept,))]
    of = {"ann": "税务局", "ben": "税务局"}
    assert within_bounds(plans, {"税务局": 2}, of) == plans
    assert within_bounds(plans, {"税务局": 1}, of) == [Plan("r1", offer=(other,)), plans[1]]
    assert within_bounds(plans, {}, of) == [Plan("r1", offer=(other,)), Plan("r2")]


# --- last resorts and outsiders


def with_centre(**changes: object) -> dict[str, DepartmentRecord]:
    """Two departments without any fallback, and a centre that serves all."""
    centre = replace(DepartmentRecord("政务服务中心", last_resort=True), **changes)  # type: ignore[arg-type]
    return {each.name: each for each in (DepartmentRecord("税务局"), DepartmentRecord("人社局"), centre)}


def asked_of(helpers: list[HelperState], level: int, policy: Policy = POLICY, **changes: object) -> list[str]:
    plans = decide([waits(a_request(level=level))], helpers, with_centre(**changes), policy, NOW)
    return [offer.staff_id for plan in plans for offer in plan.offer]


def test_decide_asks_the_last_resort_when_nobody_of_the_chain_is_there() -> None:
    centre = a_helper("centre", department="政务服务中心")
    gone, full = a_helper("own", presence="away"), a_helper("own", held=5)
    assert asked_of([centre, gone], 0) == asked_of([centre, full], 0) == ["centre"]
    assert asked_of([centre, a_helper("own")], 0) == ["own"]
    assert asked_of([centre, a_helper("own")], 3) == ["own", "centre"]  # it joins as fallbacks do
    closed = asked_of([centre, gone, a_helper("zoe", department="人社局")], 0, active=False)
    assert closed == ["centre"]  # a closed department serves nobody; she is an outsider like any other


def test_decide_asks_outsiders_when_everybody_in_charge_is_gone() -> None:
    outsider = a_helper("outsider", department="人社局")
    gone = [a_helper("own", presence="away"), a_helper("centre", department="政务服务中心", seen_at=None)]
    assert asked_of([outsider, *gone], 0) == ["outsider"]
    assert asked_of([outsider, *gone], 0, replace(POLICY, outsiders_help=False)) == []


def test_decide_asks_outsiders_with_the_fallbacks_when_everybody_in_charge_is_full() -> None:
    outsider, full = a_helper("outsider", department="人社局"), a_helper("own", held=5)
    assert asked_of([outsider, full], 2) == []
    assert asked_of([outsider, full], 3) == ["outsider"]
    assert asked_of([outsider, replace(full, held=4)], 3) == ["own"]  # and never beside who is in charge


def test_decide_asks_no_specialist_when_everybody_else_is_gone() -> None:
    assert asked_of([a_helper("sue", role="specialist")], 4) == []
