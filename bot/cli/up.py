"""``./bangban up``: start everything, watch it, restart what dies, stop all of it on Ctrl-C."""

import argparse
import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

import requests

from bot.cli.environments import ROOT, SetupError, child_environment, os_error_sentence, python_of, say
from bot.cli.stores import addresses_file, end_leftovers, free_port
from bot.cli.supervisor import Child, Program, exit_reason

READY_SECONDS = 120.0
POLL_SECONDS = 0.2
#: PostgreSQL stops accepting writes on a full disk; say so while there is still room to act.
DISK_LEAST_GB = 0.5
#: In the data folder: the first administrator's password until it was printed, and the sign that it was.
UNSHOWN, SHOWN = "first-password", "first-password-shown"


def answers(url: str, timeout: float = 1.0) -> bool:
    """Whether ``url`` answers with 200."""
    try:
        return requests.get(url, timeout=timeout).status_code == 200
    except requests.RequestException:
        return False


def lock_data(data: Path) -> IO[str]:
    """Hold the data folder for this process; a second ``up`` on the same folder is refused."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        handle = (data / "up.lock").open("w")
    except OSError as error:
        raise SetupError(f"数据目录 {data} 不能使用：{error.strerror}。请换一个目录（--data）。") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise SetupError(
            f"数据目录 {data} 正被另一个正在运行的帮办使用。请先停止它，或用 --data 换一个目录。"
        ) from error
    return handle


def address() -> str:
    """Where the server listens, as something to connect to from this machine."""
    host = os.environ.get("BANGBAN_HOST", "") or "127.0.0.1"
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host


def port_number(text: str) -> int:
    """A TCP port from its text; ArgumentTypeError for anything else."""
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"端口要是 1 到 65535 的整数，不是「{text}」")
    return int(text)


def check_port(port: int) -> None:
    """Refuse a port that somebody else listens on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address(), port))
        except PermissionError as error:
            raise SetupError(f"没有权限使用端口 {port}。请换 1024 以上的端口（--port）。") from error
        except OSError as error:
            raise SetupError(
                f"端口 {port} 已被占用。请停止占用它的程序，或换一个端口：./bangban up --port {port + 1}"
            ) from error


def check_disk(data: Path) -> None:
    """Refuse to start where PostgreSQL would soon be unable to write."""
    free = shutil.disk_usage(data).free / 1e9
    if free < DISK_LEAST_GB:
        raise SetupError(f"数据目录所在磁盘只剩 {free:.2f} GB，至少需要 {DISK_LEAST_GB} GB。请清理后再启动。")


class Ports:
    """The loopback ports of one run, fixed while it lasts."""

    def __init__(self, server: int) -> None:
        self.server = server
        self.valkey, self.actions, self.assistant = free_port(), free_port(), free_port()


def _base(name: str, extra: Mapping[str, str]) -> dict[str, str]:
    return {**child_environment(name), **extra}


def stores_program(data: Path, ports: Ports) -> Program:
    """PostgreSQL and Valkey from wheels; only without DATABASE_URL and REDIS_URL."""
    command = [
        str(python_of("server")),
        "-m",
        "bot.cli.stores",
        "--data",
        str(data),
        "--valkey-port",
        str(ports.valkey),
    ]
    return Program(
        "stores",
        "数据库（PostgreSQL 与 Valkey）",
        command,
        _base("server", {}),
        lambda: addresses_file(data).exists(),
    )


def actions_program(ports: Ports) -> Program:
    """The rasa_sdk action server on loopback."""
    command = [
        str(python_of("assistant")),
        "-m",
        "rasa_sdk",
        "--actions",
        "actions",
        "--port",
        str(ports.actions),
    ]
    extra = {"SANIC_HOST": "127.0.0.1", "ACTION_SERVER_SANIC_WORKERS": "1"}
    return Program(
        "actions",
        "动作服务",
        command,
        _base("assistant", extra),
        lambda: answers(f"http://127.0.0.1:{ports.actions}/health"),
    )


def assistant_program(ports: Ports, redis_url: str) -> Program:
    """Rasa with the REST channel only, without TensorFlow, on loopback; its trackers live in Valkey."""
    command = [
        str(python_of("assistant")),
        "-m",
        "bot.nlu.lean",
        "run",
        "--model",
        "models",
        "--endpoints",
        "deploy/endpoints.yml",
        "--credentials",
        "credentials.yml",
        "--interface",
        "127.0.0.1",
        "--port",
        str(ports.assistant),
    ]
    redis = urlsplit(redis_url)
    extra = {
        "BANGBAN_ACTIONS_URL": f"http://127.0.0.1:{ports.actions}/webhook",
        "BANGBAN_REDIS_HOST": redis.hostname or "127.0.0.1",
        "BANGBAN_REDIS_PORT": str(redis.port or 6379),
        "BANGBAN_REDIS_PASSWORD": unquote(redis.password or ""),
    }
    return Program(
        "assistant",
        "机器人（Rasa）",
        command,
        _base("assistant", extra),
        lambda: answers(f"http://127.0.0.1:{ports.assistant}/"),
    )


def server_program(ports: Ports, stores: Mapping[str, str], password: str) -> Program:
    """The only process the outside reaches."""
    extra = {
        "DATABASE_URL": stores["database_url"],
        "REDIS_URL": stores["redis_url"],
        "BANGBAN_PORT": str(ports.server),
        "BANGBAN_ADMIN_PASSWORD": password,
        "BANGBAN_ASSISTANT_URLS": f"http://127.0.0.1:{ports.assistant}",
    }
    return Program(
        "server",
        "服务",
        [str(python_of("server")), "-m", "bot.server"],
        _base("server", extra),
        lambda: answers(f"http://{address()}:{ports.server}/health/ready", timeout=3.0),
    )


