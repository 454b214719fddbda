"""The access token: one for all servers, kept in Valkey, renewed early, by one of them at a time.

WeChat's ``stable_token`` gives the same token to everyone who asks until shortly before it ends, so a
server that cannot reach Valkey asks for itself and disturbs nobody. ``force_refresh`` takes the token from
all others and is allowed twenty times a day: only for a token that WeChat calls invalid and still hands out.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import datetime

from redis.exceptions import LockError, RedisError

from bot.channels.wechat import errcodes
from bot.channels.wechat.account import Account
from bot.channels.wechat.api import Answer, Http
from bot.helpdesk.live import Live, utcnow

# WeChat renews five minutes before the end; from then on both tokens work for a while.
EARLY_SECONDS = 300.0
FORCE_EVERY_SECONDS = 60
_LOCK_SECONDS = 15.0


class NoToken(Exception):
    """WeChat gave no access token; ``errcode`` says why."""

    def __init__(self, errcode: int) -> None:
        super().__init__(f"errcode {errcode}")
        self.errcode = errcode


@dataclass(frozen=True)
class Kept:
    """A token and the moments (Unix time, seconds) at which to renew it and at which it ends."""

    token: str
    renew_at: float
    ends_at: float


class TokenKeeper:
    """Gives the present access token. One per process."""

    def __init__(
        self, account: Account, http: Http, live: Live, clock: Callable[[], datetime] = utcnow
    ) -> None:
        self._account = account
        self._http = http
        self._live = live
        self._clock = clock
        self._mine: Kept | None = None
        self._one_at_a_time = asyncio.Lock()
        self._name = f"bangban:wechat:token:{account.app_id}"

    async def get(self, invalid: str | None = None) -> str:
        """The token, or another one than ``invalid``. Raises NoToken."""
        async with self._one_at_a_time:
            kept = await self._kept()
            if self._usable(kept, invalid) and kept:
                return kept.token
            async with AsyncExitStack() as stack:
                await self._lock(stack)
                # Whoever held the lock before has probably renewed it.
                kept = await self._kept()
                if self._usable(kept, invalid) and kept:
                    return kept.token
                return await self._renew(invalid)

    def _usable(self, kept: Kept | None, invalid: str | None) -> bool:
        return kept is not None and kept.token != invalid and self._clock().timestamp() < kept.renew_at

    async def _lock(self, stack: AsyncExitStack) -> None:
        lock = self._live.client.lock(
            f"{self._name}:lock", timeout=_LOCK_SECONDS, blocking_timeout=_LOCK_SECONDS
        )
        try:
            await lock.acquire()
        except (RedisError, OSError):
            return

        async def release() -> None:
            # It may have ended by itself, or Valkey did.
            with suppress(LockError, RedisError, OSError):
                await lock.release()

        stack.push_async_callback(release)

    async def _renew(self, invalid: str | None) -> str:
        answer = await self._ask(force=False)
        if invalid is not None and answer.body.get("access_token") == invalid and await self._may_force():
            answer = await self._ask(force=True)
        token = answer.body.get("access_token")
        if answer.errcode != 0 or not isinstance(token, str) or not token:
            raise NoToken(answer.errcode or errcodes.BAD_ANSWER)
        await self._keep(token, float(answer.body.get("expires_in") or 0))
        return token

    async def _ask(self, *, force: bool) -> Answer:
        body = {
            "grant_type": "client_credential",
            "appid": self._account.app_id,
            "secret": self._account.secret,
        }
        return await self._http.call("/cgi-bin/stable_token", {**body, "force_refresh": force})

    async def _may_force(self) -> bool:
        try:
            name = f"{self._name}:forced"
            return bool(await self._live.client.set(name, "1", nx=True, ex=FORCE_EVERY_SECONDS))
        except (RedisError, OSError):
            return False

    async def _keep(self, token: str, life: float) -> None:
        now = self._clock().timestamp()
        self._mine = Kept(token, now + life - min(EARLY_SECONDS, life / 2), now + life)
        # Without Valkey the other servers ask for themselves.
        with suppress(RedisError, OSError):
            await self._live.client.set(self._name, json.dumps(vars(self._mine)), ex=max(1, int(life)))

    async def _kept(self) -> Kept | None:
        try:
            found = await self._live.client.get(self._name)
            return Kept(**json.loads(found)) if found else self._mine
        except (RedisError, OSError, ValueError, TypeError):
            return self._mine
