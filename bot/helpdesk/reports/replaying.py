"""Sending the requests of past days through the advice that was to be had on those mornings. Pure."""

import heapq
import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.helpdesk.reports.staffing import (
    SLOT_SECONDS,
    SLOTS,
    Arrival,
    Day,
    DayAdvice,
    Goal,
    advise,
    slot_of,
)
from bot.helpdesk.worktime.schedule import LOCAL


@dataclass(frozen=True)
class Replayed:
    """One half hour over all checked days.

    ``expected``, ``arrivals`` and ``helpers`` are means of those days: requests that the advice counted on,
    requests that came, helpers advised. The shares are over the requests: forecast, and really answered in
    time.
    """

    slot: int
    expected: float
    arrivals: float
    requests: int
    helpers: float
    forecast_share: float
    replayed_share: float


@dataclass(frozen=True)
class Replay:
    """What became of the advice for each day of a period.

    ``days`` had requests; ``checked`` of them had advice, the others too little before them. ``unforeseen``
    requests came in half hours that the advice expected none in. The shares are over all requests of the
    checked days; ``mean_error`` is the difference of the two shares of a half hour, over the requests.
    """

    days: int
    checked: int
    unforeseen: int
    slots: list[Replayed]
    forecast_share: float | None
    replayed_share: float | None
    mean_error: float | None


@dataclass(frozen=True)
class _Outcome:
    """One request: what the advice promised it, and whether it kept that."""

    forecast: float
    in_time: bool
    foreseen: bool


def waits(arrivals: Sequence[Arrival], handling: float, places_at: Callable[[datetime], int]) -> list[float]:
    """How long each request would have waited for a place, in seconds, served in the order they came.

    ``handling`` stands in for a handling time that is not known. A place that is taken away while somebody
    holds it is given up when they are done. Infinite for whoever never finds one.
    """
    busy: list[float] = []  # when each held place becomes free, as a heap
    found: list[float] = []
    earliest = -math.inf
    for each in sorted(arrivals, key=lambda arrival: arrival.at):
        arrived = each.at.timestamp()
        start = _first_place(busy, max(arrived, earliest), places_at)
        found.append(start - arrived)
        if math.isfinite(start):
            # Nobody overtakes: who comes later does not start before.
            earliest = start
            heapq.heappush(busy, start + (each.handling_seconds or handling))
    return found


def _first_place(busy: list[float], moment: float, places_at: Callable[[datetime], int]) -> float:
    """The first time from ``moment`` on at which fewer places are held than there are."""
    # When nobody holds one and a whole day brings none, there never is one.
    last = moment + (SLOTS + 1) * SLOT_SECONDS
    while busy or moment <= last:
        while busy and busy[0] <= moment:
            heapq.heappop(busy)
        if len(busy) < places_at(datetime.fromtimestamp(moment, LOCAL)):
            return moment
        boundary = (moment // SLOT_SECONDS + 1) * SLOT_SECONDS
        moment = min(busy[0], boundary) if busy else boundary
    return math.inf


def replay(log: Mapping[date, Sequence[Arrival]], first: date, last: date, goal: Goal) -> Replay:
    """Each day from ``first`` to ``last`` through the very advice that ``advise`` gives for it.

    ``log`` holds the days before ``first`` too. No day's own requests are in its advice.
    """
    seen = {day: Day.of(arrivals) for day, arrivals in log.items()}
    wanted = {day: arrivals for day, arrivals in log.items() if first <= day <= last and arrivals}
    advised = {day: advise(seen, day, day, goal) for day in wanted}
    given = {day: advice for day, advice in advised.items() if advice.given}
    outcomes: defaultdict[int, list[_Outcome]] = defaultdict(list)
    for day, advice in given.items():
        for slot, outcome in _through(wanted[day], advice, goal):
            outcomes[slot].append(outcome)
    slots = [_gathered(slot, outcomes[slot], list(given.values())) for slot in sorted(outcomes)]
    every = [outcome for those in outcomes.values() for outcome in those]
    return Replay(
        days=len(wanted),
        checked=len(given),
        unforeseen=sum(not each.foreseen for each in every),
        slots=slots,
        forecast_share=_mean(each.forecast for each in every),
        replayed_share=_mean(each.in_time for each in every),
        mean_error=_mean(
            abs(each.forecast_share - each.replayed_share) for each in slots for _ in range(each.requests)
        ),
    )


def _through(arrivals: Sequence[Arrival], advice: DayAdvice, goal: Goal) -> list[tuple[int, _Outcome]]:
    """The requests of one day, each with its half hour.

    Who waited for a place still waits for the bell to be heard and a line to be typed: their own time where
    it is known, otherwise the one that the advice counts with.
    """
    helpers = [slot.helpers or 0 for slot in advice.slots]
    ordered = sorted(arrivals, key=lambda arrival: arrival.at)
    handling = advice.basis.handling_seconds or 0.0
    waited = waits(ordered, handling, lambda moment: helpers[slot_of(moment)] * goal.capacity)
    found = []
    for each, wait in zip(ordered, waited, strict=True):
        known = each.pickup_seconds
        pickup = (advice.basis.pickup_seconds or 0.0) if known is None else known
        expected = advice.slots[slot_of(each.at)]
        # Where nobody is expected nobody is advised, which says that nobody will have to wait.
        forecast = 1.0 if expected.forecast_share is None else expected.forecast_share
        in_time = wait + pickup <= goal.seconds
        found.append((expected.slot, _Outcome(forecast, in_time, expected.arrivals > 0)))
    return found


def _gathered(slot: int, outcomes: Sequence[_Outcome], advised: Sequence[DayAdvice]) -> Replayed:
    slots = [each.slots[slot] for each in advised]
    return Replayed(
        slot=slot,
        expected=round(statistics.fmean(each.arrivals for each in slots), 3),
        arrivals=round(len(outcomes) / len(advised), 3),
        requests=len(outcomes),
        helpers=round(statistics.fmean(each.helpers or 0 for each in slots), 3),
        forecast_share=round(statistics.fmean(each.forecast for each in outcomes), 4),
        replayed_share=round(statistics.fmean(each.in_time for each in outcomes), 4),
    )


def _mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return round(statistics.fmean(listed), 4) if listed else None
