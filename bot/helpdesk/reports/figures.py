"""Figures over rows. Pure. A rate without a base is None, never zero."""

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.helpdesk.models import JSON
from bot.helpdesk.reports.records import (
    By,
    ConversationRecord,
    Facts,
    RequestRecord,
    TicketRecord,
    day_key,
    days_between,
    facts,
)
from bot.helpdesk.rules.ladder import CAUSES


@dataclass(frozen=True)
class Material:
    """All rows of a period. ``conversations`` is empty when the rows are one department's."""

    requests: list[RequestRecord]
    conversations: list[ConversationRecord]
    tickets: list[TicketRecord]
    promise_seconds: float
    now: datetime
    facts: list[Facts] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        requests: list[RequestRecord],
        conversations: list[ConversationRecord],
        tickets: list[TicketRecord],
        promise_seconds: float,
        now: datetime,
    ) -> "Material":
        """The rows with what follows from each request."""
        found = [facts(request, promise_seconds, now) for request in requests]
        return cls(requests, conversations, tickets, promise_seconds, now, found)


def report(material: Material, by: By, first: date, last: date) -> tuple[JSON, list[JSON]]:
    """The figures of the whole, and those by day, department or helper."""
    parts = _parts(material, by)
    nothing = _part_of(material)
    listed = [figures(key, parts.get(key, nothing)) for key in keys(parts, by, first, last)]
    return figures("total", material), listed


def keys(found: Iterable[str | None], by: By, first: date, last: date) -> list[str | None]:
    """The keys of the rows: every day of the period, or whoever has a row; None (nobody's) comes last."""
    if by == "day":
        return [day.isoformat() for day in days_between(first, last)]
    return sorted(found, key=lambda key: (key is None, key or ""))


def everything(material: Material) -> list[RequestRecord | TicketRecord]:
    """All rows that belong to a department and a helper."""
    return [*material.requests, *material.tickets]


def request_key(by: By, names: dict[str, str]) -> Callable[[RequestRecord | TicketRecord], str | None]:
    """A function from a row to the key it counts under."""

    def key_of(record: RequestRecord | TicketRecord) -> str | None:
        if by == "department":
            return record.department
        if by == "helper":
            return names.get(record.helper_id or "")
        at = record.requested_at if isinstance(record, RequestRecord) else record.created_at
        return day_key(at)

    return key_of


def helper_names(material: Material) -> dict[str, str]:
    """Names by id; those that several people share get the beginning of the id."""
    people = {each.helper_id: each.helper_name for each in everything(material) if each.helper_id}
    often = Counter(people.values())
    return {
        staff_id: f"{name} ({staff_id[:6]})" if often[name] > 1 else str(name)
        for staff_id, name in people.items()
    }


def _part_of(material: Material) -> Material:
    """No rows yet, of the same promise and time."""
    return Material([], [], [], material.promise_seconds, material.now, [])


def _parts(material: Material, by: By) -> dict[str | None, Material]:
    """The rows by the key they count under, each looked at once: a year has a hundred thousand."""
    key_of = request_key(by, helper_names(material))
    parts: defaultdict[str | None, Material] = defaultdict(lambda: _part_of(material))
    for request, found in zip(material.requests, material.facts, strict=True):
        part = parts[key_of(request)]
        part.requests.append(request)
        part.facts.append(found)
    for ticket in material.tickets:
        parts[key_of(ticket)].tickets.append(ticket)
    # A conversation belongs to a day, but to no department and no helper.
    for talk in material.conversations if by == "day" else ():
        parts[day_key(talk.created_at)].conversations.append(talk)
    return dict(parts)


def figures(key: str | None, material: Material) -> JSON:
    """One row of figures."""
    requests, found = material.requests, material.facts
    responses = [f.response_seconds for f in found if f.response_seconds is not None]
    handlings = [f.handling_seconds for f in found if f.handling_seconds is not None]
    pickups = [f.pickup_seconds for f in found if f.pickup_seconds is not None]
    stars = [r.stars for r in requests if r.stars is not None]
    base, within = sum(f.counted for f in found), sum(f.within for f in found)
    judged = [f.resolution for f in found if f.resolution is not None]
    abandoned, satisfied = sum(f.abandoned for f in found), sum(f.satisfied for f in found)
    talks, solved = len(material.conversations), sum(c.bot_solved for c in material.conversations)
    causes = Counter(r.cause for r in requests if r.breached)
    return {
        "key": key,
        "requests": len(requests),
        "answered": len(responses),
        "within": within,
        "rate_base": base,
        "rate": share(within, base),
        "median_seconds": percentile(responses, 0.5),
        "p95_seconds": percentile(responses, 0.95),
        "breached": sum(r.breached for r in requests),
        "breaches": {cause: causes[cause] for cause in CAUSES},
        "closed": sum(r.closed_at is not None for r in requests),
        "resolved": sum(judged),
        "resolution_base": len(judged),
        "resolution_rate": share(sum(judged), len(judged)),
        "abandoned": abandoned,
        "abandonment_rate": share(abandoned, len(requests)),
        "by_ticket": sum(f.by_ticket for f in found),
        "conversations": talks,
        "bot_solved": solved,
        "bot_solved_rate": share(solved, talks),
        "reasons": dict(sorted(Counter(r.reason for r in requests).items())),
        "rated": len(stars),
        "mean_stars": mean(stars),
        "satisfied": satisfied,
        "satisfied_rate": share(satisfied, len(stars)),
        "tickets": len(material.tickets),
        "mean_handling_seconds": mean(handlings),
        "median_pickup_seconds": percentile(pickups, 0.5),
    }


def share(part: int, whole: int) -> float | None:
    """``part`` of ``whole`` to four places."""
    return round(part / whole, 4) if whole else None


def mean(values: Iterable[float]) -> float | None:
    """The mean to three places."""
    listed = list(values)
    return round(statistics.fmean(listed), 3) if listed else None


def percentile(values: Iterable[float], part: float) -> float | None:
    """The percentile by linear interpolation between neighbours, as spreadsheets have it, to three places."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = part * (len(ordered) - 1)
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    return round(low + (high - low) * (place - math.floor(place)), 3)
