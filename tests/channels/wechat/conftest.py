"""The whole application with an official account, and a WeChat in front of it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from bot.helpdesk.storage import pushes
from bot.settings import Settings
from tests.channels.wechat import weixin as peer
from tests.channels.wechat.steps import Helped, Query, claim, conversation_of
from tests.channels.wechat.weixin import Weixin
from tests.server.fixtures import *  # noqa: F403
from tests.server.running import HANDOFF, Site, StandIn, serve


@pytest.fixture
def weixin() -> Iterator[Weixin]:
    running = Weixin()
    yield running
    running.stop()


@pytest.fixture
def with_wechat(settings: Settings, weixin: Weixin) -> Settings:
    return replace(
        settings,
        wechat_app_id=peer.APP_ID,
        wechat_name="帮办测试号",
        wechat_secret=peer.SECRET,
        wechat_token=peer.TOKEN,
        wechat_aes_key=peer.KEY,
        wechat_previous_aes_key=peer.OLD_KEY,
        wechat_api=weixin.url,
        public_url="https://help.example.org",
        cookie_secure="no",
    )


@pytest.fixture
async def site(with_wechat: Settings, stand_in: StandIn, weixin: Weixin) -> AsyncIterator[Site]:
    async for running in serve(with_wechat, stand_in):
        weixin.webhook = f"{running.url}/channels/wechat"
        yield running


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages of helpers are sent without waiting for more to merge them with."""
    monkeypatch.setattr(pushes, "MERGE_SECONDS", 0)


@pytest.fixture
def query(site: Site) -> Query:
    """Runs SQL and gives the rows."""

    async def run(statement: str, **values: object) -> list[Any]:
        async with site.parts.database.transaction() as connection:
            result = await connection.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []

    return run


@pytest.fixture
async def helped(site: Site, weixin: Weixin, query: Query) -> Helped:
    site.assistant.replies["转人工"] = [{"text": "好。"}, {"custom": HANDOFF}]
    await weixin.say("o1", "人工")
    helper, conversation_id = await claim(site), await conversation_of(query)
    await weixin.sees("o1", 2)
    it = Helped(site, weixin, helper, conversation_id)
    await it.delivery_of(-1, "sent")
    return it
