"""Thresholds. Those of THRESHOLDS an administrator may change while the service runs.

Source of the figures: section 8 ("The one-minute promise") of the product's design; all are settings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.helpdesk.errors import Invalid

Value = int | float | bool


@dataclass(frozen=True)
class Policy:
    """Thresholds of the helpdesk. ``lease_seconds`` must exceed the longest call to the assistant."""

    first_response_seconds: float = 60
    text_limit: int = 2000
    comment_limit: int = 1000
    note_limit: int = 1000
    delivery_attempts: int = 2
    delivery_backoff_seconds: float = 1.0
    lease_seconds: float = 30.0
    presence_fresh_seconds: int = 60
    absent_seconds: float = 75
    wait_sample: int = 200
    wait_minimum: int = 5
    wait_window_seconds: int = 86_400
    # The ladder, in seconds since the clock of a request started.
    widen_seconds: float = 15
    warn_seconds: float = 30
    fallback_seconds: float = 45
    reclaim_seconds: float = 50
    claim_grace_seconds: float = 15
    offer_seconds: float = 15
    widen_offers: int = 3
    # People.
    helper_capacity: int = 5
    warmup_seconds: float = 60
    warmup_limit: int = 2
    claims_beyond_capacity: bool = True
    outsiders_help: bool = True
    transfer_seconds: float = 60
    invite_seconds: float = 120
    # Tickets, in working days and hours.
    ticket_contact_days: int = 1
    ticket_simple_days: int = 5
    ticket_complex_days: int = 15
    ticket_reminder_hours: float = 4


@dataclass(frozen=True)
class Threshold:
    """What a threshold may be; ``unit`` is ``seconds``, ``hours``, ``days``, ``count`` or ``yes_no``."""

    name: str
    minimum: float
    maximum: float
    unit: str

    @property
    def default(self) -> Value:
        """What holds when nobody changed it."""
        value: Value = getattr(Policy(), self.name)
        return value


THRESHOLDS: dict[str, Threshold] = {
    each.name: each
    for each in (
        Threshold("first_response_seconds", 1, 3600, "seconds"),
        Threshold("widen_seconds", 0.2, 3600, "seconds"),
        Threshold("warn_seconds", 0.2, 3600, "seconds"),
        Threshold("fallback_seconds", 0.2, 3600, "seconds"),
        Threshold("reclaim_seconds", 0.2, 3600, "seconds"),
        Threshold("claim_grace_seconds", 0, 3600, "seconds"),
        Threshold("offer_seconds", 0.2, 3600, "seconds"),
        Threshold("widen_offers", 1, 100, "count"),
        Threshold("helper_capacity", 0, 100, "count"),
        Threshold("warmup_seconds", 0, 3600, "seconds"),
        Threshold("warmup_limit", 0, 100, "count"),
        Threshold("claims_beyond_capacity", 0, 1, "yes_no"),
        Threshold("outsiders_help", 0, 1, "yes_no"),
        Threshold("presence_fresh_seconds", 25, 600, "seconds"),
        # Not less: a console is heard every 20 seconds, and one beat may get lost.
        Threshold("absent_seconds", 45, 3600, "seconds"),
        Threshold("transfer_seconds", 5, 3600, "seconds"),
        Threshold("invite_seconds", 5, 3600, "seconds"),
        Threshold("wait_minimum", 2, 1000, "count"),
        Threshold("wait_window_seconds", 600, 2_592_000, "seconds"),
        Threshold("ticket_contact_days", 1, 60, "days"),
        Threshold("ticket_simple_days", 1, 60, "days"),
        Threshold("ticket_complex_days", 1, 120, "days"),
        Threshold("ticket_reminder_hours", 0, 80, "hours"),
    )
}
#: These must rise in this order, or a step of the ladder would come before the one it follows.
LADDER = ("widen_seconds", "warn_seconds", "fallback_seconds", "first_response_seconds")


def check_threshold(name: str, value: object) -> Value:
    """``value`` if the threshold ``name`` may be that. Raises ``Invalid``."""
    about = THRESHOLDS.get(name)
    if about is None:
        raise Invalid("unknown threshold")
    if about.unit == "yes_no":
        if not isinstance(value, bool):
            raise Invalid(f"{name} is true or false")
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid(f"{name} is a number")
    if not about.minimum <= value <= about.maximum:
        raise Invalid(f"{name} is from {about.minimum:g} to {about.maximum:g}")
    if about.unit in ("count", "days") and value != int(value):
        raise Invalid(f"{name} is a whole number")
    return int(value) if value == int(value) else value


def with_changes(policy: Policy, changes: Mapping[str, object]) -> Policy:
    """``policy`` with ``changes``. Raises ``Invalid`` for one that may not be, or a ladder out of order."""
    values: dict[str, Any] = {name: check_threshold(name, value) for name, value in changes.items()}
    changed = replace(policy, **values)
    steps = [getattr(changed, name) for name in LADDER]
    if sorted(set(steps)) != steps:
        raise Invalid(f"these must rise: {', '.join(LADDER)}")
    return changed
