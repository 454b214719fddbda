"""``./bangban up`` as an operator meets it: processes die, Ctrl-C is pressed, it is started again."""

from pathlib import Path

import psutil
import pytest
import requests

from bench.running import Service, start, stop, wait_until

pytestmark = pytest.mark.service


def all_processes(service: Service) -> list[psutil.Process]:
    postmaster = psutil.Process(int((service.data / "postgresql" / "postmaster.pid").read_text().split()[0]))
    return [postmaster, *psutil.Process(service.process.pid).children(recursive=True)]


def restarts(service: Service) -> int:
    return sum("已重新启动" in line for line in service.printed)


def ask_over_http(service: Service, text: str) -> list[dict]:
    started = requests.post(
        f"{service.url}/api/visitor/conversations", json={"channel": "widget"}, timeout=10
    ).json()
    key = {"Authorization": f"Bearer {started['token']}"}
    requests.post(
        f"{service.url}/api/visitor/messages",
        headers=key,
        timeout=10,
        json={"client_message_id": "one", "text": text},
    ).raise_for_status()
    updates: list[dict] = []
    while not any(update["sender"]["kind"] == "bot" for update in updates):
        reply = requests.get(
            f"{service.url}/api/visitor/updates",
            headers=key,
            timeout=40,
            params={"after": len(updates), "wait": 20},
        ).json()
        assert reply["updates"], "no answer within 20 seconds"
        updates += reply["updates"]
    return updates


def test_up_survives_killed_children_keeps_data_and_stops_everything_when_interrupted(tmp_path: Path):
    data = tmp_path / "data"
    tmp_path.chmod(0o755)
    service = start(data)
    try:
        assert ask_over_http(service, "公司先不干了但不想注销怎么办")[-1]["kind"] == "answer"
        victims = (("bot.server",), ("rasa_sdk",), ("valkey-server",), ("bot.cli.stores",))
        for number, words in enumerate(victims):
            addresses = service.addresses
            service.find(*words).kill()
            if words != ("valkey-server",):  # the stores process mends its own servers
                wait_until(lambda n=number: restarts(service) == min(n + 1, 3))
            wait_until(lambda: service.is_ready())
            assert service.addresses == addresses, "nobody needs a new address"
        assert ask_over_http(service, "担保费率现在多少")[-1]["kind"] == "answer"
        assert sum("停了（被信号 SIGKILL 终止）" in line for line in service.printed) == 3
        family = all_processes(service)
    finally:
        stop(service)

    assert service.process.returncode == 0
    _gone, alive = psutil.wait_procs(family, timeout=10)
    assert [process.name() for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []

    again = start(data)
    try:
        assert again.password == "", "the administrator's password is shown once"
        assert again.ready_seconds < 30
    finally:
        stop(again)


def test_up_leaves_nothing_behind_when_interrupted_while_a_killed_child_waits_for_its_restart(tmp_path: Path):
    tmp_path.chmod(0o755)
    service = start(tmp_path / "data")
    family = all_processes(service)
    service.find("bot.cli.stores").kill()
    wait_until(lambda: any("数据库" in line and "停了" in line for line in service.printed))

    stop(service)

    _gone, alive = psutil.wait_procs(family, timeout=10)
    assert [process.name() for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []
