"""``./bangban report``: figures of the service and staffing advice, as tables on the terminal or as files."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from bot.cli.environments import ROOT
from bot.cli.stores import borrowed
from bot.helpdesk.database import Database, migrate
from bot.helpdesk.errors import HelpdeskError
from bot.helpdesk.live import utcnow
from bot.helpdesk.reports.files import as_csv, as_xlsx
from bot.helpdesk.reports.replaying import Replay
from bot.helpdesk.reports.service import Asked, Reports
from bot.helpdesk.reports.staffing import SLOT_SECONDS, Basis, Goal
from bot.helpdesk.thresholds import Thresholds
from bot.helpdesk.worktime import local_day
from bot.settings import SettingError, policy_of, read_settings

_SHOWN = (
    "key",
    "requests",
    "answered",
    "rate",
    "median_seconds",
    "p95_seconds",
    "breached",
    "resolution_rate",
)


def _parser() -> argparse.ArgumentParser:
    today = local_day(utcnow())
    parser = argparse.ArgumentParser(prog="./bangban report", description="服务报表与人手建议")
    parser.add_argument("--data", type=Path, default=ROOT / "var", help="up 使用的数据目录")
    kinds = parser.add_subparsers(dest="kind", required=True)
    for name, words in (("service", "服务指标"), ("replay", "用历史求助检验人手建议")):
        kind = kinds.add_parser(name, help=words)
        kind.add_argument("--from", dest="first", type=date.fromisoformat, default=today - timedelta(days=6))
        kind.add_argument("--to", dest="last", type=date.fromisoformat, default=today)
        kind.add_argument("--department", help="部门")
    kinds.choices["service"].add_argument("--by", choices=("day", "department", "helper"), default="day")
    kinds.choices["service"].add_argument("--file", type=Path, help="另存为 .csv 或 .xlsx")
    staffing = kinds.add_parser("staffing", help="每半小时需要几人")
    staffing.add_argument("--day", type=date.fromisoformat, default=today + timedelta(days=1))
    staffing.add_argument("--department", help="部门")
    for name in ("staffing", "replay"):
        kinds.choices[name].add_argument("--share", type=float, default=0.95)
        kinds.choices[name].add_argument("--seconds", type=float, help="几秒内答复；不写就用承诺的秒数")
    return parser


async def _service(options: argparse.Namespace, reports: Reports) -> str:
    found = await reports.service(Asked(options.first, options.last, options.by, options.department))
    if options.file is None:
        heads = [reports.texts.get("zh", name) for name in _SHOWN]
        rows = [[row[name] for name in _SHOWN] for row in (*found.rows, found.total)]
        return _table(heads, rows) + f"\n\n{found.definitions['rate_base']}\n{found.definitions['resolved']}"
    if options.file.suffix == ".csv":
        body = as_csv(found.material, found.definitions, reports.texts)
    else:
        body = as_xlsx(found.material, options.by, found.total, found.rows, found.definitions, reports.texts)
    options.file.write_bytes(body)
    return f"已写入 {options.file}"


async def _staffing(options: argparse.Namespace, reports: Reports) -> str:
    found = await reports.staffing(options.day, options.department, options.share, options.seconds)
    rows = [
        [_clock(advice.slot), advice.arrivals, advice.helpers, advice.forecast_share]
        for advice, _, _ in found.slots
        if advice.arrivals
    ]
    lines = [f"{options.day} {_basis(found.basis)}", _promise(found.basis, found.goal)]
    return "\n".join(lines) + "\n" + _table(["开始", "求助", "人手", "预计达标"], rows)


def _basis(basis: Basis) -> str:
    return f"依据 {basis.days} 天的记录，平均办理 {basis.handling_seconds or 0:.0f} 秒"


def _promise(basis: Basis, goal: Goal) -> str:
    """What of the promise picking up takes."""
    if basis.pickup_seconds is None:
        known = f"一提出就有空位的求助只有 {basis.pickups} 件，不足 {goal.pickups_needed} 件"
        return f"{known}，接起要多久还说不出：{goal.seconds:g} 秒全算作等空位，人手会偏少"
    pickup = f"听到、接单、打字要 {basis.pickup_seconds:g} 秒（{basis.pickups} 件的中位数）"
    if basis.place_seconds is None:
        return f"{pickup}，已超过 {goal.seconds:g} 秒：加多少人都做不到"
    return f"{goal.seconds:g} 秒里，{pickup}，留给等空位 {basis.place_seconds:g} 秒"


async def _replay(options: argparse.Namespace, reports: Reports) -> str:
    found = await reports.replay(
        options.first, options.last, options.department, options.share, options.seconds
    )
    rows = [
        [_clock(s.slot), s.expected, s.arrivals, s.helpers, s.forecast_share, s.replayed_share]
        for s in found.slots
    ]
    heads = ["开始", "预计求助", "实际求助", "人手", "预计达标", "重演达标"]
    return _table(heads, rows) + f"\n{_checked(found)}"


def _checked(found: Replay) -> str:
    if not found.days:
        return "没有求助"
    counted = f"{found.days} 天有求助，{found.checked} 天可检验（其余各天给不出建议）"
    if found.mean_error is None:
        return counted
    shares = f"预计达标 {found.forecast_share}，重演达标 {found.replayed_share}，平均相差 {found.mean_error}"
    return f"{counted}；{shares}；{found.unforeseen} 件落在没有预计到求助的时段"


def _clock(slot: int) -> str:
    minutes = slot * SLOT_SECONDS // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [heads, *([("-" if cell is None else str(cell)) for cell in row] for row in rows)]
    return "\n".join("\t".join(line) for line in lines)


def _thresholds(url: str) -> Thresholds:
    """What the server would go by: the same settings. Raises SettingError. Valkey has no part in a report."""
    addresses = {"DATABASE_URL": url, "REDIS_URL": "redis://unused"}
    return Thresholds(policy_of(read_settings({**os.environ, **addresses})))


async def _main(options: argparse.Namespace, url: str) -> str:
    thresholds = _thresholds(url)
    database = Database.open(url)
    try:
        async with database.transaction() as connection:
            await thresholds.refresh(connection)
        make = {"service": _service, "staffing": _staffing, "replay": _replay}[options.kind]
        return await make(options, Reports(database, thresholds))
    finally:
        await database.close()


def main(arguments: list[str] | None = None) -> int:
    """Print or write one report; errors are sentences."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if getattr(options, "file", None) and options.file.suffix not in (".csv", ".xlsx"):
        parser.error("--file：写 .csv 或 .xlsx 文件")
    if not 0.5 <= getattr(options, "share", 0.95) < 1:
        parser.error("--share：0.5 到 1 之间，不含 1")
    try:
        with borrowed(options.data.resolve()) as addresses:
            migrate(addresses["database_url"])
            print(asyncio.run(_main(options, addresses["database_url"])))
    except (HelpdeskError, SettingError) as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
