"""Letting a message in: noted once under its key, its visitor known, what it allows us to send kept."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.wechat import quota, storage
from bot.channels.wechat.account import CHANNEL
from bot.channels.wechat.inbound import Inbound
from bot.channels.wechat.quota import Grant
from bot.helpdesk.database import Database
from bot.helpdesk.live import utcnow
from bot.helpdesk.opening import new_conversation, new_token
from bot.helpdesk.storage import conversations, pushes
from bot.helpdesk.storage.pushes import Address
from bot.helpdesk.tokens import channel_key, hash_token


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
            if not it.takes_reply:
                # Nobody waits for an answer to these, and some are no act of a person.
                if it.kind == "unsubscribe":
                    # What waits is given up by the sender, which tells staff.
                    await storage.save_subscribed(connection, it.openid, False, now)
                await storage.save_answer(connection, it.key, "", now)
                return Admitted("", "")
            visitor = await storage.visitor(connection, it.openid, lock=True)
            if visitor is None:
                visitor = await self._open(connection, it, now)
            if seen is None:
                await storage.arrive(connection, visitor, _granted(it, visitor.grant, now), hold_until, now)
            else:
                await connection.execute(pushes.holding(visitor.conversation_id, CHANNEL, hold_until))
        return Admitted(visitor.conversation_id, None, seen is None)

    async def _open(self, connection: AsyncConnection, it: Inbound, now: datetime) -> storage.Visitor:
        await storage.lock_openid(connection, it.openid)
        if (visitor := await storage.visitor(connection, it.openid, lock=True)) is not None:
            return visitor
        opened = new_conversation(now, channel=CHANNEL)
        record = replace(opened, visitor_key=channel_key(CHANNEL, it.openid))
        await conversations.create(connection, record, hash_token(new_token()))
        await pushes.save_address(connection, Address(record.id, CHANNEL, it.openid))
        return await storage.add_visitor(connection, it.openid, record.id, now)


def _granted(it: Inbound, grant: Grant, now: datetime) -> Grant:
    """What the visitor allows from now on: whatever takes a reply allows more than that one."""
    return quota.granted_by_message(grant, now) if it.is_message else quota.granted_by_event(grant, now)
