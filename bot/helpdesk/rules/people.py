"""Whether somebody can be asked now."""

from datetime import datetime, timedelta

from bot.helpdesk.rules.dispatch import HelperState
from bot.helpdesk.rules.policy import Policy


def is_connected(state: HelperState, policy: Policy, now: datetime) -> bool:
    """Whether their console was heard lately."""
    fresh = timedelta(seconds=policy.presence_fresh_seconds)
    return state.seen_at is not None and now - state.seen_at < fresh


def is_available(state: HelperState, policy: Policy, now: datetime, *, busy_too: bool) -> bool:
    """Whether a colleague may ask them: ready, or with ``busy_too`` at least there. Any role."""
    there = ("ready", "busy") if busy_too else ("ready",)
    return state.active and state.presence in there and is_connected(state, policy, now)
