"""The minute under load: simulated visitors and helpers against two real servers.

Helpers are real WebSocket and HTTP clients with drawn answer times: they hear an offer, think, claim, type,
answer, and close after the handling time. Handling is shortened (a real conversation takes minutes), so that
a run ends; the forecast is made for the same times. Visitors come all at once, the hardest case, or with
``--minutes`` as they do in life, evenly at random, which is what Erlang C speaks about.

The assistant is left out: requests are opened as its handoffs are. Seeds are fixed.
"""

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from bench import crowd
from bot.cli.stores import Stores
from bot.helpdesk.database import Database, migrate
from bot.helpdesk.desk import Desk
from bot.helpdesk.live import Live
from bot.helpdesk.rules import Policy
from bot.helpdesk.staffing import share_within
from bot.helpdesk.texts import Texts

DEPARTMENT = "税务局"
SERVERS = 2
#: Means of the drawn times in seconds: to hear the bell and click, to write a first answer, to settle it all.
REACT_SECONDS, TYPE_SECONDS, HANDLE_SECONDS = 2.0, 6.0, 20.0
GIVE_UP_SECONDS = 300.0


@dataclass
class Seen:
    """What was measured, in seconds."""

    ring: list[float] = field(default_factory=list)
    claim: list[float] = field(default_factory=list)
    conflicts: int = 0


class Helper:
    """One simulated helper: takes what rings, each conversation in a task of its own."""

    def __init__(self, client: crowd.Client, seen: Seen, rng: random.Random) -> None:
        self.client = client
        self._seen = seen
        self._rng = rng
        self._heard: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, ready: asyncio.Event) -> None:
        """Work until cancelled."""
        async with self.client.socket() as socket:
            status, _ = await self.client.call("PUT", "/presence", {"status": "ready"})
            assert status == 200
            ready.set()
            beat = asyncio.create_task(self._beat(socket))
            try:
                async for message in crowd.frames(socket):
                    if message["type"] == "offers":
                        self._hear(message["offers"])
            finally:
                for task in (beat, *self._tasks):
                    task.cancel()

    async def _beat(self, socket: Any) -> None:
        while True:
            await asyncio.sleep(20)
            await socket.send('{"type":"ping"}')

    def _hear(self, offers: list[dict[str, Any]]) -> None:
        now = datetime.now(UTC)
        for offer in offers:
            if offer["id"] in self._heard:
                continue
            self._heard.add(offer["id"])
            self._seen.ring.append((now - datetime.fromisoformat(offer["offered_at"])).total_seconds())
            task = asyncio.create_task(self._help(offer["request"]))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _help(self, request: dict[str, Any]) -> None:
        await self._take_time(REACT_SECONDS)
        begun = time.perf_counter()
        status, _ = await self.client.call("POST", f"/help-requests/{request['id']}/claim")
        self._seen.claim.append(time.perf_counter() - begun)
        if status != 200:
            self._seen.conflicts += 1
            return
        await self._take_time(TYPE_SECONDS)
        where = f"/conversations/{request['conversation_id']}"
        message = {"client_message_id": uuid4().hex, "text": "您好，我来帮您。", "visibility": "public"}
        await self.client.call("POST", f"{where}/messages", message)
        await self._take_time(HANDLE_SECONDS - TYPE_SECONDS)
        await self.client.call("POST", f"{where}/close", {"outcome": "resolved"})

    async def _take_time(self, mean: float) -> None:
        # The tail is cut, so that a run does not end with minutes of waiting for one conversation.
        await asyncio.sleep(min(2.5 * mean, self._rng.expovariate(1 / mean)))


async def _arrive(desk: Desk, count: int, minutes: float, rng: random.Random) -> None:
    if minutes <= 0:
        await crowd.ask_all(desk, count, DEPARTMENT)
        return
    begun, moments = time.monotonic(), sorted(rng.uniform(0, 60 * minutes) for _ in range(count))
    tasks = []
    for moment in moments:
        await asyncio.sleep(max(0.0, begun + moment - time.monotonic()))
        tasks.append(asyncio.create_task(crowd.ask(desk, DEPARTMENT)))
    await asyncio.gather(*tasks)


async def _rows(database: Database, statement: str) -> list[Any]:
    async with database.transaction() as connection:
        return list((await connection.execute(text(statement))).all())


async def _all_closed(database: Database) -> None:
    async with asyncio.timeout(GIVE_UP_SECONDS):
        while (await _rows(database, "SELECT count(*) FROM help_request WHERE status <> 'closed'"))[0][0]:
            await asyncio.sleep(0.5)


