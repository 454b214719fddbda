"""The minute under load: simulated visitors and helpers against two real servers.

Visitors and helpers are real clients with drawn times (``bench.minute``): every visitor waits at an open
WebSocket, helpers hear an offer, think, claim, type, answer, and close after the handling time. Handling is
shortened (a real conversation takes minutes), so that a run ends. Visitors come all at once, the hardest
case, or with ``--minutes`` as they do in life, evenly at random, which is what Erlang C speaks about.

The machine that is measured also carries the visitors, the helpers and PostgreSQL. Where so many requests in
one minute are more than its cores can carry, the minute is played in slow motion, and every line says how
slow: the promise, the ladder and all drawn times are so many times as long, so that the queue behaves the
same. Shares and waits are given in seconds of the promise, latencies as they were. ``--slow 1`` forbids it.

After every ``--silent``-th claim no word is said, so that the ladder has claims to take back: that step is in
its timing error as the others are. Erlang C knows no silent helpers, so they cost the share something.

Staff grow with the load: as many as Erlang C asks for, so that 95% of so many requests within one minute find
a place in time, with the same drawn times; ``--helpers`` sets a number instead. The forecast that is printed
is for the staff that were there. The assistant is left out: requests are opened as its handoffs are. Seeds
are fixed.
"""

import argparse
import asyncio
import json
import math
import os
import random
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import text

from bench import crowd
from bench.minute import Helper, Pace, Seen, Visitor
from bench.spread import spread_ms
from bot.cli.stores import Stores
from bot.helpdesk.database import Database, migrate
from bot.helpdesk.desk import Desk
from bot.helpdesk.live import Live
from bot.helpdesk.rules import Policy
from bot.helpdesk.staffing import helpers_needed, share_within
from bot.helpdesk.texts import Texts

DEPARTMENT = "税务局"
SERVERS = 2
SHARE = 0.95
GIVE_UP_SECONDS = 90.0
CONNECTING_AT_ONCE = 50
#: Requests of one minute that a core carries together with their visitors and helpers.
CARRIED_A_CORE = 250


@dataclass(frozen=True)
class Load:
    """One run: how many ask, over how many minutes (0: all at once), and who is there to help."""

    requests: int
    minutes: float
    helpers: int
    pace: Pace
    slow: int = 1
    silent_every: int = 0

    @property
    def promise(self) -> int:
        """Seconds within which everybody shall be answered."""
        return 60 * self.slow

    @property
    def places(self) -> int:
        """How many conversations the helpers can hold at once."""
        return self.helpers * Policy().helper_capacity

    @property
    def rate(self) -> float:
        """Requests per second; those who ask all at once count as those of one minute."""
        return self.requests / (60 * (self.minutes or 1))

    def forecast(self) -> float:
        """The share that Erlang C expects to be answered within the minute."""
        return share_within(self.rate, self.pace.held, self.places, self.pace.spare)


def staff_for(requests: int, minutes: float, pace: Pace) -> int:
    """How many helpers Erlang C asks for."""
    rate = requests / (60 * (minutes or 1))
    places = helpers_needed(rate, pace.held, share=SHARE, seconds=pace.spare)
    return math.ceil(places / Policy().helper_capacity)


class Run:
    """One load on two running servers."""

    def __init__(self, database: Database, desk: Desk, ports: list[int], load: Load) -> None:
        self._database = database
        self._desk = desk
        self._ports = ports
        self._load = load
        self._seen = Seen()
        self._rng = random.Random(load.requests)
        self._tasks: list[asyncio.Task[None]] = []

    async def measure(self) -> dict[str, Any]:
        """Let it happen; the figures."""
        try:
            await self._open_desks()
            ids = await self._let_in()
            begun = time.monotonic()
            await self._ask(ids)
            await self._settled()
            seconds = time.monotonic() - begun
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        return {**await figures(self._database, self._seen, self._load), "seconds": round(seconds, 1)}

    async def _open_desks(self) -> None:
        clients = await crowd.hire(self._database, self._ports, self._load.helpers, DEPARTMENT)
        ready = [asyncio.Event() for _ in clients]
        for number, (client, event) in enumerate(zip(clients, ready, strict=True)):
            pace = self._load.pace.slowed(self._load.slow)
            rng = random.Random(number)
            helper = Helper(client, self._seen, rng, pace, self._load.silent_every)
            self._tasks.append(asyncio.create_task(helper.run(event)))
        await asyncio.gather(*(event.wait() for event in ready))
        # They have been at their desks for a while: who has just become ready is given less.
        await _run(self._database, "UPDATE staff SET presence_at = presence_at - interval '1 hour'")

    async def _let_in(self) -> list[str]:
        here = await crowd.arrive_all(self._desk, self._load.requests)
        gate, events = asyncio.Semaphore(CONNECTING_AT_ONCE), [asyncio.Event() for _ in here]
        for number, ((_, token), event) in enumerate(zip(here, events, strict=True)):
            visitor = Visitor(self._ports[number % len(self._ports)], token, self._seen)
            self._tasks.append(asyncio.create_task(visitor.run(event, gate)))
        await asyncio.gather(*(event.wait() for event in events))
        return [conversation_id for conversation_id, _ in here]

    async def _ask(self, ids: Sequence[str]) -> None:
        if self._load.minutes <= 0:
            await crowd.ask_all(self._desk, len(ids), DEPARTMENT, ids=ids)
            return
        begun = time.monotonic()
        moments = sorted(self._rng.uniform(0, self._load.promise * self._load.minutes) for _ in ids)
        tasks = []
        for moment, conversation_id in zip(moments, ids, strict=True):
            await asyncio.sleep(max(0.0, begun + moment - time.monotonic()))
            tasks.append(asyncio.create_task(crowd.ask(self._desk, DEPARTMENT, conversation_id)))
        await asyncio.gather(*tasks)

    async def _settled(self) -> None:
        """Everybody was helped, or it takes too long: then the figures say how many were not."""
        with suppress(TimeoutError):
            async with asyncio.timeout(GIVE_UP_SECONDS * (1 + self._load.slow)):
                while await _one(
                    self._database, "SELECT count(*) FROM help_request WHERE status <> 'closed'"
                ):
                    await asyncio.sleep(0.5)


async def _run(database: Database, statement: str) -> list[Any]:
    async with database.transaction() as connection:
        result = await connection.execute(text(statement))
        return list(result.all()) if result.returns_rows else []


async def _one(database: Database, statement: str) -> Any:
    return (await _run(database, statement))[0][0]


_WAITS = "SELECT extract(epoch FROM first_response_at - requested_at) FROM help_request"
_LATE = (
    "SELECT event, (detail ->> 'late_seconds')::float8 FROM help_request_event WHERE detail ? 'late_seconds'"
)
_DOUBLES = """
    SELECT count(*) FROM (
        SELECT help_request_id FROM help_request_event GROUP BY help_request_id
        HAVING count(*) FILTER (WHERE event = 'claimed') > 1 + count(*) FILTER (WHERE event = 'released')
    ) twice
"""


async def figures(database: Database, seen: Seen, load: Load) -> dict[str, Any]:
    """What the database and the clients say about a run."""
    seconds = [row[0] for row in await _run(database, _WAITS)]
    waits = [None if each is None else float(each) / load.slow for each in seconds]
    late = [tuple(row) for row in await _run(database, _LATE)]
    late_back = [seconds for event, seconds in late if event == "released"]
    answered = [wait for wait in waits if wait is not None]
    within = sum(wait <= 60 for wait in answered) / len(waits)
    return {
        "requests": load.requests,
        "helpers": load.helpers,
        "places": load.places,
        "handling_s": load.pace.handle,
        "slow": load.slow,
        "ring_ms": _spread(seen.ring),
        "claim_ms": _spread(seen.claim),
        "reply_ms": _spread(seen.reply),
        "conflicts": seen.conflicts,
        "ladder_steps": len(late),
        "ladder_error_ms": _spread([seconds for _, seconds in late]),
        "silent_claims": seen.silent,
        "taken_back": len(late_back),
        "take_back_error_ms": _spread(late_back),
        "first_response_s": round(statistics.median(answered), 1) if answered else None,
        "within_60s": round(within, 3),
        "forecast_within_60s": round(load.forecast(), 3),
        "unanswered": len(waits) - len(answered),
        "double_claims": await _one(database, _DOUBLES),
        "places_told": seen.places_told,
    }


def _spread(seconds: list[float]) -> dict[str, float] | None:
    """None where nothing of the kind happened."""
    return spread_ms(seconds) if seconds else None


async def _measure(addresses: dict[str, str], load: Load) -> dict[str, Any]:
    settings = {"BANGBAN_DATABASE_POOL": "20", "BANGBAN_FIRST_RESPONSE_SECONDS": str(load.promise)}
    started = [crowd.start_server(addresses, **settings) for _ in range(SERVERS)]
    processes, ports = [process for process, _ in started], [port for _, port in started]
    database = Database.open(addresses["database_url"], pool_size=12)
    live = Live.open(addresses["redis_url"])
    desk = Desk(database, live, Texts.load(), Policy(first_response_seconds=load.promise))
    try:
        for port in ports:
            await crowd.is_up(port)
        await _run(database, "TRUNCATE staff, conversation, help_request CASCADE")
        before = _cpu_seconds(processes)
        measured = await Run(database, desk, ports, load).measure()
        return {**measured, "server_cpu_s": round(_cpu_seconds(processes) - before, 1)}
    finally:
        crowd.end(processes)
        await live.close()
        await database.close()


def _cpu_seconds(processes: "Sequence[subprocess.Popen[bytes]]") -> float:
    times = [psutil.Process(process.pid).cpu_times() for process in processes]
    return sum(each.user + each.system for each in times)


HEAD = (
    "  求助  帮办员  席位  慢放   响铃(毫秒)          认领(毫秒)          见到答复(毫秒)      "
    "阶梯误差(毫秒)      步数  收回  首答(秒)  60秒内   预测     未答  重复  用时(秒)  服务器CPU(秒)"
)


def line(figures: dict[str, Any]) -> str:
    """One row of the table."""

    def shown(name: str) -> str:
        each = figures[name]
        return "-" if each is None else f"{each['median_ms']:.0f}/{each['p95_ms']:.0f}/{each['max_ms']:.0f}"

    who = f"{figures['requests']:>6}  {figures['helpers']:>6}  {figures['places']:>4}  {figures['slow']:>4}"
    times = "  ".join(f"{shown(n):<18}" for n in ("ring_ms", "claim_ms", "reply_ms", "ladder_error_ms"))
    shares = f"{figures['within_60s']:>7.1%}  {figures['forecast_within_60s']:>7.1%}"
    steps = f"{figures['ladder_steps']:>5}  {figures['taken_back']:>4}"
    counts = f"{steps}  {figures['first_response_s'] or '-':>8}"
    ends = f"{figures['unanswered']:>5}  {figures['double_claims']:>4}"
    return (
        f"{who}   {times}  {counts}  {shares}  {ends}  {figures['seconds']:>8}  {figures['server_cpu_s']:>8}"
    )


def _explain(loads: Sequence[Load]) -> None:
    pace = loads[0].pace
    come = f"{loads[0].minutes:g} 分钟内随机到来" if loads[0].minutes else "同时到来"
    print(
        f"求助{come}，每人开着网页等候；帮办员反应平均 {pace.react:g} 秒，首次答复再用 {pace.type:g} 秒，"
        f"全程 {pace.handle:g} 秒（比真实的短）。"
    )
    print(
        "帮办员人数随求助数增加：按 Erlang C，一分钟内这么多求助有 95% 在 60 秒内得到答复所需的人数"
        "（除非用 --helpers 指定）；预测也用同样的人数和时间。各列三个数为中位数/95 分位/最大。"
    )
    print(
        "慢放：本机处理器不够时，承诺、阶梯和各种用时都放慢到几倍，排队情形不变；"
        "60 秒与首答按放慢前的秒数计，响铃、认领、阶梯误差是实际毫秒。"
    )
    if loads[0].silent_every:
        print(
            f"每第 {loads[0].silent_every} 次认领后帮办员不说话，到时由阶梯收回（“收回”列；计入步数与误差）；"
            "Erlang C 的预测不含这种情形。"
        )
    print(HEAD)


def _loads(options: argparse.Namespace) -> list[Load]:
    pace, minutes = Pace(handle=options.handling), options.minutes
    carried = CARRIED_A_CORE * (os.cpu_count() or 1)
    return [
        Load(
            count,
            minutes,
            options.helpers or staff_for(count, minutes, pace),
            pace,
            options.slow or math.ceil(count / (minutes or 1) / carried),
            options.silent,
        )
        for count in options.counts
    ]


def main(arguments: list[str]) -> int:
    """Start stores and servers of its own, run, print a table and a JSON line."""
    parser = argparse.ArgumentParser(prog="./bangban bench help")
    parser.add_argument("--counts", type=int, nargs="+", default=[50, 200, 1000], help="同时求助的人数")
    parser.add_argument("--helpers", type=int, default=0, help="在岗帮办员人数；0 为按 Erlang C 计算")
    parser.add_argument("--minutes", type=float, default=0, help="求助在几分钟内随机到来；0 为同时到来")
    parser.add_argument("--handling", type=float, default=Pace.handle, help="一次帮办平均用时（秒）")
    parser.add_argument("--silent", type=int, default=25, help="每第几次认领后不说话；0 为没有")
    parser.add_argument("--slow", type=int, default=0, help="慢放的倍数；0 为按处理器个数")
    loads = _loads(parser.parse_args(arguments))
    with tempfile.TemporaryDirectory(prefix="bangban-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        stores = Stores(Path(folder))
        try:
            addresses = stores.start()
            migrate(addresses["database_url"])
            _explain(loads)
            found = []
            for load in loads:
                found.append(asyncio.run(_measure(addresses, load)))
                print(line(found[-1]), flush=True)
        finally:
            stores.stop()
    print(json.dumps({"bench": "help", "minutes": loads[0].minutes, "runs": found}))
    return 0
