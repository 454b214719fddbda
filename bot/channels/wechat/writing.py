"""Who writes, a helper or a bot that takes long, is seen writing in WeChat too. It costs no send, and nothing
depends on it.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from redis.exceptions import RedisError

from bot.channels.wechat import quota, storage
from bot.channels.wechat.account import CHANNEL
from bot.channels.wechat.client import Client
from bot.channels.wechat.pause import Pause
from bot.helpdesk.database import Database
from bot.helpdesk.errors import HelpdeskError
from bot.helpdesk.live import Live, utcnow
from bot.helpdesk.storage import pushes

#: WeChat shows it for about fifteen seconds, or until something arrives.
EVERY_SECONDS = 10


class Writing:
    """Shows it, for all who write, on all servers, at most once in ``EVERY_SECONDS`` a conversation."""

    def __init__(
        self,
        database: Database,
        live: Live,
        client: Client,
        pause: Pause,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self._database = database
        self._live = live
        self._client = client
        self._pause = pause
        self._clock = clock
        self._showing: set[asyncio.Task[None]] = set()

    def begin(self, conversation_id: str) -> None:
        """Somebody writes; whoever tells does not wait for WeChat."""
        task = asyncio.create_task(self._show(conversation_id))
        self._showing.add(task)
        task.add_done_callback(self._showing.discard)

    async def _show(self, conversation_id: str) -> None:
        with suppress(HelpdeskError, RedisError, OSError):
            name = f"bangban:wechat:writing:{conversation_id}"
            if not await self._live.client.set(name, "1", nx=True, ex=EVERY_SECONDS):
                return
            openid = await self._reachable(conversation_id)
            if openid is not None and not await self._pause.runs():
                # An errcode changes nothing: what is written is sent, or not, all the same.
                await self._client.show_typing(openid)

    async def _reachable(self, conversation_id: str) -> str | None:
        """Whom what is being written could be sent to right now."""
        async with self._database.transaction() as connection:
            openid = await pushes.address_of(connection, conversation_id, CHANNEL)
            visitor = await storage.visitor(connection, openid) if openid else None
        if visitor is None or not visitor.subscribed:
            return None
        allowed = quota.allowance(visitor.grant, self._clock())
        return openid if allowed.remaining > allowed.kept else None
