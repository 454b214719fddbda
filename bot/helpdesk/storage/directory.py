"""SQL for what administrators keep: departments, topics, people with their skills."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk import tables
from bot.helpdesk.models import Presence, Role
from bot.helpdesk.rules.departments import DepartmentRecord

_staff = tables.staff
_skill = tables.staff_skill
_seen = tables.staff_seen
_department = tables.department
_topic = tables.topic


@dataclass(frozen=True)
class Account:
    """A member of staff as administrators see them."""

    id: str
    username: str
    name: str
    role: Role
    department: str | None
    active: bool
    capacity: int | None
    presence: Presence
    created_at: datetime
    skills: tuple[str, ...] = ()
    seen_at: datetime | None = None
    connected: bool = False


@dataclass(frozen=True)
class TopicRecord:
    """A topic and the department that owns it."""

    code: str
    name: str
    department: str | None
    active: bool


# --- people -----------------------------------------------------------------------------------------------


def _accounts() -> Select[Any]:
    listed = func.array_agg(_skill.c.topic).filter(_skill.c.topic.is_not(None))
    skills = func.coalesce(listed, []).label("skills")
    columns = [_staff.c[name] for name in Account.__dataclass_fields__ if name in _staff.c]
    joined = _staff.outerjoin(_skill, _skill.c.staff_id == _staff.c.id)
    joined = joined.outerjoin(_seen, _seen.c.staff_id == _staff.c.id)
    return (
        select(*columns, skills, _seen.c.seen_at).select_from(joined).group_by(_staff.c.id, _seen.c.seen_at)
    )


def _account(row: Any) -> Account:
    return Account(**{**row, "skills": tuple(sorted(row["skills"]))})


async def accounts(connection: AsyncConnection) -> list[Account]:
    """All staff, closed accounts too, by user name."""
    rows = await connection.execute(_accounts().order_by(_staff.c.username))
    return [_account(row) for row in rows.mappings()]


async def account(connection: AsyncConnection, staff_id: str) -> Account | None:
    """One member of staff."""
    rows = await connection.execute(_accounts().where(_staff.c.id == staff_id))
    row = rows.mappings().one_or_none()
    return _account(row) if row else None


async def lock_administrators(connection: AsyncConnection) -> Sequence[str]:
    """Ids of the active administrators; none of them can change until the transaction ends."""
    query = select(_staff.c.id).where(_staff.c.role == "administrator", _staff.c.active)
    return (await connection.execute(query.order_by(_staff.c.id).with_for_update())).scalars().all()


async def change_person(connection: AsyncConnection, staff_id: str, **values: Any) -> None:
    """Set columns of one member of staff."""
    if values:
        await connection.execute(update(_staff).where(_staff.c.id == staff_id).values(**values))


async def replace_skills(connection: AsyncConnection, staff_id: str, topics: Iterable[str]) -> None:
    """Put ``topics`` in the place of what they took first."""
    await connection.execute(delete(_skill).where(_skill.c.staff_id == staff_id))
    rows = [{"staff_id": staff_id, "topic": topic} for topic in sorted(set(topics))]
    if rows:
        await connection.execute(insert(_skill), rows)


# --- departments and topics -------------------------------------------------------------------------------


# The dispatcher asks at every look: one statement, built once.
_DEPARTMENTS = select(*(_department.c[name] for name in DepartmentRecord.__dataclass_fields__)).order_by(
    _department.c.name
)


async def departments(connection: AsyncConnection, *, lock: bool = False) -> dict[str, DepartmentRecord]:
    """All departments by name; with ``lock`` none of them can change until the transaction ends."""
    query = _DEPARTMENTS.with_for_update() if lock else _DEPARTMENTS
    return {row.name: DepartmentRecord(*row) for row in await connection.execute(query)}


async def is_active_department(connection: AsyncConnection, name: str) -> bool:
    """Whether there is such a department, and it is not closed."""
    query = select(_department.c.name).where(_department.c.name == name, _department.c.active)
    return (await connection.execute(query)).first() is not None


async def staff_counts(connection: AsyncConnection) -> dict[str | None, int]:
    """How many active staff each department has."""
    query = select(_staff.c.department, func.count()).where(_staff.c.active).group_by(_staff.c.department)
    return {name: count for name, count in await connection.execute(query)}


async def save_department(connection: AsyncConnection, record: DepartmentRecord, now: datetime) -> None:
    """Add a department, or change it."""
    values = {name: getattr(record, name) for name in DepartmentRecord.__dataclass_fields__}
    statement = upsert(_department).values(**values, updated_at=now)
    changes = {name: statement.excluded[name] for name in (*values, "updated_at") if name != "name"}
    await connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=changes))


async def lock_topics(connection: AsyncConnection) -> None:
    """Nobody else changes one until the transaction ends, so that what was there before is known."""
    await connection.execute(text("LOCK TABLE topic IN SHARE ROW EXCLUSIVE MODE"))


async def topics(connection: AsyncConnection) -> dict[str, TopicRecord]:
    """All topics by code."""
    query = select(*(_topic.c[name] for name in TopicRecord.__dataclass_fields__)).order_by(_topic.c.code)
    return {row["code"]: TopicRecord(**row) for row in (await connection.execute(query)).mappings()}


async def save_topic(connection: AsyncConnection, record: TopicRecord, now: datetime) -> None:
    """Add a topic, or change it."""
    values = {name: getattr(record, name) for name in TopicRecord.__dataclass_fields__}
    statement = upsert(_topic).values(**values, updated_at=now)
    changes = {name: statement.excluded[name] for name in (*values, "updated_at") if name != "code"}
    await connection.execute(statement.on_conflict_do_update(index_elements=["code"], set_=changes))
