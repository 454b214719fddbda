"""How measured times are spread, for every benchmark alike."""

import statistics
from collections.abc import Sequence


def reached_by(ordered: Sequence[float], percent: int) -> float:
    """What ``percent`` of a hundred did not exceed (nearest rank), of ascending values, at least one."""
    # In whole numbers: 0.95 is none exactly.
    return ordered[-(-len(ordered) * percent // 100) - 1]


def spread_ms(seconds: Sequence[float], percents: Sequence[int] = (95,)) -> dict[str, float]:
    """``median_ms``, ``p<percent>_ms`` and ``max_ms`` of times in seconds, of at least one."""
    ordered = sorted(seconds)
    picked = {
        "median_ms": statistics.median(ordered),
        **{f"p{percent}_ms": reached_by(ordered, percent) for percent in percents},
        "max_ms": ordered[-1],
    }
    return {name: round(1000 * value, 1) for name, value in picked.items()}
