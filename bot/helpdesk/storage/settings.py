"""SQL for the thresholds that an administrator changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk import tables

_setting = tables.setting


async def changed(connection: AsyncConnection) -> dict[str, Any]:
    """What was changed, by name."""
    return {
        row.name: row.value for row in await connection.execute(select(_setting.c.name, _setting.c.value))
    }


async def save(connection: AsyncConnection, name: str, value: Any, by: str | None, now: datetime) -> None:
    """Change one; None brings the default back."""
    if value is None:
        await connection.execute(delete(_setting).where(_setting.c.name == name))
        return
    values = {"value": value, "updated_at": now, "updated_by": by}
    statement = upsert(_setting).values(name=name, **values)
    await connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


async def changes(connection: AsyncConnection) -> list[tuple[str, datetime, str | None]]:
    """Name of each, when it was changed, and the name of who did."""
    joined = _setting.outerjoin(tables.staff, tables.staff.c.id == _setting.c.updated_by)
    query = select(_setting.c.name, _setting.c.updated_at, tables.staff.c.name.label("by"))
    rows = await connection.execute(query.select_from(joined))
    return [(row.name, row.updated_at, row.by) for row in rows]


async def lock(connection: AsyncConnection) -> None:
    """Nobody else changes one until the transaction ends: they are checked against each other."""
    await connection.execute(text("LOCK TABLE setting IN SHARE ROW EXCLUSIVE MODE"))
