"""The helpdesk's nouns: plain frozen records, no behaviour but what follows from their own fields.

Times are aware UTC datetimes. Ids are lower-case hex strings from ``uuid4().hex`` unless said otherwise.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Owner = Literal["bot", "queue", "helper"]
SenderKind = Literal["visitor", "bot", "helper", "system"]
ActorKind = Literal["visitor", "bot", "staff", "system"]
Visibility = Literal["public", "internal"]
RequestStatus = Literal["waiting", "offered", "claimed", "closed"]
Presence = Literal["ready", "busy", "away"]
Role = Literal["helper", "specialist", "supervisor", "administrator"]
Outcome = Literal["resolved", "unresolved", "no_response", "ticket", "abandoned"]
JSON = dict[str, Any]


@dataclass(frozen=True)
class Sender:
    """Who speaks, as a client is shown it."""

    kind: SenderKind
    name: str | None = None
    department: str | None = None


@dataclass(frozen=True)
class Update:
    """One element of a conversation's gap-free list, as stored.

    ``commands`` maps a button's opaque id to what the assistant is sent for it; it never leaves the server.
    ``reply_to`` is the ``seq`` of the visitor message a bot update answers.
    """

    conversation_id: str
    seq: int
    kind: str
    sender: Sender
    visibility: Visibility
    text: str | None
    payload: JSON
    at: datetime
    client_message_id: str | None = None
    commands: dict[str, str] = field(default_factory=dict)
    reply_to: int | None = None


@dataclass(frozen=True)
class Conversation:
    """A visitor's conversation; ``owner_epoch`` rises with every change of owner.

    ``resolved``, ``stars`` and ``rated_seq`` are the rating of the newest help that was closed, or else of
    what the bot settled; ``rated_seq`` is the notice that confirmed it, None while unrated.
    """

    id: str
    channel: str
    district: str | None
    locale: str
    page: str | None
    profile: JSON
    owner: Owner
    owner_epoch: int
    last_seq: int
    helper_id: str | None
    helper_name: str | None
    helper_department: str | None
    visitor_read_seq: int
    created_at: datetime
    closed_at: datetime | None
    resolved: bool | None
    stars: int | None
    last_text: str | None = None
    last_at: datetime | None = None
    rated_seq: int | None = None
    visitor_key: str | None = None


@dataclass(frozen=True)
class HelpRequest:
    """A visitor waiting for, or in the hands of, a person. ``brief`` is what the helper sees first.

    From ``resolved`` on: the visitor's rating of this help, all None before; ``rated_seq`` is the notice that
    confirmed it. ``level`` is the step of the ladder that was taken last (docs/help-engine.md).
    ``promised_from``: from when the promise counts, when that is later than the request.
    """

    id: str
    conversation_id: str
    status: RequestStatus
    reason: str
    topic: str | None
    department: str | None
    district: str | None
    channel: str
    question: str
    brief: JSON
    requested_at: datetime
    deadline_at: datetime
    claimed_at: datetime | None
    claimed_by: str | None
    claimed_by_name: str | None
    first_response_at: datetime | None
    closed_at: datetime | None
    outcome: Outcome | None
    closed_by: str | None = None
    resolved: bool | None = None
    stars: int | None = None
    rating_comment: str | None = None
    rated_seq: int | None = None
    rated_at: datetime | None = None
    level: int = 0
    waiting_since: datetime | None = None
    breached_at: datetime | None = None
    promised_from: datetime | None = None

    @property
    def clock_from(self) -> datetime:
        """From when the ladder counts: the request, or the start of a later wait."""
        return self.waiting_since or self.requested_at


@dataclass(frozen=True)
class Staff:
    """A member of staff; ``presence`` is what they declared, whether or not they are connected.

    ``capacity`` is how many conversations they hold at most, None for the threshold ``helper_capacity``.
    """

    id: str
    username: str
    name: str
    role: Role
    department: str | None
    active: bool
    presence: Presence
    capacity: int | None = None


@dataclass(frozen=True)
class Actor:
    """Who did something, for the history: ``staff_id`` only for staff."""

    kind: ActorKind
    staff_id: str | None = None


#: Nobody in person: the service itself, by its clocks and rules.
SYSTEM = Actor("system")
VISITOR = Actor("visitor")


@dataclass(frozen=True)
class BotReply:
    """One reply of the assistant. ``buttons`` pairs a label with the command sent when it is chosen."""

    kind: str
    text: str | None
    payload: JSON
    buttons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Delivery:
    """An outbox row to hand to the assistant: ``text`` may be a command made by the server.

    ``seq`` is the visitor message it carries; ``attempts`` counts this attempt too, starting at 1.
    """

    id: int
    conversation_id: str
    seq: int
    owner_epoch: int
    text: str
    attempts: int
    district: str | None
    channel: str
    locale: str


@dataclass(frozen=True)
class Accepted:
    """Result of an ingest: the message's ``seq``; ``repeated`` when it had been saved before."""

    seq: int
    repeated: bool


@dataclass(frozen=True)
class Place:
    """Where a request stands: among all that wait, and among those for its department. 1 is next."""

    department: str | None
    position: int
    among_its_own: int


@dataclass(frozen=True)
class QueuePosition:
    """Where a waiting visitor stands: 1 is next; the wait is None without enough history.

    Low and high are the 10th and the 90th percentile of the wait; ``promise_seconds`` is within how many
    seconds from asking a person shall answer.
    """

    position: int
    promise_seconds: float
    wait_seconds: int | None = None
    wait_low_seconds: int | None = None
    wait_high_seconds: int | None = None


@dataclass(frozen=True)
class Session:
    """A member of staff logged in. ``token`` is the cookie, ``csrf`` the header that writes must carry."""

    token: str
    csrf: str
    staff: Staff
    expires_at: datetime


@dataclass(frozen=True)
class Person:
    """A member of staff, as colleagues and visitors name them."""

    id: str
    name: str
    department: str | None


@dataclass(frozen=True)
class OfferRecord:
    """An offer that rings at somebody's desk, with its request."""

    id: int
    request: HelpRequest
    staff_id: str
    level: int
    offered_at: datetime
    expires_at: datetime | None


InvitationKind = Literal["transfer", "join"]
InvitationStatus = Literal["pending", "accepted", "refused", "timed_out", "cancelled"]


@dataclass(frozen=True)
class Invitation:
    """Somebody, or somebody of a department, is asked to take a conversation over or to join it."""

    id: str
    kind: InvitationKind
    conversation_id: str
    help_request_id: str
    invited_by: str
    to_staff: str | None
    to_department: str | None
    note: str
    status: InvitationStatus
    created_at: datetime
    expires_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Participant:
    """Somebody who is in a conversation beside its owner."""

    conversation_id: str
    person: Person
    joined_at: datetime


@dataclass(frozen=True)
class HistoryRow:
    """One change of a help request: what happened, who did it and why."""

    at: datetime
    event: str
    status_before: str | None
    status_after: str
    actor_kind: ActorKind
    actor_id: str | None
    actor_name: str | None
    reason: str
    detail: JSON
