"""A small service in memory: the rules with a fake clock in the middle and nothing else around them.

Whose hands a conversation is in is counted beside the requests, as the conversations' owners are in the
database: what the requests say of themselves can be compared with it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot.helpdesk import rules
from bot.helpdesk.errors import AlreadyClaimed, AtCapacity
from bot.helpdesk.models import HelpRequest, Presence
from bot.helpdesk.rules import ladder
from bot.helpdesk.rules.absence import Hearing, Held, absent_at
from bot.helpdesk.rules.dispatch import HelperState, OpenOffer, Plan, Waiting, decide
from bot.helpdesk.rules.people import Load, check_may_take
from tests.helpdesk.makers import DEPARTMENTS, NOW, POLICY, a_request

#: For which departments visitors ask; one does not exist.
ASKED = ("税务局", "人社局", "政务服务中心", "甲", "甲", None, "没有的局", "撤销局")
WAITS = (1, 4, 8, 15, 16, 30, 50, 80)
Item = TypeVar("Item")


def _pick(among: Sequence[Item], number: int) -> Item | None:
    return among[number % len(among)] if among else None


@dataclass
class Service:
    """Everything happens by its methods; ``dispatch`` is what the dispatcher does after each."""

    helpers: dict[str, HelperState]
    policy: rules.Policy = POLICY
    now: datetime = NOW
    requests: dict[str, HelpRequest] = field(default_factory=dict)
    offers: dict[str, dict[int, OpenOffer]] = field(default_factory=dict)
    left_out: dict[str, set[str]] = field(default_factory=dict)
    lost_by: dict[str, str] = field(default_factory=dict)
    #: The request of each conversation and everybody who was given it and has not let go.
    hands: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    unheard: list[str] = field(default_factory=list)
    numbers: int = 0

    # --- as the dispatcher sees it ----------------------------------------------------------------------

    def waiting(self) -> list[Waiting]:
        return [
            Waiting(
                request,
                tuple(self.offers[name].values()),
                frozenset(self.left_out[name]),
                lost_by=self.lost_by.get(name),
            )
            for name, request in self.requests.items()
            if request.status in rules.CLAIMABLE_STATUSES
        ]

    def crew(self) -> list[HelperState]:
        return [replace(each, held=self.held(each.id)) for each in self.helpers.values()]

    def held(self, staff_id: str) -> int:
        return sum(each.count(staff_id) for each in self.hands.values())

    def ringing(self) -> Iterator[tuple[HelpRequest, OpenOffer]]:
        for request_id, offers in self.offers.items():
            yield from ((self.requests[request_id], offer) for offer in offers.values())

    def decide(self) -> list[Plan]:
        return decide(self.waiting(), self.crew(), DEPARTMENTS, self.policy, self.now)

    def dispatch(self) -> list[Plan]:
        for name in list(self.requests):
            self._climb(name)
            self._take_back(name)
        plans = self.decide()
        for plan in plans:
            self._carry_out(plan)
        for name, request in self.requests.items():
            if request.status in rules.CLAIMABLE_STATUSES:
                status = "offered" if self.offers[name] else "waiting"
                self.requests[name] = replace(request, status=status)  # type: ignore[arg-type]
        return plans

    def _climb(self, name: str) -> None:
        for level, _ in ladder.steps_due(self.requests[name], self.policy, self.now):
            self.requests[name] = replace(self.requests[name], level=level)
            if level >= ladder.WARNED:
                kept = self.offers[name].items()
                self.offers[name] = {i: replace(o, expires_at=None) for i, o in kept}

    def _take_back(self, name: str) -> None:
        request = self.requests[name]
        silent = ladder.reclaim_at(request, self.policy)
        seen_at = self.helpers[request.claimed_by].seen_at if request.claimed_by else None
        gone = absent_at(Held(request, seen_at), Hearing(NOW, self.now), self.policy)
        if silent and silent <= self.now:
            self.give_back(request)
        elif gone and gone <= self.now:
            self.lose(request)

    def _carry_out(self, plan: Plan) -> None:
        for number, ending in plan.end:
            offer = self.offers[plan.request_id].pop(number)
            if ending == "ignored":
                self.left_out[plan.request_id].add(offer.staff_id)
        for made in plan.offer:
            self.numbers += 1
            self.offers[plan.request_id][self.numbers] = OpenOffer(
                self.numbers, made.staff_id, made.reserved, self.now, made.expires_at
            )

    # --- what visitors and helpers do: ``number`` picks one of those to whom it can happen -------------

    def ask(self, number: int) -> None:
        name = f"r{len(self.requests):03}"
        self.requests[name] = a_request(
            name,
            department=_pick(ASKED, number),
            requested_at=self.now,
            deadline_at=self.now + timedelta(seconds=60),
        )
        self.offers[name], self.left_out[name] = {}, set()

    def wait(self, number: int) -> None:
        """Time passes; whose console can be heard is heard all the while."""
        self.now += timedelta(seconds=_pick(WAITS, number) or 0)
        self._listen()

    def accept(self, number: int) -> None:
        """Claim what rings at somebody's desk."""
        if found := _pick(self._answerable(), number):
            request, offer = found
            self.claim(offer.staff_id, request.id)

    def decline(self, number: int) -> None:
        """Say no to what rings at somebody's desk."""
        if found := _pick(self._answerable(), number):
            request, offer = found
            del self.offers[request.id][offer.id]
            self.left_out[request.id].add(offer.staff_id)

    def take(self, number: int) -> None:
        """Claim the first that waits, by hand, whether or not it rings at this desk."""
        waiting = sorted(self.waiting(), key=lambda each: (each.request.deadline_at, each.request.id))
        helper = _pick(self._heard(), number)
        if waiting and helper:
            with suppress(AtCapacity):
                self.claim(helper, waiting[0].request.id)

    def grab(self, number: int, other: int) -> None:
        """Claim what somebody holds already, as who looks at an old queue does."""
        held = _pick([each for each in self.requests.values() if each.status == "claimed"], number)
        helper = _pick(self._heard(), other)
        if held and helper:
            with suppress(AtCapacity, AlreadyClaimed):
                self.claim(helper, held.id)

    def transfer(self, number: int, other: int) -> None:
        """Give one to a colleague who says yes: nobody takes more than they may, by a transfer either."""
        if not (held := self._in_hand(number)):
            return
        to = _pick([each for each in self._heard() if each != held.claimed_by], other)
        if to is None:
            return
        with suppress(AtCapacity):
            check_may_take(self.load(to), self.policy)
            self.requests[held.id] = rules.advance(held, rules.Move(to, to), self.now)
            self._let_go(held)
            self._hand(held.id, to)

    def redirect(self, number: int, other: int) -> None:
        """Send one, held or waiting, to another department's queue."""
        request = _pick([each for each in self.requests.values() if each.status != "closed"], number)
        if request:
            department = rules.Redirect(_pick(tuple(DEPARTMENTS), other) or "")
            self.requests[request.id] = rules.advance(request, department, self.now)
            self._let_go(request)
            self.offers[request.id] = {}
            self.lost_by.pop(request.id, None)

    def speak(self, number: int) -> None:
        if held := self._in_hand(number):
            self.requests[held.id] = rules.advance(held, rules.Respond(str(held.claimed_by)), self.now)

    def end(self, number: int) -> None:
        if held := self._in_hand(number):
            close = rules.Close(str(held.claimed_by), "resolved")
            self.requests[held.id] = rules.advance(held, close, self.now)
            self._let_go(held)

    def release(self, number: int) -> None:
        if held := self._in_hand(number):
            self.give_back(held)

    def away(self, number: int) -> None:
        self._declare(_pick(self._heard(), number), "away")

    def ready(self, number: int) -> None:
        self._declare(_pick(self._heard(), number), "ready")

    def vanish(self, number: int) -> None:
        """A console is heard no more; what was declared stays."""
        if name := _pick(self._heard(), number):
            self.unheard.append(name)

    def come_back(self, number: int) -> None:
        if name := _pick(self.unheard, number):
            self.unheard.remove(name)
            self._listen()

    # --- how it is done ---------------------------------------------------------------------------------

    def _heard(self) -> list[str]:
        return [each for each in self.helpers if each not in self.unheard]

    def _answerable(self) -> list[tuple[HelpRequest, OpenOffer]]:
        return [each for each in self.ringing() if each[1].staff_id not in self.unheard]

    def _in_hand(self, number: int) -> HelpRequest | None:
        held = [each for each in self.requests.values() if each.status == "claimed"]
        return _pick([each for each in held if each.claimed_by not in self.unheard], number)

    def _listen(self) -> None:
        for name in self._heard():
            self.helpers[name] = replace(self.helpers[name], seen_at=self.now)

    def _declare(self, name: str | None, presence: Presence) -> None:
        if name:
            self.helpers[name] = replace(self.helpers[name], presence=presence, ready_since=self.now)

    def claim(self, staff_id: str, request_id: str) -> None:
        check_may_take(self.load(staff_id), self.policy)
        claim = rules.Claim(staff_id, staff_id)
        self.requests[request_id] = rules.advance(self.requests[request_id], claim, self.now)
        self._hand(request_id, staff_id)

    def give_back(self, held: HelpRequest) -> None:
        """Back to the queue by its helper or for their silence: they are not asked again in this wait."""
        former = str(held.claimed_by)
        self._release(held)
        self.left_out[held.id].add(former)
        self.lost_by.pop(held.id, None)

    def lose(self, held: HelpRequest) -> None:
        """Back to the queue because its helper is gone: they are asked first once they are back."""
        self._release(held)
        self.lost_by[held.id] = str(held.claimed_by)

    # --- whose hands ------------------------------------------------------------------------------------

    def _release(self, held: HelpRequest) -> None:
        self._let_go(held)
        self.requests[held.id] = released = rules.advance(held, rules.Release(), self.now)
        if released.waiting_since == self.now:
            self.left_out[held.id] = set()  # a wait of its own has begun

    def _hand(self, request_id: str, staff_id: str) -> None:
        self.offers[request_id] = {}
        self.hands[request_id].append(staff_id)
        self.helpers[staff_id] = replace(self.helpers[staff_id], engaged_at=self.now, seen_at=self.now)

    def _let_go(self, held: HelpRequest) -> None:
        if held.claimed_by is not None:
            self.hands[held.id].remove(held.claimed_by)

    def load(self, staff_id: str) -> Load:
        me = self.helpers[staff_id]
        record = DEPARTMENTS.get(me.department or "")
        ours = self.department_held(me.department)
        return Load(self.held(staff_id), me.capacity, ours, record.capacity if record else None)

    def department_held(self, department: str | None) -> int:
        return sum(self.held(each.id) for each in self.helpers.values() if each.department == department)
