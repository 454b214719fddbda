"""What monitoring reads."""

import re

import pytest

from bot.helpdesk.database import Database
from bot.helpdesk.storage import gauges
from bot.metrics import Metric, of_process, of_stores, written
from tests.server.running import Site

LINE = re.compile(r'(\w+)(?:\{((?:\w+="(?:[^"\\\n]|\\.)*",?)*)\})? ([0-9.e+-]+)')


def numbers(body: str) -> dict[str, float]:
    """Every value by its name and labels; each line is one the format knows."""
    found = {}
    for line in body.splitlines():
        if not line.startswith("# "):
            match = LINE.fullmatch(line)
            assert match, line
            found[line.rsplit(" ", 1)[0]] = float(match[3])
    return found


def test_label_is_escaped_when_it_holds_signs_of_the_format():
    body = written([Metric("m", "gauge", "words", ("code",), {('a"b\\c\nd',): 2})])
    assert body == '# HELP m words\n# TYPE m gauge\nm{code="a\\"b\\\\c\\nd"} 2\n'


def test_every_cause_and_target_is_there_when_nothing_happened():
    none = gauges.Gauges(0, 0.0, 0, {}, {})
    own = of_process(leads=False, in_use=0, size=5, database=True)
    found = numbers(written([*own, *of_stores(none, {})]))
    assert set(found.values()) == {0.0, 1.0, 5.0}
    assert sum(name.startswith("bangban_help_breaches_total{cause=") for name in found) == 4
    assert found['bangban_outbox_messages{target="wechat",status="parked"}'] == 0


@pytest.mark.integration
async def test_metrics_tell_of_the_server_and_the_stores(site: Site):
    answer = await site.http("GET", "/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    found = numbers(answer.text)
    assert found["bangban_database_up"] == 1
    assert found['bangban_database_connections{state="size"}'] == 5
    assert found["bangban_help_requests_waiting"] == 0
    assert found["bangban_dispatcher_leads"] in (0, 1)


@pytest.mark.integration
async def test_metrics_say_that_postgresql_is_away_when_it_is(site: Site, monkeypatch: pytest.MonkeyPatch):
    nowhere = Database.open("postgresql://u:p@127.0.0.1:1/x")
    await site.parts.database.close()
    monkeypatch.setattr(site.parts.database, "_engine", nowhere._engine)
    answer = await site.http("GET", "/metrics")
    found = numbers(answer.text)
    assert (answer.status_code, found["bangban_database_up"]) == (200, 0)
    assert "bangban_help_requests_waiting" not in found
