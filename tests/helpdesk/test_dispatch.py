from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.helpdesk import rules
from bot.helpdesk.errors import HelpdeskError
from bot.helpdesk.models import HelpRequest, Staff
from bot.helpdesk.rules import ladder
from bot.helpdesk.rules.departments import DepartmentRecord, alerts_for, chain, distances
from bot.helpdesk.rules.dispatch import (
    HelperState,
    NewOffer,
    OpenOffer,
    Plan,
    Waiting,
    capacity_of,
    decide,
    is_present,
)

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
POLICY = rules.Policy()
LONG_READY = NOW - timedelta(hours=1)
DEPARTMENTS = {
    each.name: each
    for each in (
        DepartmentRecord("税务局", "政务服务中心"),
        DepartmentRecord("人社局", "税务局"),
        DepartmentRecord("政务服务中心"),
        DepartmentRecord("甲", "乙"),
        DepartmentRecord("乙", "甲"),
        DepartmentRecord("撤销局", "政务服务中心", active=False),
    )
}


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def a_request(name: str = "r1", **changes: object) -> HelpRequest:
    request = HelpRequest(
        name, f"c-{name}", "waiting", "asked", None, "税务局", None, "widget", "?", {}, NOW, after(60),
        None, None, None, None, None, None,
    )  # fmt: skip
    return replace(request, **changes)  # type: ignore[arg-type]


def a_helper(name: str = "ann", **changes: object) -> HelperState:
    helper = HelperState(name, "helper", "税务局", "ready", LONG_READY, NOW)
    return replace(helper, **changes)  # type: ignore[arg-type]


def waits(request: HelpRequest | None = None, **changes: object) -> Waiting:
    return replace(Waiting(request or a_request()), **changes)  # type: ignore[arg-type]


def asked(waiting: list[Waiting], helpers: list[HelperState], now: datetime = NOW) -> list[str]:
    """Who is offered something, in the order of the plans."""
    return [o.staff_id for plan in decide(waiting, helpers, DEPARTMENTS, POLICY, now) for o in plan.offer]


# --- departments


def test_chain_follows_fallbacks_once_when_they_form_a_circle() -> None:
    assert chain("人社局", DEPARTMENTS) == ["人社局", "税务局", "政务服务中心"]
    assert chain("甲", DEPARTMENTS) == ["甲", "乙"]
    assert chain("撤销局", DEPARTMENTS) == ["政务服务中心"]
    assert chain(None, DEPARTMENTS) == chain("没有的局", DEPARTMENTS) == []


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdefz")), st.sampled_from("abcdefz"))
def test_chain_ends_and_repeats_nobody_when_fallbacks_point_anywhere(
    links: dict[str, str], start: str
) -> None:
    departments = {name: DepartmentRecord(name, fallback) for name, fallback in links.items()}
    found = chain(start, departments)
    assert len(found) == len(set(found)) <= len(departments)


def test_distances_let_everybody_serve_when_the_department_leads_nowhere() -> None:
    people = [a_helper("own", department="没有的局"), a_helper("other"), a_helper("free", department=None)]
    assert distances("没有的局", DEPARTMENTS, people) == {"own": 0, "other": 1, "free": 0}
    assert distances(None, DEPARTMENTS, people) == {"own": 0, "other": 0, "free": 0}


# --- who is asked


@pytest.mark.parametrize(
    "changes",
    [
        {"presence": "busy"},
        {"seen_at": NOW - timedelta(seconds=60)},
        {"seen_at": None},
        {"role": "specialist"},
        {"active": False},
        {"held": 5},
        {"capacity": 1, "held": 1},
        {"capacity": 0},
        {"ready_since": NOW - timedelta(seconds=59), "held": 2},
        {"department": "人社局"},
    ],
    ids=str,
)
def test_decide_leaves_a_helper_alone_when_they_cannot_take_it(changes: dict[str, object]) -> None:
    assert asked([waits()], [a_helper(**changes)]) == []


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"department": "税务局"}, {"department": "政务服务中心", "held": 0, "level": 3}),
        ({"skills": frozenset({"tax"}), "held": 2}, {"skills": frozenset({"trade"})}),
        ({"id": "knows", "held": 2}, {"held": 0}),
        ({"role": "helper", "held": 2}, {"role": "supervisor"}),
        ({"held": 1}, {"held": 2}),
        ({"held": 2, "capacity": 10}, {"held": 1, "capacity": 3}),
        ({"engaged_at": NOW - timedelta(minutes=9)}, {"engaged_at": NOW - timedelta(minutes=2)}),
        ({"id": "aaa"}, {"id": "bbb"}),
    ],
    ids=["nearer", "skilled", "knows the visitor", "helper", "less", "less of capacity", "idle", "id"],
)
def test_decide_asks_the_better_one_when_two_could(
    better: dict[str, object], worse: dict[str, object]
) -> None:
    level = worse.pop("level", 0) if "level" in worse else 0
    first = a_helper(**{"id": "one", **better})
    second = a_helper(**{"id": "two", **worse})
    request = a_request(topic="tax", level=level)
    waiting = waits(request, known_by=("gone", "knows"))
    for order in ([first, second], [second, first]):
        assert asked([waiting], order)[0] == first.id


