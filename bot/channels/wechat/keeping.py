"""What is kept and what is forgotten: media fetched before WeChat drops them, and visitors who left."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.channels.wechat import errcodes, storage
from bot.channels.wechat.account import CHANNEL, Account
from bot.channels.wechat.client import Client
from bot.channels.wechat.storage import Media
from bot.helpdesk.database import Database
from bot.helpdesk.live import utcnow
from bot.helpdesk.storage import conversations, pushes
from bot.helpdesk.tokens import channel_key

log = structlog.stdlib.get_logger(__name__)

# Longer than WeChat retries and than a signature is taken.
SEEN_LIFE = timedelta(days=1)
_FETCH_PAUSE = timedelta(seconds=60)
_FETCH_ATTEMPTS = 8
_AT_ONCE = 4
_TYPES = {
    "image": ("image/jpeg", "image/png", "image/gif", "image/webp"),
    "voice": ("audio/amr", "audio/mpeg", "audio/speex", "audio/x-speex", "audio/mp3", "voice/speex"),
    "video": ("video/mp4", "video/mpeg4", "video/quicktime"),
}


class Keeping:
    """Fetches and forgets."""

    def __init__(
        self, account: Account, database: Database, client: Client, clock: Callable[[], datetime] = utcnow
    ) -> None:
        self._account = account
        self._database = database
        self._client = client
        self._clock = clock

    async def take_media(self) -> list[Media]:
        """What is due to be fetched."""
        now = self._clock()
        async with self._database.transaction() as connection:
            return await storage.take_media(connection, now, now + _FETCH_PAUSE, _AT_ONCE)

    async def fetch(self, it: Media) -> None:
        """Fetch one; what cannot be fetched is tried again a few times and then gone."""
        answer = await self._client.fetch_media(it.media_id)
        kept = (
            answer.content if answer.errcode == 0 and answer.content_type in _TYPES.get(it.kind, ()) else None
        )
        final = it.attempts >= _FETCH_ATTEMPTS or answer.errcode in (0, 40007)
        if kept is None and not final:
            log.warning("wechat_media_later", reason=errcodes.reason(answer.errcode))
            return
        async with self._database.transaction() as connection:
            await storage.keep_media(connection, it, answer.content_type if kept else None, kept)

    async def forget(self) -> None:
        """Remove the personal data of visitors who left long enough ago, and old notes of what was seen."""
        now = self._clock()
        async with self._database.transaction() as connection:
            await storage.drop_seen(connection, now - SEEN_LIFE)
            gone = await storage.left_before(connection, now - self._account.forget_after, 100)
            for visitor in gone:
                theirs = await pushes.reached_by(connection, CHANNEL, visitor.openid)
                await pushes.drop_address(connection, CHANNEL, visitor.openid)
                for conversation_id in theirs:
                    await conversations.clear_profile(connection, conversation_id)
                await conversations.drop_visitor_key(connection, channel_key(CHANNEL, visitor.openid))
                await storage.forget(connection, visitor, theirs)
        if gone:
            log.info("wechat_visitors_forgotten", count=len(gone))
