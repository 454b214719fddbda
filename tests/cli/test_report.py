"""``./bangban report`` against a real database."""

from pathlib import Path

import pytest

from bot.cli import report
from bot.helpdesk.reports.replaying import Replay
from bot.helpdesk.reports.staffing import Basis, Goal

pytestmark = pytest.mark.integration
PERIOD = ["--from", "2026-01-01", "--to", "2026-01-02"]


@pytest.fixture(autouse=True)
def stores(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)


def test_figures_are_printed_with_their_definitions(capsys: pytest.CaptureFixture[str]):
    assert report.main(["service", *PERIOD]) == 0
    out = capsys.readouterr().out
    assert [line.split("\t")[0] for line in out.splitlines()[:4]] == [
        "项目",
        "2026-01-01",
        "2026-01-02",
        "total",
    ]
    assert "仍在等候且未超时的不计" in out


@pytest.mark.parametrize(("name", "begins"), [("r.csv", b"\xef\xbb\xbfrecord"), ("r.xlsx", b"PK")])
def test_file_is_written_when_asked_for(tmp_path: Path, name: str, begins: bytes):
    assert report.main(["service", *PERIOD, "--file", str(tmp_path / name)]) == 0
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_advice_and_replay_say_so_when_there_is_no_log(capsys: pytest.CaptureFixture[str]):
    assert report.main(["staffing", "--day", "2026-01-05"]) == 0
    out = capsys.readouterr().out
    assert "依据 0 天的记录" in out
    assert "一提出就有空位的求助只有 0 件，不足 5 件" in out and "60 秒全算作等空位" in out
    assert report.main(["replay", *PERIOD]) == 0
    assert "没有求助" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("pickup", "left", "says"),
    [
        (12.5, 47.5, "60 秒里，听到、接单、打字要 12.5 秒（9 件的中位数），留给等空位 47.5 秒"),
        (70, None, "已超过 60 秒：加多少人都做不到"),
    ],
)
def test_advice_says_what_picking_up_takes_of_the_promise(pickup: float, left: float | None, says: str):
    assert says in report._promise(Basis(8, 300, 9, pickup, left), Goal(0.95, 60, 3))


def test_replay_says_how_many_days_could_be_checked():
    assert "14 天有求助，12 天可检验" in report._checked(Replay(14, 12, 3, [], 0.97, 0.94, 0.03))
    assert report._checked(Replay(2, 0, 0, [], None, None, None)).startswith("2 天有求助，0 天可检验")


@pytest.mark.parametrize(
    "arguments",
    [["service", "--file", "r.pdf"], ["staffing", "--share", "1"], ["service", "--from", "yesterday"], []],
)
def test_wrong_call_is_explained(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        report.main(arguments)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_promise_is_that_of_the_settings(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("BANGBAN_FIRST_RESPONSE_SECONDS", "90")
    written = tmp_path / "r.csv"
    assert report.main(["service", *PERIOD, "--file", str(written)]) == 0
    assert "不超过90秒" in written.read_text(encoding="utf-8-sig")
    monkeypatch.setenv("BANGBAN_FIRST_RESPONSE_SECONDS", "soon")
    assert report.main(["service", *PERIOD]) == 1
    assert "BANGBAN_FIRST_RESPONSE_SECONDS" in capsys.readouterr().err


def test_period_is_refused_in_a_sentence(capsys: pytest.CaptureFixture[str]):
    assert report.main(["service", "--from", "2026-01-02", "--to", "2026-01-01"]) == 1
    assert capsys.readouterr().err.startswith("✗ ")
