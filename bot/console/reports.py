"""Reports over HTTP: figures with their definitions, files whose rows recompute them, staffing advice."""

import asyncio
from dataclasses import asdict
from datetime import date
from typing import Any, Literal

from pydantic import Field
from sanic import HTTPResponse
from sanic.response import raw

from bot.helpdesk.reports.files import as_csv, as_xlsx
from bot.helpdesk.reports.replaying import Replayed
from bot.helpdesk.reports.service import Asked, ServiceReport
from bot.helpdesk.reports.staffing import SLOT_SECONDS, Advice
from bot.helpdesk.rules import OVERSEERS
from bot.helpdesk.times import stamp
from bot.helpdesk.worktime.schedule import at
from bot.web import Body, Call, LocalDay, Route, limit
from bot.wire import Wire

REPORTS_PER_MINUTE = 60
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Period(Body):
    """Local days, both included; figures by day, department or helper; of one department."""

    first: LocalDay = Field(alias="from")
    last: LocalDay = Field(alias="to")
    by: Literal["day", "department", "helper"] = "day"
    department: str | None = Field(default=None, max_length=64)


class StaffingDay(Body):
    """A local day, and what share of the requests is to be answered within how many seconds.

    Without ``seconds``, within those of the promise.
    """

    day: LocalDay
    department: str | None = Field(default=None, max_length=64)
    share: float = Field(default=0.95, ge=0.5, le=0.999)
    seconds: float | None = Field(default=None, ge=0, le=3600)


class ReplayPeriod(Body):
    """Local days, both included, and the goal."""

    first: LocalDay = Field(alias="from")
    last: LocalDay = Field(alias="to")
    department: str | None = Field(default=None, max_length=64)
    share: float = Field(default=0.95, ge=0.5, le=0.999)
    seconds: float | None = Field(default=None, ge=0, le=3600)


class FiguresOut(Wire):
    """One row of figures; a rate without a base is null."""

    key: str | None
    requests: int
    answered: int
    within: int
    rate_base: int
    rate: float | None
    median_seconds: float | None
    p95_seconds: float | None
    breached: int
    breaches: dict[str, int]
    closed: int
    resolved: int
    resolution_base: int
    resolution_rate: float | None
    abandoned: int
    abandonment_rate: float | None
    by_ticket: int
    conversations: int
    bot_solved: int
    bot_solved_rate: float | None
    reasons: dict[str, int]
    rated: int
    mean_stars: float | None
    satisfied: int
    satisfied_rate: float | None
    tickets: int
    mean_handling_seconds: float | None
    median_pickup_seconds: float | None


class ServiceOut(Wire):
    """The figures of a period, with what each means."""

    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    by: str
    definitions: dict[str, str]
    total: FiguresOut
    rows: list[FiguresOut]


class BasisOut(Wire):
    """What advice rests on: how many days like it, the mean handling time, the median of picking up.

    ``pickup_seconds`` is null when fewer than ``pickups_needed`` are known (``pickups``). ``place_seconds``
    is what is left for the wait for a place; null: nothing, no number of helpers keeps the promise.
    """

    days: int
    handling_seconds: float | None
    pickup_seconds: float | None
    pickups: int
    pickups_needed: int
    place_seconds: float | None


class SlotOut(Wire):
    """A half hour of a day; ``starts`` is a time."""

    starts: str
    arrivals: float
    helpers: int | None
    forecast_share: float | None
    actual_share: float | None
    actual_helpers: int | None


class StaffingOut(Wire):
    """How many helpers each half hour needs to answer within ``seconds``; ``promise_seconds`` is promised."""

    day: date
    seconds: float
    promise_seconds: float
    basis: BasisOut
    slots: list[SlotOut]


class ReplayedOut(Wire):
    """A half hour over all checked days; ``starts`` is a local time of day. Counts are means of a day."""

    starts: str
    expected: float
    arrivals: float
    requests: int
    helpers: float
    forecast_share: float
    replayed_share: float


class ReplayOut(Wire):
    """The advice for each day, from the days before it, beside what the log of the day makes of it."""

    days: int
    checked: int
    unforeseen: int
    slots: list[ReplayedOut]
    forecast_share: float | None
    replayed_share: float | None
    mean_error: float | None


