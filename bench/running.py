"""A whole Bangban, started as a user starts it, for benchmarks and browser tests."""

import json
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import requests

from bot.cli.environments import ROOT, child_environment, python_of
from bot.cli.stores import free_port
from bot.cli.supervisor import die_with_parent

READY_SECONDS = 180.0


@dataclass
class Service:
    """A running ``up``: where it answers, its administrator, its process and what it printed."""

    port: int
    data: Path
    process: "subprocess.Popen[str]"
    ready_seconds: float = 0.0
    password: str = ""
    printed: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Base address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def addresses(self) -> dict[str, str]:
        """``database_url`` and ``redis_url`` of its stores."""
        return dict(json.loads((self.data / "stores.json").read_text()))

    def is_ready(self) -> bool:
        """Whether every part of it answers."""
        try:
            parts = requests.get(f"{self.url}/health/ready", timeout=3).json()
            return all(parts[name] == "ok" for name in ("postgresql", "valkey", "assistant"))
        except (requests.RequestException, ValueError, KeyError):
            return False

    def find(self, *words: str) -> psutil.Process:
        """The one process below ``up`` whose command line holds all the words; LookupError otherwise."""
        for process in psutil.Process(self.process.pid).children(recursive=True):
            if all(word in " ".join(process.cmdline()) for word in words):
                return process
        raise LookupError(" ".join(words))


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Return when ``condition`` holds; AssertionError when it does not within ``seconds``."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        pause.wait(0.2)


def _read(service: Service, ready: threading.Event) -> None:
    assert service.process.stdout is not None
    for line in service.process.stdout:
        service.printed.append(line)
        if found := re.search(r"密码 (\S+)（", line):
            service.password = found[1]
        if "按 Ctrl-C" in line:
            ready.set()
    ready.set()


def start(data: Path, port: int | None = None) -> Service:
    """Start ``up`` on a free port and wait until it says that it is ready."""
    port = port or free_port()
    environment = {
        k: v for k, v in child_environment("server").items() if k not in ("DATABASE_URL", "REDIS_URL")
    }
    begun = time.monotonic()
    process = subprocess.Popen(
        [str(python_of("server")), "-m", "bot.cli.up", "--port", str(port), "--data", str(data)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=die_with_parent,
    )
    service = Service(port, data, process)
    ready = threading.Event()
    threading.Thread(target=_read, args=(service, ready), daemon=True).start()
    if not ready.wait(READY_SECONDS) or process.poll() is not None:
        stop(service)
        raise RuntimeError("up did not become ready:\n" + "".join(service.printed))
    service.ready_seconds = time.monotonic() - begun
    return service


def stop(service: Service) -> None:
    """Ctrl-C, then wait; by force when that does not help."""
    if service.process.poll() is None:
        os.kill(service.process.pid, signal.SIGINT)
    try:
        service.process.wait(60)
    except subprocess.TimeoutExpired:
        service.process.kill()


@contextmanager
def running() -> Iterator[Service]:
    """A fresh service in a temporary data folder."""
    with tempfile.TemporaryDirectory(prefix="bangban-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        service = start(Path(folder))
        try:
            yield service
        finally:
            stop(service)
