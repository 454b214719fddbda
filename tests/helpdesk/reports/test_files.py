"""Whoever has the file can recompute every figure from its rows, without this program."""

import csv
import io
import statistics
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import openpyxl
import pytest

from bot.helpdesk.database import Database
from bot.helpdesk.errors import Invalid
from bot.helpdesk.reports import service
from bot.helpdesk.reports.files import as_csv, as_xlsx
from bot.helpdesk.reports.records import By, RequestRecord
from bot.helpdesk.reports.service import Asked, Reports, ServiceReport
from bot.helpdesk.rules import Policy
from bot.helpdesk.rules.ladder import CAUSES
from bot.helpdesk.thresholds import Thresholds
from tests.conftest import FakeClock
from tests.helpdesk.reports.conftest import drawn

pytestmark = pytest.mark.integration
Fill = Callable[[list[RequestRecord]], Awaitable[None]]
FIRST, LAST = date(2026, 1, 5), date(2026, 1, 17)
Rows = list[dict[str, Any]]
KINDS: tuple[By, ...] = ("day", "department", "helper")


@pytest.fixture
def reports(database: Database, clock: FakeClock) -> Reports:
    clock.now = datetime(2026, 1, 18, tzinfo=UTC)
    return Reports(database, Thresholds(Policy()), clock)


async def made(reports: Reports, fill: Fill, by: By) -> ServiceReport:
    await fill(drawn(90))
    return await reports.service(Asked(FIRST, LAST, by))


def number(cell: Any) -> float | None:
    return None if cell in ("", None) else float(cell)


def recomputed(requests: Rows, conversations: Rows, tickets: Rows) -> dict[str, Any]:
    """The figures from the rows of a file, the plain way."""

    def total(name: str, rows: Rows = requests) -> int:
        return sum(int(row[name]) for row in rows)

    def ratio(part: int, whole: int) -> float | None:
        return round(part / whole, 4) if whole else None

    def numbers(name: str) -> list[float]:
        return [value for row in requests if (value := number(row[name])) is not None]

    def rounded(values: list[float], compute: Callable[[list[float]], float]) -> float | None:
        return round(compute(values), 3) if values else None

    def p95(values: list[float]) -> float:
        return values[0] if len(values) == 1 else statistics.quantiles(values, n=20, method="inclusive")[18]

    causes = Counter(row["cause"] for row in requests if row["cause"])
    return {
        "requests": len(requests),
        "answered": total("answered"),
        "within": total("within"),
        "rate_base": total("rate_base"),
        "rate": ratio(total("within"), total("rate_base")),
        "median_seconds": rounded(numbers("response_seconds"), statistics.median),
        "p95_seconds": rounded(numbers("response_seconds"), p95),
        "breached": total("breached"),
        "breaches": {cause: causes[cause] for cause in CAUSES},
        "closed": total("closed"),
        "resolved": total("resolved"),
        "resolution_base": total("resolution_base"),
        "resolution_rate": ratio(total("resolved"), total("resolution_base")),
        "abandoned": total("abandoned"),
        "abandonment_rate": ratio(total("abandoned"), len(requests)),
        "by_ticket": total("by_ticket"),
        "conversations": len(conversations),
        "bot_solved": total("bot_solved", conversations),
        "bot_solved_rate": ratio(total("bot_solved", conversations), len(conversations)),
        "reasons": dict(sorted(Counter(row["reason"] for row in requests).items())),
        "rated": total("rated"),
        "mean_stars": rounded(numbers("stars"), statistics.fmean),
        "satisfied": total("satisfied"),
        "satisfied_rate": ratio(total("satisfied"), total("rated")),
        "tickets": len(tickets),
        "mean_handling_seconds": rounded(numbers("handling_seconds"), statistics.fmean),
        "median_pickup_seconds": rounded(numbers("pickup_seconds"), statistics.median),
    }


def check(found: ServiceReport, requests: Rows, conversations: Rows, tickets: Rows) -> None:
    """Every figure of the report, total and rows, is what its rows say."""
    by = found.asked.by
    expected = recomputed(requests, conversations, tickets)
    assert {**expected, "key": "total"} == found.total
    assert expected["median_pickup_seconds"] not in (None, expected["median_seconds"])
    assert expected["requests"] > 50 and expected["bot_solved"] > 0 and expected["tickets"] > 10
    for row in found.rows:
        key = "（无）" if row["key"] is None else row["key"]

        def mine(rows: Rows, key: str = key) -> Rows:
            return [each for each in rows if each[by].lstrip("'") == key]

        talks = mine(conversations) if by == "day" else []
        assert {**recomputed(mine(requests), talks, mine(tickets)), "key": row["key"]} == row


