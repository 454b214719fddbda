"""SQL for canned replies."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk import tables

_reply = tables.canned_reply
_LIMIT = 500


@dataclass(frozen=True)
class CannedReply:
    """A canned reply: personal with an ``owner_id``, of a ``department``, or with neither everybody's."""

    id: str
    owner_id: str | None
    department: str | None
    shortcut: str
    title: str
    text: str
    locale: str
    topic: str | None
    uses: int
    created_at: datetime
    updated_at: datetime
    updated_by: str | None

    @classmethod
    def empty(cls, reply_id: str, now: datetime) -> "CannedReply":
        """One that says nothing yet."""
        return cls(reply_id, None, None, "", "", "", "zh", None, 0, now, now, None)


_COLUMNS = tuple(_reply.c[name] for name in CannedReply.__dataclass_fields__)
_KEPT = ("id", "uses", "created_at")


async def listed(
    connection: AsyncConnection, staff_id: str, department: str | None, everything: bool, text: str | None
) -> list[CannedReply]:
    """Those of a member of staff, of their department (of every one: ``everything``) and everybody's."""
    shared: ColumnElement[bool] = _reply.c.owner_id.is_(None)
    if not everything:
        own = _reply.c.department == department if department else _reply.c.department.is_(None)
        shared = and_(shared, or_(_reply.c.department.is_(None), own))
    query = select(*_COLUMNS).where(_reply.c.deleted_at.is_(None))
    query = query.where(or_(_reply.c.owner_id == staff_id, shared))
    if text:
        columns = (_reply.c.shortcut, _reply.c.title, _reply.c.text)
        query = query.where(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    query = query.order_by(_reply.c.uses.desc(), _reply.c.shortcut, _reply.c.id).limit(_LIMIT)
    return [CannedReply(**row) for row in (await connection.execute(query)).mappings()]


async def get(connection: AsyncConnection, reply_id: str) -> CannedReply | None:
    """One that was not removed, held until the transaction ends."""
    query = select(*_COLUMNS).where(_reply.c.id == reply_id, _reply.c.deleted_at.is_(None))
    row = (await connection.execute(query.with_for_update())).mappings().one_or_none()
    return CannedReply(**row) if row else None


async def save(connection: AsyncConnection, record: CannedReply, *, new: bool) -> bool:
    """Insert or change one; False when the shortcut is taken where it is used."""
    values = {name: getattr(record, name) for name in CannedReply.__dataclass_fields__}
    changes = {name: value for name, value in values.items() if name not in _KEPT}
    statement = (
        insert(_reply).values(**values)
        if new
        else update(_reply).where(_reply.c.id == record.id).values(**changes)
    )
    try:
        async with connection.begin_nested():
            await connection.execute(statement)
    except IntegrityError as error:
        if "canned_reply_shortcut" in str(error.orig):
            return False
        raise
    return True


async def remove(connection: AsyncConnection, reply_id: str, now: datetime) -> None:
    """Take one out of the lists."""
    await connection.execute(update(_reply).where(_reply.c.id == reply_id).values(deleted_at=now))


async def count_use(connection: AsyncConnection, reply_id: str) -> None:
    """One more use."""
    await connection.execute(update(_reply).where(_reply.c.id == reply_id).values(uses=_reply.c.uses + 1))
