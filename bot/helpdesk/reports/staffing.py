"""How many helpers each half hour needs, and a replay of the log that checks such advice. Pure.

The advice is Erlang C over the mean number of requests of a half hour and the mean time in the hands
of helpers.
A helper holds several conversations at once: ``capacity`` places each.
"""

import heapq
import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.helpdesk.staffing import helpers_needed, share_within
from bot.helpdesk.worktime.schedule import LOCAL

SLOT_SECONDS = 1800
SLOTS = 48


@dataclass(frozen=True)
class Arrival:
    """A request as it came: when, and how long it was in the hands of helpers, if it was."""

    at: datetime
    handling_seconds: float | None
    helper_id: str | None = None
    response_seconds: float | None = None


@dataclass(frozen=True)
class Goal:
    """``share`` of the requests is to find a place within ``seconds``; a helper has ``capacity`` places."""

    share: float
    seconds: float
    capacity: int


@dataclass(frozen=True)
class Advice:
    """One half hour; ``slot`` counts from local midnight.

    ``arrivals`` is the mean number of requests. ``helpers`` and ``forecast_share`` are None when nothing is
    known of how long handling takes.
    """

    slot: int
    arrivals: float
    helpers: int | None
    forecast_share: float | None


@dataclass(frozen=True)
class Replayed:
    """One half hour of the replay: the advice, and the share that really found a place in time."""

    advice: Advice
    replayed_share: float | None


def slot_of(moment: datetime) -> int:
    """The half hour of its local day."""
    local = moment.astimezone(LOCAL)
    return local.hour * 2 + local.minute // 30


def mean_handling(arrivals: Iterable[Arrival]) -> float | None:
    """Mean handling time in seconds; None when nothing was handled."""
    known = [each.handling_seconds for each in arrivals if each.handling_seconds is not None]
    return statistics.fmean(known) if known else None


def advise(arrivals: Sequence[Arrival], days: int, handling: float | None, goal: Goal) -> list[Advice]:
    """Advice for each half hour of a day like the ``days`` that ``arrivals`` were seen on."""
    counts = Counter(slot_of(each.at) for each in arrivals)
    return [_advice(slot, counts[slot] / days if days else 0.0, handling, goal) for slot in range(SLOTS)]


def _advice(slot: int, mean: float, handling: float | None, goal: Goal) -> Advice:
    if mean == 0:
        return Advice(slot, 0.0, 0, None)
    if handling is None:
        return Advice(slot, round(mean, 3), None, None)
    rate = mean / SLOT_SECONDS
    places = helpers_needed(rate, handling, share=goal.share, seconds=goal.seconds)
    helpers = math.ceil(places / goal.capacity)
    forecast = share_within(rate, handling, helpers * goal.capacity, goal.seconds)
    return Advice(slot, round(mean, 3), helpers, round(forecast, 4))


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


def replay(arrivals: Sequence[Arrival], days: int, goal: Goal) -> tuple[list[Replayed], float | None]:
    """The advice drawn from ``arrivals``, checked by sending the same requests through it.

    Also the mean difference between forecast and replay over the requests; None without any.
    """
    handling = mean_handling(arrivals)
    advised = advise(arrivals, days, handling, goal)
    if handling is None:
        return [Replayed(advice, None) for advice in advised if advice.arrivals], None
    helpers = [advice.helpers or 0 for advice in advised]
    ordered = sorted(arrivals, key=lambda arrival: arrival.at)
    waited = waits(ordered, handling, lambda moment: helpers[slot_of(moment)] * goal.capacity)
    in_time: dict[int, list[bool]] = {}
    for each, seconds in zip(ordered, waited, strict=True):
        in_time.setdefault(slot_of(each.at), []).append(seconds <= goal.seconds)
    shown = [
        Replayed(advice, round(statistics.fmean(in_time[advice.slot]), 4))
        for advice in advised
        if advice.slot in in_time
    ]
    errors = [
        abs((each.advice.forecast_share or 0.0) - (each.replayed_share or 0.0))
        for each in shown
        for _ in in_time[each.advice.slot]
    ]
    return shown, round(statistics.fmean(errors), 4) if errors else None


def actual(arrivals: Iterable[Arrival], seconds: float) -> list[tuple[float | None, int | None]]:
    """What really happened in each half hour: the share answered in time, and how many helpers took part."""
    slots: list[list[Arrival]] = [[] for _ in range(SLOTS)]
    for each in arrivals:
        slots[slot_of(each.at)].append(each)
    return [_actual(each, seconds) for each in slots]


def _actual(those: Sequence[Arrival], seconds: float) -> tuple[float | None, int | None]:
    if not those:
        return None, None
    in_time = [each.response_seconds is not None and each.response_seconds <= seconds for each in those]
    people = {each.helper_id for each in those if each.helper_id}
    return round(statistics.fmean(in_time), 4), len(people)
