"""``./bangban test``: every check there is, in parts that can be run alone.

Standard library only: it makes the environments before it uses them.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

from bot.cli import environments as env

#: These run in the assistant's environment only.
ASSISTANT_TESTS = ("tests/nlu", "tests/actions")
SIDE_BY_SIDE = 2  # as many as the cores that the tests may count on
UNIT_MARKS = "not integration and not slow and not browser and not service"


def _run(environment: str, *command: str) -> int:
    variables = env.child_environment(environment)
    variables["BANGBAN_PYTHON"] = sys.executable
    return subprocess.run(command, cwd=env.ROOT, env=variables, check=False).returncode


def _python(environment: str, *arguments: str) -> int:
    return _run(environment, str(env.python_of(environment)), *arguments)


def _tool(name: str, *arguments: str) -> int:
    return _run("server", str(env.VENV / "server" / "bin" / name), *arguments)


def _npm(script: str) -> int:
    return subprocess.run(
        ["npm", "run", "--silent", script], cwd=env.ROOT / "web", env=env.npm_environment(), check=False
    ).returncode


def _lint() -> int:
    return (
        _tool("ruff", "check", "--quiet", ".")
        or _tool("mypy", "--no-error-summary", "bot/knowledge", "bot/helpdesk")
        or _tool("lint-imports", "--no-cache")
        or _npm("check")
    )


def _pytest(marks: str, *arguments: str) -> int:
    elsewhere = [f"--ignore={folder}" for folder in ASSISTANT_TESTS]
    return _python("server", "-m", "pytest", "-m", marks, *arguments, *elsewhere)


def _unit() -> int:
    """The web part's tests run beside Python's, and are printed after them."""
    with tempfile.TemporaryFile() as said:
        web = subprocess.Popen(
            ["npm", "run", "--silent", "test"], cwd=env.ROOT / "web", env=env.npm_environment(),
            stdout=said, stderr=subprocess.STDOUT,
        )  # fmt: skip
        failed = _pytest(UNIT_MARKS)
        failed = web.wait() or failed
        said.seek(0)
        print(said.read().decode("utf-8", "replace"), flush=True)
    return failed


def _integration() -> int:
    """Most of these wait: for servers to start, for clocks to strike. So they run side by side, by file."""
    marks = "(integration or slow) and not browser and not service"
    return _pytest(marks, "--numprocesses", str(SIDE_BY_SIDE), "--dist", "loadfile")


def _rasa(label: str, keep: str, *arguments: str) -> int:
    """One of Rasa's own checks; of what it prints only the lines that say how it went, or all on failure."""
    command = [str(env.VENV / "assistant" / "bin" / "rasa"), *arguments]
    done = subprocess.run(
        command,
        cwd=env.ROOT,
        env=env.child_environment("assistant"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    shown = [line for line in done.stdout.splitlines() if done.returncode or re.search(keep, line)]
    env.say(f"{label}：{'通过' if not done.returncode else '没有通过'}")
    print("\n".join(f"  {line.split(' - ')[-1].strip()}" for line in shown), flush=True)
    return done.returncode


def _assistant() -> int:
    data, out = ("--data", "data"), ("--out", "var/test-results")
    stories = ("--stories", "tests/conversations", "--fail-on-prediction-errors", "--no-plot")
    return (
        _python("assistant", "-m", "pytest", *ASSISTANT_TESTS, "tests/knowledge")
        or _rasa("rasa data validate", "conflicts found", "data", "validate", "--fail-on-warnings", *data)
        or _rasa("rasa test core", r"Correct:", "test", "core", "--model", "models", *stories, *out)
    )


def _browser() -> int:
    _ensure_chromium()
    # Playwright's loop runs through the others' process, and these have a server in a loop of their own.
    apart = "tests/browser/test_wechat.py"
    return _pytest("browser or service", f"--ignore={apart}") or _pytest("browser", apart)


def _ensure_chromium() -> None:
    """Chromium and a Chinese font, from Debian when this is a bare Debian machine."""
    if os.environ.get("BANGBAN_CHROMIUM") or shutil.which("chromium"):
        return
    if not (shutil.which("apt-get") and os.geteuid() == 0):
        raise env.SetupError(
            "浏览器测试需要 Chromium。请安装（Debian：apt install chromium fonts-noto-cjk），"
            "或用 BANGBAN_CHROMIUM 指明它的位置。"
        )
    with env.step("安装 Chromium"):
        env.run(["apt-get", "update", "-qq"], "更新软件包列表")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        env.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-noto-cjk"],
            "安装 Chromium",
            env=quiet,
        )


#: Name -> (what a person reads, what must be there first, the check itself).
PARTS: dict[str, tuple[str, tuple[Callable[[], None], ...], Callable[[], int]]] = {
    "lint": ("代码检查", (lambda: env.ensure_server(dev=True), env.ensure_node_modules), _lint),
    "unit": ("单元测试", (lambda: env.ensure_server(dev=True), env.ensure_node_modules), _unit),
    "integration": (
        "真实 PostgreSQL 与 Valkey 上的测试",
        (lambda: env.ensure_server(dev=True),),
        _integration,
    ),
    "assistant": ("机器人测试", (lambda: env.ensure_assistant(dev=True), env.ensure_model), _assistant),
    "browser": (
        "整套服务与浏览器的测试",
        (lambda: env.ensure_server(dev=True), env.ensure_assistant, env.ensure_web, env.ensure_model),
        _browser,
    ),
}


def run_tests(arguments: list[str]) -> int:
    """Run all parts, or those named; stops at none of them and says at the end what failed."""
    unknown = [name for name in arguments if name not in PARTS]
    if unknown:
        print(f"没有「{unknown[0]}」这部分测试。可选：{' '.join(PARTS)}", file=sys.stderr)
        return 2
    failed = []
    for name in arguments or PARTS:
        label, needs, check = PARTS[name]
        for need in needs:
            need()
        env.say(f"\n== {label}（{name}）")
        started = time.monotonic()
        if check():
            failed.append(name)
        env.say(f"== {name}：{'没有通过' if name in failed else '通过'}，{time.monotonic() - started:.1f} 秒")
    if failed:
        env.say(f"\n✗ 没有通过：{' '.join(failed)}")
        return 1
    env.say("\n✓ 全部通过")
    return 0