class Run:
    """One ``up``: its children in start order."""

    def __init__(self, logs: Path, stopping: threading.Event) -> None:
        self.logs = logs
        self.stopping = stopping
        self.children: list[Child] = []

    def start(self, *programs: Program) -> None:
        """Start programs together and wait until each serves."""
        begun = [Child(program, self.logs) for program in programs]
        self.children += begun
        for child in begun:
            say(f"▸ 启动{child.program.label} …")
            child.start()
        self._wait(begun, time.monotonic())

    def _wait(self, waiting: list[Child], since: float) -> None:
        while waiting and not self.stopping.wait(POLL_SECONDS):
            self.mend()
            for child in [c for c in waiting if c.process and c.program.ready()]:
                say(f"  {child.program.label}就绪，{time.monotonic() - since:.1f} 秒")
                waiting.remove(child)
            if waiting and time.monotonic() - since > READY_SECONDS:
                late = waiting[0]
                raise SetupError(
                    f"{late.program.label}在 {READY_SECONDS:.0f} 秒内没有就绪。"
                    f"日志：{late.log}\n{late.last_words()}"
                )

    def mend(self) -> None:
        """Say what died and why, and restart what is due."""
        for child in self.children:
            code = child.died()
            if code is not None:
                delay = (child.start_at or 0.0) - child.clock()
                say(
                    f"✗ {child.program.label}停了（{exit_reason(code)}），"
                    f"{max(delay, 0):.0f} 秒后重启。日志：{child.log}\n"
                    f"{child.last_words()}"
                )
            if child.due():
                child.start()
                say(f"▸ {child.program.label}已重新启动（第 {child.failures} 次）")

    def watch(self) -> None:
        """Until told to stop."""
        while not self.stopping.wait(POLL_SECONDS):
            self.mend()

    def stop(self) -> None:
        """Stop all, last started first."""
        for child in reversed(self.children):
            child.stop()


def _stores(run: Run, data: Path, ports: Ports) -> dict[str, str]:
    """Addresses of the stores: the operator's own, or embedded ones started here."""
    given = {"database_url": os.environ.get("DATABASE_URL", ""), "redis_url": os.environ.get("REDIS_URL", "")}
    if all(given.values()):
        return given
    if any(given.values()):
        raise SetupError("DATABASE_URL 与 REDIS_URL 要么都设，要么都不设（都不设时使用内置的数据库）。")
    addresses_file(data).unlink(missing_ok=True)
    run.start(stores_program(data, ports))
    return dict(json.loads(addresses_file(data).read_text())) if not run.stopping.is_set() else given


def _announce(port: int, password: str, log: Path) -> None:
    base = f"http://{address()}:{port}"
    say(
        f"\n帮办已就绪\n  演示页与挂件   {base}/\n  工作台         {base}/console/\n"
        f"  接口说明       {base}/api/openapi.json"
    )
    if password and _is_accepted(base, password):
        say(f"  管理员         用户名 admin，密码 {password}（只显示这一次，请妥善保存）")
    say(f"  日志           {log}\n按 Ctrl-C 停止全部服务。")


def _is_accepted(base: str, password: str) -> bool:
    """Whether the generated password is the one in force: an earlier administrator keeps their own."""
    login = {"username": "admin", "password": password}
    try:
        return requests.post(f"{base}/api/staff/login", json=login, timeout=10).status_code == 200
    except requests.RequestException:
        return False


def _first_password(data: Path) -> str:
    """The first administrator's password; the same one until it was shown, however often a start fails."""
    if (data / SHOWN).exists():
        return ""
    kept = data / UNSHOWN
    if not kept.exists():
        # Complete or not there at all, however full the disk is.
        partial = kept.with_suffix(".partial")
        partial.touch(mode=0o600)
        partial.write_text(secrets.token_urlsafe(12))
        partial.replace(kept)
    return kept.read_text()


def _password_was_shown(data: Path) -> None:
    (data / SHOWN).touch()
    (data / UNSHOWN).unlink(missing_ok=True)


def serve(port: int, data: Path, stopping: threading.Event) -> None:
    """Start everything, then watch it until ``stopping`` is set."""
    lock = lock_data(data)
    check_port(port)
    check_disk(data)
    logs = data / "logs"
    logs.mkdir(exist_ok=True)
    ports = Ports(port)
    run = Run(logs, stopping)
    try:
        stores = _stores(run, data, ports)
        given = os.environ.get("BANGBAN_ADMIN_PASSWORD", "")
        password = given or _first_password(data)
        if not stopping.is_set():
            run.start(
                actions_program(ports),
                assistant_program(ports, stores["redis_url"]),
                server_program(ports, stores, password),
            )
        if not stopping.is_set():
            _announce(port, "" if given else password, logs)
            _password_was_shown(data)
            run.watch()
    finally:
        say("\n正在停止 …")
        run.stop()
        end_leftovers(data)
        lock.close()
        say("已全部停止。")


def main(arguments: list[str] | None = None) -> int:
    """Parse the options, run until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="./bangban up")
    parser.add_argument("--port", type=port_number, default=os.environ.get("BANGBAN_PORT", "") or "8000")
    parser.add_argument("--data", type=Path, default=ROOT / "var")
    options = parser.parse_args(arguments)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    try:
        serve(options.port, options.data.resolve(), stopping)
    except SetupError as error:
        say(f"✗ {error}")
        return 1
    except OSError as error:
        say(f"✗ {os_error_sentence(error)}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
