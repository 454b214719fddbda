"""Staff accounts, sessions and presence.

Threat model: a stolen database gives no password (argon2id) and no session (only hashes of tokens); a login
takes the same time whether or not the user name exists; changing a password or closing an account ends its
sessions at once. Guessing is limited by the caller (``Live.allow``). The CSRF token is derived from the
session token, so it is worth nothing without the cookie and needs no storage.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import TypeVar, get_args
from uuid import uuid4

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk import rules
from bot.helpdesk.database import Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.errors import BadCredentials, Invalid, NotFound, WrongState
from bot.helpdesk.live import STAFF_TOPIC, Live, utcnow
from bot.helpdesk.models import SYSTEM, Actor, Presence, Role, Session, Staff
from bot.helpdesk.storage import audit, directory, people
from bot.helpdesk.storage import staff as storage
from bot.helpdesk.texts import Texts
from bot.helpdesk.tokens import hash_token

SESSION_SECONDS = 12 * 3600
_hasher = PasswordHasher()
Result = TypeVar("Result")


def _csrf(token: str) -> str:
    return hashlib.sha256(b"csrf:" + token.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _nobodys_hash() -> str:
    """What an unknown user's password is compared with, so that it takes as long."""
    return _hasher.hash(secrets.token_urlsafe(16))


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        # surrogatepass: what no password can be must be wrong, not an error.
        given = password.encode("utf-8", "surrogatepass")
        matches = _hasher.verify(password_hash or _nobodys_hash(), given)
    except VerificationError:
        return False
    return matches and password_hash is not None


def check_not_last(administrators: Sequence[str], staff_id: str) -> None:
    """Raise ``WrongState`` for the only one of the locked, active ``administrators``."""
    if list(administrators) == [staff_id]:
        raise WrongState("the last administrator stays one")


def _check_password(password: str) -> None:
    if not rules.PASSWORD_MINIMUM <= len(password) <= rules.PASSWORD_MAXIMUM:
        raise Invalid(f"a password has {rules.PASSWORD_MINIMUM} to {rules.PASSWORD_MAXIMUM} characters")
    rules.check_storable(password)


def _clean_username(username: str) -> str:
    username = rules.clean_text(username, rules.NAME_LIMIT).casefold()
    if any(character.isspace() for character in username):
        raise Invalid("a user name has no blanks")
    return username


