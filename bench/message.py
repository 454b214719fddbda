"""What one message costs the assistant: from Rasa's webhook to its reply, on one core.

A whole service is started; then the assistant and its action server are held to one core, and messages of the
dev set go to Rasa's own REST webhook, one after the other, each in a conversation of its own. Twenty messages
are asked before, to warm up. Resident memory is that of both processes afterwards.
"""

import argparse
import json
import os
import time

import psutil
import requests

from bench.running import Service, running
from bench.spread import spread_ms
from bench.start import PROCESSES
from bot.cli.environments import ROOT

DEV_SET = ROOT / "tests" / "understanding" / "dev.jsonl"
KINDS = ("measure", "noisy", "not_covered", "human", "chitchat")
WARM_UP = 20
CORE = 0


def messages(count: int) -> list[dict[str, str]]:
    """``count`` rows of the dev set, from all over it."""
    lines = DEV_SET.read_text("utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["kind"] in KINDS]
    return rows[:: max(1, len(rows) // count)][:count]


def hold_to_one_core(process: psutil.Process) -> None:
    """All threads that it has; later ones inherit it."""
    for thread in process.threads():
        os.sched_setaffinity(thread.id, {CORE})


def _webhook(assistant: psutil.Process) -> str:
    command = assistant.cmdline()
    return f"http://127.0.0.1:{command[command.index('--port') + 1]}/webhooks/rest/webhook"


def measure(service: Service, count: int) -> dict[str, float]:
    """Ask, after a warm-up; milliseconds and megabytes."""
    assistant, actions = (service.find(*PROCESSES[name]) for name in ("assistant", "actions"))
    for process in (assistant, actions):
        hold_to_one_core(process)
    http, address, seconds = requests.Session(), _webhook(assistant), list[float]()
    for number, row in enumerate(messages(count + WARM_UP)):
        metadata = {"district": row["district"], "channel": "bench", "locale": "zh"}
        body = {"sender": f"bench-{number}", "message": row["text"], "metadata": metadata}
        begun = time.perf_counter()
        reply = http.post(address, json=body, timeout=30)
        seconds.append(time.perf_counter() - begun)
        reply.raise_for_status()
        if not reply.json():
            raise RuntimeError(f"The assistant said nothing to {row['id']}.")
    sizes = {f"{name}_mb": round(p.memory_info().rss / 1e6, 1)
             for name, p in (("assistant", assistant), ("actions", actions))}  # fmt: skip
    return {"questions": count, **spread_ms(seconds[WARM_UP:]), **sizes}


def main(arguments: list[str]) -> int:
    """Run against a fresh service; print the table and the JSON line."""
    parser = argparse.ArgumentParser(prog="./bangban bench message")
    parser.add_argument("--count", type=int, default=200, help="问多少条")
    with running() as service:
        figures = measure(service, parser.parse_args(arguments).count)
    for name, value in figures.items():
        print(f"{name:<14} {value}")
    print(json.dumps({"bench": "message", **figures}))
    return 0
