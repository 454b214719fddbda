"""Letting a message in: noted once under its key, its visitor known, what it allows us to send kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.wechat import quota, storage
from bot.channels.wechat.entries import CHANNEL
from bot.channels.wechat.inbound import Inbound
from bot.helpdesk.database import Database
from bot.helpdesk.live import utcnow
from bot.helpdesk.opening import new_conversation, new_token
from bot.helpdesk.storage import conversations, pushes
from bot.helpdesk.storage.pushes import Address
from bot.helpdesk.tokens import hash_token

_GRANTING_EVENTS = ("subscribe", "scan", "click")


@dataclass(frozen=True)
class Admitted:
    """A message that is to be worked on, and where; ``answer`` when there is nothing (more) to be done."""

    conversation_id: str = ""
    answer: str | None = None
    new: bool = True


class Admission:
    """The door of the channel."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utcnow) -> None:
        self._database = database
        self._clock = clock

    async def admit(self, it: Inbound, signature: str, hold_until: datetime) -> Admitted:
        """Note the message and what it allows us to send; make a conversation for a new visitor."""
        now = self._clock()
        async with self._database.transaction() as connection:
            seen = await storage.see(connection, it.key, signature, it.openid, now)
            if seen is not None and (seen.answer is not None or seen.key != it.key):
                # A signature under another message is a forgery: it gets what the signed one got.
                return Admitted("", seen.answer or "")
            await storage.lock_openid(connection, it.openid)
            visitor = await storage.visitor(connection, it.openid, lock=True)
            if it.kind == "unsubscribe":
                if visitor is not None:
                    await self._left(connection, it, visitor.conversation_id, now)
                await storage.lock_answer(connection, it.key)
                await storage.save_answer(connection, it.key, "", now)
                return Admitted("", "")
            if visitor is None:
                visitor = await self._open(connection, it, now)
            if seen is None:
                await self._allow(connection, it, visitor, now)
                # Only of a new one: whoever decides the answer holds the note before the address.
                await storage.place(connection, it.key, visitor.conversation_id)
            await pushes.hold(connection, visitor.conversation_id, CHANNEL, hold_until)
        return Admitted(visitor.conversation_id, None, seen is None)

    async def _open(self, connection: AsyncConnection, it: Inbound, now: datetime) -> storage.Visitor:
        record = new_conversation(now, channel=CHANNEL)
        await conversations.create(connection, record, hash_token(new_token()))
        await pushes.save_address(connection, Address(record.id, CHANNEL, it.openid))
        return await storage.add_visitor(connection, it.openid, record.id, now)

    async def _allow(
        self, connection: AsyncConnection, it: Inbound, visitor: storage.Visitor, now: datetime
    ) -> None:
        """Open the window that this opens, and put back in line what could not be delivered before."""
        if it.is_message:
            grant = quota.granted_by_message(visitor.grant, now)
        elif it.kind in _GRANTING_EVENTS:
            grant = quota.granted_by_event(visitor.grant, now)
        else:
            return
        await storage.save_grant(connection, it.openid, grant)
        if not visitor.subscribed:
            await storage.save_subscribed(connection, it.openid, True, now)
            await pushes.set_reachable(connection, CHANNEL, it.openid, True)
        await pushes.revive(connection, visitor.conversation_id, CHANNEL, now)

    async def _left(
        self, connection: AsyncConnection, it: Inbound, conversation_id: str, now: datetime
    ) -> None:
        await storage.save_subscribed(connection, it.openid, False, now)
        await pushes.set_reachable(connection, CHANNEL, it.openid, False)
        waiting = await pushes.waiting(connection, conversation_id, CHANNEL)
        await pushes.park(connection, [each.id for each in waiting], now, "unsubscribed")