def test_decide_serves_the_earliest_deadline_when_there_is_one_place() -> None:
    late, early = a_request("late", deadline_at=after(90)), a_request("early", deadline_at=after(50))
    plans = decide([waits(late), waits(early)], [a_helper(capacity=1)], DEPARTMENTS, POLICY, NOW)
    assert [(plan.request_id, [o.staff_id for o in plan.offer]) for plan in plans] == [("early", ["ann"])]


def test_decide_asks_one_for_fifteen_seconds_when_the_request_is_new() -> None:
    (plan,) = decide([waits()], [a_helper("ann"), a_helper("ben")], DEPARTMENTS, POLICY, NOW)
    assert plan == Plan("r1", (), (NewOffer("ann", 0, True, after(15)),))


def test_decide_leaves_the_silent_one_out_when_the_request_moves_on() -> None:
    ringing = OpenOffer(7, "ann", True, NOW, after(15))
    helpers = [replace(a_helper(name), seen_at=after(10)) for name in ("ann", "ben", "cy", "dan", "eve")]
    waiting = waits(a_request(level=1), offers=(ringing,))
    (plan,) = decide([waiting], helpers, DEPARTMENTS, POLICY, after(15))
    assert plan.end == ((7, "ignored"),)
    assert [o.staff_id for o in plan.offer] == ["ben", "cy", "dan"]
    assert [o.reserved for o in plan.offer] == [True, False, False]
    still = waits(a_request(level=2), left_out=frozenset({"ann"}))
    (plan,) = decide([still], helpers, DEPARTMENTS, POLICY, after(30))
    assert {(o.staff_id, o.expires_at) for o in plan.offer} == {
        ("ben", None), ("cy", None), ("dan", None), ("eve", None)
    }  # fmt: skip


def test_decide_withdraws_an_offer_when_its_helper_cannot_take_it_any_more() -> None:
    ringing = OpenOffer(7, "ann", True, NOW, after(15))
    for gone in (a_helper(presence="away"), a_helper(held=5)):
        plans = decide([waits(offers=(ringing,))], [gone, a_helper("ben")], DEPARTMENTS, POLICY, NOW)
        assert plans == [Plan("r1", ((7, "withdrawn"),), (NewOffer("ben", 0, True, after(15)),))]


def test_decide_changes_nothing_when_it_rings_where_it_should() -> None:
    ringing = OpenOffer(7, "ann", True, NOW, after(15))
    helpers = [a_helper("ann"), a_helper("ben")]
    assert decide([waits(offers=(ringing,))], helpers, DEPARTMENTS, POLICY, after(14)) == []


def test_decide_lets_fallback_departments_join_at_their_second_when_the_own_one_is_there() -> None:
    own, other = a_helper("own"), a_helper("other", department="政务服务中心")
    silent = frozenset({"own"})
    assert asked([waits(a_request(level=2), left_out=silent)], [own, other]) == []
    assert asked([waits(a_request(level=3), left_out=silent)], [own, other]) == ["other"]


@pytest.mark.parametrize("own", [{"presence": "away"}, {"held": 5}], ids=["away", "full"])
def test_decide_asks_the_fallback_at_once_when_nobody_of_the_own_department_could(
    own: dict[str, object],
) -> None:
    helpers = [a_helper("own", **own), a_helper("other", department="政务服务中心")]
    assert asked([waits()], helpers) == ["other"]


