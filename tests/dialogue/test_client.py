import dataclasses
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.dialogue.client import AssistantClient, AssistantFailed, replicas_in_order
from bot.helpdesk.models import Delivery
from tests.server.running import StandIn

DELIVERY = Delivery(
    id=1,
    conversation_id="c1",
    seq=1,
    owner_epoch=1,
    text="你好",
    attempts=1,
    district="jiading",
    channel="widget",
    locale="zh",
)


@pytest.fixture
def client(stand_in: StandIn) -> Iterator[AssistantClient]:
    opened = AssistantClient([stand_in.url], 0.5, 2)
    yield opened
    opened.close()


def closed_port() -> str:
    """An address nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_conversation_stays_on_its_replica_when_another_one_is_added():
    three = ["http://a", "http://b", "http://c"]
    ids = [f"conversation-{n}" for n in range(600)]
    before = {each: replicas_in_order(three, each)[0] for each in ids}
    after = {each: replicas_in_order([*three, "http://d"], each)[0] for each in ids}
    moved = [each for each in ids if before[each] != after[each]]
    assert all(after[each] == "http://d" for each in moved)
    assert 0.15 < len(moved) / len(ids) < 0.35
    assert min(list(before.values()).count(url) for url in three) > 150


def test_order_of_replicas_depends_on_no_order_in_the_settings():
    assert replicas_in_order(["http://a", "http://b"], "x") == replicas_in_order(
        ["http://b", "http://a"], "x"
    )


async def test_ask_sends_who_says_what_and_from_where(client: AssistantClient, stand_in: StandIn):
    (reply,) = await client.ask(DELIVERY)
    assert (reply.kind, reply.text) == ("text", "收到：你好")
    assert stand_in.received == [
        {
            "sender": "c1",
            "message": "你好",
            "metadata": {"district": "jiading", "channel": "widget", "locale": "zh"},
        }
    ]


async def test_ask_fails_with_timeout_when_the_assistant_is_slow(client: AssistantClient, stand_in: StandIn):
    stand_in.hold.add("你好")
    with pytest.raises(AssistantFailed, match=r"^timeout$"):
        await client.ask(DELIVERY)


async def test_ask_fails_with_its_status_when_the_assistant_breaks(
    client: AssistantClient, stand_in: StandIn
):
    stand_in.status = 500
    with pytest.raises(AssistantFailed, match=r"^http_500$"):
        await client.ask(DELIVERY)


@pytest.mark.parametrize(
    "answer", [[], {}, "text", [{}], [{"text": 5}], [{"custom": {"type": "new"}}], [{"text": "长" * 400_000}]]
)
async def test_ask_fails_when_the_answer_is_not_understood(
    client: AssistantClient, stand_in: StandIn, answer
):
    stand_in.replies["你好"] = answer
    with pytest.raises(AssistantFailed, match=r"^malformed_"):
        await client.ask(DELIVERY)


@contextmanager
def answering(*parts: bytes, stay: bool) -> Iterator[str]:
    """The address of a server that sends these bytes to one caller and then hangs up, or stays silent."""
    done = threading.Event()

    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"".join(parts))
            if stay:
                done.wait(10)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        done.set()
        thread.join()


@pytest.mark.parametrize(
    ("head", "stay", "reason", "retryable"),
    [
        (b"Content-Length: 50\r\n\r\n[", True, "timeout", False),
        (b"Content-Length: 50\r\n\r\n[", False, "broken_off", True),
        (b"Transfer-Encoding: chunked\r\n\r\n5\r\n[", False, "broken_off", True),
        (b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain", False, "broken_off", True),
    ],
)
async def test_ask_fails_with_a_fitting_reason_when_the_answer_ends_in_the_middle(
    head: bytes, stay: bool, reason: str, retryable: bool
):
    with answering(b"HTTP/1.1 200 OK\r\n", head, stay=stay) as url:
        client = AssistantClient([url], 0.5, 1)
        with pytest.raises(AssistantFailed) as caught:
            await client.ask(DELIVERY)
        client.close()
    assert (caught.value.reason, caught.value.retryable) == (reason, retryable)


async def test_ask_fails_when_nobody_listens():
    client = AssistantClient([closed_port()], 0.5, 1)
    with pytest.raises(AssistantFailed, match=r"^unreachable$"):
        await client.ask(DELIVERY)
    assert not await client.ready()
    client.close()


async def test_next_replica_answers_when_the_conversations_own_is_down(stand_in: StandIn):
    down = closed_port()
    client = AssistantClient([down, stand_in.url], 2, 2)
    pinned = next(f"c{n}" for n in range(100) if replicas_in_order([down, stand_in.url], f"c{n}")[0] == down)
    replies = await client.ask(dataclasses.replace(DELIVERY, conversation_id=pinned))
    assert replies[0].text == "收到：你好"
    assert await client.ready()
    client.close()


async def test_ask_uses_no_proxy_of_the_environment(
    client: AssistantClient, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HTTP_PROXY", closed_port())
    assert (await client.ask(DELIVERY))[0].text == "收到：你好"