class Accounts:
    """Use cases of staff accounts. Errors: ``bot.helpdesk.errors``."""

    def __init__(self, database: Database, live: Live, clock: Callable[[], datetime] = utcnow) -> None:
        self._database = database
        self._live = live
        self._clock = clock
        # One hash takes 64 MiB; a burst of logins waits here instead of filling the memory.
        self._hashing = asyncio.Semaphore(2)

    async def add(
        self,
        *,
        username: str,
        name: str,
        password: str,
        role: Role,
        department: str | None = None,
        capacity: int | None = None,
        skills: Sequence[str] = (),
        actor: Actor = SYSTEM,
    ) -> Staff:
        """Open an account. Raises ``Invalid``, or ``WrongState`` when the user name is taken."""
        _check_password(password)
        if role not in get_args(Role):
            raise Invalid("unknown role")
        if department is not None:
            department = rules.clean_text(department, rules.NAME_LIMIT)
        clean, name = _clean_username(username), rules.clean_text(name, rules.NAME_LIMIT)
        record = Staff(uuid4().hex, clean, name, role, department, True, "away", capacity)
        password_hash = await self._in_thread(_hasher.hash, password)
        now = self._clock()
        async with self._database.transaction() as connection:
            if not await storage.create(connection, record, password_hash, now):
                raise WrongState("the user name is taken")
            await directory.replace_skills(connection, record.id, skills)
            after = {"username": clean, "name": name, "role": role, "department": department}
            detail = {"before": None, "after": {**after, "capacity": capacity, "skills": list(skills)}}
            await audit.add(connection, actor, "staff_added", record.id, now, **detail)
        return record

    async def all(self) -> list[Staff]:
        """All accounts, closed ones too, by user name."""
        async with self._database.transaction() as connection:
            return await storage.everyone(connection)

    async def set_password(self, username: str, password: str, actor: Actor = SYSTEM) -> Staff:
        """Set a password and end all sessions of the account. Raises ``NotFound`` or ``Invalid``."""
        _check_password(password)
        password_hash = await self._in_thread(_hasher.hash, password)
        return await self._change(username, "password_set", actor, password_hash=password_hash)

    async def change_own_password(self, session: Session, old: str, new: str) -> None:
        """Set one's own password; every other session ends. ``Invalid`` for a wrong old one."""
        _check_password(new)
        staff, now = session.staff, self._clock()
        found = await self._find(staff.username)
        if not await self._in_thread(_verify, found[1] if found else None, old[: rules.PASSWORD_MAXIMUM + 1]):
            raise Invalid("old: wrong password")
        password_hash = await self._in_thread(_hasher.hash, new)
        async with self._database.transaction() as connection:
            await storage.change(connection, staff.id, password_hash=password_hash)
            await storage.end_sessions_of(connection, staff.id, hash_token(session.token))
            await audit.add(connection, Actor("staff", staff.id), "password_set", staff.id, now)

    async def deactivate(self, username: str, actor: Actor = SYSTEM) -> Staff:
        """Close an account, end its sessions and put who it helped back into the queue.

        Its name stays in the history. Raises ``NotFound``, or ``WrongState`` for the last administrator. Cut
        short, it may be called again.
        """
        async with self._database.transaction() as connection:
            administrators = await directory.lock_administrators(connection)
            found = await storage.by_username(connection, _clean_username(username))
            if found is None:
                raise NotFound("no such user")
            check_not_last(administrators, found[0].id)
            staff = await self.shut(connection, found[0].id)
            await audit.add(connection, actor, "staff_deactivated", staff.id, self._clock())
        await self.let_go(staff)
        return staff

    async def shut(self, connection: AsyncConnection, staff_id: str) -> Staff:
        """Close an account and end its sessions; who locked the administrators has checked the last one."""
        shut = await storage.change(connection, staff_id, active=False, presence="away")
        if shut is None:
            raise NotFound("no such user")
        await storage.end_sessions_of(connection, staff_id)
        return shut

    async def let_go(self, staff: Staff) -> None:
        """Put who a closed account helped back into the queue."""
        desk = Desk(self._database, self._live, Texts.load(), rules.Policy(), self._clock)
        await desk.release_all(staff, "helper_deactivated")

    async def _change(self, username: str, action: str, actor: Actor, **values: object) -> Staff:
        now = self._clock()
        async with self._database.transaction() as connection:
            found = await storage.by_username(connection, _clean_username(username))
            changed = await storage.change(connection, found[0].id, **values) if found else None
            if changed is None:
                raise NotFound("no such user")
            await storage.end_sessions_of(connection, changed.id)
            await audit.add(connection, actor, action, changed.id, now)
        return changed

    async def login(self, username: str, password: str) -> Session:
        """Open a session of 12 hours. Raises ``BadCredentials``, as slowly for an unknown user name."""
        found = await self._find(username)
        staff, password_hash = found if found and found[0].active else (None, None)
        given = password[: rules.PASSWORD_MAXIMUM + 1]
        if not await self._in_thread(_verify, password_hash, given) or not staff:
            raise BadCredentials("wrong user name or password")
        token, now = secrets.token_urlsafe(32), self._clock()
        expires_at = now + timedelta(seconds=SESSION_SECONDS)
        async with self._database.transaction() as connection:
            await storage.add_session(connection, hash_token(token), staff.id, now, expires_at)
            await audit.add(connection, Actor("staff", staff.id), "login", staff.id, now)
        return Session(token, _csrf(token), staff, expires_at)

    async def _find(self, username: str) -> tuple[Staff, str] | None:
        try:
            username = _clean_username(username)
        except Invalid:
            return None  # and the login goes on to take as long as any other
        async with self._database.transaction() as connection:
            return await storage.by_username(connection, username)

    async def authenticate(self, token: str) -> Session:
        """The session ``token`` opens. Raises ``BadCredentials`` when unknown, over or closed."""
        async with self._database.reading() as connection:
            found = await storage.find_session(connection, hash_token(token), self._clock())
        if found is None:
            raise BadCredentials("not logged in")
        staff, expires_at = found
        return Session(token, _csrf(token), staff, expires_at)

    async def logout(self, token: str) -> None:
        """End a session; nothing happens when it has ended already."""
        async with self._database.transaction() as connection:
            staff_id = await storage.end_session(connection, hash_token(token))
            if staff_id:
                actor, now = Actor("staff", staff_id), self._clock()
                await audit.add(connection, actor, "logout", staff_id, now)

    async def set_presence(self, staff_id: str, status: Presence) -> Staff:
        """Declare presence, which counts as a heartbeat too. Raises ``Invalid`` or ``NotFound``."""
        if status not in get_args(Presence):
            raise Invalid("unknown presence")
        now = self._clock()
        async with self._database.transaction() as connection:
            changed = await storage.declare(connection, staff_id, status, now)
            if changed is None:
                raise NotFound("no such user")
            await people.mark_seen(connection, staff_id, now)
        await self._live.publish(STAFF_TOPIC, {"type": "presence", "staff_id": staff_id, "status": status})
        return changed

    async def heartbeat(self, staff_id: str) -> None:
        """A member of staff is connected now."""
        async with self._database.transaction() as connection:
            await people.mark_seen(connection, staff_id, self._clock())

    async def ensure_administrator(self, password: str) -> bool:
        """Add the user ``admin`` if there is no staff at all; True when this call added it."""
        if await self.all():
            return False
        try:
            await self.add(username="admin", name="admin", password=password, role="administrator")
        except WrongState:
            return False  # another server was first
        return True

    async def _in_thread(self, function: Callable[..., Result], *args: object) -> Result:
        async with self._hashing:
            return await asyncio.to_thread(function, *args)
