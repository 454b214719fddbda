"""Reports and staffing advice: what the pages show is what the files behind them recompute."""

import csv
import math
import re
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from bench.running import Service
from tests.browser.accessibility import serious_faults
from tests.browser.history import Log, write_history
from tests.browser.people import Seats, Staff
from tests.browser.steps import screenshot
from tests.helpdesk.reports.test_files import recomputed, sheet_rows

pytestmark = pytest.mark.browser
KINDS = ("request", "conversation", "ticket")
SHEETS = ("求助", "会话", "工单")
Rows = list[dict[str, Any]]


@pytest.fixture(scope="session")
def history(service: Service, helper_account: Staff, colleague_account: Staff) -> Log:
    return write_history(service, [helper_account.username, colleague_account.username])


@pytest.fixture
def supervisor(seats: Seats, supervisor_account: Staff, history: Log) -> Page:
    return seats.take(supervisor_account, ready=False)


def downloaded(page: Page, testid: str) -> bytes:
    with page.expect_download() as file:
        page.get_by_test_id(testid).click()
    return Path(file.value.path()).read_bytes()


def csv_tables(data: bytes) -> list[Rows]:
    """The rows of requests, conversations and tickets in a CSV file."""
    rows = list(csv.DictReader(StringIO(data.decode("utf-8-sig"))))
    return [[row for row in rows if row["record"] == kind] for kind in KINDS]


def xlsx_tables(data: bytes) -> list[Rows]:
    """The same from a workbook."""
    book = openpyxl.load_workbook(BytesIO(data), data_only=True)
    return [sheet_rows(book[name]) for name in SHEETS]


def percent(share: float | None) -> str:
    """As the page prints it."""
    return "–" if share is None else f"{math.floor(share * 1000 + 0.5) / 10:g}%"


def seconds(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{math.floor(value * 10 + 0.5) / 10:g} 秒" if value < 120 else f"{value / 60:.1f} 分"


def printed(found: dict[str, Any]) -> list[str]:
    """A row of the table, as the page prints these figures."""
    stars = "–" if found["mean_stars"] is None else f"{found['mean_stars']:.1f}"
    return [
        str(found["requests"]), str(found["answered"]), str(found["within"]), percent(found["rate"]),
        seconds(found["median_seconds"]), seconds(found["p95_seconds"]), str(found["breached"]),
        percent(found["resolution_rate"]), percent(found["abandonment_rate"]),
        str(found["by_ticket"]), percent(found["bot_solved_rate"]), stars, str(found["tickets"]),
    ]  # fmt: skip


def tile(page: Page, figure: str) -> str:
    return page.locator(f'[data-figure="{figure}"] .value').inner_text()


def test_report_shows_the_figures_its_files_recompute(supervisor: Page, history: Log):
    supervisor.get_by_test_id("nav-reports").click()
    supervisor.get_by_role("button", name="近 30 天").click()
    supervisor.get_by_test_id("report-by-helper").click()
    table = supervisor.get_by_test_id("report-table")
    expect(table).to_contain_text("林晓")
    expect(supervisor.locator(".body")).to_have_attribute("aria-busy", "false")
    expect(supervisor.get_by_test_id("chart").first.locator("canvas")).to_be_visible()
    screenshot(supervisor, "console-reports")
    assert serious_faults(supervisor) == []

    tables = csv_tables(downloaded(supervisor, "report-csv"))
    total = recomputed(*tables)
    assert total["requests"] >= history.requests
    assert recomputed(*xlsx_tables(downloaded(supervisor, "report-xlsx"))) == total
    assert tile(supervisor, "rate") == percent(total["rate"])
    assert tile(supervisor, "median_seconds") == seconds(total["median_seconds"])
    assert tile(supervisor, "p95_seconds") == seconds(total["p95_seconds"])
    assert tile(supervisor, "resolution_rate") == percent(total["resolution_rate"])
    assert tile(supervisor, "bot_solved_rate") == percent(total["bot_solved_rate"])
    assert tile(supervisor, "satisfied_rate") == percent(total["satisfied_rate"])
    assert table.locator("tfoot td").all_inner_texts() == printed(total)
    for line in table.locator("tbody tr").all():
        name = line.locator("th").inner_text().replace("（未分）", "（无）")
        requests, tickets = (
            [row for row in rows if row["helper"] == name] for rows in (tables[0], tables[2])
        )
        assert line.locator("td").all_inner_texts() == printed(recomputed(requests, [], tickets)), name


def test_staffing_advice_is_checked_by_a_replay_of_the_days_it_is_for(supervisor: Page, history: Log):
    supervisor.get_by_test_id("nav-staffing").click()
    rows = supervisor.get_by_test_id("staffing-table").locator("tbody tr")
    expect(rows.first).to_be_visible()
    for row in rows.all():
        assert re.fullmatch(r"\d\d:[03]0", row.locator("th").inner_text())
        arrivals, helpers, forecast = row.locator("td").all_inner_texts()[:3]
        if float(arrivals) > 0:
            assert int(helpers) >= 1 and float(forecast.rstrip("%")) >= 95, row.inner_text()

    # The promise is what is asked about first.
    expect(supervisor.locator("#staffing-seconds")).to_have_value("60")
    # What a helper needs to hear, take and type goes off the promise.
    expect(supervisor.get_by_test_id("staffing-pickup")).to_have_text(
        re.compile(r"^60 秒里，听到、接单、打字要用 [\d.]+ 秒（\d{3,} 件.*），留给等空位的是 [\d.]+ 秒。$")
    )

    supervisor.get_by_role("button", name="回放").click()
    replayed = supervisor.get_by_test_id("replay-table").locator("tbody tr")
    expect(replayed.first).to_be_visible()
    expect(supervisor.get_by_text("预计与回放的平均误差")).to_be_visible()
    expect(supervisor.get_by_test_id("replay-checked")).to_contain_text("14 天有求助，都可检验")
    supervisor.set_viewport_size({"width": 1440, "height": 1500})
    supervisor.mouse.move(0, 0)
    supervisor.locator("main").evaluate("it => it.scrollTo(0, 0)")
    screenshot(supervisor, "console-staffing")
    assert serious_faults(supervisor) == []
    told = re.search(r"回放达标 ([\d.]+)%", supervisor.get_by_test_id("replay-checked").inner_text())
    assert told and float(told.group(1)) >= 90
    # Another goal makes another advice: what was replayed for the old one goes.
    supervisor.get_by_label("目标比例").select_option(label="99%")
    expect(supervisor.get_by_test_id("replay-table")).to_have_count(0)
    supervisor.get_by_role("button", name="回放").click()
    expect(replayed.first).to_be_visible()
    better = re.search(r"回放达标 ([\d.]+)%", supervisor.get_by_test_id("replay-checked").inner_text())
    assert better and float(better.group(1)) >= float(told.group(1))
