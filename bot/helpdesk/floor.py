"""The floor: what rings where, who is there, what waits, for those who work and those who oversee."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk import rules
from bot.helpdesk.duty import Duty
from bot.helpdesk.errors import NotFound, WrongState
from bot.helpdesk.live import STAFF_TOPIC
from bot.helpdesk.models import (
    Actor,
    HelpRequest,
    HistoryRow,
    Invitation,
    OfferRecord,
    Participant,
    Person,
    Staff,
)
from bot.helpdesk.outlook import places
from bot.helpdesk.rules.absence import is_fresh
from bot.helpdesk.rules.departments import DepartmentRecord
from bot.helpdesk.rules.dispatch import HelperState, capacity_of, is_present
from bot.helpdesk.rules.waiting import Wait
from bot.helpdesk.storage import conversations, directory, invitations, offers, people, requests, snapshot
from bot.helpdesk.storage import staff as accounts
from bot.helpdesk.usecases import UseCases, found_request
from bot.helpdesk.worktime.schedule import LOCAL

_BOARD_REQUESTS = 200


@dataclass(frozen=True)
class Colleague:
    """A member of staff as colleagues see them."""

    staff: Staff
    connected: bool
    held: int
    capacity: int
    skills: tuple[str, ...]


@dataclass(frozen=True)
class InvitationView:
    """An invitation with its request and the people it names, by id."""

    invitation: Invitation
    request: HelpRequest
    people: dict[str, Person]


@dataclass(frozen=True)
class AtDesk:
    """What rings, who asks, and the conversations one is in, with role and ``last_seq``.

    None: not looked at.
    """

    offers: list[OfferRecord] | None
    invitations: list[InvitationView] | None
    mine: dict[str, tuple[str, int]] | None


@dataclass(frozen=True)
class DepartmentView:
    """A department as colleagues see it; topics are pairs of code and name."""

    record: DepartmentRecord
    topics: tuple[tuple[str, str], ...]
    ready: int
    duty: Duty


@dataclass(frozen=True)
class DepartmentLoad:
    """What waits for a department and what its people hold."""

    name: str | None
    waiting: int = 0
    oldest_requested_at: datetime | None = None
    ready: int = 0
    held: int = 0


@dataclass(frozen=True)
class Board:
    """The service at a glance; ``today`` starts at local midnight.

    ``lost_today``: how often a conversation went back because its helper's connection had ended.
    """

    at: datetime
    waiting: int
    oldest_requested_at: datetime | None
    late: int
    held: int
    ready: int
    capacity: int
    breaches_today: dict[str, int]
    answered_today: int
    within_today: int
    lost_today: int
    next_wait: Wait | None
    departments: list[DepartmentLoad] = field(default_factory=list)
    people: list[Colleague] = field(default_factory=list)
    held_requests: list[HelpRequest] = field(default_factory=list)


class Floor(UseCases):
    """Use cases of looking around, and of a bell at one's desk. Errors: ``bot.helpdesk.errors``."""

    # --- the bell ---------------------------------------------------------------------------------------

    async def offers_of(self, staff: Staff) -> list[OfferRecord]:
        """What rings at this desk now."""
        async with self._database.transaction() as connection:
            return await offers.open_of(connection, staff.id)

    async def queue(self, statuses: Sequence[str], limit: int) -> tuple[list[HelpRequest], int]:
        """The first ``limit`` requests in these states by deadline, and how many there are."""
        async with self._database.reading() as connection:
            found = await requests.with_status(connection, statuses, limit)
            total = len(found) if len(found) < limit else await requests.count(connection, statuses)
        return found, total

    async def at_desk(self, staff: Staff, what: Collection[str]) -> AtDesk:
        """Of what a console shows of its own, ``what`` changed: ``offers``, ``invitations``, ``mine``."""
        async with self._database.reading() as connection:
            rings = await offers.open_of(connection, staff.id) if "offers" in what else None
            asked = await invitations.concerning(connection, staff) if "invitations" in what else None
            mine = await conversations.mine(connection, staff.id) if "mine" in what else None
            return AtDesk(rings, None if asked is None else await _views(connection, asked), mine)

    async def alarming(self) -> tuple[list[HelpRequest], dict[str, DepartmentRecord]]:
        """Requests that somebody has to be warned of, and the departments that tell whom."""
        async with self._database.reading() as connection:
            return await requests.alarming(connection), await directory.departments(connection)

    async def rang(self, offer_id: int, staff: Staff) -> None:
        """The console rang for this offer. Raises ``NotFound``."""
        async with self._database.transaction() as connection:
            if not await offers.mark_rang(connection, offer_id, staff.id, self._clock()):
                raise NotFound("no such offer")

    async def decline(self, offer_id: int, staff: Staff) -> None:
        """Say no to an offer; others are asked. Raises ``NotFound``, or ``WrongState`` when it has ended."""
        async with self._database.transaction() as connection:
            found = await offers.find(connection, offer_id, staff.id)
        if found is None:
            raise NotFound("no such offer")
        async with self._work(found.conversation_id) as work:
            await requests.lock(work.connection, found.help_request_id)
            before = await found_request(work.connection, found.help_request_id)
            if not await offers.end(work.connection, offer_id, "declined", work.now):
                raise WrongState("the offer has ended")
            await offers.settle_status(work.connection, [before.id])
            after = await found_request(work.connection, before.id)
            actor = Actor("staff", staff.id)
            await work.record(before, after, "offer_declined", actor, "declined", staff_id=staff.id)
            work.nudges.append((STAFF_TOPIC, {"type": "queue"}))
            work.tell_offers(staff.id)

    # --- one conversation -------------------------------------------------------------------------------

    async def history(self, request_id: str) -> list[HistoryRow]:
        """Everything that happened to a request. Raises ``NotFound``."""
        async with self._database.transaction() as connection:
            await found_request(connection, request_id)
            return await requests.history(connection, request_id)

    async def participants(self, conversation_ids: Sequence[str]) -> dict[str, list[Participant]]:
        """Who is in these conversations beside their owners."""
        found: dict[str, list[Participant]] = {each: [] for each in conversation_ids}
        async with self._database.reading() as connection:
            for each in await invitations.participants(connection, list(conversation_ids)):
                found[each.conversation_id].append(each)
        return found

    async def mine(self, staff: Staff) -> dict[str, str]:
        """The conversations ``staff`` is in: ``owner`` or ``participant`` by id."""
        async with self._database.transaction() as connection:
            found = await conversations.mine(connection, staff.id)
        return {each: role for each, (role, _) in found.items()}

    async def invitations_of(self, staff: Staff) -> list[InvitationView]:
        """Pending invitations asked of ``staff`` or made by them."""
        async with self._database.transaction() as connection:
            return await _views(connection, await invitations.concerning(connection, staff))

    async def view(self, invitation: Invitation) -> InvitationView:
        """An invitation with what it names."""
        async with self._database.transaction() as connection:
            return (await _views(connection, [invitation]))[0]

    async def persons(self, ids: Sequence[str]) -> list[Person]:
        """The people with these ids."""
        async with self._database.transaction() as connection:
            found = await accounts.by_ids(connection, ids)
        return [Person(each.id, each.name, each.department) for each in found]

    async def service(self) -> tuple[Duty, Wait | None]:
        """Whether the service is on duty, and how long somebody who asks for a person now would wait."""
        async with self._database.transaction() as connection:
            waiting = await requests.count(connection, rules.CLAIMABLE_STATUSES)
        duty = await self._roster.duty(None, self._clock())
        return duty, await self.outlook.wait_next(waiting) if duty.on_duty else None

    # --- everybody --------------------------------------------------------------------------------------

    async def colleagues(self) -> list[Colleague]:
        """All active staff, by user name."""
        async with self._database.transaction() as connection:
            everyone = await accounts.everyone(connection)
            states = {state.id: state for state in await people.states(connection)}
        return [self._colleague(each, states[each.id]) for each in everyone if each.id in states]

    def _colleague(self, staff: Staff, state: HelperState) -> Colleague:
        now, policy = self._clock(), self._policy
        connected = is_fresh(state.seen_at, policy, now)
        capacity = capacity_of(state, policy, now)
        return Colleague(staff, connected, state.held, capacity, tuple(sorted(state.skills)))

    async def topic_names(self) -> list[tuple[str, str]]:
        """What every topic is called, by code; old requests may be about one that is closed."""
        async with self._database.reading() as connection:
            return await people.topic_names(connection)

    async def departments(self) -> list[DepartmentView]:
        """The open departments."""
        now = self._clock()
        async with self._database.transaction() as connection:
            known = await directory.departments(connection)
            topics = await people.topics(connection)
            states = await people.states(connection)
        present = [state for state in states if is_present(state, self._policy, now)]
        return [
            DepartmentView(
                record,
                tuple((code, name) for code, name, department in topics if department == record.name),
                sum(state.department == record.name for state in present),
                await self._roster.duty(record.name, now),
            )
            for record in sorted(known.values(), key=lambda each: each.name)
            if record.active
        ]

    async def board(self, staff: Staff) -> Board:
        """The live board; for overseers."""
        rules.check_oversees(staff)
        now = self._clock()
        midnight = now.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)
        async with self._database.transaction() as connection:
            waiting = await snapshot.waiting_counts(connection)
            breaches = await snapshot.breaches_since(connection, midnight)
            answered, within = await snapshot.answered_since(connection, midnight)
            lost = await snapshot.lost_since(connection, midnight)
            late = await requests.late_count(connection)
            held = await requests.with_status(connection, ["claimed"], _BOARD_REQUESTS)
            states = await people.states(connection)
        count = sum(number for _, number, _ in waiting)
        present = [state for state in states if is_present(state, self._policy, now)]
        return Board(
            at=now,
            waiting=count,
            oldest_requested_at=min((oldest for *_, oldest in waiting), default=None),
            late=late,
            held=sum(state.held for state in states),
            ready=len(present),
            capacity=places(present, self._policy, now).total,
            breaches_today=breaches,
            answered_today=answered,
            within_today=within,
            lost_today=lost,
            next_wait=await self.outlook.wait_next(count),
            departments=_loads(waiting, states, present),
            people=await self.colleagues(),
            held_requests=held,
        )


def _loads(
    waiting: list[tuple[str | None, int, datetime]], states: list[HelperState], present: list[HelperState]
) -> list[DepartmentLoad]:
    counts = {name: count for name, count, _ in waiting}
    oldest = {name: since for name, _, since in waiting}
    names = {*counts, *(state.department for state in states)}
    return [
        DepartmentLoad(
            name,
            waiting=counts.get(name, 0),
            oldest_requested_at=oldest.get(name),
            ready=sum(state.department == name for state in present),
            held=sum(state.held for state in states if state.department == name),
        )
        for name in sorted(names, key=lambda each: each or "")
    ]


async def _views(connection: AsyncConnection, found: Sequence[Invitation]) -> list[InvitationView]:
    wanted = {each for i in found for each in (i.invited_by, i.to_staff, i.decided_by) if each is not None}
    named = await accounts.by_ids(connection, sorted(wanted))
    known = {each.id: Person(each.id, each.name, each.department) for each in named}
    by_id = await requests.by_ids(connection, [each.help_request_id for each in found])
    return [InvitationView(each, by_id[each.help_request_id], known) for each in found]
