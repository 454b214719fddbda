"""Second start to ready, resident memory of each process, size of the widget."""

import gzip
import json
import tempfile
from pathlib import Path

import psutil

from bench.running import Service, start, stop
from bot.cli.environments import ROOT

#: Name -> words of the command line.
PROCESSES = {
    "server": ("bot.server",),
    "assistant": ("bot.nlu.lean", "run"),
    "actions": ("rasa_sdk",),
    "valkey": ("valkey-server",),
    "stores": ("bot.cli.stores",),
}


def _megabytes(process: psutil.Process) -> float:
    return round(process.memory_info().rss / 1e6, 1)


def memory(service: Service) -> dict[str, float]:
    """Resident megabytes by process; of PostgreSQL's processes, shared pages counted once (PSS)."""
    figures = {name: _megabytes(service.find(*words)) for name, words in PROCESSES.items()}
    postmaster = psutil.Process(int((service.data / "postgresql" / "postmaster.pid").read_text().split()[0]))
    family = [postmaster, *postmaster.children(recursive=True)]
    figures["postgresql"] = round(sum(p.memory_full_info().pss for p in family) / 1e6, 1)
    figures["up"] = _megabytes(psutil.Process(service.process.pid))
    return figures


def main(arguments: list[str]) -> int:
    """Start once to fill the data folder, start again and measure."""
    with tempfile.TemporaryDirectory(prefix="bangban-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        first = start(Path(folder))
        stop(first)
        second = start(Path(folder))
        figures = {"second_start_seconds": round(second.ready_seconds, 1), "resident_mb": memory(second)}
        stop(second)
    widget = (ROOT / "web" / "dist" / "widget.js").read_bytes()
    figures["widget_gzip_kb"] = round(len(gzip.compress(widget, 9)) / 1000, 1)
    for name, value in figures.items():
        print(f"{name:<22} {value}")
    print(json.dumps({"bench": "start", **figures}))
    return 0
