"""What a person is told when something the product stands on is missing."""

import argparse
import errno
import shutil
import socket
from collections import namedtuple
from pathlib import Path

import pytest

from bot.cli import bootstrap, up
from bot.cli import environments as env


@pytest.mark.parametrize(
    ("output", "word"),
    [
        ("error: [Errno 28] No space left on device", "磁盘已满"),
        ("error: command 'gcc' failed: No such file or directory", "build-essential"),
        ("npm error code ENOTFOUND", "网络"),
        ("/usr/bin/python3.11: No module named pip", "python3-pip"),
    ],
)
def test_advice_says_what_to_do(output: str, word: str):
    assert word in env.advice(output)


def test_advice_is_empty_when_the_cause_is_unknown():
    assert env.advice("Traceback: something else") == ""


def test_run_raises_with_the_last_lines_when_a_step_fails():
    with pytest.raises(env.SetupError, match="磁盘已满"):
        env.run(["sh", "-c", "echo 'No space left on device' >&2; exit 1"], "安装依赖")


def test_run_raises_a_sentence_when_the_program_is_missing():
    with pytest.raises(env.SetupError, match="安装依赖"):
        env.run(["/nonexistent/program"], "安装依赖")


def test_digest_changes_with_content_and_not_with_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(env, "ROOT", tmp_path)
    file = tmp_path / "a.yml"
    file.write_text("1")
    first = env.digest_of([tmp_path])
    file.write_text("1")
    assert env.digest_of([tmp_path]) == first
    file.write_text("2")
    assert env.digest_of([tmp_path]) != first


@pytest.mark.parametrize(("command", "stream"), [("ask", "err"), ("bench", "out")])
def test_progress_of_training_stays_off_standard_output_when_answers_go_there(
    command: str, stream: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
):
    trainer = tmp_path / "python"
    trainer.write_text("#!/bin/sh\necho 训练好了\n")
    trainer.chmod(0o755)
    for name in ("ensure_assistant", "ensure_server", "ensure_web", "_check_disk"):
        monkeypatch.setattr(env, name, lambda *_: None)
    monkeypatch.setattr(env, "model_is_current", lambda: False)
    monkeypatch.setattr(env, "python_of", lambda _: trainer)
    monkeypatch.setattr(bootstrap.os, "execve", lambda *_: None)
    module = f"bot.cli.{command}" if command == "ask" else command
    bootstrap._hand_over("assistant", module, [], (env.ensure_model,))
    written = capfd.readouterr()._asdict()
    progress = written.pop(stream)
    assert all(line in progress for line in ("▸ 训练模型 …", "训练好了", "完成"))
    assert set(written.values()) == {""}


def test_port_in_use_is_refused_with_another_one_proposed():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(env.SetupError, match=rf"{port} 已被占用.*--port {port + 1}"):
            up.check_port(port)


def test_full_disk_is_refused_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**12, 10**12, 10**8))
    with pytest.raises(env.SetupError, match=r"只剩 0\.10 GB"):
        up.check_disk(tmp_path)


def test_second_run_on_the_same_data_folder_is_refused(tmp_path: Path):
    held = up.lock_data(tmp_path)
    with pytest.raises(env.SetupError, match="正被另一个正在运行的帮办使用"):
        up.lock_data(tmp_path)
    held.close()
    up.lock_data(tmp_path).close()


def test_first_password_stays_the_same_until_it_was_shown(tmp_path: Path):
    first = up._first_password(tmp_path)
    assert len(first) >= 12
    assert up._first_password(tmp_path) == first
    assert (tmp_path / up.UNSHOWN).stat().st_mode & 0o077 == 0

    up._password_was_shown(tmp_path)

    assert up._first_password(tmp_path) == ""
    assert not (tmp_path / up.UNSHOWN).exists()


@pytest.mark.parametrize("text", ["0", "70000", "abc", "-1", ""])
def test_port_is_refused_when_it_is_no_port(text: str):
    with pytest.raises(argparse.ArgumentTypeError, match="1 到 65535"):
        up.port_number(text)


def test_up_says_a_sentence_when_the_data_folder_cannot_be_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "file").write_text("")
    assert up.main(["--data", str(tmp_path / "file"), "--port", "18000"]) == 1
    assert "请换一个目录" in capsys.readouterr().out


def test_up_says_a_sentence_when_the_disk_fills_while_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "logs")

    monkeypatch.setattr(up, "serve", full)
    assert up.main(["--data", str(tmp_path)]) == 1
    assert "磁盘已满" in capsys.readouterr().out


def test_missing_compiler_is_named_when_a_package_must_be_built(tmp_path: Path):
    script = tmp_path / "build"
    script.write_text("#!/bin/sh\necho \"error: command 'gcc' failed: No such file\" >&2\nexit 1\n")
    script.chmod(0o755)
    with pytest.raises(env.SetupError, match="build-essential"):
        env.run([script], "安装依赖")
