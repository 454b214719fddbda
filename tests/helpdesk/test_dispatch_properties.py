"""What holds whatever happens in whatever order: a small service in memory, driven by hypothesis."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.helpdesk import rules
from bot.helpdesk.errors import AtCapacity, HelpdeskError
from bot.helpdesk.models import HelpRequest
from bot.helpdesk.rules import ladder
from bot.helpdesk.rules.departments import OUTSIDE, distances
from bot.helpdesk.rules.dispatch import (
    HelperState,
    OpenOffer,
    Plan,
    Waiting,
    capacity_of,
    decide,
    is_present,
)
from bot.helpdesk.rules.people import Load, check_may_take
from tests.helpdesk.makers import DEPARTMENTS, NOW, POLICY, a_helper, a_request


@dataclass
class Service:
    """The rules with a fake clock in the middle and nothing else around them."""

    helpers: dict[str, HelperState]
    policy: rules.Policy = POLICY
    now: datetime = NOW
    requests: dict[str, HelpRequest] = field(default_factory=dict)
    offers: dict[str, dict[int, OpenOffer]] = field(default_factory=dict)
    left_out: dict[str, set[str]] = field(default_factory=dict)
    numbers: int = 0

    def waiting(self) -> list[Waiting]:
        return [
            Waiting(r, tuple(self.offers[r.id].values()), frozenset(self.left_out[r.id]))
            for r in self.requests.values()
            if r.status in rules.CLAIMABLE_STATUSES
        ]

    def dispatch(self) -> list[Plan]:
        for r in list(self.requests.values()):
            for level, _ in ladder.steps_due(r, self.policy, self.now):
                r = self.requests[r.id] = replace(r, level=level)
                if level >= ladder.WARNED:
                    kept = self.offers[r.id].items()
                    self.offers[r.id] = {i: replace(o, expires_at=None) for i, o in kept}
            due = ladder.reclaim_at(r, self.policy)
            if due and due <= self.now:
                self.left_out[r.id].add(str(r.claimed_by))
                self.let_go(r)
        helpers = [replace(h, seen_at=self.now) for h in self.helpers.values()]
        plans = decide(self.waiting(), helpers, DEPARTMENTS, self.policy, self.now)
        for plan in plans:
            for number, ending in plan.end:
                offer = self.offers[plan.request_id].pop(number)
                if ending == "ignored":
                    self.left_out[plan.request_id].add(offer.staff_id)
            for made in plan.offer:
                self.numbers += 1
                self.offers[plan.request_id][self.numbers] = OpenOffer(
                    self.numbers, made.staff_id, made.reserved, self.now, made.expires_at
                )
        return plans

    def ask(self, department: str | None) -> None:
        name = f"r{len(self.requests):03}"
        self.requests[name] = a_request(
            name, department=department, requested_at=self.now, deadline_at=self.now + timedelta(seconds=60)
        )
        self.offers[name], self.left_out[name] = {}, set()

    def hold(self, staff_id: str, by: int) -> None:
        helper = self.helpers[staff_id]
        self.helpers[staff_id] = replace(helper, held=helper.held + by, engaged_at=self.now)

    def accept(self, staff_id: str) -> None:
        """Claim the first thing that rings at this desk."""
        for request_id, offers in self.offers.items():
            if any(offer.staff_id == staff_id for offer in offers.values()):
                self.claim(staff_id, request_id)
                return

    def take(self, staff_id: str) -> None:
        """Claim the first that waits, by hand, whether or not it rings at this desk."""
        waiting = sorted(self.waiting(), key=lambda each: (each.request.deadline_at, each.request.id))
        if waiting:
            with suppress(AtCapacity):
                self.claim(staff_id, waiting[0].request.id)

    def claim(self, staff_id: str, request_id: str) -> None:
        check_may_take(self.load(staff_id), self.policy)
        claim = rules.Claim(staff_id, staff_id)
        self.requests[request_id] = rules.advance(self.requests[request_id], claim, self.now)
        self.offers[request_id] = {}
        self.hold(staff_id, 1)

    def load(self, staff_id: str) -> Load:
        me = self.helpers[staff_id]
        ours = sum(each.held for each in self.helpers.values() if each.department == me.department)
        record = DEPARTMENTS.get(me.department or "")
        return Load(me.held, me.capacity, ours, record.capacity if record else None)

    def held_by(self, staff_id: str) -> HelpRequest | None:
        held = (r for r in self.requests.values() if (r.status, r.claimed_by) == ("claimed", staff_id))
        return next(held, None)

    def speak(self, staff_id: str) -> None:
        if held := self.held_by(staff_id):
            self.requests[held.id] = rules.advance(held, rules.Respond(staff_id), self.now)

    def end(self, staff_id: str) -> None:
        if held := self.held_by(staff_id):
            self.requests[held.id] = rules.advance(held, rules.Close(staff_id, "resolved"), self.now)
            self.hold(staff_id, -1)

    def let_go(self, held: HelpRequest) -> None:
        self.hold(str(held.claimed_by), -1)
        self.requests[held.id] = rules.advance(held, rules.Release(), self.now)

    def declare(self, staff_id: str, presence: str) -> None:
        self.helpers[staff_id] = replace(
            self.helpers[staff_id],
            presence=presence,
            ready_since=self.now,  # type: ignore[arg-type]
        )


_names = st.sampled_from(["ann", "ben", "cy", "dan"])
_happenings = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from(["税务局", "人社局", "政务服务中心", "甲", None, "没有的局"])),
    st.tuples(st.just("wait"), st.integers(1, 40)),
    st.tuples(st.sampled_from(["accept", "take", "speak", "end", "away", "ready"]), _names),
)
_crew = st.fixed_dictionaries(
    {
        name: st.builds(
            a_helper,
            st.just(name),
            department=st.sampled_from(["税务局", "人社局", "政务服务中心", "甲", None]),
            capacity=st.integers(0, 3),
        )
        for name in ("ann", "ben", "cy", "dan")
    }
)


def play(service: Service, what: str, value: object) -> None:
    match what, value:
        case "ask", _:
            service.ask(value)  # type: ignore[arg-type]
        case "wait", int(seconds):
            service.now += timedelta(seconds=seconds)
        case "away" | "ready", str(name):
            service.declare(name, what)
        case _, str(name):
            getattr(service, what)(name)


@settings(max_examples=150, deadline=None)
@given(_crew, st.lists(_happenings, max_size=40), st.booleans())
def test_dispatch_keeps_its_promises_when_anything_happens_in_any_order(
    crew: dict[str, HelperState], happenings: list[tuple[str, object]], beyond: bool
) -> None:
    service = Service(dict(crew), replace(POLICY, claims_beyond_capacity=beyond))
    for what, value in happenings:
        try:
            play(service, what, value)
        except HelpdeskError:
            raise AssertionError("an offer that rings can be taken") from None
        plans = service.dispatch()
        check_capacity(service)
        check_nobody_forgotten(service)
        check_order(service, plans)
        again = decide(
            service.waiting(), [replace(h, seen_at=service.now) for h in service.helpers.values()],
            DEPARTMENTS, service.policy, service.now,
        )  # fmt: skip
        assert again == []  # a decision is final until something happens


def check_capacity(service: Service) -> None:
    """Nobody holds more than they may, by an offer or by hand.

    Where the threshold lets helpers take more, nothing rings at a desk that has no room.
    """
    for helper in service.helpers.values():
        mine = [o for offers in service.offers.values() for o in offers.values() if o.staff_id == helper.id]
        load = service.load(helper.id)
        if not service.policy.claims_beyond_capacity:
            assert load.held <= (load.capacity or 0)
            assert load.department_capacity is None or load.department_held <= load.department_capacity
        if mine:
            room = capacity_of(helper, service.policy, service.now) - helper.held
            assert sum(offer.reserved for offer in mine) <= room
            assert sum(not offer.reserved for offer in mine) <= room


def check_nobody_forgotten(service: Service) -> None:
    """Who waits without a bell ringing anywhere waits because nobody could take it."""
    for waiting in service.waiting():
        if not waiting.offers:
            assert not able(service, waiting, beyond=0)


def check_order(service: Service, plans: list[Plan]) -> None:
    """Nobody got a helper's place while one with an earlier deadline, who could have had it, got none."""
    given_places = {p.request_id: [o.staff_id for o in p.offer if o.reserved] for p in plans}
    queue = {w.request.id: w for w in service.waiting()}
    for request_id, places in given_places.items():
        for earlier in queue.values():
            if earlier.offers or earlier.request.deadline_at >= queue[request_id].request.deadline_at:
                continue
            assert not set(places) & able(service, earlier, beyond=1)