async def _one_run(
    database: Database, desk: Desk, ports: list[int], count: int, options: argparse.Namespace
) -> dict[str, Any]:
    rng, seen = random.Random(count), Seen()
    clients = await crowd.hire(database, ports, options.helpers, DEPARTMENT)
    events = [asyncio.Event() for _ in clients]
    helpers = [Helper(client, seen, random.Random(n)) for n, client in enumerate(clients)]
    tasks = [asyncio.create_task(h.run(e)) for h, e in zip(helpers, events, strict=True)]
    try:
        await asyncio.gather(*(event.wait() for event in events))
        await _arrive(desk, count, options.minutes, rng)
        await _all_closed(database)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for client in clients:
            client.close()
    return {**await _figures(database, seen, options), "requests": count}


async def _figures(database: Database, seen: Seen, options: argparse.Namespace) -> dict[str, Any]:
    waits = [
        float(row[0])
        for row in await _rows(
            database, "SELECT extract(epoch FROM first_response_at - requested_at) FROM help_request"
        )
    ]
    late = [
        float(row[0])
        for row in await _rows(
            database,
            "SELECT detail ->> 'late_seconds' FROM help_request_event "
            "WHERE reason = 'ladder' AND detail ? 'late_seconds'",
        )
    ]
    doubles = await _rows(
        database,
        "SELECT 1 FROM help_request_event WHERE event = 'claimed' GROUP BY help_request_id HAVING count(*) > "
        "1 + (SELECT count(*) FROM help_request_event e WHERE e.event = 'released')",
    )
    within = sum(wait <= 60 for wait in waits) / len(waits)
    places = options.helpers * Policy().helper_capacity
    rate = len(waits) / (60 * (options.minutes or 1))
    # A place is taken from the offer on; the visitor also waits for the click and the typing.
    held = REACT_SECONDS + HANDLE_SECONDS
    spare = 60 - REACT_SECONDS - TYPE_SECONDS
    return {
        "ring_ms": _spread(seen.ring),
        "claim_ms": _spread(seen.claim),
        "conflicts": seen.conflicts,
        "ladder_steps": len(late),
        "ladder_error_ms": _spread(late),
        "first_response_s": round(statistics.median(waits), 1),
        "within_60s": round(within, 3),
        "forecast_within_60s": round(share_within(rate, held, places, spare), 3),
        "double_claims": len(doubles),
    }


def _spread(seconds: list[float]) -> dict[str, float] | None:
    """Median, 95th percentile and largest, in milliseconds."""
    if not seconds:
        return None
    ordered = sorted(seconds)
    picked = (statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1))], ordered[-1])
    return dict(zip(("p50", "p95", "max"), (round(1000 * each, 1) for each in picked), strict=True))


async def _measure(addresses: dict[str, str], options: argparse.Namespace) -> list[dict[str, Any]]:
    settings = {"BANGBAN_DATABASE_POOL": "20"}
    started = [crowd.start_server(addresses, **settings) for _ in range(SERVERS)]
    database = Database.open(addresses["database_url"], pool_size=12)
    live = Live.open(addresses["redis_url"])
    desk = Desk(database, live, Texts.load(), Policy())
    try:
        ports = [port for _, port in started]
        for port in ports:
            await crowd.is_up(port)
        found = []
        for count in options.counts:
            await _empty(database)
            found.append(await _one_run(database, desk, ports, count, options))
            print(_line(found[-1]), flush=True)
        return found
    finally:
        crowd.end(process for process, _ in started)
        await live.close()
        await database.close()


async def _empty(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("TRUNCATE staff, conversation, help_request CASCADE"))


def _line(figures: dict[str, Any]) -> str:
    def shown(name: str) -> str:
        each = figures[name]
        return "-" if each is None else f"{each['p50']:.0f}/{each['p95']:.0f}/{each['max']:.0f}"

    times = "  ".join(f"{shown(name):>16}" for name in ("ring_ms", "claim_ms", "ladder_error_ms"))
    shares = f"{figures['within_60s']:>8.1%}  {figures['forecast_within_60s']:>8.1%}"
    counts = f"{figures['ladder_steps']:>6}  {figures['first_response_s']:>8}"
    return f"{figures['requests']:>6}  {times}  {counts}  {shares}  {figures['double_claims']:>5}"


def main(arguments: list[str]) -> int:
    """Start stores and servers of its own, run, print a table and a JSON line."""
    parser = argparse.ArgumentParser(prog="./bangban bench help")
    parser.add_argument("--counts", type=int, nargs="+", default=[50, 200, 1000], help="同时求助的人数")
    parser.add_argument("--helpers", type=int, default=60, help="在岗帮办员人数")
    parser.add_argument("--minutes", type=float, default=0, help="求助在几分钟内随机到来；0 为同时到来")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bangban-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        stores = Stores(Path(folder))
        try:
            addresses = stores.start()
            migrate(addresses["database_url"])
            print(
                "  求助   响铃 p50/p95/max  认领 p50/p95/max  阶梯误差(毫秒)    步数  首答(秒)"
                "  60秒内   预测    重复"
            )
            found = asyncio.run(_measure(addresses, options))
        finally:
            stores.stop()
    about = {"helpers": options.helpers, "minutes": options.minutes, "runs": found}
    print(json.dumps({"bench": "help", **about}))
    return 0
