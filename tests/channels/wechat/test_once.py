"""A thousand webhook calls from bursts of retries, on two servers: each message is worked on exactly once."""

import asyncio
import logging
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.logs import configure_logs
from bot.settings import Settings
from tests.channels.wechat.test_xml import BOMB
from tests.channels.wechat.weixin import Weixin
from tests.server.running import Site, StandIn, serve

pytestmark = pytest.mark.integration
MESSAGES, PEOPLE, CALLS = 340, 40, 1000


def calls(weixin: Weixin) -> tuple[list[str], list[tuple[int, str, dict[str, str], bytes]]]:
    """Messages and, shuffled, up to three calls for each of them, a third of them exact replays."""
    texts = [f"问题{number}" for number in range(MESSAGES)]
    made: list[tuple[int, str, dict[str, str], bytes]] = []
    for number, text in enumerate(texts):
        openid = f"o{number % PEOPLE}"
        fields = weixin.act(openid, "text", Content=text)
        first, other = weixin.letter(fields), weixin.letter(fields)
        made += [(number, openid, *first), (number, openid, *first), (number, openid, *other)]
    drawn = made[:CALLS]
    # A burst: neighbours are retries of the same few messages, in any order and at the same time.
    generator = random.Random(5)
    for start in range(0, CALLS, 60):
        part = drawn[start : start + 60]
        generator.shuffle(part)
        drawn[start : start + 60] = part
    return texts, drawn


async def test_thousand_calls_of_bursts_work_on_each_message_exactly_once(
    with_wechat: Settings, stand_in: StandIn, weixin: Weixin
):
    texts, drawn = calls(weixin)
    async for one in serve(with_wechat, stand_in):
        async for other in serve(with_wechat, stand_in):
            urls = [f"{site.url}/channels/wechat" for site in (one, other)]
            responses = await post_all(weixin, urls, drawn)
            assert Counter(response.status_code for response in responses) == {200: CALLS}
            sent = {number for number, *_ in drawn}
            assert Counter(each["message"] for each in stand_in.received) == Counter(texts[n] for n in sent)
            await count_rows(one, len(sent))


async def post_all(weixin: Weixin, urls: list[str], drawn: list) -> list:
    """Post all calls, many at a time, to one server after the other."""

    def post(number: int) -> object:
        _, _, query, body = drawn[number]
        return weixin._session.post(urls[number % len(urls)], params=query, data=body, timeout=60)

    with ThreadPoolExecutor(24) as threads:
        loop = asyncio.get_running_loop()
        return await asyncio.gather(*(loop.run_in_executor(threads, post, n) for n in range(len(drawn))))


async def count_rows(site: Site, messages: int) -> None:
    from sqlalchemy import text

    async with site.parts.database.transaction() as connection:

        async def number(statement: str) -> int:
            return int((await connection.execute(text(statement))).scalar_one())

        assert await number("SELECT count(*) FROM wechat_visitor") == PEOPLE
        assert await number("SELECT count(*) FROM conversation") == PEOPLE
        assert await number("SELECT count(*) FROM message WHERE sender_kind = 'visitor'") == messages
        assert await number("SELECT count(*) FROM message WHERE sender_kind = 'bot'") == messages
        assert await number("SELECT count(*) FROM outbox WHERE target = 'wechat'") == messages


async def test_every_retry_of_a_message_gets_one_and_the_same_answer(site: Site, weixin: Weixin):
    fields = weixin.act("o1", "text", Content="歇业怎么办")
    site.assistant.hold.add("歇业怎么办")
    jobs = [asyncio.create_task(weixin.deliver(fields)) for _ in range(12)]
    assert await asyncio.to_thread(site.assistant.asked.wait, 5)
    site.assistant.released.set()
    replies = {delivered.reply for delivered in await asyncio.gather(*jobs)}
    assert replies == {"收到：歇业怎么办"}
    assert len(site.assistant.received) == 1


async def test_answer_is_given_by_another_server_when_the_first_died_in_between(
    with_wechat: Settings, stand_in: StandIn, weixin: Weixin, monkeypatch: pytest.MonkeyPatch
):
    from bot.channels.wechat.receiver import Receiver

    act, fields = Receiver._act, weixin.act("o1", "text", Content="你好")

    async def dies(*_: object) -> None:
        raise ConnectionResetError

    async for site in serve(with_wechat, stand_in):
        weixin.webhook = f"{site.url}/channels/wechat"
        monkeypatch.setattr(Receiver, "_act", dies)
        response = await asyncio.to_thread(weixin.post, *weixin.letter(fields))
        assert (response.status_code, response.json()["error"]["code"]) == (500, "internal")
    monkeypatch.setattr(Receiver, "_act", act)
    async for site in serve(with_wechat, stand_in):
        weixin.webhook = f"{site.url}/channels/wechat"
        assert (await weixin.deliver(fields)).reply == "收到：你好"
    assert len(stand_in.received) == 1


async def test_answer_comes_without_valkey(site: Site, weixin: Weixin, monkeypatch: pytest.MonkeyPatch):
    from redis.exceptions import ConnectionError as Away

    async def away(*_: object, **__: object) -> None:
        raise Away

    monkeypatch.setattr(site.parts.live.client, "execute_command", away)
    assert (await weixin.say("o1", "你好")).reply == "收到：你好"


async def test_call_is_refused_and_tried_again_when_the_database_is_away(
    site: Site, weixin: Weixin, monkeypatch: pytest.MonkeyPatch
):
    from bot.channels.wechat.admission import Admission
    from bot.helpdesk.errors import Unavailable

    admit, asked = Admission.admit, []

    async def away_at_first(*given: object) -> object:
        asked.append(1)
        if len(asked) < 3:
            raise Unavailable("away")
        return await admit(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(Admission, "admit", away_at_first)
    fields = weixin.act("o1", "text", Content="你好")
    for status in (503, 503, 200):
        response = await asyncio.to_thread(weixin.post, *weixin.letter(fields))
        assert response.status_code == status


SECRET_WORDS = "我的身份证号是310114199001011234"


async def test_words_tokens_and_keys_never_reach_the_logs(
    with_wechat: Settings, stand_in: StandIn, weixin: Weixin, capfd: pytest.CaptureFixture[str]
):
    root = logging.getLogger()
    before = (root.handlers, root.level)
    configure_logs("debug")
    try:
        async for site in serve(with_wechat, stand_in):
            weixin.webhook = f"{site.url}/channels/wechat"
            stand_in.replies[SECRET_WORDS] = "broken"
            weixin.errors["message/custom/send"] = [48001, 40164, -1, 45015]
            await weixin.say("o1", SECRET_WORDS)
            await weixin.send("o1", "link", Title=SECRET_WORDS, Url="https://e.org", Description="d")
            await asyncio.to_thread(weixin.post, {"nonce": SECRET_WORDS}, SECRET_WORDS.encode())
            await asyncio.to_thread(weixin.post, *weixin.letter({"Content": SECRET_WORDS}))
            await asyncio.to_thread(weixin.post, {"nonce": "x"}, BOMB.encode())
            site.app.ctx.wechat.receiver._wait = None  # breaks the next call
            await weixin.say("o2", SECRET_WORDS)
            tokens = list(weixin.tokens)
    finally:
        root.handlers, _ = before
        root.setLevel(before[1])
    logged = capfd.readouterr().err
    assert "request_failed" in logged
    for word in (
        SECRET_WORDS,
        "310114",
        "o1",
        with_wechat.wechat_secret,
        with_wechat.wechat_aes_key,
        *tokens,
    ):
        assert word not in logged.replace('"conversation_id"', ""), word
