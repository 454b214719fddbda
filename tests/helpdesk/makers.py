"""Short ways to write down requests, helpers and departments as the rules see them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.helpdesk import rules
from bot.helpdesk.models import HelpRequest
from bot.helpdesk.rules.departments import DepartmentRecord
from bot.helpdesk.rules.dispatch import HelperState, Waiting, decide

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
POLICY = rules.Policy()
LONG_READY = NOW - timedelta(hours=1)
DEPARTMENTS = {
    each.name: each
    for each in (
        DepartmentRecord("税务局", "政务服务中心"),
        DepartmentRecord("人社局", "税务局"),
        DepartmentRecord("政务服务中心"),
        DepartmentRecord("甲", "乙", capacity=2),
        DepartmentRecord("乙", "甲"),
        DepartmentRecord("撤销局", "政务服务中心", active=False),
    )
}


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def a_request(name: str = "r1", **changes: object) -> HelpRequest:
    request = HelpRequest(
        name, f"c-{name}", "waiting", "asked", None, "税务局", None, "widget", "?", {}, NOW, after(60),
        None, None, None, None, None, None,
    )  # fmt: skip
    return replace(request, **changes)  # type: ignore[arg-type]


def a_helper(name: str = "ann", **changes: object) -> HelperState:
    helper = HelperState(name, "helper", "税务局", "ready", LONG_READY, NOW)
    return replace(helper, **changes)  # type: ignore[arg-type]


def waits(request: HelpRequest | None = None, **changes: object) -> Waiting:
    return replace(Waiting(request or a_request()), **changes)  # type: ignore[arg-type]


def asked(waiting: list[Waiting], helpers: list[HelperState], now: datetime = NOW) -> list[str]:
    """Who is offered something, in the order of the plans."""
    return [o.staff_id for plan in decide(waiting, helpers, DEPARTMENTS, POLICY, now) for o in plan.offer]
