"""SQL for staff and their sessions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, case, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk import tables
from bot.helpdesk.models import Staff

_staff = tables.staff
_session = tables.staff_session
_PRIVATE = ("password_hash", "created_at", "presence_at", "engaged_at")
_COLUMNS = tuple(c for c in _staff.c if c.name not in _PRIVATE)


def _record(row: RowMapping) -> Staff:
    return Staff(**{c.name: row[c.name] for c in _COLUMNS})


async def create(connection: AsyncConnection, record: Staff, password_hash: str, now: datetime) -> bool:
    """Insert a member of staff; False when the user name is taken."""
    values = {c.name: getattr(record, c.name) for c in _COLUMNS}
    statement = upsert(_staff).values(**values, password_hash=password_hash, created_at=now)
    statement = statement.on_conflict_do_nothing(index_elements=["username"])
    # The row comes back only when it was inserted; rowcount says nothing about an INSERT here.
    return (await connection.execute(statement.returning(_staff.c.id))).first() is not None


async def everyone(connection: AsyncConnection) -> list[Staff]:
    """All staff, closed accounts too, by user name."""
    rows = await connection.execute(select(*_COLUMNS).order_by(_staff.c.username))
    return [_record(row) for row in rows.mappings()]


async def by_username(connection: AsyncConnection, username: str) -> tuple[Staff, str] | None:
    """A member of staff and the hash of their password."""
    query = select(*_COLUMNS, _staff.c.password_hash).where(_staff.c.username == username)
    row = (await connection.execute(query)).mappings().one_or_none()
    return (_record(row), row["password_hash"]) if row else None


async def change(connection: AsyncConnection, staff_id: str, **values: Any) -> Staff | None:
    """Set columns of one member of staff; None when there is no such one."""
    statement = update(_staff).where(_staff.c.id == staff_id).values(**values).returning(*_COLUMNS)
    row = (await connection.execute(statement)).mappings().one_or_none()
    return _record(row) if row else None


async def declare(connection: AsyncConnection, staff_id: str, status: str, now: datetime) -> Staff | None:
    """Set declared presence; the time is kept only when it changes."""
    since = case((_staff.c.presence == status, _staff.c.presence_at), else_=now)
    return await change(connection, staff_id, presence=status, presence_at=since)


async def add_session(
    connection: AsyncConnection, token_hash: bytes, staff_id: str, now: datetime, expires_at: datetime
) -> None:
    """Store a session under the hash of its token and forget the expired ones."""
    await connection.execute(delete(_session).where(_session.c.expires_at <= now))
    await connection.execute(
        insert(_session).values(
            token_hash=token_hash, staff_id=staff_id, created_at=now, expires_at=expires_at
        )
    )


# Every call of a console runs this: built once.
_FIND_SESSION = (
    select(*_COLUMNS, _session.c.expires_at)
    .join(_session, _session.c.staff_id == _staff.c.id)
    .where(_session.c.token_hash == bindparam("token"), _session.c.expires_at > bindparam("now"))
    .where(_staff.c.active)
)


async def find_session(
    connection: AsyncConnection, token_hash: bytes, now: datetime
) -> tuple[Staff, datetime] | None:
    """Whose session this is and when it ends; None when unknown, over, or the account is closed."""
    values = {"token": token_hash, "now": now}
    row = (await connection.execute(_FIND_SESSION, values)).mappings().one_or_none()
    return (_record(row), row["expires_at"]) if row else None


async def end_session(connection: AsyncConnection, token_hash: bytes) -> str | None:
    """Delete a session; the id of whose it was."""
    statement = delete(_session).where(_session.c.token_hash == token_hash).returning(_session.c.staff_id)
    staff_id = (await connection.execute(statement)).scalar_one_or_none()
    return None if staff_id is None else str(staff_id)


async def end_sessions_of(
    connection: AsyncConnection, staff_id: str, but_token_hash: bytes | None = None
) -> None:
    """Log a member of staff out everywhere, or everywhere but here."""
    statement = delete(_session).where(_session.c.staff_id == staff_id)
    if but_token_hash is not None:
        statement = statement.where(_session.c.token_hash != but_token_hash)
    await connection.execute(statement)


async def by_ids(connection: AsyncConnection, ids: Sequence[str]) -> list[Staff]:
    """The members of staff with these ids."""
    if not ids:
        return []
    rows = await connection.execute(select(*_COLUMNS).where(_staff.c.id.in_(ids)))
    return [_record(row) for row in rows.mappings()]
