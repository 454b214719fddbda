"""Restarting children: the decision with a fake clock, the handling with real processes."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from bench.running import wait_until
from bot.cli.supervisor import Child, Program, exit_reason, failures_after_death, restart_delay


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def program(code: str) -> Program:
    return Program("child", "子进程", [sys.executable, "-c", code], {}, lambda: True)


def wait_for_death(child: Child) -> int:
    assert child.process is not None
    child.process.wait(10)
    code = child.died()
    assert code is not None
    return code


@pytest.mark.parametrize(("failures", "seconds"), [(1, 1.0), (2, 2.0), (3, 4.0), (6, 30.0), (50, 30.0)])
def test_restart_delay_doubles_up_to_its_limit(failures: int, seconds: float):
    assert restart_delay(failures) == seconds


def test_failures_start_anew_when_the_child_had_run_for_long():
    assert failures_after_death(5, started_at=0.0, died_at=60.0) == 1


def test_failures_add_up_when_the_child_died_young():
    assert failures_after_death(5, started_at=0.0, died_at=59.0) == 6


def test_child_is_due_only_after_the_backoff_when_it_died(tmp_path: Path):
    clock = Clock()
    child = Child(program("raise SystemExit('知识库缺一个字段')"), tmp_path, clock)
    child.start()

    assert wait_for_death(child) == 1
    assert "知识库缺一个字段" in child.last_words()
    assert not child.due()
    clock.now += 1.0
    assert child.due()


def test_child_is_killed_when_it_ignores_the_request_to_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.cli.supervisor.STOP_SECONDS", 0.2)
    code = (
        "import signal, threading; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('up', flush=True); threading.Event().wait(60)"
    )
    child = Child(program(code), tmp_path)
    child.start()
    process = child.process
    assert process is not None
    while "up" not in child.last_words():
        assert process.poll() is None

    child.stop()

    assert process.returncode == -signal.SIGKILL
    assert child.died() is None and not child.due()


def test_child_ends_when_its_parent_was_killed():
    code = (
        "import subprocess, threading; from bot.cli.supervisor import die_with_parent;"
        "child = subprocess.Popen(['sleep', '60'], preexec_fn=die_with_parent);"
        "print(child.pid, flush=True); threading.Event().wait(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    # Nobody may be there to collect it.
    wait_until(lambda: _has_ended(child), 10)


def _has_ended(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_exit_reason_names_the_signal():
    assert exit_reason(-signal.SIGKILL) == "被信号 SIGKILL 终止"
    assert exit_reason(3) == "退出码 3"
