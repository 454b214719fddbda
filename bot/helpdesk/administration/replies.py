"""Canned replies: one's own, a department's, everybody's."""

import re
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk.administration.basis import Administration
from bot.helpdesk.errors import Forbidden, Invalid, NotFound, WrongState
from bot.helpdesk.models import Staff
from bot.helpdesk.rules import OVERSEERS, clean_text
from bot.helpdesk.storage import canned_replies as storage
from bot.helpdesk.storage.canned_replies import CannedReply
from bot.helpdesk.usecases import check_department

Scope = Literal["personal", "department", "all"]
#: What the console can fill in. Anything else in braces would stand in front of a visitor as it is.
VARIABLES = ("visitor", "company", "helper", "department", "question", "ticket")
TEXT_LIMIT = 2000
TITLE_LIMIT = 60
SHORTCUT_LIMIT = 32
_BRACED = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Wording:
    """What a canned reply says, and for whom."""

    scope: Scope
    shortcut: str
    title: str
    text: str
    locale: str = "zh"
    topic: str | None = None
    department: str | None = None


class CannedReplies(Administration):
    """Use cases of canned replies. Errors: ``bot.helpdesk.errors``."""

    async def listed(self, staff: Staff, text: str | None) -> list[CannedReply]:
        """Mine, my department's and everybody's, those used most first; overseers see every department's."""
        everything = staff.role in OVERSEERS
        async with self._database.transaction() as connection:
            return await storage.listed(connection, staff.id, staff.department, everything, text)

    async def add(self, staff: Staff, wording: Wording) -> CannedReply:
        """Add one. ``WrongState`` when the shortcut is taken, ``Forbidden`` for a scope beyond one's role."""
        check_may_write(staff, wording.scope, wording.department)
        now = self._clock()
        record = _worded(CannedReply.empty(uuid4().hex, now), staff, wording, now)
        async with self._database.transaction() as connection:
            await self._save(connection, staff, None, record)
        return record

    async def change(self, staff: Staff, reply_id: str, wording: Wording) -> CannedReply:
        """Change one; both what it was and what it becomes must be within one's role."""
        check_may_write(staff, wording.scope, wording.department)
        async with self._database.transaction() as connection:
            before = await self._mine(connection, staff, reply_id)
            after = _worded(before, staff, wording, self._clock())
            await self._save(connection, staff, before, after)
        return after

    async def remove(self, staff: Staff, reply_id: str) -> None:
        """Remove one from the lists."""
        async with self._database.transaction() as connection:
            before = await self._mine(connection, staff, reply_id)
            await storage.remove(connection, reply_id, self._clock())
            await self._audit_shared(connection, staff, "canned_reply_removed", before, None)

    async def used(self, staff: Staff, reply_id: str) -> None:
        """Count one use. Raises ``NotFound`` for what is not in one's list."""
        async with self._database.transaction() as connection:
            found = await storage.get(connection, reply_id)
            if found is None or not _in_reach(found, staff):
                raise NotFound("no such canned reply")
            await storage.count_use(connection, reply_id)

    async def _mine(self, connection: AsyncConnection, staff: Staff, reply_id: str) -> CannedReply:
        found = await storage.get(connection, reply_id)
        if found is None or not _in_reach(found, staff):
            raise NotFound("no such canned reply")
        check_may_write(staff, scope_of(found), found.department)
        return found

    async def _save(
        self, connection: AsyncConnection, staff: Staff, before: CannedReply | None, after: CannedReply
    ) -> None:
        await check_department(connection, after.department)
        if not await storage.save(connection, after, new=before is None):
            raise WrongState("the shortcut is taken")
        await self._audit_shared(connection, staff, "canned_reply_saved", before, after)

    async def _audit_shared(
        self,
        connection: AsyncConnection,
        staff: Staff,
        action: str,
        before: CannedReply | None,
        after: CannedReply | None,
    ) -> None:
        """Personal ones are nobody else's concern."""
        both = [each for each in (before, after) if each]
        if any(scope_of(each) != "personal" for each in both):
            was, now = (_kept(before) if before else None), (_kept(after) if after else None)
            await self._audit(connection, staff, action, both[0].id, was, now)


def scope_of(reply: CannedReply) -> Scope:
    """Whose a canned reply is."""
    if reply.owner_id is not None:
        return "personal"
    return "all" if reply.department is None else "department"


def check_may_write(staff: Staff, scope: Scope, department: str | None) -> None:
    """Raise ``Forbidden`` unless ``staff`` keeps the replies of this scope.

    One's own everybody; a department's its supervisors and administrators; everybody's overseers.
    """
    if scope == "personal":
        return
    if staff.role not in OVERSEERS:
        raise Forbidden("only supervisors and administrators keep shared replies")
    elsewhere = staff.department is not None and department != staff.department
    if scope == "department" and staff.role != "administrator" and elsewhere:
        raise Forbidden("only supervisors of the department keep its replies")


def check_variables(text: str) -> None:
    """Raise ``Invalid`` for anything in braces that the console cannot fill in."""
    unknown = [name for name in _BRACED.findall(text) if name not in VARIABLES]
    if unknown:
        raise Invalid(f"text: variables are {', '.join(VARIABLES)}")


def _worded(record: CannedReply, staff: Staff, wording: Wording, now: datetime) -> CannedReply:
    if (wording.scope == "department") != (wording.department is not None):
        raise Invalid("department: for the scope department, and only for it")
    text = clean_text(wording.text, TEXT_LIMIT)
    check_variables(text)
    shortcut = clean_text(wording.shortcut.lstrip("/"), SHORTCUT_LIMIT)
    if any(sign.isspace() for sign in shortcut):
        raise Invalid("a shortcut has no blanks")
    return replace(
        record,
        owner_id=staff.id if wording.scope == "personal" else None,
        department=wording.department,
        shortcut=shortcut,
        title=clean_text(wording.title, TITLE_LIMIT),
        text=text,
        locale=wording.locale,
        topic=wording.topic,
        updated_at=now,
        updated_by=staff.id,
    )


def _in_reach(reply: CannedReply, staff: Staff) -> bool:
    if reply.owner_id is not None:
        return reply.owner_id == staff.id
    return reply.department in (None, staff.department) or staff.role in OVERSEERS


def _kept(reply: CannedReply) -> dict[str, object]:
    shown = ("department", "shortcut", "title", "text", "locale", "topic")
    return {name: value for name, value in asdict(reply).items() if name in shown}
