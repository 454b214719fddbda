"""How many helpers each half hour of a day needs, drawn from the days before it. Pure.

The advice is Erlang C over the mean number of requests of a half hour and the mean time in the hands
of helpers. Hearing, taking and typing take their part of the promise; the wait for a place may have the rest.
A helper holds several conversations at once: ``capacity`` places each.
"""

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.helpdesk.reports.records import days_between
from bot.helpdesk.staffing import helpers_needed, share_within
from bot.helpdesk.worktime.schedule import LOCAL

SLOT_SECONDS = 1800
SLOTS = 48
LOOK_BACK_DAYS = 56


@dataclass(frozen=True)
class Arrival:
    """A request as it came: when, and how long it was in the hands of helpers, if it was.

    ``pickup_seconds`` is known of who found a place at once and was answered (``records.pickup_seconds``);
    ``counted``: it can be said whether it was answered in time (``records.counted``).
    """

    at: datetime
    handling_seconds: float | None
    helper_id: str | None = None
    response_seconds: float | None = None
    pickup_seconds: float | None = None
    counted: bool = True


@dataclass(frozen=True)
class Goal:
    """``share`` of the requests is to be answered within ``seconds``; a helper has ``capacity`` places.

    With fewer than ``pickups_needed`` known nothing is said of picking up.
    """

    share: float
    seconds: float
    capacity: int
    pickups_needed: int = 5


@dataclass(frozen=True)
class Day:
    """What a day gives to the advice for later ones: requests by half hour, and times in seconds, sorted."""

    counts: Counter[int]
    handlings: tuple[float, ...]
    pickups: tuple[float, ...]

    @classmethod
    def of(cls, arrivals: Iterable[Arrival]) -> "Day":
        """The day that these requests came on."""
        listed = list(arrivals)
        return cls(
            Counter(slot_of(each.at) for each in listed),
            tuple(sorted(each.handling_seconds for each in listed if each.handling_seconds is not None)),
            tuple(sorted(each.pickup_seconds for each in listed if each.pickup_seconds is not None)),
        )


@dataclass(frozen=True)
class Basis:
    """What advice rests on.

    ``days``: how many days like it; ``handling_seconds``: mean, None when nothing was handled;
    ``pickups``: of how many requests picking up is known; ``pickup_seconds``: their median, None of too few;
    ``place_seconds``: what picking up leaves of the promise for the wait for a place, all of it when nothing
    can be said of picking up, None when it leaves nothing: then no number of helpers keeps the promise.
    """

    days: int
    handling_seconds: float | None
    pickups: int
    pickup_seconds: float | None
    place_seconds: float | None


@dataclass(frozen=True)
class Advice:
    """One half hour; ``slot`` counts from local midnight.

    ``arrivals`` is the mean number of requests. ``helpers`` and ``forecast_share`` are None when nothing is
    known of how long handling takes, or no number of helpers keeps the promise.
    """

    slot: int
    arrivals: float
    helpers: int | None
    forecast_share: float | None


@dataclass(frozen=True)
class DayAdvice:
    """Advice for each half hour of a day."""

    basis: Basis
    slots: list[Advice]

    @property
    def given(self) -> bool:
        """Whether it says how many helpers it takes."""
        basis = self.basis
        return basis.days > 0 and basis.handling_seconds is not None and basis.place_seconds is not None


def slot_of(moment: datetime) -> int:
    """The half hour of its local day."""
    local = moment.astimezone(LOCAL)
    return local.hour * 2 + local.minute // 30


def advise(log: Mapping[date, Day], day: date, until: date, goal: Goal) -> DayAdvice:
    """Advice for ``day`` from the eight weeks of ``log`` before ``until``; nothing later is looked at.

    ``until`` is the day itself, or an earlier one whose requests are not all there yet. How many come is told
    by the same weekdays since the log began, of a log shorter than a week by all days; how long things take
    by all days.
    """
    before = {on: it for on, it in log.items() if until - timedelta(days=LOOK_BACK_DAYS) <= on < until}
    alike = _alike(before, day, until)
    counts = sum((before[on].counts for on in alike if on in before), Counter[int]())
    basis = _basis(len(alike), before.values(), goal)
    mean = {slot: count / len(alike) for slot, count in counts.items()}
    return DayAdvice(basis, [_advice(slot, mean.get(slot, 0.0), basis, goal) for slot in range(SLOTS)])


def _alike(before: Iterable[date], day: date, until: date) -> list[date]:
    began = min(before, default=until)
    days = days_between(began, until - timedelta(days=1))
    return [each for each in days if each.weekday() == day.weekday()] or days


def _basis(days: int, before: Iterable[Day], goal: Goal) -> Basis:
    seen = list(before)
    handlings = [seconds for each in seen for seconds in each.handlings]
    pickups = [seconds for each in seen for seconds in each.pickups]
    pickup = round(statistics.median(pickups), 3) if len(pickups) >= max(1, goal.pickups_needed) else None
    left = goal.seconds - (pickup or 0.0)
    return Basis(
        days,
        statistics.fmean(handlings) if handlings else None,
        len(pickups),
        pickup,
        round(left, 3) if left >= 0 else None,
    )


def _advice(slot: int, mean: float, basis: Basis, goal: Goal) -> Advice:
    if mean == 0:
        return Advice(slot, 0.0, 0, None)
    handling, spare = basis.handling_seconds, basis.place_seconds
    if handling is None or spare is None:
        return Advice(slot, round(mean, 3), None, None)
    rate = mean / SLOT_SECONDS
    places = helpers_needed(rate, handling, share=goal.share, seconds=spare)
    helpers = math.ceil(places / goal.capacity)
    forecast = share_within(rate, handling, helpers * goal.capacity, spare)
    return Advice(slot, round(mean, 3), helpers, round(forecast, 4))


def actual(arrivals: Iterable[Arrival], seconds: float) -> list[tuple[float | None, int | None]]:
    """What really happened in each half hour: the share answered in time, and how many helpers took part."""
    slots: list[list[Arrival]] = [[] for _ in range(SLOTS)]
    for each in arrivals:
        slots[slot_of(each.at)].append(each)
    return [_actual(each, seconds) for each in slots]


def _actual(those: Sequence[Arrival], seconds: float) -> tuple[float | None, int | None]:
    if not those:
        return None, None
    in_time = [
        each.response_seconds is not None and each.response_seconds <= seconds
        for each in those
        if each.counted
    ]
    people = {each.helper_id for each in those if each.helper_id}
    return round(statistics.fmean(in_time), 4) if in_time else None, len(people)
