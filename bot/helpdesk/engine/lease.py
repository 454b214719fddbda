"""Which server dispatches: a lease in PostgreSQL with a fencing token.

The token rises with every new holder. Whoever writes as the dispatcher first shows its token to the
transaction (``check_held``): a process that was frozen, and wakes up believing itself the dispatcher, writes
nothing. Times are PostgreSQL's, so the servers' clocks need not agree.
"""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk.database import Database

NAME = "dispatch"

# The holder keeps its token; a new holder gets the next. RETURNING is empty when somebody else holds it.
_TAKE = text(
    """
    INSERT INTO dispatch_lease AS held (name, holder, token, expires_at)
    VALUES (:name, :holder, 1, clock_timestamp() + make_interval(secs => :seconds))
    ON CONFLICT (name) DO UPDATE
    SET token = CASE WHEN held.holder = :holder AND held.token = :token THEN held.token
                     ELSE held.token + 1 END,
        holder = :holder, expires_at = excluded.expires_at
    WHERE (held.holder = :holder AND held.token = :token) OR held.expires_at <= clock_timestamp()
    RETURNING token
    """
)
_LEFT = text(
    "SELECT extract(epoch FROM expires_at - clock_timestamp()) FROM dispatch_lease WHERE name = :name"
)


class LeaseLost(Exception):
    """Another server dispatches now; nothing may be written."""


@dataclass
class Lease:
    """This process's hold on the lease. ``token`` is 0 while it does not hold it."""

    database: Database
    holder: str
    seconds: float = 1.2
    name: str = NAME
    token: int = 0

    async def take(self) -> bool:
        """Take or renew it; False when another server holds it."""
        values = {"name": self.name, "holder": self.holder, "token": self.token, "seconds": self.seconds}
        async with self.database.transaction() as connection:
            token = (await connection.execute(_TAKE, values)).scalar_one_or_none()
        self.token = int(token) if token is not None else 0
        return token is not None

    async def seconds_left(self) -> float:
        """How long the present holder's lease still runs; 0 when it has run out."""
        async with self.database.transaction() as connection:
            left = (await connection.execute(_LEFT, {"name": self.name})).scalar_one_or_none()
        return max(0.0, float(left)) if left is not None else 0.0

    async def give_back(self) -> None:
        """Let another server have it at once."""
        if self.token:
            async with self.database.transaction() as connection:
                await connection.execute(
                    text(
                        "UPDATE dispatch_lease SET expires_at = clock_timestamp() "
                        "WHERE name = :name AND holder = :holder AND token = :token"
                    ),
                    {"name": self.name, "holder": self.holder, "token": self.token},
                )
            self.token = 0

    async def check_held(self, connection: AsyncConnection) -> None:
        """Raise ``LeaseLost`` unless this process holds it; it cannot be lost until the transaction ends."""
        query = text("SELECT 1 FROM dispatch_lease WHERE name = :name AND token = :token FOR SHARE")
        found = await connection.execute(query, {"name": self.name, "token": self.token})
        if self.token == 0 or found.first() is None:
            raise LeaseLost
