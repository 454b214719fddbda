"""The honest wait: what can be said from what was seen, and nothing otherwise."""

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.helpdesk.rules.policy import Policy
from bot.helpdesk.staffing import expected_wait

_Z90 = 1.2816  # of the standard normal distribution


@dataclass(frozen=True)
class Wait:
    """An expected wait with its 10th and 90th percentile, in whole seconds."""

    seconds: int
    low_seconds: int
    high_seconds: int


@dataclass(frozen=True)
class Seen:
    """A request of the window: whose it was, when it was asked, and its times in seconds if it has them."""

    department: str | None
    pickup_seconds: float | None
    handling_seconds: float | None
    requested_at: datetime


@dataclass(frozen=True)
class History:
    """What was seen in the window, in seconds.

    ``pickups``: to the first response, from when there was a free place; ``handlings``: in the hands of
    helpers, until closed.
    """

    pickups: Sequence[float] = ()
    handlings: Sequence[float] = ()


def histories(seen: Iterable[Seen]) -> dict[str | None, History]:
    """The history of each department, and under None that of the whole service."""
    parts: defaultdict[str | None, list[Seen]] = defaultdict(list)
    for each in seen:
        parts[None].append(each)
        if each.department is not None:
            parts[each.department].append(each)
    return {department: _history(those) for department, those in parts.items()}


def _history(seen: Sequence[Seen]) -> History:
    return History(
        [each.pickup_seconds for each in seen if each.pickup_seconds is not None],
        [each.handling_seconds for each in seen if each.handling_seconds is not None],
    )


def arrival_rate(seen: Sequence[Seen], now: datetime) -> float:
    """Requests a second; ``seen`` holds all since the oldest of them."""
    if not seen:
        return 0.0
    return len(seen) / max(1.0, (now - min(each.requested_at for each in seen)).total_seconds())


def history_of(department: str | None, found: Mapping[str | None, History], policy: Policy) -> History:
    """What is known of ``department``; of what it has fewer than ``wait_minimum`` of, the whole service's."""
    whole = found.get(None, History())
    own = found.get(department, whole)
    enough = policy.wait_minimum
    return History(
        own.pickups if len(own.pickups) >= enough else whole.pickups,
        own.handlings if len(own.handlings) >= enough else whole.handlings,
    )


@dataclass(frozen=True)
class Places:
    """``total`` conversations that the people on duty can hold at once, ``free`` of them are."""

    total: int
    free: int


def estimate(position: int, places: Places, history: History, policy: Policy) -> Wait | None:
    """How long who stands at ``position`` (1 is next) will wait.

    None with too thin a history or nobody on duty: no number is better than an invented one. With a free
    place it is what picking up takes. Without, as many conversations must end first as stand before it;
    they end at (places ÷ mean handling time), so the time until the k-th end is gamma distributed.
    """
    if places.total <= 0 or len(history.pickups) < policy.wait_minimum:
        return None
    pickup = _spread(history.pickups)
    ends = position - max(0, places.free)
    if ends <= 0:
        return pickup
    if len(history.handlings) < policy.wait_minimum:
        return None
    gap = statistics.fmean(history.handlings) / places.total
    return Wait(
        round(ends * gap) + pickup.seconds,
        round(_gamma_quantile(ends, gap, -_Z90)) + pickup.low_seconds,
        round(_gamma_quantile(ends, gap, _Z90)) + pickup.high_seconds,
    )


def estimate_next(
    waiting: int, places: Places, history: History, arrivals_per_second: float, policy: Policy
) -> Wait | None:
    """How long somebody who asks now would wait: behind ``waiting`` others, and in the long run.

    The queue as it stands says what is near; Erlang C of the rate of arrival bounds it from below, because a
    service that is busy on average will be busy again.
    """
    now = estimate(waiting + 1, places, history, policy)
    if now is None or len(history.handlings) < policy.wait_minimum:
        return now
    handling = statistics.fmean(history.handlings)
    average = expected_wait(arrivals_per_second, handling, places.total)
    if not math.isfinite(average):
        return now
    return Wait(max(now.seconds, round(average)), now.low_seconds, max(now.high_seconds, round(average)))


def _spread(seconds: Sequence[float]) -> Wait:
    ordered = sorted(seconds)
    return Wait(
        round(statistics.median(ordered)),
        round(ordered[int(0.1 * (len(ordered) - 1))]),
        round(ordered[math.ceil(0.9 * (len(ordered) - 1))]),
    )


def _gamma_quantile(shape: int, scale: float, z: float) -> float:
    """A quantile of the gamma distribution by Wilson and Hilferty's cube; within 2% for what is used here."""
    cube = 1 - 1 / (9 * shape) + z / (3 * math.sqrt(shape))
    return shape * scale * max(0.0, cube) ** 3
