"""Child processes kept alive: start, watch, restart with backoff, stop.

The decision when to restart is a pure function of what happened and ``now``; the rest is process handling.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

BACKOFF_FIRST_SECONDS = 1.0
BACKOFF_MOST_SECONDS = 30.0
#: A child that ran this long before it died starts a new series of attempts.
HEALTHY_SECONDS = 60.0
#: Longer than the server takes to let connections and the outbox worker finish.
STOP_SECONDS = 30.0
LOG_LIMIT_BYTES = 20_000_000


@dataclass(frozen=True)
class Program:
    """What to run: ``ready`` answers whether it serves; ``label`` is what a person reads."""

    name: str
    label: str
    command: Sequence[str]
    environment: Mapping[str, str]
    ready: Callable[[], bool]


def restart_delay(failures: int) -> float:
    """Seconds to wait before the next start after ``failures`` deaths in a row (1, 2, 4 … at most 30)."""
    return min(BACKOFF_FIRST_SECONDS * 2.0 ** max(failures - 1, 0), BACKOFF_MOST_SECONDS)


def failures_after_death(failures: int, started_at: float, died_at: float) -> int:
    """Deaths in a row, this one included; a long healthy run forgets the earlier ones."""
    return 1 if died_at - started_at >= HEALTHY_SECONDS else failures + 1


def die_with_parent() -> None:
    """In the child: be told to stop when the supervisor is gone, however it went (Linux)."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


class Child:
    """One supervised program with its log file."""

    def __init__(self, program: Program, logs: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.program = program
        self.log = logs / f"{program.name}.log"
        self.clock = clock
        self.process: subprocess.Popen[bytes] | None = None
        self.failures = 0
        self.started_at = 0.0
        self.start_at: float | None = None

    def start(self) -> None:
        """Start the program in a session of its own, so that Ctrl-C reaches the supervisor only."""
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        self.started_at = self.clock()
        self.start_at = None
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                list(self.program.command),
                env=dict(self.program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def died(self) -> int | None:
        """Exit code of a death not seen before, else None; plans the restart."""
        if self.process is None or (code := self.process.poll()) is None:
            return None
        now = self.clock()
        self.failures = failures_after_death(self.failures, self.started_at, now)
        self.start_at = now + restart_delay(self.failures)
        self.process = None
        return code

    def due(self) -> bool:
        """Whether a planned restart's time has come."""
        return self.start_at is not None and self.clock() >= self.start_at

    def last_words(self, lines: int = 3) -> str:
        """The last lines of the log: usually why it died."""
        if not self.log.exists():
            return ""
        text = self.log.read_bytes()[-4000:].decode(errors="replace")
        return "\n".join([line for line in text.splitlines() if line.strip()][-lines:])

    def stop(self) -> None:
        """Ask it to stop, then make it; what it started in its session goes with it."""
        process, self.process, self.start_at = self.process, None, None
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def exit_reason(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"退出码 {code}"
    try:
        return f"被信号 {signal.Signals(-code).name} 终止"
    except ValueError:
        return f"被信号 {-code} 终止"
