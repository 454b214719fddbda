"""``./bangban staff``: accounts of helpers, specialists, supervisors and administrators."""

import argparse
import asyncio
import getpass
import secrets
import sys
from pathlib import Path
from typing import get_args

from bot.cli.environments import ROOT
from bot.cli.stores import borrowed
from bot.helpdesk.accounts import Accounts
from bot.helpdesk.database import Database, migrate
from bot.helpdesk.errors import HelpdeskError
from bot.helpdesk.live import Live
from bot.helpdesk.models import Role


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./bangban staff", description="管理工作人员账号")
    parser.add_argument("--data", type=Path, default=ROOT / "var", help="up 使用的数据目录")
    actions = parser.add_subparsers(dest="action", required=True)
    add = actions.add_parser("add", help="新增账号；不给 --password 时生成一个并显示一次")
    add.add_argument("username")
    add.add_argument("--name", help="显示给访客的姓名，默认与用户名相同")
    add.add_argument("--role", choices=get_args(Role), default="helper")
    add.add_argument("--department", help="部门")
    add.add_argument("--password", help="密码；写 - 则从终端读取")
    actions.add_parser("list", help="列出全部账号")
    password = actions.add_parser("password", help="重设密码")
    password.add_argument("username")
    password.add_argument("--password", help="新密码；写 - 则从终端读取")
    close = actions.add_parser("close", help="停用账号")
    close.add_argument("username")
    return parser


def _password(given: str | None) -> str:
    if given == "-":
        return getpass.getpass("密码：")
    return given or secrets.token_urlsafe(12)


async def _run(options: argparse.Namespace, accounts: Accounts) -> str:
    if options.action == "list":
        people = await accounts.all()
        return "\n".join(
            f"{p.username}\t{p.name}\t{p.role}\t{p.department or '-'}\t{'在用' if p.active else '已停用'}"
            for p in people
        )
    if options.action == "close":
        await accounts.deactivate(options.username)
        return f"{options.username} 已停用。"
    password = _password(options.password)
    shown = "" if options.password else f"，密码 {password}（只显示这一次）"
    if options.action == "password":
        await accounts.set_password(options.username, password)
        return f"{options.username} 的密码已重设{shown}。"
    staff = await accounts.add(
        username=options.username,
        name=options.name or options.username,
        password=password,
        role=options.role,
        department=options.department,
    )
    return f"已新增 {staff.username}（{staff.name}，{staff.role}）{shown}。"


async def _main(options: argparse.Namespace, addresses: dict[str, str]) -> str:
    database, live = Database.open(addresses["database_url"]), Live.open(addresses["redis_url"])
    try:
        return await _run(options, Accounts(database, live))
    finally:
        await live.close()
        await database.close()


def main(arguments: list[str] | None = None) -> int:
    """Run one action; errors are sentences."""
    options = _parser().parse_args(arguments)
    try:
        with borrowed(options.data.resolve()) as addresses:
            migrate(addresses["database_url"])
            print(asyncio.run(_main(options, addresses)))
    except HelpdeskError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
