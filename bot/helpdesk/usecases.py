"""What all use cases share: stores, thresholds, clock, and the transaction on one conversation."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk.database import Database
from bot.helpdesk.duty import AlwaysOnDuty, Reception, Roster
from bot.helpdesk.errors import Invalid, NotFound
from bot.helpdesk.live import Live, utcnow
from bot.helpdesk.models import JSON, HelpRequest, Staff
from bot.helpdesk.outlook import Outlook
from bot.helpdesk.rules import Policy
from bot.helpdesk.rules.dispatch import present_for
from bot.helpdesk.rules.people import check_may_take
from bot.helpdesk.storage import directory, people, requests
from bot.helpdesk.texts import Texts
from bot.helpdesk.thresholds import Thresholds
from bot.helpdesk.work import Work

_BUSY_AFTER = text("SELECT set_config('lock_timeout', :milliseconds, true)")


class UseCases:
    """The ground that the use cases stand on. ``keep_seconds``: how long figures of waiting may be kept."""

    def __init__(
        self,
        database: Database,
        live: Live,
        texts: Texts,
        policy: Policy | Thresholds,
        clock: Callable[[], datetime] = utcnow,
        roster: Roster | None = None,
        keep_seconds: float = 0.0,
    ) -> None:
        self._database = database
        self._live = live
        self._texts = texts
        self.thresholds = policy if isinstance(policy, Thresholds) else Thresholds(policy)
        self._clock = clock
        self._roster = roster or AlwaysOnDuty()
        self.outlook = Outlook(database, self.thresholds, clock, keep_seconds)

    @property
    def _policy(self) -> Policy:
        return self.thresholds.policy

    @asynccontextmanager
    async def _work(self, conversation_id: str, busy_after: str | None = None) -> AsyncIterator[Work]:
        """One transaction on one conversation; ``Busy`` when a lock took ``busy_after`` milliseconds."""
        async with self._database.transaction() as connection:
            if busy_after is not None:
                await connection.execute(_BUSY_AFTER, {"milliseconds": busy_after})
            work = await Work.begin(connection, conversation_id, self._policy, self._texts, self._clock)
            first_seq = work.conversation.last_seq
            yield work
        if nudges := work.all_nudges(first_seq):
            await self._publish(nudges)

    async def _publish(self, nudges: list[tuple[str, JSON]]) -> None:
        await self._live.publish_all(nudges)

    async def _reception(self, handoff: JSON) -> Reception:
        """Where a request for a person would go now, and whether somebody is there."""
        department, topic = handoff.get("department"), handoff.get("topic")
        async with self._database.transaction() as connection:
            if topic is not None:
                # What an administrator keeps counts more than what the assistant was built with.
                department = await people.department_of_topic(connection, topic, department)
            ready = await self._anyone_ready(connection, department)
        return Reception(department, ready, await self._roster.duty(department, self._clock()))

    async def _anyone_ready(self, connection: AsyncConnection, department: str | None) -> bool:
        """Whether somebody whom a request of this department reaches is there, full or not."""
        helpers, departments = await people.states(connection), await directory.departments(connection)
        return bool(present_for(department, helpers, departments, self._policy, self._clock()))

    async def _check_room(self, work: Work, staff: Staff) -> None:
        """Raise ``AtCapacity`` when they may not take one more; what they hold cannot change meanwhile."""
        if not self._policy.claims_beyond_capacity:
            check_may_take(await people.lock_load(work.connection, staff), self._policy)

    async def _request(self, request_id: str) -> HelpRequest:
        async with self._database.reading() as connection:
            return await found_request(connection, request_id)


async def found_request(connection: AsyncConnection, request_id: str) -> HelpRequest:
    """One request. Raises ``NotFound``."""
    request = await requests.get(connection, request_id)
    if request is None:
        raise NotFound("no such help request")
    return request


async def found_staff(connection: AsyncConnection, staff_id: str) -> Staff:
    """One active member of staff. Raises ``NotFound``."""
    staff = await people.find(connection, staff_id)
    if staff is None:
        raise NotFound("no such member of staff")
    return staff


async def check_department(connection: AsyncConnection, name: str | None) -> None:
    """Raise ``Invalid`` unless ``name`` is an open department, or None."""
    if name is not None and not await directory.is_active_department(connection, name):
        raise Invalid("unknown department")
