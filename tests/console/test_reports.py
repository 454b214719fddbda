"""Reports over HTTP."""

import io

import openpyxl
import pytest

from tests.console.administering import put
from tests.server.running import Site

pytestmark = pytest.mark.integration
PERIOD = {"from": "2026-01-01", "to": "2026-01-07"}


async def test_overseer_reads_figures_with_their_definitions(site: Site):
    chief = await site.staff("chen", role="supervisor")
    answer = await chief.call("GET", "/reports/service", params={**PERIOD, "by": "day"})
    found = answer.json()
    assert (found["from"], found["to"], found["by"]) == ("2026-01-01", "2026-01-07", "day")
    assert [row["key"] for row in found["rows"]][-1] == "2026-01-07"
    assert found["total"]["rate"] is None and found["total"]["requests"] == 0
    figures = set(found["total"]) - {"key", "reasons", "breaches"} | set(found["total"]["breaches"])
    assert figures | {"reason"} == set(found["definitions"])
    assert "60秒" in found["definitions"]["within"]


async def test_helper_reads_no_reports(site: Site):
    helper = await site.staff("lin")
    for name in ("service", "service.csv", "service.xlsx", "staffing/replay"):
        assert (await helper.call("GET", f"/reports/{name}", params=PERIOD)).status_code == 403


async def test_files_come_under_a_name_of_their_own(site: Site):
    chief = await site.staff("chen", role="supervisor")
    table = await chief.call("GET", "/reports/service.csv", params=PERIOD)
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert table.headers["Content-Disposition"] == 'attachment; filename="service-2026-01-01-2026-01-07.csv"'
    assert table.content.startswith(b"\xef\xbb\xbfrecord,id,day,")
    book = await chief.call("GET", "/reports/service.xlsx", params={**PERIOD, "by": "helper"})
    assert book.headers["Content-Disposition"].endswith('.xlsx"')
    sheets = openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames
    assert sheets == ["指标", "口径", "求助", "会话", "工单"]


async def test_advice_is_for_the_promise_when_no_seconds_are_named(site: Site):
    chief, boss = await site.staff("chen", role="supervisor"), await site.staff("boss", role="administrator")
    await put(boss, "thresholds", {"name": "first_response_seconds", "value": 55})

    async def said(**params: str) -> tuple[float, ...]:
        found = (await chief.call("GET", "/reports/staffing", params={"day": "2026-01-05", **params})).json()
        return found["seconds"], found["promise_seconds"], found["basis"]["place_seconds"]

    assert await said() == (55, 55, 55)
    assert await said(seconds="90") == (90, 55, 90)


async def test_advice_has_a_slot_for_each_half_hour(site: Site):
    chief = await site.staff("chen", role="supervisor")
    found = (await chief.call("GET", "/reports/staffing", params={"day": "2026-01-05"})).json()
    assert found["basis"] == {
        "days": 0, "handling_seconds": None, "pickup_seconds": None, "pickups": 0, "pickups_needed": 5,
        "place_seconds": 60,
    }  # fmt: skip
    assert (found["seconds"], found["promise_seconds"], len(found["slots"])) == (60, 60, 48)
    assert found["slots"][18]["starts"] == "2026-01-05T01:00:00.000Z"
    replayed = (await chief.call("GET", "/reports/staffing/replay", params=PERIOD)).json()
    assert replayed == {
        "days": 0, "checked": 0, "unforeseen": 0, "slots": [], "forecast_share": None,
        "replayed_share": None, "mean_error": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "service",
        "service?from=2026-01-07&to=2026-01-01",
        "service?from=2020-01-01&to=2026-01-01",
        "service?from=2026-01-01&to=2026-01-02&by=planet",
        "service.csv?from=2026-13-01&to=2026-01-02",
        "staffing",
        "staffing?day=2026-01-05&share=1",
        "staffing?day=2026-01-05&seconds=-1",
        "staffing/replay?from=2026-01-01",
        "staffing?day=0001-01-01",
        "service?from=9999-12-31&to=9999-12-31",
        "service?from=2026-01-01&to=2026-01-02&department=%00",
    ],
)
async def test_report_is_refused_when_it_makes_no_sense(site: Site, path: str):
    chief = await site.staff("chen", role="supervisor")
    refused = await chief.call("GET", f"/reports/{path}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "bad_request")
