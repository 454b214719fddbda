"""SQL for working time: weekly spans and exceptions."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import delete, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk import tables
from bot.helpdesk.worktime.schedule import MIDNIGHT, DutyException, Span, Spans, Week

_span = tables.duty_span
_exception = tables.duty_exception


async def weeks(connection: AsyncConnection) -> dict[str | None, Week]:
    """The week of each department that has one of its own, and under None that of all others."""
    found: dict[str | None, dict[int, Spans]] = {}
    query = select(_span).order_by(_span.c.weekday, _span.c.starts)
    for row in (await connection.execute(query)).mappings():
        week = found.setdefault(row["department"], {})
        span = Span.of(row["starts"], row["ends"])
        week[row["weekday"]] = (*week.get(row["weekday"], ()), span)
    return dict(found)


async def lock(connection: AsyncConnection) -> None:
    """Nobody else sets a week until the transaction ends: one takes the place of the other, whole."""
    await connection.execute(text("LOCK TABLE duty_span IN SHARE ROW EXCLUSIVE MODE"))


async def replace_week(connection: AsyncConnection, department: str | None, week: Week) -> None:
    """Put ``week`` in the place of what was; an empty one: nothing of its own."""
    await connection.execute(delete(_span).where(_span.c.department.is_not_distinct_from(department)))
    rows = [
        {
            "department": department,
            "weekday": weekday,
            "starts": time(*divmod(span.starts, 60)),
            # Python knows no 24:00; no span ends at 00:00 otherwise.
            "ends": time(*divmod(span.ends % MIDNIGHT, 60)),
        }
        for weekday, spans in week.items()
        for span in spans
    ]
    if rows:
        await connection.execute(insert(_span), rows)


async def exceptions(
    connection: AsyncConnection, first: date | None = None, last: date | None = None
) -> list[DutyException]:
    """Exceptions from ``first`` to ``last``, both included, by day."""
    query = select(_exception).order_by(_exception.c.day, _exception.c.department.nulls_first())
    if first:
        query = query.where(_exception.c.day >= first)
    if last:
        query = query.where(_exception.c.day <= last)
    return [_record(row) for row in (await connection.execute(query)).mappings()]


def _record(row: Any) -> DutyException:
    spans = tuple(Span.parse(starts, ends) for starts, ends in row["spans"])
    return DutyException(row["id"], row["department"], row["day"], spans, row["reason"])


async def add_exception(connection: AsyncConnection, record: DutyException, now: datetime) -> bool:
    """Insert an exception; False when the department has one on that day."""
    statement = (
        upsert(_exception)
        .values(
            id=record.id,
            department=record.department,
            day=record.day,
            spans=_as_json(record.spans),
            reason=record.reason,
            updated_at=now,
        )
        .on_conflict_do_nothing()
        .returning(_exception.c.id)
    )
    return (await connection.execute(statement)).first() is not None


async def remove_exception(connection: AsyncConnection, exception_id: str) -> DutyException | None:
    """Delete an exception; what it was, or None."""
    statement = delete(_exception).where(_exception.c.id == exception_id).returning(*_exception.c)
    row = (await connection.execute(statement)).mappings().one_or_none()
    return _record(row) if row else None


def _as_json(spans: Iterable[Span]) -> list[list[str]]:
    return [list(span.as_text()) for span in spans]
