"""A ticket (工单): a matter that is followed up offline. Plain frozen records."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.helpdesk.models import JSON, ActorKind

Status = Literal["open", "assigned", "in_progress", "resolved", "closed", "reopened", "cancelled"]
Source = Literal["off_hours", "breach", "callback", "matter", "undelivered"]
Complexity = Literal["simple", "complex"]

#: Somebody still has to do something.
UNSETTLED: tuple[Status, ...] = ("open", "assigned", "in_progress", "reopened")
STATUSES: tuple[Status, ...] = (*UNSETTLED, "resolved", "closed", "cancelled")


@dataclass(frozen=True)
class Ticket:
    """A ticket as stored. From ``resolved`` on: the visitor's verdict, None before.

    ``contact_due_at`` is when the visitor has been contacted at the latest, ``due_at`` when it is settled;
    ``told_at`` is when the visitor was told the result: when it was put into the conversation, or None while
    the channel that should bring it cannot, then when it arrived.
    """

    id: str
    number: str
    conversation_id: str
    help_request_id: str | None
    source: Source
    complexity: Complexity
    department: str
    topic: str | None
    district: str | None
    channel: str
    locale: str
    title: str
    description: str
    contact: JSON
    status: Status
    assigned_to: str | None
    created_at: datetime
    created_by_kind: ActorKind
    created_by: str | None
    contact_due_at: datetime
    due_at: datetime
    contacted_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    result: str | None = None
    told_at: datetime | None = None
    reopened: int = 0
    resolved: bool | None = None
    stars: int | None = None
    rating_comment: str | None = None
    rated_at: datetime | None = None
    assigned_to_name: str | None = None
    assigned_to_department: str | None = None

    def is_late(self, now: datetime) -> bool:
        """Whether it is unsettled after its deadline, or the visitor not contacted after theirs."""
        if self.status not in UNSETTLED:
            return False
        return now > self.due_at or (self.contacted_at is None and now > self.contact_due_at)

    def was_contacted_since(self, moment: datetime) -> bool:
        """Whether somebody spoke to the visitor at ``moment`` or later."""
        return self.contacted_at is not None and self.contacted_at >= moment


@dataclass(frozen=True)
class TicketEvent:
    """One row of a ticket's history."""

    at: datetime
    event: str
    status_before: str | None
    status_after: str
    actor_kind: ActorKind
    actor_id: str | None
    actor_name: str | None
    reason: str
    detail: JSON