def test_decide_keeps_within_the_capacity_of_a_department_when_it_has_one() -> None:
    small = {"税务局": DepartmentRecord("税务局", capacity=3)}
    helpers = [a_helper("ann", held=1), a_helper("ben", held=1)]
    waiting = [waits(a_request(f"r{n}")) for n in range(4)]
    plans = decide(waiting, helpers, small, POLICY, NOW)
    assert sum(len(plan.offer) for plan in plans) == 1


# --- alerts


@pytest.mark.parametrize(
    ("role", "department", "level", "status", "reason"),
    [
        ("helper", "税务局", 1, "offered", None),
        ("helper", "税务局", 2, "offered", "department"),
        ("helper", None, 2, "waiting", "department"),
        ("helper", "政务服务中心", 2, "waiting", None),
        ("helper", "政务服务中心", 3, "waiting", "fallback"),
        ("helper", "人社局", 4, "waiting", None),
        ("supervisor", "人社局", 2, "waiting", "supervisor"),
        ("supervisor", "人社局", 2, "claimed", "supervisor"),
        ("specialist", "税务局", 4, "waiting", None),
    ],
)
def test_alerts_concern_whom_the_ladder_names(
    role: str, department: str | None, level: int, status: str, reason: str | None
) -> None:
    staff = Staff("me", "me", "我", role, department, True, "ready")  # type: ignore[arg-type]
    request = a_request(level=level, status=status, claimed_by="x" if status == "claimed" else None)
    found = alerts_for(staff, [request], DEPARTMENTS)
    assert [alert.reason for alert in found] == ([reason] if reason else [])
    assert all(alert.ring == (status != "claimed") for alert in found)


def test_alerts_ring_at_the_silent_owner_until_they_speak() -> None:
    me = Staff("me", "me", "我", "helper", "税务局", True, "ready")
    silent = a_request(level=2, status="claimed", claimed_by="me", claimed_at=NOW)
    assert [(a.reason, a.ring) for a in alerts_for(me, [silent], DEPARTMENTS)] == [("mine_silent", True)]
    assert alerts_for(me, [replace(silent, first_response_at=after(31))], DEPARTMENTS) == []


# --- properties: a small service in memory, driven by any order of happenings


@dataclass
class Service:
    """The rules with a fake clock in the middle and nothing else around them."""

    helpers: dict[str, HelperState]
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
            for level, _ in ladder.steps_due(r, POLICY, self.now):
                r = self.requests[r.id] = rules.advance(r, rules.Climb(level), self.now)
                if level >= ladder.WARNED:
                    kept = self.offers[r.id].items()
                    self.offers[r.id] = {i: replace(o, expires_at=None) for i, o in kept}
            due = ladder.reclaim_at(r, POLICY)
            if due and due <= self.now:
                self.left_out[r.id].add(str(r.claimed_by))
                self.let_go(r)
        helpers = [replace(h, seen_at=self.now) for h in self.helpers.values()]
        plans = decide(self.waiting(), helpers, DEPARTMENTS, POLICY, self.now)
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
                claim = rules.Claim(staff_id, staff_id)
                self.requests[request_id] = rules.advance(self.requests[request_id], claim, self.now)
                self.offers[request_id] = {}
                self.hold(staff_id, 1)
                return

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
    st.tuples(st.sampled_from(["accept", "speak", "end", "away", "ready"]), _names),
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
@given(_crew, st.lists(_happenings, max_size=40))
def test_dispatch_keeps_its_promises_when_anything_happens_in_any_order(
    crew: dict[str, HelperState], happenings: list[tuple[str, object]]
) -> None:
    service = Service(dict(crew))
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
            DEPARTMENTS, POLICY, service.now,
        )  # fmt: skip
        assert again == []  # a decision is final until something happens


def check_capacity(service: Service) -> None:
    for helper in service.helpers.values():
        mine = [o for offers in service.offers.values() for o in offers.values() if o.staff_id == helper.id]
        assert helper.held <= (helper.capacity or 0)
        if mine:
            room = capacity_of(helper, POLICY, service.now) - helper.held
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
        if is_present(replace(h, seen_at=service.now), POLICY, service.now)
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
        room[helper.id] = capacity_of(helper, POLICY, service.now) - helper.held - kept + beyond
    free = {each: distance for each, distance in serving.items() if room[each] > 0}
    if waiting.request.level < ladder.FALLBACK:
        nearest = min((d for each, d in serving.items() if room[each] - beyond > 0), default=0)
        free = {each: distance for each, distance in free.items() if distance <= nearest}
    return set(free) - set(waiting.left_out)
