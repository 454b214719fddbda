"""The ladder: what is due at which second of a wait, and why a promise was broken."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from bot.helpdesk.models import HelpRequest
from bot.helpdesk.rules.policy import LADDER, Policy
from bot.helpdesk.rules.requests import CLAIMABLE_STATUSES, is_answered

Cause = Literal["nobody_on_duty", "all_full", "offered_and_ignored", "claimed_and_silent"]
CAUSES: tuple[Cause, ...] = get_args(Cause)
WIDENED, WARNED, FALLBACK, LATE = 1, 2, 3, 4
#: What the history calls the step to each level.
STEP_NAMES = {WIDENED: "widened", WARNED: "warned", FALLBACK: "fallback_joined", LATE: "late"}


def step_at(request: HelpRequest, level: int, policy: Policy) -> datetime:
    """When ``request`` reaches ``level`` (1 to 4) unless somebody answers before."""
    seconds = getattr(policy, LADDER[level - 1])
    return request.clock_from + timedelta(seconds=seconds)


def steps_due(request: HelpRequest, policy: Policy, now: datetime) -> list[tuple[int, datetime]]:
    """The levels that ``request`` has not taken yet and should have by ``now``, each with its due time."""
    if request.status == "closed" or is_answered(request):
        return []
    ahead = range(request.level + 1, LATE + 1)
    return [(level, due) for level in ahead if (due := step_at(request, level, policy)) <= now]


def reclaim_at(request: HelpRequest, policy: Policy) -> datetime | None:
    """When a claim is taken back because nothing was said; None when that is not to be feared."""
    if request.status != "claimed" or request.claimed_at is None or is_answered(request):
        return None
    by_ladder = request.clock_from + timedelta(seconds=policy.reclaim_seconds)
    # Whoever takes a request late still gets a moment to read it.
    return max(by_ladder, request.claimed_at + timedelta(seconds=policy.claim_grace_seconds))


def timing(due_at: datetime, now: datetime) -> dict[str, Any]:
    """What the history says of a step taken at ``now``: when it was due, how many seconds late it came."""
    return {"due_at": due_at.isoformat(), "late_seconds": round((now - due_at).total_seconds(), 3)}


def next_due(request: HelpRequest, offers_end: Iterable[datetime], policy: Policy) -> datetime | None:
    """When something has to be done about ``request`` next; ``offers_end``: when its open offers expire."""
    if request.status == "closed" or is_answered(request):
        return None
    times = [step_at(request, level, policy) for level in range(request.level + 1, LATE + 1)][:1]
    if request.status in CLAIMABLE_STATUSES:
        times += offers_end
    if reclaim := reclaim_at(request, policy):
        times.append(reclaim)
    return min(times, default=None)


def cause(*, claimed: bool, offered: bool, anyone_ready: bool) -> Cause:
    """Why nobody answered in time: the first that holds, from the nearest to an answer to the farthest."""
    if claimed:
        return "claimed_and_silent"
    if offered:
        return "offered_and_ignored"
    return "all_full" if anyone_ready else "nobody_on_duty"
