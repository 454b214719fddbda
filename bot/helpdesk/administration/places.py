"""Departments and topics."""

from dataclasses import asdict, replace

from bot.helpdesk.administration.basis import Administration
from bot.helpdesk.errors import Invalid
from bot.helpdesk.models import JSON, Staff
from bot.helpdesk.rules import NAME_LIMIT, clean_text
from bot.helpdesk.rules.departments import DepartmentRecord
from bot.helpdesk.storage import directory
from bot.helpdesk.storage.directory import TopicRecord
from bot.helpdesk.usecases import check_department

CAPACITY_MAXIMUM = 10_000


class PlaceAdministration(Administration):
    """Use cases of departments and topics. Errors: ``bot.helpdesk.errors``."""

    async def departments(self) -> list[tuple[DepartmentRecord, int]]:
        """All departments by name, each with how many active staff it has."""
        async with self._database.transaction() as connection:
            records = await directory.departments(connection)
            counts = await directory.staff_counts(connection)
        return [(record, counts.get(name, 0)) for name, record in records.items()]

    async def save_department(self, administrator: Staff, name: str, changes: JSON) -> None:
        """Add a department, or change what ``changes`` names of it: fallback, capacity, active, last resort.

        Raises ``Invalid`` for a fallback that does not exist or leads back to the department.
        """
        name = clean_text(name, NAME_LIMIT)
        async with self._database.transaction() as connection:
            # Locked, so that two changes made at once cannot close a circle between them.
            known = await directory.departments(connection, lock=True)
            before = known.get(name)
            after = replace(before or DepartmentRecord(name), **changes)
            _check(after, {**known, name: after})
            await directory.save_department(connection, after, self._clock())
            if before != after:
                was = asdict(before) if before else None
                await self._audit(connection, administrator, "department_saved", name, was, asdict(after))

    async def topics(self) -> list[TopicRecord]:
        """All topics by code."""
        async with self._database.transaction() as connection:
            return list((await directory.topics(connection)).values())

    async def save_topic(self, administrator: Staff, record: TopicRecord) -> None:
        """Add a topic, or change it. Raises ``Invalid`` for an unknown department."""
        code = clean_text(record.code, NAME_LIMIT)
        after = replace(record, code=code, name=clean_text(record.name, NAME_LIMIT))
        async with self._database.transaction() as connection:
            await directory.lock_topics(connection)
            await check_department(connection, after.department)
            before = (await directory.topics(connection)).get(code)
            await directory.save_topic(connection, after, self._clock())
            if before != after:
                was = asdict(before) if before else None
                await self._audit(connection, administrator, "topic_saved", code, was, asdict(after))


def _check(record: DepartmentRecord, known: dict[str, DepartmentRecord]) -> None:
    if record.capacity is not None and not 0 <= record.capacity <= CAPACITY_MAXIMUM:
        raise Invalid(f"capacity is from 0 to {CAPACITY_MAXIMUM}")
    if record.fallback is not None and record.fallback not in known:
        raise Invalid("unknown fallback department")
    if leads_back(record.name, known):
        raise Invalid("the fallback leads back to the department")


def leads_back(name: str, known: dict[str, DepartmentRecord]) -> bool:
    """Whether following the fallbacks from ``name`` comes to ``name`` again."""
    seen: set[str] = set()
    following = known[name].fallback
    while following is not None and following not in seen:
        if following == name:
            return True
        seen.add(following)
        following = known[following].fallback
    return False
