"""``./bangban report`` against a real database."""

from pathlib import Path

import pytest

from bot.cli import report

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
    assert "依据 0 天的记录" in capsys.readouterr().out
    assert report.main(["replay", *PERIOD]) == 0
    assert "没有求助" in capsys.readouterr().out


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