@pytest.mark.parametrize("by", KINDS)
async def test_csv_recomputes_every_figure(reports: Reports, fill: Fill, by: By):
    found = await made(reports, fill, by)
    text = as_csv(found.material, found.definitions, reports.texts).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    kinds = {kind: [row for row in rows if row["record"] == kind] for kind in
             ("request", "conversation", "ticket", "definition")}  # fmt: skip
    check(found, kinds["request"], kinds["conversation"], kinds["ticket"])
    assert {row["id"]: row["definition"] for row in kinds["definition"]} == found.definitions
    # A name that a spreadsheet would run is shown instead.
    assert "'=人社局" in text and ",=人社局" not in text


@pytest.mark.parametrize("by", KINDS)
async def test_xlsx_recomputes_every_figure(reports: Reports, fill: Fill, by: By):
    found = await made(reports, fill, by)
    body = as_xlsx(found.material, by, found.total, found.rows, found.definitions, reports.texts)
    book = openpyxl.load_workbook(io.BytesIO(body), data_only=True)
    tables = {name: sheet_rows(book[name]) for name in ("求助", "会话", "工单")}
    check(found, *tables.values())
    definitions = {name: words for name, words in book["口径"].iter_rows(values_only=True)}
    assert definitions["时限内响应率"] == found.definitions["rate"]


def sheet_rows(sheet: Any) -> Rows:
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


async def test_xlsx_holds_a_formula_for_every_figure_with_its_value(reports: Reports, fill: Fill):
    found = await made(reports, fill, "helper")
    body = as_xlsx(found.material, "helper", found.total, found.rows, found.definitions, reports.texts)
    formulas = openpyxl.load_workbook(io.BytesIO(body))["指标"]
    shown = sheet_rows(openpyxl.load_workbook(io.BytesIO(body), data_only=True)["指标"])
    for line in formulas.iter_rows(min_row=2, min_col=2):
        for cell in line:
            held = getattr(cell.value, "text", cell.value)
            assert str(held).startswith("="), cell.coordinate
    assert [row["项目"] for row in shown] == ["合计", "林", "王 (bbbbbb)", "王 (cccccc)", "（无）"]
    for line, row in zip(shown, [found.total, *found.rows], strict=True):
        assert line["求助数"] == row["requests"]
        assert line["时限内响应率"] == ("" if row["rate"] is None else row["rate"])
        assert line["超时：人手已满"] == row["breaches"]["all_full"]


async def test_department_narrows_and_leaves_conversations_out(reports: Reports, fill: Fill):
    await fill(drawn(60))
    found = await reports.service(Asked(FIRST, LAST, "department", "税务局"))
    assert [row["key"] for row in found.rows] == ["税务局"]
    assert (found.total["conversations"], found.total["bot_solved_rate"]) == (0, None)


@pytest.mark.parametrize("last", [date(2026, 1, 4), date(2027, 2, 9)])
async def test_period_is_refused_when_it_is_empty_or_too_long(reports: Reports, last: date):
    with pytest.raises(Invalid):
        await reports.service(Asked(FIRST, last))


async def test_figures_and_advice_are_computed_beside_the_event_loop(
    reports: Reports, fill: Fill, monkeypatch: pytest.MonkeyPatch
):
    """Whatever the period, nobody else waits for a report."""
    where: dict[str, threading.Thread] = {}

    def watch(name: str) -> None:
        real = getattr(service, name)

        def watched(*values: Any) -> Any:
            where[name] = threading.current_thread()
            return real(*values)

        monkeypatch.setattr(service, name, watched)

    for name in ("report", "advise", "replay"):
        watch(name)
    await fill(drawn(30))
    await reports.service(Asked(FIRST, LAST))
    await reports.staffing(date(2026, 1, 14), None, 0.95, 60)
    await reports.replay(FIRST, LAST, None, 0.95, 60)
    assert set(where) == {"report", "advise", "replay"}
    assert threading.current_thread() not in where.values()


