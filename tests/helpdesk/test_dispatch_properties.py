"""What holds whatever happens in whatever order: ``tests.helpdesk.play``, driven by hypothesis."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.helpdesk import rules
from bot.helpdesk.errors import HelpdeskError
from bot.helpdesk.models import HelpRequest
from bot.helpdesk.rules import ladder
from bot.helpdesk.rules.departments import OUTSIDE
from bot.helpdesk.rules.dispatch import HelperState, Plan, Waiting, is_present
from tests.helpdesk.makers import DEPARTMENTS, LONG_READY, NOW, POLICY, a_helper
from tests.helpdesk.play import Service

#: What happens, each as often as it is named, and how many numbers it needs to know to whom.
HAPPENINGS = {
    "ask": 1, "accept": 1, "decline": 1, "take": 1, "grab": 2, "speak": 1, "end": 1, "release": 1,
    "transfer": 2, "redirect": 2, "away": 1, "ready": 1, "vanish": 1, "come_back": 1, "wait": 1,
}  # fmt: skip
_number = st.integers(0, 7)
_happening = st.sampled_from(["ask", "ask", "ask", "accept", "accept", "wait", "wait", "wait", *HAPPENINGS])
_crew = st.fixed_dictionaries(
    {
        name: st.builds(
            a_helper,
            st.just(name),
            department=st.sampled_from(["甲", "甲", "税务局", "人社局", "政务服务中心", None]),
            capacity=st.sampled_from([2, 1, 3, 0]),
            ready_since=st.sampled_from([LONG_READY, NOW]),
        )
        for name in ("ann", "ben", "cy", "dan")
    }
)


#: Who is in charge has no room: only because she had it before is Ann, of another department, asked again.
TWO_DEPARTMENTS = {
    "ann": a_helper("ann", department="人社局", capacity=1),
    "ben": a_helper("ben", capacity=0),
}
#: Whoever took it, and spoke, is heard no more; then they are back.
VANISHING = [
    ("ask", 0, 0), ("take", 0, 0), ("speak", 0, 0), ("vanish", 0, 0), ("wait", 7, 0), ("come_back", 0, 0)
]  # fmt: skip


# A busy machine makes drawing slow; that says nothing about the rules.
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(TWO_DEPARTMENTS, VANISHING, True)
@given(_crew, st.lists(st.tuples(_happening, _number, _number), min_size=10, max_size=60), st.booleans())
def test_dispatch_keeps_its_promises_when_anything_happens_in_any_order(
    crew: dict[str, HelperState], happenings: list[tuple[str, int, int]], beyond: bool
) -> None:
    service = Service(dict(crew), replace(POLICY, claims_beyond_capacity=beyond))
    for what, *numbers in happenings:
        play(service, what, numbers[: HAPPENINGS[what]])
        plans = service.dispatch()
        check_hands(service)
        check_capacity(service)
        check_asked(service)
        check_nothing_overdue(service)
        check_nobody_forgotten(service)
        check_order(service, plans)
        assert service.decide() == []  # a decision is final until something happens


def play(service: Service, what: str, numbers: list[int]) -> None:
    """Let it happen: whatever a console offers can be done."""
    try:
        getattr(service, what)(*numbers)
    except HelpdeskError as error:
        raise AssertionError(f"{what} was refused") from error


def check_hands(service: Service) -> None:
    """Whoever was given a request is the one it names, nobody else has it, and the helper's count says so."""
    for request in service.requests.values():
        named = [request.claimed_by] if request.status == "claimed" else []
        assert service.hands[request.id] == named
    claimed = Counter(r.claimed_by for r in service.requests.values() if r.status == "claimed")
    assert claimed == Counter({each.id: each.held for each in service.crew() if each.held})


def check_capacity(service: Service) -> None:
    """Nobody holds more than they may, by an offer, by hand or by a transfer, nor does a department.

    Where the threshold lets helpers take more, nothing rings at a desk that has no room.
    """
    reserved = Counter(offer.staff_id for _, offer in service.ringing() if offer.reserved)
    others = Counter(offer.staff_id for _, offer in service.ringing() if not offer.reserved)
    for helper in service.crew():
        load = service.load(helper.id)
        if not service.policy.claims_beyond_capacity:
            assert load.held <= (load.capacity or 0)
            assert load.department_capacity is None or load.department_held <= load.department_capacity
        room = room_of(service, helper)
        assert reserved[helper.id] <= max(0, room) and others[helper.id] <= max(0, room)
    for name, record in DEPARTMENTS.items():
        ours = sum(reserved[each.id] for each in service.helpers.values() if each.department == name)
        if record.capacity is not None and ours:
            assert service.department_held(name) + ours <= record.capacity


