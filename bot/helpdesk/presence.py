"""Who is ready to take a request: declared in PostgreSQL, connected according to Valkey."""

from bot.helpdesk.database import Database
from bot.helpdesk.live import Live
from bot.helpdesk.storage import staff


async def ready_count(database: Database, live: Live, fresh_seconds: int) -> int:
    """How many staff declared themselves ready and were connected within ``fresh_seconds``."""
    async with database.transaction() as connection:
        declared = await staff.declared_ready(connection)
    return len(await live.ready_staff(declared, fresh_seconds))
