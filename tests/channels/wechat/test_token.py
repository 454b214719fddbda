"""The access token: one for all servers, renewed early, asked for by one at a time."""

import asyncio

import pytest

from bot.settings import Settings
from tests.channels.wechat.weixin import Weixin, eventually
from tests.server.running import Site, StandIn, serve

pytestmark = pytest.mark.integration


async def test_token_is_asked_for_once_by_two_servers(
    with_wechat: Settings, stand_in: StandIn, weixin: Weixin
):
    async for one in serve(with_wechat, stand_in):
        async for other in serve(with_wechat, stand_in):
            clients = [site.app.ctx.wechat.client for site in (one, other)]
            answers = await asyncio.gather(*(client.get("/cgi-bin/menu/get") for client in clients * 10))
            assert {answer.errcode for answer in answers} == {46003}
            assert weixin.token_requests == [False]


async def test_token_is_renewed_before_it_ends(site: Site, weixin: Weixin):
    client = site.app.ctx.wechat.client
    weixin.token_life = 2.0
    await client.get("/cgi-bin/menu/get")

    async def renewed() -> bool:
        # Not one call is refused: renewed at half its life.
        assert (await client.get("/cgi-bin/menu/get")).errcode == 46003
        return len(weixin.token_requests) >= 2

    await eventually(renewed)


async def test_server_without_valkey_asks_for_itself(
    site: Site, weixin: Weixin, monkeypatch: pytest.MonkeyPatch
):
    from redis.exceptions import ConnectionError as Away

    async def away(*_: object, **__: object) -> None:
        raise Away

    for name in ("get", "set", "execute_command", "exists"):
        monkeypatch.setattr(site.parts.live.client, name, away)
    client = site.app.ctx.wechat.client
    assert {(await client.get("/cgi-bin/menu/get")).errcode for _ in range(3)} == {46003}
    assert weixin.token_requests == [False]


@pytest.mark.parametrize("code", [40164, 40125])
async def test_missing_token_is_the_answer_when_wechat_gives_none(site: Site, weixin: Weixin, code: int):
    weixin.errors["stable_token"] = [code]
    assert (await site.app.ctx.wechat.client.get("/cgi-bin/menu/get")).errcode == code
