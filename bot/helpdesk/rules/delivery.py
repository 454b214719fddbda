"""Messages on their way to the assistant: try again or give up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.helpdesk.rules.policy import Policy


@dataclass(frozen=True)
class Retry:
    """Deliver again, not before ``due_at``."""

    due_at: datetime


@dataclass(frozen=True)
class Park:
    """Stop trying: the visitor goes to a person."""


def after_failure(attempts: int, retryable: bool, now: datetime, policy: Policy) -> Retry | Park:
    """What to do after attempt number ``attempts`` failed; the backoff doubles with each attempt."""
    if not retryable or attempts >= policy.delivery_attempts:
        return Park()
    return Retry(now + timedelta(seconds=policy.delivery_backoff_seconds * 2 ** (attempts - 1)))
