"""The honest wait: what can be said from what was seen, and nothing otherwise."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

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
class History:
    """What was seen in the window, in seconds.

    ``pickups``: from a request to its first response, of those that did not have to queue for a free place;
    ``handlings``: in the hands of helpers, until closed; ``arrivals_per_second``: requests, over the time
    they were seen in.
    """

    pickups: Sequence[float] = ()
    handlings: Sequence[float] = ()
    arrivals_per_second: float = 0.0


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


def estimate_next(waiting: int, places: Places, history: History, policy: Policy) -> Wait | None:
    """How long somebody who asks now would wait: behind ``waiting`` others, and in the long run.

    The queue as it stands says what is near; Erlang C of the arrival rate bounds it from below, because a
    service that is busy on average will be busy again.
    """
    now = estimate(waiting + 1, places, history, policy)
    if now is None or len(history.handlings) < policy.wait_minimum:
        return now
    handling = statistics.fmean(history.handlings)
    average = expected_wait(history.arrivals_per_second, handling, places.total)
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
