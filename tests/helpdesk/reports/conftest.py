"""A log of requests, drawn at random but always the same, as records and as rows of the database."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.helpdesk.database import Database
from bot.helpdesk.reports.records import RequestRecord

MONDAY = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)  # nine in the morning in Shanghai
PEOPLE = {"a" * 32: "林", "b" * 32: "王", "c" * 32: "王"}
DEPARTMENTS = ("税务局", "=人社局", None)


def drawn(number: int, seed: int = 1) -> list[RequestRecord]:
    """A log of ``number`` requests over two weeks."""
    dice = random.Random(seed)
    return [_one(dice, n) for n in range(number)]


def _one(dice: random.Random, n: int) -> RequestRecord:
    asked = MONDAY + timedelta(seconds=round(dice.uniform(0, 12 * 86_400), 3))
    helper = dice.choice([None, *PEOPLE])
    answered = asked + timedelta(seconds=round(dice.expovariate(1 / 50), 3)) if helper else None
    closed = dice.random() < 0.8
    rated = closed and dice.random() < 0.5
    stars = dice.randint(1, 5) if rated else None
    breached = (answered is None and closed) or (answered and (answered - asked).total_seconds() > 60)
    record = RequestRecord(
        id=f"{n:032x}",
        requested_at=asked,
        department=dice.choice(DEPARTMENTS),
        helper_id=helper,
        helper_name=PEOPLE.get(helper or ""),
        reason=dice.choice(["asked", "unresolved", "complaint"]),
        first_response_at=answered,
        closed_at=(answered or asked) + timedelta(seconds=round(dice.uniform(60, 900), 3))
        if closed
        else None,
        outcome=dice.choice(["resolved", "unresolved"] if helper else ["no_response", "ticket"])
        if closed
        else None,
        cause=dice.choice(["nobody_on_duty", "all_full", "claimed_and_silent"]) if breached else None,
        breached=bool(breached),
        resolved=stars > 2 if stars else None,
        stars=stars,
        newer_at=asked + timedelta(days=dice.uniform(0.1, 10)) if dice.random() < 0.2 else None,
        first_offer_at=asked + timedelta(seconds=n % 4) if helper else None,
    )
    if helper and record.closed_at:
        record = replace(record, held_seconds=(record.closed_at - _claimed(record)).total_seconds())
    if record.by_ticket:  # before the promise counted; the ticket asks for the rating
        return replace(record, breached=False, cause=None, resolved=None, stars=None)
    return record


def _claimed(record: RequestRecord) -> datetime:
    return record.requested_at + timedelta(seconds=1)


@pytest.fixture
def fill(database: Database) -> Callable[[list[RequestRecord]], Awaitable[None]]:
    """Puts a log into the database; each request in a conversation of its own, every third with a ticket."""

    async def put(records: list[RequestRecord]) -> None:
        async with database.transaction() as connection:

            async def run(statement: str, *values: Any) -> None:
                await connection.exec_driver_sql(statement, values)

            for staff_id, name in PEOPLE.items():
                await run(
                    "INSERT INTO staff (id, username, name, role, active, presence, password_hash,"
                    " created_at)"
                    " VALUES (%s, %s, %s, 'helper', true, 'away', '-', now())",
                    staff_id, staff_id, name,
                )  # fmt: skip
            for n, record in enumerate(records):
                await _put(run, n, record)

    return put


async def _put(run: Callable[..., Awaitable[None]], n: int, record: RequestRecord) -> None:
    talk = f"{n:032x}"
    await run(
        "INSERT INTO conversation (id, token_hash, channel, locale, profile, owner, owner_epoch, last_seq,"
        " visitor_read_seq, created_at) VALUES (%s, %s, 'widget', 'zh', '{}', 'bot', 1, 1, 0, %s)",
        talk, talk.encode(), record.requested_at,
    )  # fmt: skip
    await run(
        "INSERT INTO message (conversation_id, seq, kind, sender_kind, visibility, text, payload, commands,"
        " created_at) VALUES (%s, 1, 'text', 'visitor', 'public', 'x', '{}', '{}', %s)",
        talk, record.requested_at,
    )  # fmt: skip
    if record.reason == "complaint" and not record.helper_id:
        # The bot settled this one: no request at all.
        await run("UPDATE conversation SET resolved = true WHERE id = %s", talk)
        return
    claimed = _claimed(record) if record.helper_id else None
    status = "closed" if record.closed_at else "claimed" if record.helper_id else "waiting"
    await run(
        "INSERT INTO help_request (id, conversation_id, status, reason, department, channel, question, brief,"
        " requested_at, deadline_at, claimed_at, claimed_by, first_response_at, closed_at, outcome, resolved,"
        " stars, breached_at, promised_from)"
        " VALUES (%s,%s,%s,%s,%s,'widget','x','{}',%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)",
        record.id, talk, status, record.reason, record.department, record.requested_at, record.requested_at,
        claimed, record.helper_id, record.first_response_at, record.closed_at, record.outcome,
        record.resolved, record.stars, record.requested_at if record.breached else None,
        record.promised_from,
    )  # fmt: skip
    if record.first_offer_at:
        for later in (0, 30):
            await run(
                "INSERT INTO help_offer (help_request_id, staff_id, level, reserved, offered_at, ended_at,"
                " ending) VALUES (%s, %s, 0, true, %s, now(), 'accepted')",
                record.id, record.helper_id, record.first_offer_at + timedelta(seconds=later),
            )  # fmt: skip
    if record.cause:
        await run(
            "INSERT INTO help_breach (help_request_id, at, cause, detail) VALUES (%s, now(), %s, '{}')",
            record.id, record.cause,
        )  # fmt: skip
    if n % 3 == 0:
        await run(
            "INSERT INTO ticket (id, number, conversation_id, source, complexity, department, channel,"
            " locale, title, description, contact, status, assigned_to, created_at, created_by_kind,"
            " contact_due_at, due_at) VALUES (%s,%s,%s,'callback','simple',%s,'widget','zh','x','x','{}',"
            "'open',%s,%s,'visitor',now(),now())",
            record.id, f"n{n}", talk, record.department or "税务局", record.helper_id, record.requested_at,
        )  # fmt: skip
