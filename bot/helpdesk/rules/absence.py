"""When a helper is gone: their console has not been heard for longer than a visitor may be left alone.

Declared presence says what somebody means to do, the heartbeat whether they are there. Only the heartbeat
counts here, and nothing here changes what was declared.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.helpdesk.models import HelpRequest
from bot.helpdesk.rules.policy import Policy

#: The reason in the history of a request whose helper's connection ended.
CONNECTION_LOST = "connection_lost"
#: A dispatcher looks several times a second. When it has not looked for so long, the service itself was
#: away, and nobody's console could be heard.
DEAF_SECONDS = 5.0


@dataclass(frozen=True)
class Held:
    """A claimed request, and when the console of its helper was heard last; None: never."""

    request: HelpRequest
    seen_at: datetime | None


@dataclass(frozen=True)
class Hearing:
    """Since when consoles could be heard without a gap, and until when that is known."""

    since: datetime
    until: datetime

    def at(self, now: datetime) -> "Hearing":
        """The same a look later; after a gap everybody gets the whole period anew."""
        deaf = now - self.until > timedelta(seconds=DEAF_SECONDS)
        return Hearing(now if deaf else self.since, now)


def is_fresh(seen_at: datetime | None, policy: Policy, now: datetime) -> bool:
    """Whether a console that was heard last at ``seen_at`` (None: never) was heard lately."""
    return seen_at is not None and now - seen_at < timedelta(seconds=policy.presence_fresh_seconds)


def absent_at(held: Held, hearing: Hearing, policy: Policy) -> datetime | None:
    """When a request goes back to the queue unless its helper's console is heard before.

    None when nobody holds it. Counted from the last sign of them: the heartbeat, or the claim.
    """
    request = held.request
    if request.status != "claimed" or request.claimed_at is None:
        return None
    last_sign = max(held.seen_at or request.claimed_at, request.claimed_at)
    return max(last_sign, hearing.since) + timedelta(seconds=policy.absent_seconds)
