"""The rows that figures are made of, and what follows from each alone. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from bot.helpdesk.worktime.schedule import local_day

By = Literal["day", "department", "helper"]
#: For so long a closed matter may come back before it counts as resolved.
SETTLED_AFTER = timedelta(days=7)
SATISFIED_FROM = 4
#: A place is offered at once when there is one; so long it takes at most until another dispatcher has taken
#: over. Whoever was offered to later had to wait for a place.
AT_ONCE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A help request as reports read it; ``newer_at``: when the visitor asked for a person again.

    ``helper_id``: who gave the first answer, else who held it last. ``promised_from``: from when the promise
    counts, None: from the request. ``held_seconds``: how long it was in the hands of helpers, whoever;
    None while it is open. ``first_offer_at``: when it first rang at somebody's desk; ``requeued_seconds``:
    how long it was in the queue between that and its first answer, let ring or given back.
    """

    id: str
    requested_at: datetime
    department: str | None
    helper_id: str | None
    helper_name: str | None
    reason: str
    first_response_at: datetime | None
    closed_at: datetime | None
    outcome: str | None
    cause: str | None
    breached: bool
    resolved: bool | None
    stars: int | None
    newer_at: datetime | None
    promised_from: datetime | None = None
    held_seconds: float | None = None
    first_offer_at: datetime | None = None
    requeued_seconds: float = 0.0

    @property
    def by_ticket(self) -> bool:
        """Whether a ticket that its visitor left off hours ended it: it never asked for a helper's place."""
        return self.outcome == "ticket"

    @property
    def left_early(self) -> bool:
        """Whether its visitor left the queue while the promise was neither kept nor broken."""
        return self.outcome == "abandoned" and not self.breached


@dataclass(frozen=True, slots=True)
class ConversationRecord:
    """A conversation with at least one message of its visitor."""

    id: str
    created_at: datetime
    bot_solved: bool


@dataclass(frozen=True, slots=True)
class TicketRecord:
    """A ticket as reports read it."""

    id: str
    number: str
    created_at: datetime
    department: str | None
    helper_id: str | None
    helper_name: str | None
    status: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a help request contributes to each figure.

    ``counted``: it was answered, breached or closed, so it can be said whether it was answered in time;
    ``by_ticket``: it ended by a ticket before anybody had to be there, so that cannot be said, nor whether it
    was settled; ``resolution``: whether the matter was settled, None while that is open.
    """

    response_seconds: float | None
    counted: bool
    within: bool
    resolution: bool | None
    abandoned: bool
    by_ticket: bool
    satisfied: bool
    handling_seconds: float | None
    pickup_seconds: float | None


def facts(record: RequestRecord, promise_seconds: float, now: datetime) -> Facts:
    """The facts of one request. The definitions stand in ``bot/locales/reports``."""
    response = response_seconds(record)
    answered = response is not None
    return Facts(
        response_seconds=response,
        counted=counted(record),
        within=response is not None and response <= promise_seconds,
        resolution=resolution(record, now),
        abandoned=not answered and record.outcome in ("no_response", "abandoned"),
        by_ticket=record.by_ticket,
        satisfied=record.stars is not None and record.stars >= SATISFIED_FROM,
        handling_seconds=handling_seconds(record),
        pickup_seconds=pickup_seconds(record),
    )


def counted(record: RequestRecord) -> bool:
    """Whether it can be said that it was, or was not, answered in time: answered, breached, or just closed.

    Not so of what ended by a ticket, and of who left before the promise was broken.
    """
    closed = record.closed_at is not None and not record.by_ticket and not record.left_early
    return record.first_response_at is not None or record.breached or closed


def response_seconds(record: RequestRecord) -> float | None:
    """Seconds to the first answer by the clock of the promise, as the ladder and the board count them.

    None without an answer, 0 for one that came before anybody had to be there.
    """
    seconds = seconds_between(record.promised_from or record.requested_at, record.first_response_at)
    return None if seconds is None else max(0.0, seconds)


def pickup_seconds(record: RequestRecord) -> float | None:
    """Seconds from the request to its first answer where there was a place at once: to hear, take and type.

    There was one when it rang at somebody's desk within ``AT_ONCE``: only who has room is offered anything.
    Where it was let ring and had to queue for another place that is not in it, but the ringing is.
    None where it had to wait for that, was never offered or not answered, and off hours, when the answer
    tells when people came to work.
    """
    if record.first_offer_at is None or record.promised_from not in (None, record.requested_at):
        return None
    if record.first_offer_at > record.requested_at + AT_ONCE:
        return None
    response = response_seconds(record)
    return None if response is None else max(0.0, round(response - record.requeued_seconds, 3))


def wanted_at(record: RequestRecord) -> datetime | None:
    """From when it wanted a helper's place: off hours from the start of duty, unless taken up before.

    None when it ended before that, by a ticket or otherwise: it never wanted one.
    """
    promised, answered = record.promised_from, record.first_response_at
    if record.by_ticket:
        return None
    if promised is None or (answered is not None and answered < promised):
        return record.requested_at
    return None if record.closed_at is not None and record.closed_at < promised else promised


def handling_seconds(record: RequestRecord) -> float | None:
    """Seconds in the hands of helpers; None unless it was answered and closed."""
    if record.first_response_at is None or record.closed_at is None:
        return None
    return None if record.held_seconds is None else round(record.held_seconds, 3)


def resolution(record: RequestRecord, now: datetime) -> bool | None:
    """Whether a closed request was settled; None while nobody can say.

    The visitor's own word counts at once. Otherwise the helper must have closed it as resolved, and the
    visitor must not have asked for a person again within seven days.
    """
    if record.closed_at is None or record.by_ticket:
        return None
    if record.resolved is not None:
        return record.resolved
    until = record.closed_at + SETTLED_AFTER
    if now < until:
        return None
    came_back = record.newer_at is not None and record.newer_at <= until
    return record.outcome == "resolved" and not came_back


def seconds_between(start: datetime | None, end: datetime | None) -> float | None:
    """Seconds from ``start`` to ``end``, to the millisecond; None when one is missing."""
    if start is None or end is None:
        return None
    return round((end - start).total_seconds(), 3)


def day_key(moment: datetime) -> str:
    """The local day of a time, as a key of rows."""
    return local_day(moment).isoformat()


def days_between(first: date, last: date) -> list[date]:
    """All days from ``first`` to ``last``, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
