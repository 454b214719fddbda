"""The tables behind the figures, as files hold them: one row a request, a conversation, a ticket. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.helpdesk.reports.figures import Material, helper_names
from bot.helpdesk.reports.records import Facts, RequestRecord, TicketRecord, day_key
from bot.helpdesk.worktime.schedule import LOCAL

Cell = str | int | float | None
REQUEST_COLUMNS = (
    "id", "day", "department", "helper", "reason", "requested_at", "first_response_at", "closed_at",
    "outcome", "response_seconds", "answered", "rate_base", "within", "breached", "cause", "closed",
    "resolution_base", "resolved", "abandoned", "by_ticket", "rated", "stars", "satisfied",
    "handling_seconds", "pickup_seconds",
)  # fmt: skip
CONVERSATION_COLUMNS = ("id", "day", "bot_solved")
TICKET_COLUMNS = ("id", "day", "department", "helper", "number", "status")


@dataclass(frozen=True)
class Table:
    """A table with a header."""

    name: str
    columns: Sequence[str]
    rows: list[list[Cell]]


def tables(material: Material, nobody: str) -> list[Table]:
    """Requests, conversations and tickets; ``nobody`` stands where there is no department or helper."""
    names = helper_names(material)
    pairs = zip(material.requests, material.facts, strict=True)
    return [
        Table("requests", REQUEST_COLUMNS, [_request(r, f, names, nobody) for r, f in pairs]),
        Table(
            "conversations",
            CONVERSATION_COLUMNS,
            [[c.id, day_key(c.created_at), int(c.bot_solved)] for c in material.conversations],
        ),
        Table("tickets", TICKET_COLUMNS, [_ticket(t, names, nobody) for t in material.tickets]),
    ]


def _request(record: RequestRecord, found: Facts, names: dict[str, str], nobody: str) -> list[Cell]:
    values: dict[str, Any] = {
        "id": record.id,
        "day": day_key(record.requested_at),
        "department": record.department or nobody,
        "helper": names.get(record.helper_id or "", nobody),
        "reason": record.reason,
        "requested_at": _local(record.requested_at),
        "first_response_at": _local(record.first_response_at),
        "closed_at": _local(record.closed_at),
        "outcome": record.outcome,
        "response_seconds": found.response_seconds,
        "answered": int(found.response_seconds is not None),
        "rate_base": int(found.counted),
        "within": int(found.within),
        "breached": int(record.breached),
        "cause": record.cause,
        "closed": int(record.closed_at is not None),
        "resolution_base": int(found.resolution is not None),
        "resolved": int(found.resolution is True),
        "abandoned": int(found.abandoned),
        "by_ticket": int(found.by_ticket),
        "rated": int(record.stars is not None),
        "stars": record.stars,
        "satisfied": int(found.satisfied),
        "handling_seconds": found.handling_seconds,
        "pickup_seconds": found.pickup_seconds,
    }
    return [values[name] for name in REQUEST_COLUMNS]


def _ticket(record: TicketRecord, names: dict[str, str], nobody: str) -> list[Cell]:
    helper = names.get(record.helper_id or "", nobody)
    day = day_key(record.created_at)
    return [record.id, day, record.department or nobody, helper, record.number, record.status]


def _local(moment: datetime | None) -> str | None:
    """Local time as people read it; files are for people."""
    return moment.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] if moment else None
