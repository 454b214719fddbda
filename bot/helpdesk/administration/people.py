"""Accounts, as administrators keep them. How passwords and sessions work is ``bot.helpdesk.accounts``."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, get_args

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk.accounts import Accounts, check_not_last
from bot.helpdesk.administration.basis import Administration, check_topics
from bot.helpdesk.database import Database
from bot.helpdesk.errors import Invalid, NotFound
from bot.helpdesk.live import utcnow
from bot.helpdesk.models import JSON, Actor, Role, Staff
from bot.helpdesk.rules import NAME_LIMIT, clean_text
from bot.helpdesk.rules.absence import is_fresh
from bot.helpdesk.storage import directory
from bot.helpdesk.storage.directory import Account
from bot.helpdesk.thresholds import Thresholds
from bot.helpdesk.usecases import check_department

CAPACITY_MAXIMUM = 100
_KEPT = ("name", "role", "department", "capacity", "skills", "active")


@dataclass(frozen=True)
class NewPerson:
    """An account to be opened."""

    username: str
    name: str
    role: Role
    department: str | None = None
    capacity: int | None = None
    skills: tuple[str, ...] = ()


class PeopleAdministration(Administration):
    """Use cases of accounts. Errors: ``bot.helpdesk.errors``."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        thresholds: Thresholds,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        super().__init__(database, clock)
        self._accounts = accounts
        self._thresholds = thresholds

    async def listed(self) -> list[Account]:
        """Everybody, closed accounts too, by user name."""
        async with self._database.transaction() as connection:
            return [self._seen(each) for each in await directory.accounts(connection)]

    def _seen(self, person: Account) -> Account:
        connected = is_fresh(person.seen_at, self._thresholds.policy, self._clock())
        return replace(person, connected=connected)

    async def add(self, administrator: Staff, new: NewPerson) -> tuple[Account, str]:
        """Open an account with a password made up here: it is shown once.

        Raises ``Invalid``, or ``WrongState`` when the user name is taken.
        """
        _check_capacity(new.capacity)
        async with self._database.transaction() as connection:
            await check_department(connection, new.department)
            await check_topics(connection, new.skills)
        password = secrets.token_urlsafe(12)
        staff = await self._accounts.add(
            username=new.username,
            name=new.name,
            password=password,
            role=new.role,
            department=new.department,
            actor=Actor("staff", administrator.id),
            capacity=new.capacity,
            skills=new.skills,
        )
        return await self._one(staff.id), password

    async def change(self, administrator: Staff, staff_id: str, changes: JSON) -> Account:
        """Change what ``changes`` names of name, role, department, capacity, skills and active.

        Closing an account ends its sessions and puts who it helped back into the queue. Raises ``NotFound``,
        ``Invalid``, or ``WrongState`` for the last administrator.
        """
        async with self._database.transaction() as connection:
            administrators = await directory.lock_administrators(connection)
            before = await directory.account(connection, staff_id)
            if before is None:
                raise NotFound("no such member of staff")
            wanted = await self._checked(connection, changes)
            after = replace(before, **wanted)
            if (after.role, after.active) != ("administrator", True):
                check_not_last(administrators, staff_id)
            await self._save(connection, before, wanted)
            closed = None if after.active else await self._accounts.shut(connection, staff_id)
            if kept(before) != kept(after):
                await self._audit(
                    connection, administrator, "staff_changed", staff_id, kept(before), kept(after)
                )
        if closed is not None:
            await self._accounts.let_go(closed)
        return await self._one(staff_id)

    async def _checked(self, connection: AsyncConnection, changes: JSON) -> dict[str, Any]:
        wanted = {name: value for name, value in changes.items() if name in _KEPT}
        if "name" in wanted:
            wanted["name"] = clean_text(wanted["name"] or "", NAME_LIMIT)
        if "role" in wanted and wanted["role"] not in get_args(Role):
            raise Invalid("unknown role")
        if "active" in wanted and wanted["active"] is None:
            raise Invalid("active is true or false")
        _check_capacity(wanted.get("capacity"))
        await check_department(connection, wanted.get("department"))
        if "skills" in wanted:
            wanted["skills"] = tuple(sorted(set(wanted["skills"] or ())))
            await check_topics(connection, wanted["skills"])
        return wanted

    async def _save(self, connection: AsyncConnection, before: Account, wanted: dict[str, Any]) -> None:
        columns = {name: value for name, value in wanted.items() if name != "skills"}
        await directory.change_person(connection, before.id, **columns)
        if "skills" in wanted:
            await directory.replace_skills(connection, before.id, wanted["skills"])

    async def reset_password(self, administrator: Staff, staff_id: str) -> str:
        """A new password, shown once; the sessions of the account end. Raises ``NotFound``."""
        person = await self._one(staff_id)
        password = secrets.token_urlsafe(12)
        await self._accounts.set_password(person.username, password, Actor("staff", administrator.id))
        return password

    async def _one(self, staff_id: str) -> Account:
        async with self._database.transaction() as connection:
            person = await directory.account(connection, staff_id)
        if person is None:
            raise NotFound("no such member of staff")
        return self._seen(person)


def kept(person: Account) -> JSON:
    """What of an account is kept in the trail."""
    return {name: getattr(person, name) for name in _KEPT} | {"skills": list(person.skills)}


def _check_capacity(capacity: int | None) -> None:
    if capacity is not None and not 0 <= capacity <= CAPACITY_MAXIMUM:
        raise Invalid(f"capacity is from 0 to {CAPACITY_MAXIMUM}")
