"""Who is ready to take a request: what they declared, and that their console was heard lately."""

from datetime import datetime, timedelta

from bot.helpdesk.database import Database
from bot.helpdesk.storage import people


async def ready_count(database: Database, fresh_seconds: int, now: datetime) -> int:
    """How many staff declared themselves ready and were connected within ``fresh_seconds``."""
    async with database.transaction() as connection:
        return await people.ready_count(connection, now - timedelta(seconds=fresh_seconds))
