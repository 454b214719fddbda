"""SQL for who is there: heartbeats, skills, topics, what everybody holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk import tables
from bot.helpdesk.models import Staff
from bot.helpdesk.rules.dispatch import HelperState
from bot.helpdesk.rules.people import Load
from bot.helpdesk.storage import staff as accounts

_staff = tables.staff
_seen = tables.staff_seen
_department = tables.department
_topic = tables.topic

# A heartbeat is worth a write only when the last one is a while old.
_SEEN_STEP = timedelta(seconds=5)

_STATES = text(
    """
    SELECT s.id, s.role, s.department, s.presence, s.presence_at, s.capacity, s.engaged_at,
           seen.seen_at, coalesce(h.held, 0) AS held, coalesce(k.skills, '{}') AS skills
    FROM staff s
    LEFT JOIN staff_seen seen ON seen.staff_id = s.id
    LEFT JOIN (SELECT helper_id, count(*) AS held FROM conversation
               WHERE helper_id IS NOT NULL GROUP BY helper_id) h ON h.helper_id = s.id
    LEFT JOIN (SELECT staff_id, array_agg(topic) AS skills FROM staff_skill GROUP BY staff_id) k
           ON k.staff_id = s.id
    WHERE s.active
    """
)


async def states(connection: AsyncConnection) -> list[HelperState]:
    """All active staff as the dispatcher sees them."""
    rows = (await connection.execute(_STATES)).all()
    return [
        HelperState(
            id=row.id,
            role=row.role,
            department=row.department,
            presence=row.presence,
            ready_since=row.presence_at,
            seen_at=row.seen_at,
            held=row.held,
            capacity=row.capacity,
            skills=frozenset(row.skills),
            engaged_at=row.engaged_at,
        )
        for row in rows
    ]


async def topics(connection: AsyncConnection) -> list[tuple[str, str, str | None]]:
    """Code, name and department of the active topics."""
    query = select(_topic.c.code, _topic.c.name, _topic.c.department).where(_topic.c.active)
    return [tuple(row) for row in await connection.execute(query.order_by(_topic.c.code))]


async def topic_names(connection: AsyncConnection) -> list[tuple[str, str]]:
    """Code and name of all topics, closed ones too."""
    query = select(_topic.c.code, _topic.c.name).order_by(_topic.c.code)
    return [tuple(row) for row in await connection.execute(query)]


async def department_of_topic(connection: AsyncConnection, code: str, otherwise: str | None) -> str | None:
    """The department that an administrator gave a topic; ``otherwise`` for one that is unknown or closed."""
    query = select(_topic.c.department).where(_topic.c.code == code, _topic.c.active)
    row = (await connection.execute(query)).first()
    return otherwise if row is None else row[0]


async def add_missing_topics(
    connection: AsyncConnection, rows: Iterable[tuple[str, str, str]], fallback: str, now: datetime
) -> None:
    """Insert topics (code, name, department) and departments that do not exist yet; change none that do.

    ``fallback`` is the department that serves all.
    """
    rows = list(rows)
    names = [fallback, *sorted({department for _, _, department in rows} - {fallback})]
    for name in names:
        statement = upsert(_department).values(
            name=name,
            fallback=None if name == fallback else fallback,
            active=True,
            last_resort=name == fallback,
            updated_at=now,
        )
        await connection.execute(statement.on_conflict_do_nothing())
    for code, name, department in rows:
        values = {"code": code, "name": name, "department": department, "active": True, "updated_at": now}
        await connection.execute(upsert(_topic).values(values).on_conflict_do_nothing())


# Not even a lock is taken when the last heartbeat is recent: one who claims several at once would wait.
_MARK_SEEN = text(
    """
    INSERT INTO staff_seen (staff_id, seen_at)
    SELECT :staff_id, :now WHERE NOT EXISTS (
        SELECT 1 FROM staff_seen WHERE staff_id = :staff_id AND seen_at BETWEEN :recently AND :now)
    ON CONFLICT (staff_id) DO UPDATE SET seen_at = excluded.seen_at
    """
)


async def mark_seen(connection: AsyncConnection, staff_id: str, now: datetime) -> None:
    """A member of staff is connected now."""
    values = {"staff_id": staff_id, "now": now, "recently": now - _SEEN_STEP}
    await connection.execute(_MARK_SEEN, values)


async def seen_at(connection: AsyncConnection, staff_id: str) -> datetime | None:
    """When their console was heard last; None: never."""
    query = select(_seen.c.seen_at).where(_seen.c.staff_id == staff_id)
    found: datetime | None = (await connection.execute(query)).scalar_one_or_none()
    return found


async def engage(connection: AsyncConnection, staff_id: str, now: datetime) -> None:
    """They took or ended a conversation: their idle time starts anew."""
    await connection.execute(update(_staff).where(_staff.c.id == staff_id).values(engaged_at=now))


_HELD = text(
    """
    SELECT count(*) FILTER (WHERE c.helper_id = :staff_id) AS mine, count(*) AS all_of_us
    FROM conversation c JOIN staff s ON s.id = c.helper_id
    WHERE c.helper_id = :staff_id OR s.department = :department
    """
)


async def lock_load(connection: AsyncConnection, staff: Staff) -> Load:
    """What they and their department hold; nobody takes more for them until the transaction ends.

    The department is held only when it has a bound: else its people need not wait for each other. Which it
    is, and how much they may hold, is what their locked row says: they may have been moved since ``staff``
    was read.
    """
    mine = select(_staff.c.capacity, _staff.c.department).where(_staff.c.id == staff.id)
    row = (await connection.execute(mine.with_for_update(key_share=True))).one()
    bound = select(_department.c.capacity).where(
        _department.c.name == row.department, _department.c.capacity.is_not(None)
    )
    department_capacity = await connection.scalar(bound.with_for_update(key_share=True))
    values = {"staff_id": staff.id, "department": row.department}
    held = (await connection.execute(_HELD, values)).one()
    return Load(int(held.mine), row.capacity, int(held.all_of_us), department_capacity)


_LOCK_READY = text(
    "SELECT id FROM staff WHERE id = ANY(:ids) AND active AND presence = 'ready' "
    "ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"
)
_HELD_BY = text(
    "SELECT s.id, (SELECT count(*) FROM conversation c WHERE c.helper_id = s.id) AS held "
    "FROM staff s WHERE s.id = ANY(:ids)"
)


async def lock_ready(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, int]:
    """How many conversations those of ``ids`` hold who are ready and whom no other transaction is busy with.

    They take no more until the transaction ends. Counted after the lock: before it they might take one.
    """
    locked = list((await connection.execute(_LOCK_READY, {"ids": list(ids)})).scalars())
    return {row.id: row.held for row in await connection.execute(_HELD_BY, {"ids": locked})}


_BOUND = text(
    "SELECT s.id, d.name FROM staff s JOIN department d ON d.name = s.department "
    "WHERE s.id = ANY(:ids) AND d.capacity IS NOT NULL"
)
_LOCK_BOUND = text(
    "SELECT name FROM department WHERE name = ANY(:names) ORDER BY name FOR NO KEY UPDATE SKIP LOCKED"
)
_ROOM = text(
    """
    SELECT d.name, d.capacity
           - (SELECT count(*) FROM conversation c JOIN staff s ON s.id = c.helper_id
              WHERE s.department = d.name)
           - (SELECT count(*) FROM help_offer o JOIN staff s ON s.id = o.staff_id
              WHERE s.department = d.name AND o.reserved AND o.ended_at IS NULL) AS room
    FROM department d WHERE d.name = ANY(:names) AND d.capacity IS NOT NULL
    """
)


@dataclass(frozen=True)
class Bounds:
    """Departments with a bound: which each of the people asked for belongs to, and which could be locked."""

    department_of: dict[str, str]
    locked: list[str]


async def lock_bounds(connection: AsyncConnection, ids: Iterable[str]) -> Bounds:
    """The bounds of the departments of ``ids``.

    Claims that are held to these bounds wait until the transaction ends; departments that a claim is busy
    with at this moment are not waited for.
    """
    rows = await connection.execute(_BOUND, {"ids": list(ids)})
    department_of = {row.id: row.name for row in rows}
    if not department_of:
        return Bounds({}, [])
    names = {"names": sorted(set(department_of.values()))}
    return Bounds(department_of, list((await connection.execute(_LOCK_BOUND, names)).scalars()))


async def room_of(connection: AsyncConnection, bounds: Bounds) -> dict[str, int]:
    """How many more places the people of each locked department may be given now."""
    if not bounds.locked:
        return {}
    rows = await connection.execute(_ROOM, {"names": bounds.locked})
    return {row.name: int(row.room) for row in rows}


async def find(connection: AsyncConnection, staff_id: str) -> Staff | None:
    """An active member of staff by id."""
    found = await accounts.by_ids(connection, [staff_id])
    return found[0] if found and found[0].active else None


async def has_staff(connection: AsyncConnection, department: str) -> bool:
    """Whether anybody active belongs to this department."""
    query = select(_staff.c.id).where(_staff.c.active, _staff.c.department == department).limit(1)
    return (await connection.execute(query)).first() is not None
