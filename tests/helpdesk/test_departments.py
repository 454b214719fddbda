"""Departments, their chains, and who has to hear of a request that waits."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.helpdesk.models import Staff
from bot.helpdesk.rules.departments import OUTSIDE, DepartmentRecord, alerts_for, chain, distances, reachable
from tests.helpdesk.makers import DEPARTMENTS, NOW, POLICY, a_helper, a_request, after


def test_chain_follows_fallbacks_once_when_they_form_a_circle() -> None:
    assert chain("人社局", DEPARTMENTS) == ["人社局", "税务局", "政务服务中心"]
    assert chain("甲", DEPARTMENTS) == ["甲", "乙"]
    assert chain("撤销局", DEPARTMENTS) == ["政务服务中心"]
    assert chain(None, DEPARTMENTS) == chain("没有的局", DEPARTMENTS) == []


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdefz")), st.sampled_from("abcdefz"))
def test_chain_ends_and_repeats_nobody_when_fallbacks_point_anywhere(
    links: dict[str, str], start: str
) -> None:
    departments = {name: DepartmentRecord(name, fallback) for name, fallback in links.items()}
    found = chain(start, departments)
    assert len(found) == len(set(found)) <= len(departments)


def test_distances_let_everybody_serve_when_the_department_leads_nowhere() -> None:
    people = [a_helper("own", department="没有的局"), a_helper("other"), a_helper("free", department=None)]
    assert distances("没有的局", DEPARTMENTS, people) == {"own": 0, "other": 1, "free": 0}
    assert distances(None, DEPARTMENTS, people) == {"own": 0, "other": 0, "free": 0}


# --- alerts


def test_distances_put_last_resorts_behind_the_chain_unless_they_stand_in_it() -> None:
    known = {**DEPARTMENTS, "总台": DepartmentRecord("总台", last_resort=True)}
    known["政务服务中心"] = replace(known["政务服务中心"], last_resort=True)
    people = [a_helper(n, department=n) for n in ("税务局", "政务服务中心", "总台", "人社局")]
    assert distances("税务局", known, people) == {"税务局": 0, "政务服务中心": 1, "总台": 2}
    assert distances("甲", known, people) == {"政务服务中心": 2, "总台": 2}


def test_reachable_is_everybody_when_nobody_in_charge_is_there_and_outsiders_help() -> None:
    people = [a_helper("zoe", department="人社局")]
    assert reachable("税务局", DEPARTMENTS, people, POLICY) == {"zoe": OUTSIDE}
    assert reachable("税务局", DEPARTMENTS, people, replace(POLICY, outsiders_help=False)) == {}
    assert reachable("人社局", DEPARTMENTS, people, POLICY) == {"zoe": 0}


@pytest.mark.parametrize(
    ("role", "department", "level", "status", "reason"),
    [
        ("helper", "税务局", 1, "offered", None),
        ("helper", "税务局", 2, "offered", "department"),
        ("helper", None, 2, "waiting", "department"),
        ("helper", "政务服务中心", 2, "waiting", None),
        ("helper", "政务服务中心", 3, "waiting", "fallback"),
        ("helper", "人社局", 4, "waiting", None),
        ("supervisor", "人社局", 2, "waiting", "supervisor"),
        ("supervisor", "人社局", 2, "claimed", "supervisor"),
        ("specialist", "税务局", 4, "waiting", None),
    ],
)
def test_alerts_concern_whom_the_ladder_names(
    role: str, department: str | None, level: int, status: str, reason: str | None
) -> None:
    staff = Staff("me", "me", "我", role, department, True, "ready")  # type: ignore[arg-type]
    request = a_request(level=level, status=status, claimed_by="x" if status == "claimed" else None)
    found = alerts_for(staff, [request], DEPARTMENTS)
    assert [alert.reason for alert in found] == ([reason] if reason else [])
    assert all(alert.ring == (status != "claimed") for alert in found)


def test_alerts_ring_at_the_silent_owner_until_they_speak() -> None:
    me = Staff("me", "me", "我", "helper", "税务局", True, "ready")
    silent = a_request(level=2, status="claimed", claimed_by="me", claimed_at=NOW)
    assert [(a.reason, a.ring) for a in alerts_for(me, [silent], DEPARTMENTS)] == [("mine_silent", True)]
    assert alerts_for(me, [replace(silent, first_response_at=after(31))], DEPARTMENTS) == []
