"""What one passive reply takes along: as much of what waits as it holds, at no cost."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.wechat import plan, render
from bot.channels.wechat.account import CHANNEL
from bot.channels.wechat.plan import Waiting
from bot.channels.wechat.showing import Show
from bot.helpdesk.storage import pushes

#: Brings what is known of the results of a conversation's tickets in line with what became of them.
Settle = Callable[[str], Awaitable[None]]


class Passive:
    """Takes what waits into replies. One per process."""

    def __init__(self, settle: Settle) -> None:
        self._settle = settle
        self._told: dict[str, str] = {}
        self._settling: set[asyncio.Future[None]] = set()

    async def take(
        self, connection: AsyncConnection, key: str, conversation_id: str, show: Show, now: datetime
    ) -> str:
        """The reply to the message ``key``; what it holds counts as sent. Empty when there is nothing."""
        found = await pushes.waiting(connection, conversation_id, CHANNEL)
        waiting = [Waiting(p.id, p.update.seq, show(p.update), p.progress) for p in found]
        piece = plan.passive_piece(waiting)
        if piece is None:
            return ""
        for row, characters in piece.progress:
            await pushes.advance(connection, row, characters, now)
        if any(render.is_result(each.update) for each in found):
            self._told[key] = conversation_id
        if piece.closing_seq is None:
            return piece.text
        return f"{piece.text}\n{show.rating_lines()}"

    def decided(self, key: str) -> None:
        """After the transaction of ``take``: a ticket's result in the reply has been told."""
        if (conversation_id := self._told.pop(key, None)) is not None:
            task = asyncio.ensure_future(self._settle(conversation_id))
            self._settling.add(task)
            task.add_done_callback(self._settling.discard)
