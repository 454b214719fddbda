"""Backup and restore, by the real pg_dump and pg_restore."""

from pathlib import Path

import psycopg
import pytest

from bot.cli.backup import dump, main
from bot.helpdesk.desk import Desk

pytestmark = pytest.mark.integration
DISTRICTS = "SELECT district FROM conversation"
LOOKED_AT = "SELECT count(*) > 0 FROM pg_stats WHERE tablename = 'conversation'"


def rows(database_url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(query.encode()).fetchall()


@pytest.fixture
async def backup(desk: Desk, database_url: str, tmp_path: Path) -> Path:
    """A backup of a service with one conversation."""
    await desk.start_conversation(channel="widget", district="jiading")
    dump(database_url, tmp_path / "backup")
    return tmp_path / "backup"


def restore(database_url: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("DATABASE_URL", database_url)
    return main([str(file), "--data", str(file.parent)], restoring=True)


def test_restored_database_holds_the_same_and_is_planned_for(
    backup: Path, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert restore(empty_database_url, backup, monkeypatch) == 0
    assert rows(empty_database_url, DISTRICTS) == [("jiading",)]
    assert rows(empty_database_url, LOOKED_AT) == [(True,)]


@pytest.mark.parametrize("share", [0.0, 0.9])
async def test_database_is_as_it_was_when_the_backup_is_cut_off(
    share: float,
    backup: Path,
    desk: Desk,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await desk.start_conversation(channel="widget", district="qingpu")
    whole = backup.read_bytes()
    backup.write_bytes(b"PGDMP" if not share else whole[: int(len(whole) * share)])
    assert restore(database_url, backup, monkeypatch) == 1
    assert "数据库没有改变" in capsys.readouterr().err
    assert sorted(rows(database_url, DISTRICTS)) == [("jiading",), ("qingpu",)]
