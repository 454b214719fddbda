"""Backup and restore, by the real pg_dump and pg_restore."""

import subprocess
from pathlib import Path

import psycopg
import pytest

from bot.cli.backup import dump, load
from bot.helpdesk.desk import Desk

pytestmark = pytest.mark.integration
COUNTED = "SELECT reltuples FROM pg_class WHERE oid = 'conversation'::regclass"


async def test_restored_database_holds_the_same_and_has_counted_its_tables(
    desk: Desk, database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    await desk.start_conversation(channel="widget", district="jiading")
    dump(database_url, tmp_path / "backup")
    load(empty_database_url, tmp_path / "backup")
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute("SELECT district FROM conversation").fetchall() == [("jiading",)]
        assert connection.execute(COUNTED).fetchall() == [(1.0,)]


async def test_database_is_as_it_was_when_the_file_is_no_backup(
    desk: Desk, database_url: str, tmp_path: Path
) -> None:
    await desk.start_conversation(channel="widget", district="jiading")
    broken = tmp_path / "broken"
    broken.write_bytes(b"PGDMP and then nothing")
    with pytest.raises(subprocess.CalledProcessError):
        load(database_url, broken)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM conversation").fetchall() == [(1,)]
