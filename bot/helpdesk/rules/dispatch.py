"""Who is offered what: a pure decision over (waiting requests, helpers, departments, now)."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.helpdesk.models import HelpRequest, Presence, Role
from bot.helpdesk.rules.absence import is_fresh
from bot.helpdesk.rules.departments import OUTSIDE, DepartmentRecord, distances, reachable
from bot.helpdesk.rules.ladder import FALLBACK, WARNED, WIDENED
from bot.helpdesk.rules.ownership import CLAIMERS, OVERSEERS
from bot.helpdesk.rules.policy import Policy

Ending = Literal["accepted", "declined", "ignored", "withdrawn"]
_LONG_AGO = float("-inf")
_NEAREST = -1  # nearer than the own department
MOST_ROUNDS = 8  # of a decision; two or three settle it


@dataclass(frozen=True)
class HelperState:
    """An active member of staff as the dispatcher sees them; ``held`` is how many conversations they own."""

    id: str
    role: Role
    department: str | None
    presence: Presence
    ready_since: datetime | None
    seen_at: datetime | None
    held: int = 0
    capacity: int | None = None
    skills: frozenset[str] = frozenset()
    engaged_at: datetime | None = None


@dataclass(frozen=True)
class OpenOffer:
    """An offer that still rings. ``reserved``: a place of the helper is kept for it."""

    id: int
    staff_id: str
    reserved: bool
    offered_at: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Waiting:
    """A request nobody holds. ``known_by``: who helped this visitor before, the latest first.

    ``lost_by``: who held this very request until their connection ended. Once they are back they are asked
    before anybody else, whatever their department.
    """

    request: HelpRequest
    offers: tuple[OpenOffer, ...] = ()
    left_out: frozenset[str] = frozenset()
    known_by: tuple[str, ...] = ()
    lost_by: str | None = None


@dataclass(frozen=True)
class NewOffer:
    """Let it ring at ``staff_id``; until taken when ``expires_at`` is None."""

    staff_id: str
    level: int
    reserved: bool
    expires_at: datetime | None


@dataclass(frozen=True)
class Plan:
    """What to do about one request: offers to end with their ending, and offers to make."""

    request_id: str
    end: tuple[tuple[int, Ending], ...] = ()
    offer: tuple[NewOffer, ...] = ()


def is_present(helper: HelperState, policy: Policy, now: datetime) -> bool:
    """Whether they said that they are ready and their console was heard lately."""
    return helper.role in CLAIMERS and helper.presence == "ready" and is_fresh(helper.seen_at, policy, now)


def present_for(
    department: str | None,
    helpers: Iterable[HelperState],
    departments: Mapping[str, DepartmentRecord],
    policy: Policy,
    now: datetime,
) -> list[HelperState]:
    """Who of ``helpers`` is there, full or not, and reached by a request for ``department``."""
    present = [helper for helper in helpers if is_present(helper, policy, now)]
    reached = reachable(department, departments, present, policy)
    return [helper for helper in present if helper.id in reached]


def capacity_of(helper: HelperState, policy: Policy, now: datetime) -> int:
    """How many conversations they may hold now: fewer just after they became ready."""
    capacity = policy.helper_capacity if helper.capacity is None else helper.capacity
    since = helper.ready_since
    if since is not None and now - since < timedelta(seconds=policy.warmup_seconds):
        return min(capacity, policy.warmup_limit)
    return capacity


def decide(
    waiting: Sequence[Waiting],
    helpers: Sequence[HelperState],
    departments: Mapping[str, DepartmentRecord],
    policy: Policy,
    now: datetime,
) -> list[Plan]:
    """What to change; nothing for a request that is well as it is. Earliest deadline first.

    First every request gets one offer with a place kept, then those that have waited get more, as far as
    there is room. A helper never has more kept places, or more other offers, than room.
    """
    # One round can make room for another: a helper taken by a later request opens the next department to an
    # earlier one, a kept place leaves less for further offers. So until nothing changes.
    queue = sorted(waiting, key=lambda each: (each.request.deadline_at, each.request.id))
    settled = list(queue)
    for _ in range(MOST_ROUNDS):
        plans = _round(settled, helpers, departments, policy, now)
        if not plans:
            break
        made = {plan.request_id: plan for plan in plans}
        settled = [_carried_out(each, made.get(each.request.id), now) for each in settled]
    return [
        plan
        for before, after in zip(queue, settled, strict=True)
        if (plan := _difference(before, after, now))
    ]


def within_bounds(
    plans: Sequence[Plan], room: Mapping[str, int], department_of: Mapping[str, str]
) -> list[Plan]:
    """``plans`` without the offers that a department has no room for any more; kept places come first.

    ``room``: how many more places the people of a department may be given, none where it is missing.
    ``department_of``: whose department has a bound, by their id.
    """
    left, refused = Counter(room), set()
    for reserved in (True, False):
        for request_id, offer in ((plan.request_id, offer) for plan in plans for offer in plan.offer):
            department = department_of.get(offer.staff_id)
            if offer.reserved is not reserved or department is None:
                continue
            if left[department] <= 0:
                refused.add((request_id, offer.staff_id))
            left[department] -= reserved
    return [
        replace(p, offer=tuple(o for o in p.offer if (p.request_id, o.staff_id) not in refused))
        for p in plans
    ]


def _round(
    waiting: Sequence[Waiting],
    helpers: Sequence[HelperState],
    departments: Mapping[str, DepartmentRecord],
    policy: Policy,
    now: datetime,
) -> list[Plan]:
    room = _Room(helpers, departments, policy, now)
    drafts = {each.request.id: _Draft(each, room, policy, now) for each in waiting if each.offers}
    for draft in drafts.values():
        draft.keep()

    def in_turn() -> Iterator[_Draft]:
        """As far as there is room: in a burst most need not be looked at."""
        for each in waiting:
            if not room.open:
                return
            if each.request.id not in drafts:
                drafts[each.request.id] = _Draft(each, room, policy, now)
            yield drafts[each.request.id]

    for draft in in_turn():
        if not any(offer.reserved for offer in draft.kept):
            draft.offer(1, reserved=True)
    for draft in in_turn():
        draft.call_back()
        draft.offer(draft.wanted - draft.count, reserved=False)
    return [plan for draft in drafts.values() if (plan := draft.plan())]


def _carried_out(each: Waiting, plan: Plan | None, now: datetime) -> Waiting:
    """The request as it is after its plan; new offers have ids below zero until they are written."""
    if plan is None:
        return each
    ended = dict(plan.end)
    ignored = {offer.staff_id for offer in each.offers if ended.get(offer.id) == "ignored"}
    kept = [offer for offer in each.offers if offer.id not in ended]
    lowest = min((offer.id for offer in kept), default=0)
    made = [
        OpenOffer(min(lowest, 0) - number, new.staff_id, new.reserved, now, new.expires_at)
        for number, new in enumerate(plan.offer, 1)
    ]
    return replace(each, offers=(*kept, *made), left_out=each.left_out | ignored)


def _difference(before: Waiting, after: Waiting, now: datetime) -> Plan | None:
    """What leads from the one to the other."""
    left = {offer.id for offer in after.offers}
    end: list[tuple[int, Ending]] = [
        (offer.id, "ignored" if offer.expires_at is not None and offer.expires_at <= now else "withdrawn")
        for offer in before.offers
        if offer.id not in left
    ]
    level = before.request.level
    offer = [NewOffer(o.staff_id, level, o.reserved, o.expires_at) for o in after.offers if o.id < 0]
    return Plan(before.request.id, tuple(end), tuple(offer)) if end or offer else None


class _Room:
    """Who is there and how much they can still take, while plans are being made."""

    def __init__(
        self,
        helpers: Sequence[HelperState],
        departments: Mapping[str, DepartmentRecord],
        policy: Policy,
        now: datetime,
    ) -> None:
        self.present = {h.id: h for h in helpers if is_present(h, policy, now)}
        self.departments = departments
        self._policy = policy
        self.free = {h.id: capacity_of(h, policy, now) - h.held for h in self.present.values()}
        self.open = {each for each, free in self.free.items() if free > 0}
        self._capacity = {h.id: max(1, capacity_of(h, policy, now)) for h in self.present.values()}
        self._extra: Counter[str] = Counter()
        self._kept: Counter[str] = Counter()
        held: Counter[str | None] = Counter()
        for helper in helpers:
            held[helper.department] += helper.held
        self._department_free = {
            name: record.capacity - held[name]
            for name, record in departments.items()
            if record.capacity is not None
        }
        self._serving: dict[str | None, dict[str, int]] = {}

    def fits(self, staff_id: str, *, reserved: bool) -> bool:
        free = self.free[staff_id]
        if self._department_free.get(self.present[staff_id].department or "", 1) <= 0:
            return False
        return free > 0 if reserved else free > 0 and self._extra[staff_id] < free

    def take(self, staff_id: str, *, reserved: bool) -> None:
        if not reserved:
            self._extra[staff_id] += 1
            return
        self.free[staff_id] -= 1
        if self.free[staff_id] <= 0:
            self.open.discard(staff_id)
        self._kept[staff_id] += 1
        department = self.present[staff_id].department or ""
        if department in self._department_free:
            self._department_free[department] -= 1

    def load(self, staff_id: str) -> float:
        taken = self.present[staff_id].held + self._kept[staff_id] + self._extra[staff_id]
        return taken / self._capacity[staff_id]

    def reach(self, department: str | None, *, fallback: bool) -> dict[str, int]:
        """Who serves ``department``, with their distance in the chain."""
        if department not in self._serving:
            serving = distances(department, self.departments, self.present.values())
            self._serving[department] = serving
        serving = self._serving[department]
        if fallback:
            return serving
        # Nobody there, or nobody with room: the next in the chain need not wait for its second.
        limit = min((d for each, d in serving.items() if self.fits(each, reserved=True)), default=0)
        return {each: d for each, d in serving.items() if d <= limit}

    def outsiders(self, department: str | None, *, fallback: bool, asked: Collection[str]) -> dict[str, int]:
        """Who could answer though it is not their department's: better than that nobody does.

        Only where nobody in charge is ``asked``, at once when none of them is there.
        """
        serving = self.reach(department, fallback=True)
        if not self._policy.outsiders_help or (serving and not fallback) or any(a in serving for a in asked):
            return {}
        return {each: OUTSIDE for each in self.open if each not in serving}


@dataclass
class _Draft:
    """The plan for one request in the making."""

    waiting: Waiting
    room: _Room
    policy: Policy
    now: datetime
    kept: list[OpenOffer] = field(default_factory=list)
    ended: list[tuple[int, Ending]] = field(default_factory=list)
    made: list[NewOffer] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)

    @property
    def level(self) -> int:
        return self.waiting.request.level

    @property
    def count(self) -> int:
        return len(self.kept) + len(self.made)

    @property
    def wanted(self) -> int:
        if self.level >= WARNED:
            return len(self.room.present)
        return self.policy.widen_offers if self.level >= WIDENED else 1

    def keep(self) -> None:
        """End the offers that nobody took in time or whose helper cannot take them now; keep the others."""
        room = self.room
        for offer in sorted(self.waiting.offers, key=lambda each: not each.reserved):
            if offer.expires_at is not None and offer.expires_at <= self.now:
                self.ended.append((offer.id, "ignored"))
                self.silent.add(offer.staff_id)
            elif offer.staff_id in room.present and room.fits(offer.staff_id, reserved=offer.reserved):
                room.take(offer.staff_id, reserved=offer.reserved)
                self.kept.append(offer)
            else:
                self.ended.append((offer.id, "withdrawn"))

    def offer(self, count: int, *, reserved: bool) -> None:
        """Make up to ``count`` more offers to the best who have room."""
        for _ in range(count):
            best = self._best(reserved)
            if best is None:
                return
            self.room.take(best, reserved=reserved)
            self.made.append(NewOffer(best, self.level, reserved, self._expiry()))

    def call_back(self) -> None:
        """Let it ring at the desk of who had it before too, when they came back after others were asked."""
        if self.waiting.lost_by not in self.room.present:
            return
        best = self._best(reserved=False)
        if best is not None and best == self.waiting.lost_by:
            self.offer(1, reserved=False)

    def _expiry(self) -> datetime | None:
        if self.level >= WARNED:
            return None
        return self.now + timedelta(seconds=self.policy.offer_seconds)

    def _best(self, reserved: bool) -> str | None:
        request = self.waiting.request
        if not self.room.open:  # in a burst nearly always, and then nobody need be looked at
            return None
        fallback = self.level >= FALLBACK
        reach = self.room.reach(request.department, fallback=fallback)
        if self.waiting.lost_by in self.room.present:
            reach = {**reach, self.waiting.lost_by: _NEAREST}
        asked = {offer.staff_id for offer in self.kept} | {offer.staff_id for offer in self.made}
        barred = asked | self.waiting.left_out | self.silent
        if not (able := self._able(reach, barred, reserved)):
            reach = self.room.outsiders(request.department, fallback=fallback, asked=asked)
            able = self._able(reach, barred, reserved)
        return min(able, key=lambda each: self._rank(each, reach[each]), default=None)

    def _able(self, reach: Collection[str], barred: Collection[str], reserved: bool) -> list[str]:
        return [each for each in reach if each not in barred and self.room.fits(each, reserved=reserved)]

    def _rank(self, staff_id: str, distance: int) -> tuple[Any, ...]:
        helper, known = self.room.present[staff_id], self.waiting.known_by
        topic = self.waiting.request.topic
        since = max((t.timestamp() for t in (helper.engaged_at, helper.ready_since) if t), default=_LONG_AGO)
        return (
            distance,
            bool(topic and helper.skills and topic not in helper.skills),
            known.index(staff_id) if staff_id in known else len(known),
            helper.role in OVERSEERS,
            self.room.load(staff_id),
            since,
            staff_id,
        )

    def plan(self) -> Plan | None:
        if not self.ended and not self.made:
            return None
        return Plan(self.waiting.request.id, tuple(self.ended), tuple(self.made))
