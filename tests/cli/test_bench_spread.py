"""The percentiles that the benchmarks print."""

import random

import pytest

from bench.spread import spread_ms


@pytest.mark.parametrize(
    ("count", "median", "p95", "p99"),
    [
        (1, 1.0, 1.0, 1.0),
        (10, 5.5, 10.0, 10.0),
        (20, 10.5, 19.0, 20.0),
        (30, 15.5, 29.0, 30.0),
        (100, 50.5, 95.0, 99.0),
        (101, 51.0, 96.0, 100.0),
        (3000, 1500.5, 2850.0, 2970.0),
    ],
)
def test_spread_gives_the_nearest_rank_of_each_percentile(count: int, median: float, p95: float, p99: float):
    milliseconds = list(range(1, count + 1))
    random.Random(1).shuffle(milliseconds)
    assert spread_ms([each / 1000 for each in milliseconds], (95, 99)) == {
        "median_ms": median,
        "p95_ms": p95,
        "p99_ms": p99,
        "max_ms": float(count),
    }


def test_spread_shows_the_one_that_was_slow():
    figures = spread_ms([0.005] * 99 + [0.9], (99,))
    assert (figures["p99_ms"], figures["max_ms"]) == (5.0, 900.0)
