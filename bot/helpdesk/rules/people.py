"""Whether somebody can be asked now, and whether they may take one more by hand."""

from dataclasses import dataclass
from datetime import datetime

from bot.helpdesk.errors import AtCapacity
from bot.helpdesk.rules.absence import is_fresh
from bot.helpdesk.rules.dispatch import HelperState
from bot.helpdesk.rules.policy import Policy


def is_available(state: HelperState, policy: Policy, now: datetime, *, busy_too: bool) -> bool:
    """Whether a colleague may ask them: ready, or with ``busy_too`` at least there. Any role."""
    there = ("ready", "busy") if busy_too else ("ready",)
    return state.presence in there and is_fresh(state.seen_at, policy, now)


@dataclass(frozen=True)
class Load:
    """What a member of staff holds, and what all of their department hold, each with its bound.

    ``capacity`` None: the threshold ``helper_capacity``; ``department_capacity`` None: no bound.
    """

    held: int
    capacity: int | None = None
    department_held: int = 0
    department_capacity: int | None = None


def check_may_take(load: Load, policy: Policy) -> None:
    """Raise ``AtCapacity`` when the threshold keeps helpers from taking more than they are given.

    The warm-up does not count here: it spares who has just sat down; who reaches for more is ready for it.
    """
    if policy.claims_beyond_capacity:
        return
    if load.held >= (policy.helper_capacity if load.capacity is None else load.capacity):
        raise AtCapacity("you hold as many conversations as you may")
    if load.department_capacity is not None and load.department_held >= load.department_capacity:
        raise AtCapacity("your department holds as many conversations as it may")