async def _report(call: Call) -> ServiceReport:
    await limit(call.parts, f"reports:{call.staff.id}", REPORTS_PER_MINUTE, 60)
    it: Period = call.query
    return await call.parts.office.reports.service(Asked(it.first, it.last, it.by, it.department))


async def service(call: Call) -> ServiceOut:
    """The figures of a period."""
    found = await _report(call)
    return ServiceOut(
        first=found.asked.first,
        last=found.asked.last,
        by=found.asked.by,
        definitions=found.definitions,
        total=FiguresOut(**found.total),
        rows=[FiguresOut(**row) for row in found.rows],
    )


async def service_csv(call: Call) -> HTTPResponse:
    """All rows behind the figures."""
    found = await _report(call)
    texts = call.parts.office.reports.texts
    body = await asyncio.to_thread(as_csv, found.material, found.definitions, texts)
    return _file(found, "csv", body, "text/csv; charset=utf-8")


async def service_xlsx(call: Call) -> HTTPResponse:
    """The figures as formulas over the rows."""
    found = await _report(call)
    texts, by = call.parts.office.reports.texts, found.asked.by
    body = await asyncio.to_thread(
        as_xlsx, found.material, by, found.total, found.rows, found.definitions, texts
    )
    return _file(found, "xlsx", body, _XLSX)


def _file(found: ServiceReport, ending: str, body: bytes, content_type: str) -> HTTPResponse:
    name = f"service-{found.asked.first}-{found.asked.last}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return raw(body, content_type=content_type, headers=headers)


async def staffing(call: Call) -> StaffingOut:
    """Advice for one day."""
    await limit(call.parts, f"reports:{call.staff.id}", REPORTS_PER_MINUTE, 60)
    it: StaffingDay = call.query
    found = await call.parts.office.reports.staffing(it.day, it.department, it.share, it.seconds)
    basis = BasisOut(**asdict(found.basis), pickups_needed=found.goal.pickups_needed)
    slots = [_slot_out(it.day, *each) for each in found.slots]
    promised = call.parts.desk.thresholds.policy.first_response_seconds
    return StaffingOut(
        day=it.day, seconds=found.goal.seconds, promise_seconds=promised, basis=basis, slots=slots
    )


def _slot_out(day: date, advice: Advice, share: float | None, helpers: int | None) -> SlotOut:
    return SlotOut(
        starts=stamp(at(day, advice.slot * SLOT_SECONDS // 60)),
        arrivals=advice.arrivals,
        helpers=advice.helpers,
        forecast_share=advice.forecast_share,
        actual_share=share,
        actual_helpers=helpers,
    )


async def replay(call: Call) -> ReplayOut:
    """Advice checked by the log."""
    await limit(call.parts, f"reports:{call.staff.id}", REPORTS_PER_MINUTE, 60)
    it: ReplayPeriod = call.query
    found = await call.parts.office.reports.replay(it.first, it.last, it.department, it.share, it.seconds)
    return ReplayOut(**{**vars(found), "slots": [_replayed_out(each) for each in found.slots]})


def _replayed_out(each: Replayed) -> ReplayedOut:
    figures = asdict(each)
    minutes = figures.pop("slot") * SLOT_SECONDS // 60
    return ReplayedOut(starts=f"{minutes // 60:02}:{minutes % 60:02}", **figures)


def _read(
    name: str, handler: Any, summary: str, query: type[Body], answer: type[Wire] | None = None
) -> Route:
    path = f"/api/staff/reports/{name}"
    return Route("GET", path, "staff", handler, summary, query=query, answer=answer, roles=OVERSEERS)


ROUTES = (
    _read("service", service, "Figures of the service", Period, ServiceOut),
    _read("service.csv", service_csv, "The rows behind the figures", Period),
    _read("service.xlsx", service_xlsx, "Figures as formulas over rows", Period),
    _read("staffing", staffing, "How many helpers it takes", StaffingDay, StaffingOut),
    _read("staffing/replay", replay, "Advice checked by the log", ReplayPeriod, ReplayOut),
)
