"""What is kept and what is forgotten: media fetched before WeChat drops them, and visitors who left."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.channels.wechat import errcodes, storage
from bot.channels.wechat.account import CHANNEL, Account
from bot.channels.wechat.api import Answer
from bot.channels.wechat.client import Client
from bot.channels.wechat.pause import Pause
from bot.channels.wechat.storage import Media
from bot.helpdesk.database import Database
from bot.helpdesk.live import utcnow
from bot.helpdesk.storage import conversations, pushes, tickets
from bot.helpdesk.tokens import channel_key

log = structlog.stdlib.get_logger(__name__)

# Longer than WeChat retries and than a signature is taken.
SEEN_LIFE = timedelta(days=1)
_FETCH_PAUSE, _LONGEST_FETCH_PAUSE = timedelta(seconds=60), timedelta(hours=1)
_KEPT_BY_WECHAT = timedelta(days=3)
#: After so many answers without an error and without a content there will be none.
_FETCH_ATTEMPTS = 8
_AT_ONCE = 4
#: What is shown or played as what it is; anything else is kept too, and only ever downloaded.
UNKNOWN_TYPE = "application/octet-stream"
_TYPES = {
    "image": ("image/jpeg", "image/png", "image/gif", "image/webp"),
    "voice": ("audio/amr", "audio/mpeg", "audio/speex", "audio/x-speex", "audio/mp3", "voice/speex"),
    "video": ("video/mp4", "video/mpeg4", "video/quicktime"),
}


class Keeping:
    """Fetches and forgets."""

    def __init__(
        self,
        account: Account,
        database: Database,
        client: Client,
        pause: Pause,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self._account = account
        self._database = database
        self._client = client
        self._pause = pause
        self._clock = clock

    async def take_media(self) -> list[Media]:
        """What is due to be fetched."""
        now = self._clock()
        async with self._database.transaction() as connection:
            return await storage.take_media(connection, now, now + _FETCH_PAUSE, _AT_ONCE)

    async def fetch(self, it: Media) -> None:
        """Fetch one; what cannot be fetched is tried again as long as WeChat keeps it, then it is gone."""
        answer = await self._client.fetch_media(it.media_id)
        if answer.errcode == 0 and answer.content:
            await self._keep(it, _type(it.kind, answer.content_type), answer.content)
            return
        reason = errcodes.reason(answer.errcode) if answer.errcode else "no_content"
        if not self._is_gone(it, answer):
            await self._later(it, answer.errcode, reason)
            log.warning("wechat_media_later", reason=reason)
            return
        log.error("wechat_media_gone", conversation_id=it.conversation_id, seq=it.seq, reason=reason)
        await self._keep(it, None, None)

    def _is_gone(self, it: Media, answer: Answer) -> bool:
        if answer.errcode == 0 and it.attempts >= _FETCH_ATTEMPTS:
            return True
        unknown = errcodes.decide(answer.errcode, it.attempts).action == "upload_again"
        return unknown or self._clock() - it.sent_at >= _KEPT_BY_WECHAT

    async def _later(self, it: Media, errcode: int, reason: str) -> None:
        """Put it off, longer each time; all calls where the account may not call, which a person is told."""
        decision = errcodes.decide(errcode, it.attempts)
        pause = min(_FETCH_PAUSE * 2 ** (min(it.attempts, 10) - 1), _LONGEST_FETCH_PAUSE)
        pause = max(pause, timedelta(seconds=decision.pause_seconds))
        first, now = False, self._clock()
        async with self._database.transaction() as connection:
            await storage.put_media_off(connection, it, now + pause)
            if decision.action == "alarm":
                first = await storage.raise_alarm(connection, reason, now)
        if decision.account_wide:
            await self._pause.begin(decision.pause_seconds)
        if first:
            log.error("wechat_alarm", reason=reason)

    async def _keep(self, it: Media, content_type: str | None, content: bytes | None) -> None:
        async with self._database.transaction() as connection:
            await storage.keep_media(connection, it, content_type, content)

    async def forget(self) -> None:
        """Remove the personal data of visitors who left long enough ago, and old notes and codes."""
        now = self._clock()
        async with self._database.transaction() as connection:
            await storage.drop_seen(connection, now - SEEN_LIFE)
            await storage.drop_links(connection, now)
            gone = await storage.left_before(connection, now - self._account.forget_after, 100)
            for visitor in gone:
                theirs = await pushes.reached_by(connection, CHANNEL, visitor.openid)
                await pushes.drop_address(connection, CHANNEL, visitor.openid)
                for conversation_id in theirs:
                    await conversations.clear_profile(connection, conversation_id)
                await conversations.drop_keys(connection, theirs)
                await tickets.forget_contacts(connection, theirs)
                await conversations.drop_visitor_key(connection, channel_key(CHANNEL, visitor.openid))
                await storage.forget(connection, visitor, theirs)
        if gone:
            log.info("wechat_visitors_forgotten", count=len(gone))


def _type(kind: str, given: str) -> str:
    if given in _TYPES.get(kind, ()):
        return given
    log.warning("wechat_media_of_unknown_type", kind=kind, content_type=given[:60])
    return UNKNOWN_TYPE
