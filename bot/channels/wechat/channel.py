"""The channel put together: one object that the composition root opens, runs and closes."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.channels.wechat import quota, storage
from bot.channels.wechat.account import CHANNEL, Account
from bot.channels.wechat.api import Http
from bot.channels.wechat.client import Client
from bot.channels.wechat.delivery import Delivery
from bot.channels.wechat.entries import Entries
from bot.channels.wechat.keeping import Keeping
from bot.channels.wechat.links import Links
from bot.channels.wechat.passive import Passive
from bot.channels.wechat.pause import Pause
from bot.channels.wechat.quota import Grant, Window
from bot.channels.wechat.receiver import Receiver
from bot.channels.wechat.sender import Sender
from bot.channels.wechat.showing import Shows
from bot.channels.wechat.token import TokenKeeper
from bot.channels.wechat.unreached import Unreached
from bot.channels.wechat.writing import Writing
from bot.helpdesk.database import Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.live import Hub, Live, utcnow
from bot.helpdesk.storage import pushes
from bot.helpdesk.texts import LOCALES, Texts
from bot.helpdesk.thresholds import Thresholds
from bot.helpdesk.tickets.unreached import UnreachedVisitors
from bot.helpdesk.tickets.visiting import VisitorTickets
from bot.wire import WechatOut, WindowOut


@dataclass(frozen=True)
class Foundations:
    """What of the rest of the server the channel stands on."""

    database: Database
    live: Live
    hub: Hub
    desk: Desk
    tickets: VisitorTickets
    texts: Texts
    thresholds: Thresholds
    wake_assistant: Callable[[], None]
    messages_per_10_seconds: int
    unreached: UnreachedVisitors


class Channel:
    """The WeChat channel of one process."""

    def __init__(self, account: Account, on: Foundations) -> None:
        texts = Texts.load(LOCALES / "wechat")
        self.account = account
        self.database = on.database
        self.clock = utcnow
        self.http = Http(account.api)
        self.client = Client(self.http, TokenKeeper(account, self.http, on.live))
        self.links = Links(on.database, account.public_url)
        entries = Entries(on.database, on.live, texts, on.texts, on.thresholds)
        shows = Shows(on.desk, self.links, texts)
        unreached = Unreached(on.database, entries, on.unreached)
        pause = Pause(on.live, account.app_id)
        self.writing = Writing(on.database, on.live, self.client, pause)
        self.receiver = Receiver(
            account,
            on.database,
            on.live,
            on.hub,
            on.desk,
            on.tickets,
            entries,
            shows,
            Passive(unreached.settle),
            self.writing,
            texts,
            on.wake_assistant,
            on.messages_per_10_seconds,
        )
        delivery = Delivery(on.database, on.live, self.client, shows, pause, unreached.settle)
        keeping = Keeping(account, on.database, self.client, pause)
        self.sender = Sender(on.database, delivery, keeping, pause, unreached)
        self._task: asyncio.Task[None] | None = None

    def start(self, grace_seconds: float) -> None:
        """Begin to send."""
        self._task = asyncio.create_task(self.sender.run(grace_seconds))

    async def stop(self, grace_seconds: float) -> None:
        """Let what is under way finish, then close the connections."""
        self.sender.stop()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=grace_seconds + 1)
        self.http.close()


class Windows:
    """What staff and WeChat tell each other (``bot.web.Reach``), also while the channel is switched off."""

    def __init__(self, database: Database, channel: Channel | None) -> None:
        self._database = database
        self._channel = channel

    async def linked(self, conversation_id: str) -> bool | None:
        """Whether the conversation goes on in WeChat too; None where it cannot."""
        if self._channel is None:
            return None
        async with self._database.transaction() as connection:
            return await pushes.has_address(connection, conversation_id, CHANNEL)

    async def windows(self, conversation_ids: Sequence[str]) -> dict[str, WechatOut]:
        """What may still be sent, by conversation."""
        if not conversation_ids:
            return {}
        async with self._database.transaction() as connection:
            grants = await storage.grants_of(connection, list(conversation_ids))
        now = utcnow()
        return {each: _shown(grant, now) for each, grant in grants.items()}

    def writing(self, conversation_id: str) -> None:
        """A helper types in a conversation."""
        if self._channel is not None:
            self._channel.writing.begin(conversation_id)

    async def deliveries(self, conversation_id: str, after: int) -> dict[int, str]:
        """What became of each update."""
        async with self._database.transaction() as connection:
            return await pushes.states(connection, conversation_id, after)


def _shown(grant: Grant, now: datetime) -> WechatOut:
    event = quota.event_window(grant, now)
    shown = WindowOut(**_window(event)) if event else None
    return WechatOut(**_window(quota.message_window(grant, now)), event=shown)


def _window(it: Window) -> dict[str, Any]:
    return {"remaining": it.remaining, "limit": it.limit, "window_ends_at": it.until}
