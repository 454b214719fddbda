"""What a service looks like that has run for weeks: conversations of the past, drawn but always the same."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import psycopg

from bench.running import Service
from bot.helpdesk.worktime.schedule import LOCAL

DAYS = 28
DEPARTMENTS = ("政务服务中心", "金融办", "商务委", "人社局")
QUESTIONS = ("担保费率现在多少", "出口退税多久到账", "开餐馆要办哪些证", "招用应届生有没有补贴")
REASONS = ("asked", "asked", "unresolved", "low_confidence", "complaint")
CAUSES = ("offered_and_ignored", "all_full", "claimed_and_silent")

_CONVERSATION = (
    "INSERT INTO conversation (id, token_hash, channel, locale, profile, owner, owner_epoch, last_seq,"
    " visitor_read_seq, created_at, resolved) VALUES (%s, %s, 'widget', 'zh', '{}', 'bot', 1, 1, 0, %s, %s)"
)
_MESSAGE = (
    "INSERT INTO message (conversation_id, seq, kind, sender_kind, visibility, text, payload, commands,"
    " created_at) VALUES (%s, 1, 'text', 'visitor', 'public', %s, '{}', '{}', %s)"
)
_REQUEST = (
    "INSERT INTO help_request (id, conversation_id, status, reason, department, channel, question, brief,"
    " requested_at, deadline_at, claimed_at, claimed_by, first_response_at, closed_at, outcome, resolved,"
    " stars, breached_at) VALUES (%s,%s,'closed',%s,%s,'widget',%s,'{}',%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)"
)
_OFFER = (
    "INSERT INTO help_offer (help_request_id, staff_id, level, reserved, offered_at, ended_at, ending)"
    " VALUES (%s, %s, 0, true, %s, %s, 'accepted')"
)
_BREACH = "INSERT INTO help_breach (help_request_id, at, cause, detail) VALUES (%s, %s, %s, '{}')"


@dataclass(frozen=True)
class Log:
    """How much was written; all of it before today."""

    requests: int
    conversations: int


def write_history(service: Service, usernames: Sequence[str]) -> Log:
    """Four weeks of conversations of the named helpers, up to yesterday, into the database of ``service``."""
    dice = random.Random(4)
    with psycopg.connect(service.addresses["database_url"]) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM staff WHERE username = ANY(%s) ORDER BY username", [list(usernames)])
        helpers = [row[0] for row in cursor.fetchall()]
        assert len(helpers) == len(usernames)
        moments = list(_moments(dice))
        with_person = [number for number in range(len(moments)) if number % 3 == 0]
        cursor.executemany(_CONVERSATION, [_conversation(dice, n, at) for n, at in enumerate(moments)])
        cursor.executemany(_MESSAGE, [(_id(n), dice.choice(QUESTIONS), at) for n, at in enumerate(moments)])
        requests = [_request(dice, n, moments[n], helpers) for n in with_person]
        cursor.executemany(_REQUEST, requests)
        cursor.executemany(_OFFER, [_offer(row) for row in requests])
        late = [(row[0], row[-1], dice.choice(CAUSES)) for row in requests if row[-1]]
        cursor.executemany(_BREACH, late)
    return Log(len(requests), len(moments))


def _id(number: int) -> str:
    return f"{number:032x}"


def _moments(dice: random.Random) -> Iterator[datetime]:
    """Busy at ten and at half past two, quiet at noon and at the weekend."""
    today = datetime.now(LOCAL).date()
    for ago in range(DAYS, 0, -1):
        day = today - timedelta(days=ago)
        for _ in range(dice.randint(190, 230) if day.weekday() < 5 else dice.randint(10, 20)):
            hour = dice.gauss(10.2, 0.8) if dice.random() < 0.55 else dice.gauss(14.8, 1.1)
            yield datetime.combine(day, time(), LOCAL) + timedelta(hours=min(17.4, max(8.6, hour)))


def _conversation(dice: random.Random, number: int, at: datetime) -> tuple[Any, ...]:
    settled = True if number % 3 and dice.random() < 0.75 else None
    return _id(number), _id(number).encode(), at, settled


def _offer(request: tuple[Any, ...]) -> tuple[Any, ...]:
    """Who was answered in time had found a place at once; the others had to wait for one."""
    number, asked, claimed, helper, late = request[0], request[5], request[7], request[8], request[-1]
    return number, helper, claimed - timedelta(seconds=1) if late else asked, claimed


def _request(dice: random.Random, number: int, at: datetime, helpers: Sequence[str]) -> tuple[Any, ...]:
    seconds = dice.expovariate(1 / 14) + 2 if dice.random() < 0.96 else dice.uniform(61, 160)
    answered = at + timedelta(seconds=seconds)
    closed = answered + timedelta(seconds=dice.gammavariate(3, 120) + 40)
    stars = dice.choice((3, 4, 5, 5, 5)) if dice.random() < 0.6 else None
    resolved = None if stars is None else stars > 3
    outcome = "unresolved" if dice.random() < 0.08 else "resolved"
    breached = at + timedelta(seconds=60) if seconds > 60 else None
    return (
        _id(number), _id(number), dice.choice(REASONS), dice.choice(DEPARTMENTS), dice.choice(QUESTIONS), at,
        at + timedelta(seconds=60), at + timedelta(seconds=seconds / 2), dice.choice(helpers), answered,
        closed, outcome, resolved, stars, breached,
    )  # fmt: skip