def check_asked(service: Service) -> None:
    """It rings where somebody said that they are ready, is heard, and has not said no in this wait."""
    for request, offer in service.ringing():
        helper = service.helpers[offer.staff_id]
        assert helper.presence == "ready" and helper.seen_at is not None
        assert service.now - helper.seen_at < timedelta(seconds=service.policy.presence_fresh_seconds)
        assert offer.staff_id not in service.left_out[request.id]


def check_nothing_overdue(service: Service) -> None:
    """Everything open is in somebody's hands, rings, or waits; its next step is known and yet to come."""
    queue = {each.request.id for each in service.waiting()}
    for request in service.requests.values():
        if request.status == "closed":
            continue
        offers = service.offers[request.id].values()
        assert (request.status == "claimed") == bool(service.hands[request.id])
        assert (request.status == "offered") == bool(offers)
        assert (request.id in queue) == (request.status in ("waiting", "offered"))
        due = ladder.next_due(request, [o.expires_at for o in offers if o.expires_at], service.policy)
        assert due is not None or rules.is_answered(request) or request.level == ladder.LATE
        assert due is None or due > service.now
        if request.status == "claimed":
            assert rules.is_answered(request) or service.now < silent_until(request)
            seen_at = service.helpers[str(request.claimed_by)].seen_at
            assert seen_at is not None
            assert service.now - seen_at < timedelta(seconds=service.policy.absent_seconds)


def silent_until(request: HelpRequest) -> datetime:
    """Until when whoever claimed it may be silent: the fiftieth second, and 15 seconds after the claim."""
    assert request.claimed_at is not None
    return max(request.clock_from + timedelta(seconds=50), request.claimed_at + timedelta(seconds=15))


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
    present = [h for h in service.crew() if is_present(h, service.policy, service.now)]
    serving = {
        h.id: distance for h in present if (distance := far(waiting.request.department, h)) is not None
    }
    kept = Counter(offer.staff_id for _, offer in service.ringing() if offer.reserved)
    room: dict[str, int] = {}
    for helper in present:
        own = room_of(service, helper) - kept[helper.id]
        room[helper.id] = min(own, department_room(service, helper.department)) + beyond
    free = {each: distance for each, distance in serving.items() if room[each] > 0}
    late = waiting.request.level >= ladder.FALLBACK
    reached = {*serving, waiting.lost_by} & room.keys()
    anybody = any(room[each] - beyond > 0 for each in reached - waiting.left_out)
    if not late:
        nearest = min((d for each, d in serving.items() if room[each] - beyond > 0), default=0)
        free = {each: distance for each, distance in free.items() if distance <= nearest}
    if not anybody and (late or not serving):
        free |= {each: OUTSIDE for each, places in room.items() if each not in serving and places > 0}
    if room.get(waiting.lost_by or "", 0) > 0:
        free[str(waiting.lost_by)] = -1  # whose connection had ended is asked wherever they belong
    return set(free) - set(waiting.left_out)


#: Who stands in for whom in ``DEPARTMENTS``; whatever else is asked for may be served by all.
CHAINS = {
    "税务局": ("税务局", "政务服务中心"),
    "人社局": ("人社局", "税务局", "政务服务中心"),
    "政务服务中心": ("政务服务中心",),
    "甲": ("甲", "乙"),
    "乙": ("乙", "甲"),
    "撤销局": ("政务服务中心",),
}


def far(department: str | None, helper: HelperState) -> int | None:
    """The place of a helper in the chain of ``department``; None when they do not serve it."""
    links = CHAINS.get(department or "")
    if links is None:
        return 0 if department is None or helper.department is None else 1
    if helper.department is None:
        return 0
    return links.index(helper.department) if helper.department in links else None


def room_of(service: Service, helper: HelperState) -> int:
    """How many more they may hold: as many as their capacity, two in the minute after they became ready."""
    new = helper.ready_since is not None and service.now - helper.ready_since < timedelta(seconds=60)
    return min(helper.capacity or 0, 2 if new else 99) - helper.held


def department_room(service: Service, department: str | None) -> int:
    """How many more places the people of ``department`` may be given, those kept for offers not counted."""
    record = DEPARTMENTS.get(department or "")
    if record is None or record.capacity is None:
        return 1_000
    ours = {each.id for each in service.helpers.values() if each.department == department}
    kept = sum(offer.reserved and offer.staff_id in ours for _, offer in service.ringing())
    return record.capacity - service.department_held(department) - kept