async def test_advice_rests_on_the_same_weekdays_before(reports: Reports, fill: Fill):
    await fill(drawn(90))
    found = await reports.staffing(date(2026, 1, 14), None, 0.95, 60)
    basis = found.basis
    assert (basis.days, len(found.slots)) == (1, 48)  # one Wednesday before
    assert basis.handling_seconds is not None and basis.handling_seconds > 60
    before = await reports.service(Asked(FIRST, date(2026, 1, 13)))
    assert basis.pickups > 5 and basis.pickup_seconds == before.total["median_pickup_seconds"]
    assert basis.place_seconds == round(60 - basis.pickup_seconds, 3)
    arrivals = sum(advice.arrivals for advice, _, _ in found.slots)
    wednesday = await reports.service(Asked(date(2026, 1, 7), date(2026, 1, 7)))
    # Who left a ticket off hours wanted nobody's place.
    assert arrivals == wednesday.total["requests"] - wednesday.total["by_ticket"] > 0
    assert wednesday.total["by_ticket"] > 0
    first = await reports.staffing(date(2026, 1, 1), None, 0.95, 60)
    assert (first.basis.days, first.basis.handling_seconds, first.basis.pickup_seconds) == (0, None, None)


async def test_advice_for_a_day_to_come_looks_at_no_day_that_is_not_over(
    reports: Reports, fill: Fill, clock: FakeClock
):
    await fill(drawn(90))
    clock.now = datetime(2026, 1, 14, 4, tzinfo=UTC)
    found = await reports.staffing(date(2026, 3, 18), None, 0.95, 60)
    same = await reports.staffing(date(2026, 1, 14), None, 0.95, 60)
    assert found.basis == same.basis and found.basis.days == 1
    assert [advice for advice, _, _ in found.slots] == [advice for advice, _, _ in same.slots]


async def test_advice_has_nobody_sit_through_the_night_when_the_request_can_wait_for_the_morning(
    reports: Reports, fill: Fill
):
    evening = datetime(2026, 1, 6, 14, 0, tzinfo=UTC)  # ten at night
    morning = datetime(2026, 1, 7, 1, 0, tzinfo=UTC)
    one = replace(drawn(1)[0], requested_at=evening, promised_from=morning, reason="asked", outcome=None)
    await fill([replace(one, helper_id=None, first_response_at=None, first_offer_at=None, closed_at=None)])
    found = await reports.staffing(date(2026, 1, 14), None, 0.95, 60)
    assert [(advice.slot, advice.arrivals) for advice, _, _ in found.slots if advice.arrivals] == [(18, 1)]
    (_, share, _), = [slot for slot in (await reports.staffing(date(2026, 1, 7), None, 0.95, 60)).slots
                      if slot[1] is not None]  # fmt: skip
    assert share == 0


async def test_replay_checks_the_advice_that_the_page_shows(reports: Reports, fill: Fill):
    await fill(drawn(90))
    day = date(2026, 1, 14)
    page = await reports.staffing(day, None, 0.95, 60)
    found = await reports.replay(day, day, None, 0.95, 60)
    shown = {advice.slot: advice for advice, _, _ in page.slots}
    assert (found.days, found.checked) == (1, 1) and len(found.slots) > 2
    for each in found.slots:
        advice = shown[each.slot]
        assert (each.expected, each.helpers) == (advice.arrivals, advice.helpers)
        assert each.forecast_share == (1 if advice.forecast_share is None else advice.forecast_share)


async def test_replay_covers_every_request_of_the_days_that_have_a_history(reports: Reports, fill: Fill):
    await fill(drawn(90))
    found = await reports.replay(FIRST, LAST, None, 0.95, 60)
    assert found.mean_error is not None
    wanted = []
    for day in (FIRST + timedelta(days=n) for n in range(12)):
        total = (await reports.service(Asked(day, day))).total
        basis = (await reports.staffing(day, None, 0.95, 60)).basis
        if basis.handling_seconds and basis.place_seconds is not None:
            wanted.append(total["requests"] - total["by_ticket"])
    assert (found.days, found.checked) == (12, len(wanted)) and 6 < len(wanted) < 12
    assert sum(each.requests for each in found.slots) == sum(wanted)
