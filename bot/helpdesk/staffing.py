"""How many helpers keep the promise: Erlang C, the classical model of a queue with several servers.

Source: A. K. Erlang's delay formula, in the recursive form of the Erlang B blocking probability, which does
not overflow. One "helper" here is one place, a conversation that can be held: who holds three at a time
counts three. All functions are pure; times are seconds.
"""

import math


def erlang_c(arrivals_per_second: float, handling_seconds: float, helpers: int) -> float:
    """The probability that an arrival has to wait; 1 when the helpers cannot keep up at all.

    Raises ``ValueError`` for negative figures.
    """
    if arrivals_per_second < 0 or handling_seconds < 0 or helpers < 0:
        raise ValueError("rates, times and helpers are not negative")
    load = arrivals_per_second * handling_seconds
    if load == 0:
        return 0.0
    if load >= helpers:
        return 1.0
    blocked = 1.0
    for n in range(1, helpers + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked / (1 - (load / helpers) * (1 - blocked))


def share_within(arrivals_per_second: float, handling_seconds: float, helpers: int, seconds: float) -> float:
    """The share of arrivals that waits at most ``seconds`` for a free place; 0 when they cannot keep up."""
    load = arrivals_per_second * handling_seconds
    if load == 0:
        return 1.0
    if load >= helpers:
        return 0.0
    waits = erlang_c(arrivals_per_second, handling_seconds, helpers)
    return 1 - waits * math.exp(-(helpers - load) * seconds / handling_seconds)


def expected_wait(arrivals_per_second: float, handling_seconds: float, helpers: int) -> float:
    """The mean wait for a free place; infinite when the helpers cannot keep up."""
    load = arrivals_per_second * handling_seconds
    if load == 0:
        return 0.0
    if load >= helpers:
        return math.inf
    return erlang_c(arrivals_per_second, handling_seconds, helpers) * handling_seconds / (helpers - load)


def helpers_needed(
    arrivals_per_second: float, handling_seconds: float, *, share: float = 0.95, seconds: float = 60
) -> int:
    """The fewest places with which at least ``share`` waits at most ``seconds``; 0 without arrivals.

    Raises ``ValueError`` unless ``share`` lies in [0, 1).
    """
    if not 0 <= share < 1:
        raise ValueError("share lies from 0 up to, but not including, 1")
    load = arrivals_per_second * handling_seconds
    if load == 0:
        return 0
    helpers = math.floor(load) + 1
    while share_within(arrivals_per_second, handling_seconds, helpers, seconds) < share:
        helpers += 1
    return helpers
