"""Between the web and WeChat: one visitor, one conversation, by a link one way and a QR code the other.

A code is kept only as its hash, works once and ends. To the web it is 128 random bits and travels behind the
``#`` of the address, which browsers keep to themselves. To WeChat it is short enough to be typed, for those
who cannot scan: eight signs, 39 bits, ten minutes, and few tries (``Receiver``).
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.wechat import storage, wording
from bot.helpdesk.database import Database
from bot.helpdesk.errors import NotFound
from bot.helpdesk.live import utcnow
from bot.helpdesk.opening import new_token
from bot.helpdesk.storage import conversations
from bot.helpdesk.tokens import hash_token

WEB_LIFE = timedelta(hours=24)
CODE_LIFE = timedelta(minutes=10)
SCENE = "link:"
# Codes to the web that this process has made and may send again; forgetting one costs a row, no more.
_REMEMBERED = 10_000


class Links:
    """Makes and takes the codes."""

    def __init__(self, database: Database, public_url: str, clock: Callable[[], datetime] = utcnow) -> None:
        self._database = database
        self._public_url = public_url
        self._clock = clock
        self._to_web: dict[str, str] = {}

    async def to_web(self, conversation_id: str) -> str | None:
        """An address that goes on with the conversation on the web; None when no public address is set.

        The one that was made before, from now on good for as long as a new one, unless it has been used.
        """
        if not self._public_url:
            return None
        code = self._to_web.get(conversation_id)
        if code is None or not await self._prolong(code):
            code = await self._keep(secrets.token_urlsafe(16), conversation_id, "web", WEB_LIFE)
            if len(self._to_web) >= _REMEMBERED:
                self._to_web.clear()
            self._to_web[conversation_id] = code
        return f"{self._public_url}/#bangban={code}"

    async def _prolong(self, code: str) -> bool:
        now = self._clock()
        async with self._database.transaction() as connection:
            return await storage.prolong_link(connection, hash_token(code), now, now + WEB_LIFE)

    async def to_wechat(self, conversation_id: str) -> str:
        """A code that goes on with the conversation in WeChat: scanned as a scene, or sent as a message."""
        code = "".join(secrets.choice(wording.CODE_SIGNS) for _ in range(wording.CODE_LENGTH))
        return await self._keep(code, conversation_id, "wechat", CODE_LIFE)

    async def _keep(self, code: str, conversation_id: str, leads_to: str, life: timedelta) -> str:
        async with self._database.transaction() as connection:
            ends = self._clock() + life
            await storage.add_link(connection, hash_token(code), conversation_id, leads_to, ends)
        return code

    async def open_on_web(self, code: str, before: str | None = None) -> tuple[str, str]:
        """The conversation behind ``code`` and a new token for it. Raises ``NotFound``.

        ``before``: the token of the conversation that was open in this browser. For staff it is from now on
        one of the same visitor's, if nothing else is known of its own; to the visitor it opens nothing, and
        nothing of it is told in WeChat, for a link may have been passed on.
        """
        token, now = new_token(), self._clock()
        async with self._database.transaction() as connection:
            conversation_id = await storage.use_link(connection, hash_token(code), "web", now)
            if conversation_id is None:
                raise NotFound("This link has been used, or is too old.")
            await conversations.add_key(connection, conversation_id, hash_token(token), now)
            await self._recognise(connection, conversation_id, before)
        return conversation_id, token

    async def _recognise(self, connection: AsyncConnection, conversation_id: str, before: str | None) -> None:
        earlier = await conversations.by_token_hash(connection, hash_token(before)) if before else None
        key = (await conversations.get(connection, conversation_id)).visitor_key
        if earlier is not None and key is not None and earlier.id != conversation_id:
            await conversations.set_visitor_key(connection, earlier.id, key, over=False)
