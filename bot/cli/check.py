"""``./bangban check``: is everything there, is the knowledge base sound, does what runs answer?"""

import argparse
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import requests

from bot.cli import environments as env
from bot.cli import wechat
from bot.cli.stores import addresses_file
from bot.knowledge import KnowledgeError, load_knowledge
from bot.knowledge.checklists import load_checklists

#: Below this a restart could find no room to write.
DISK_LEAST_GB = 2.0


class Problem(Exception):
    """A check that failed; the text says what to do."""


def _environments() -> str:
    for name in ("server", "assistant"):
        if not env.python_of(name).exists():
            raise Problem(f"环境 {name} 还没有建立，请运行 ./bangban up。")
    return "两个 Python 环境都在"


def _disk() -> str:
    free = shutil.disk_usage(env.ROOT).free / 1e9
    if free < DISK_LEAST_GB:
        raise Problem(f"磁盘只剩 {free:.1f} GB，请清理。")
    return f"磁盘剩余 {free:.0f} GB"


def _knowledge() -> str:
    try:
        base = load_knowledge(env.ROOT / "data" / "measures")
        checklists = load_checklists(env.ROOT / "data" / "checklists", base)
    except KnowledgeError as error:
        raise Problem(f"知识库有误：{error}") from error
    points = sum(len(entry.points) for entry in base.measures.values())
    return f"知识库：{len(base.measures)} 条举措，{points} 个要点，{len(checklists)} 份一件事清单"


def _model() -> str:
    models = sorted((env.ROOT / "models").glob("*.tar.gz"))
    if not models:
        raise Problem("还没有模型，请运行 ./bangban train。")
    if not env.model_is_current():
        raise Problem("模型比数据旧，请运行 ./bangban train。")
    return f"模型是最新的：{models[-1].name}"


def _web() -> str:
    missing = [
        name
        for name in ("widget.js", "console/index.html", "demo/index.html")
        if not (env.ROOT / "web" / "dist" / name).exists()
    ]
    if missing:
        raise Problem(f"网页部分缺 {missing[0]}，请运行 ./bangban up。")
    return "网页部分已构建"


def _service(url: str, data: Path) -> str:
    if not addresses_file(data).exists():
        return "没有正在运行的服务（用 ./bangban up 启动）"
    try:
        reply = requests.get(f"{url}/health/ready", timeout=5)
        parts = reply.json()
    except (requests.RequestException, ValueError) as error:
        raise Problem(f"服务没有在 {url} 应答，请看日志目录 {data / 'logs'}。") from error
    if reply.status_code != 200 or parts.get("assistant") != "ok":
        raise Problem(f"服务有一部分没有就绪：{parts}")
    if parts.get("holidays") != "ok":
        unknown = "今年或明年的法定节假日安排尚未收录，请更新 chinesecalendar 或在工作台录入例外日期"
        return f"服务在 {url} 运行；{unknown}"
    return f"服务在 {url} 运行，各部分正常"


def checks(url: str, data: Path) -> Iterator[Callable[[], str]]:
    """All checks in the order a person would make them."""
    yield from (_environments, _disk, _knowledge, _model, _web)
    yield lambda: _service(url, data)


def main(arguments: list[str] | None = None) -> int:
    """Print a line for each check; 1 when one failed."""
    parser = argparse.ArgumentParser(prog="./bangban check")
    parser.add_argument("part", nargs="?", choices=["wechat"], help="只检查公众号")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data", type=Path, default=env.ROOT / "var")
    options = parser.parse_args(arguments)
    if options.part == "wechat":
        return wechat.check()
    failed = 0
    for check in checks(f"http://127.0.0.1:{options.port}", options.data.resolve()):
        try:
            print(f"✓ {check()}")
        except Problem as problem:
            failed += 1
            print(f"✗ {problem}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
