"""What may be sent to a visitor, and until when. Pure functions of (what was granted, now).

Source: WeChat's guide for official accounts, "客服消息" (rules since 2023-06-12): a message of the visitor
allows five sends within 48 hours; a tap on a menu that pushes an event, a subscription and a scan three
within one minute. A new message begins a new window; allowances do not add up. Passive replies cost nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MESSAGE_SENDS, MESSAGE_WINDOW = 5, timedelta(hours=48)
EVENT_SENDS, EVENT_WINDOW = 3, timedelta(minutes=1)
# Kept for the closing and its rating.
RESERVE = 1


@dataclass(frozen=True)
class Grant:
    """What a visitor's last message (``message_``) and last event allowed, and how much of it is used."""

    message_at: datetime | None = None
    message_used: int = 0
    event_at: datetime | None = None
    event_used: int = 0

    @property
    def message_until(self) -> datetime | None:
        """When the window of the last message ends."""
        return self.message_at + MESSAGE_WINDOW if self.message_at else None

    @property
    def event_until(self) -> datetime | None:
        """When the window of the last event ends."""
        return self.event_at + EVENT_WINDOW if self.event_at else None


@dataclass(frozen=True)
class Allowance:
    """How many sends are left, and when the last of them lapses; None when the window is closed.

    ``kept`` of them are for the closing. A window of a minute keeps nothing back: nothing is closed in it.
    """

    remaining: int
    until: datetime | None
    kept: int = 0


@dataclass(frozen=True)
class Window:
    """What is left of one window, of how many sends, and when it ends; None when it is closed."""

    remaining: int
    limit: int
    until: datetime | None


def granted_by_message(grant: Grant, now: datetime) -> Grant:
    """The visitor wrote: five sends, from now."""
    return replace(grant, message_at=now, message_used=0)


def granted_by_event(grant: Grant, now: datetime) -> Grant:
    """The visitor tapped a menu, subscribed or scanned: three sends, from now."""
    return replace(grant, event_at=now, event_used=0)


def _of_message(grant: Grant, now: datetime) -> int:
    open_ = grant.message_until is not None and now < grant.message_until
    return max(0, MESSAGE_SENDS - grant.message_used) if open_ else 0


def _of_event(grant: Grant, now: datetime) -> int:
    open_ = grant.event_until is not None and now < grant.event_until
    return max(0, EVENT_SENDS - grant.event_used) if open_ else 0


def allowance(grant: Grant, now: datetime) -> Allowance:
    """What is left now."""
    of_message, of_event = _of_message(grant, now), _of_event(grant, now)
    ends = [end for end in (grant.message_until, grant.event_until) if end is not None and now < end]
    return Allowance(of_message + of_event, max(ends) if ends else None, min(RESERVE, of_message))


def message_window(grant: Grant, now: datetime) -> Window:
    """The window of the visitor's last message."""
    until = grant.message_until
    return Window(_of_message(grant, now), MESSAGE_SENDS, until if until and now < until else None)


def event_window(grant: Grant, now: datetime) -> Window | None:
    """The window of the visitor's last event, as long as anything is left of it."""
    remaining = _of_event(grant, now)
    return Window(remaining, EVENT_SENDS, grant.event_until) if remaining else None


def spend(grant: Grant, now: datetime) -> Grant:
    """One send used, of the window that lapses first. Unchanged when nothing is left."""
    if _of_event(grant, now):
        return replace(grant, event_used=grant.event_used + 1)
    if _of_message(grant, now):
        return replace(grant, message_used=grant.message_used + 1)
    return grant


def used_up(grant: Grant) -> Grant:
    """WeChat says that nothing is left (45047): believe it until the visitor acts again."""
    return replace(grant, message_used=MESSAGE_SENDS, event_used=EVENT_SENDS)


def closed(grant: Grant) -> Grant:
    """WeChat says that the window is closed (45015)."""
    return replace(grant, message_at=None, event_at=None)
