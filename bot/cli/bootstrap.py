"""First half of ``./bangban``: makes what a command needs, then hands over to it.

Runs on a bare Python 3.11 with nothing installed, so it imports the standard library only.
"""

import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout

from bot.cli import environments as env
from bot.cli.testing import PARTS, run_tests

USAGE = f"""帮办 Bangban —— 政务服务的一分钟专业人工帮办

用法：./bangban 命令 [参数]

  up [--port 8000] [--data 目录]   准备缺少的一切并启动全部服务；Ctrl-C 全部停止
  test [部分]                      跑测试；部分：{" ".join(PARTS)}
  ask 问题 | ask --batch 文件      不启动服务，直接问机器人（文件为 JSON Lines）
  train                            训练模型（没有变化就不重训）
  check [wechat]                   检查环境、知识库、设置和已启动的服务；或公众号
  wechat menu|code                 创建公众号菜单、生成二维码
  bench 名称                       性能测试，不带名称时列出可用的
  staff add|list|password|close    管理工作人员账号
  report service|staffing|replay   服务报表、人手建议及其检验
  backup 文件 | restore 文件       备份与恢复数据库
  lock                             重新编译 requirements/*.txt
"""


def _server(module: str, *needs: Callable[[], None]) -> Callable[[list[str]], int]:
    return lambda arguments: _hand_over("server", module, arguments, (env.ensure_server, *needs))


def _assistant(module: str, *needs: Callable[[], None]) -> Callable[[list[str]], int]:
    return lambda arguments: _hand_over("assistant", module, arguments, (env.ensure_assistant, *needs))


def _hand_over(name: str, module: str, arguments: list[str], needs: tuple[Callable[[], None], ...]) -> int:
    # What `ask` writes is for programs: one JSON object a line, and nothing else on standard output.
    with redirect_stdout(sys.stderr if module == "bot.cli.ask" else sys.stdout):
        for need in needs:
            need()
    python = str(env.python_of(name))
    os.chdir(env.ROOT)
    sys.stdout.flush()
    os.execve(python, [python, "-m", module, *arguments], env.child_environment(name))


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "up": _server("bot.cli.up", env.ensure_assistant, env.ensure_web, env.ensure_model),
    "test": run_tests,
    "ask": _assistant("bot.cli.ask", env.ensure_model),
    "train": _assistant("bot.cli.train"),
    "check": _server("bot.cli.check"),
    "wechat": _server("bot.cli.wechat"),
    "bench": _server("bench", env.ensure_assistant, env.ensure_web, env.ensure_model),
    "staff": _server("bot.cli.staff"),
    "report": _server("bot.cli.report"),
    "backup": _server("bot.cli.backup"),
    "restore": _server("bot.cli.restore"),
    "lock": lambda arguments: env.lock(),
}


def _absolute_files(command: str, arguments: list[str]) -> list[str]:
    """File arguments are meant from the caller's folder, and commands run in the project's."""
    if command in ("backup", "restore"):
        return [os.path.abspath(a) if not a.startswith("-") else a for a in arguments]
    if command == "wechat" and arguments[:1] == ["menu"]:
        return ["menu", *(os.path.abspath(a) if not a.startswith("-") else a for a in arguments[1:])]
    flags = {"--batch", "--data", "--file"}
    return [
        os.path.abspath(word) if before in flags and word != "-" else word
        for before, word in zip(["", *arguments], arguments, strict=False)
    ]


def main(arguments: list[str]) -> int:
    """Run one command; 0 when it went well, 2 for a wrong call."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(USAGE)
        return 0
    command, rest = arguments[0], arguments[1:]
    if command not in COMMANDS:
        print(f"没有「{command}」这个命令。\n\n{USAGE}", file=sys.stderr)
        return 2
    try:
        return COMMANDS[command](_absolute_files(command, rest))
    except env.SetupError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"✗ {env.os_error_sentence(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