def able(service: Service, waiting: Waiting, beyond: int) -> set[str]:
    """Who could take it, were ``beyond`` of their kept places free: in the chain's nearest room."""
    present = [
        h
        for h in service.helpers.values()
        if is_present(replace(h, seen_at=service.now), service.policy, service.now)
    ]
    serving = distances(waiting.request.department, DEPARTMENTS, present)
    room: dict[str, int] = {}
    for helper in present:
        kept = sum(
            o.reserved
            for offers in service.offers.values()
            for o in offers.values()
            if o.staff_id == helper.id
        )
        own = capacity_of(helper, service.policy, service.now) - helper.held - kept
        room[helper.id] = min(own, department_room(service, helper.department)) + beyond
    free = {each: distance for each, distance in serving.items() if room[each] > 0}
    late = waiting.request.level >= ladder.FALLBACK
    anybody = any(room[each] - beyond > 0 for each in serving if each not in waiting.left_out)
    if not late:
        nearest = min((d for each, d in serving.items() if room[each] - beyond > 0), default=0)
        free = {each: distance for each, distance in free.items() if distance <= nearest}
    if not anybody and (late or not serving):
        free |= {each: OUTSIDE for each, places in room.items() if each not in serving and places > 0}
    return set(free) - set(waiting.left_out)


def department_room(service: Service, department: str | None) -> int:
    """How many more places the people of ``department`` may be given, those kept for offers not counted."""
    record = DEPARTMENTS.get(department or "")
    if record is None or record.capacity is None:
        return 1_000
    ours = {each.id: each.held for each in service.helpers.values() if each.department == department}
    rings = [offer for offers in service.offers.values() for offer in offers.values()]
    return record.capacity - sum(ours.values()) - sum(o.reserved and o.staff_id in ours for o in rings)
