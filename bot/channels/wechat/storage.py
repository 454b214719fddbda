"""SQL for WeChat's own tables. Each function takes the connection of the caller's transaction."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.wechat import tables
from bot.channels.wechat.account import CHANNEL
from bot.channels.wechat.errcodes import MENU_NOT_ALLOWED, reason
from bot.channels.wechat.quota import Grant
from bot.helpdesk import tables as helpdesk
from bot.helpdesk.storage import attachments, pushes
from bot.helpdesk.storage.attachments import Attachment

_visitor = tables.visitor
_inbound = tables.inbound
_media = tables.media
_link = tables.link
_alarm = tables.alarm


# What every delivery needs is built once: building a statement costs more than running it.
_address = helpdesk.address
_HERE = (_address.c.conversation_id == bindparam("here")) & (_address.c.channel == CHANNEL)
_VISITOR = select(_visitor).where(_visitor.c.openid == bindparam("openid"))
_LOCK_VISITOR = _VISITOR.with_for_update()
_SEE = (
    upsert(_inbound)
    .values({name: bindparam(name) for name in ("key", "signature", "openid", "received_at")})
    .on_conflict_do_nothing()
    .returning(_inbound.c.key)
)
_HOLD = update(_address).where(_HERE).values(hold_until=bindparam("until"))
_GRANT = ("message_at", "message_used", "event_at", "event_used")
_ALLOW = (
    update(_visitor)
    .where(_visitor.c.openid == bindparam("visitor"))
    .values(subscribed=True, unsubscribed_at=None, **{name: bindparam(name) for name in _GRANT})
)
# Whatever conversation it belongs to: they are there again.
_THEIRS = select(_address.c.conversation_id).where(
    _address.c.channel == CHANNEL, _address.c.address == bindparam("visitor")
)
_ARRIVE = _HOLD.add_cte(
    _ALLOW.cte("allowed"), pushes.reviving(_THEIRS, CHANNEL, bindparam("now")).cte("revived")
)
_FREE = or_(_address.c.leased_until.is_(None), _address.c.leased_until <= bindparam("now"))
_LOCK_ANSWER = (
    select(_inbound.c.answer, _FREE)
    .join(_address, _HERE)
    .where(_inbound.c.key == bindparam("note"))
    .with_for_update()
)
_ENDED = update(_address).where(_HERE, _address.c.hold_until <= bindparam("until")).values(hold_until=None)
_DECIDE = (
    update(_inbound)
    .where(_inbound.c.key == bindparam("note"))
    .values(answer=bindparam("decided"), answered_at=bindparam("now"))
    .add_cte(_ENDED.cte("ended"))
)


@dataclass(frozen=True)
class Visitor:
    """A WeChat user, the conversation they are in, and what they allow us to send."""

    openid: str
    conversation_id: str
    subscribed: bool
    grant: Grant


@dataclass(frozen=True)
class Seen:
    """A message WeChat delivered before: ``answer`` is what it was answered, None while undecided."""

    key: str
    answer: str | None


def _visitor_of(row: RowMapping) -> Visitor:
    grant = Grant(row["message_at"], row["message_used"], row["event_at"], row["event_used"])
    return Visitor(row["openid"], row["conversation_id"], row["subscribed"], grant)


# --- visitors ---------------------------------------------------------------------------------------


async def visitor(connection: AsyncConnection, openid: str, *, lock: bool = False) -> Visitor | None:
    """One visitor; with ``lock`` their row is held until the transaction ends."""
    found = await connection.execute(_LOCK_VISITOR if lock else _VISITOR, {"openid": openid})
    row = found.mappings().one_or_none()
    return _visitor_of(row) if row else None


async def lock_openid(connection: AsyncConnection, openid: str) -> None:
    """Let no other transaction make a visitor of ``openid`` before this one ends."""
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(openid, 0))))


async def add_visitor(
    connection: AsyncConnection, openid: str, conversation_id: str, now: datetime
) -> Visitor:
    """Insert a visitor nobody knew."""
    values = {"openid": openid, "conversation_id": conversation_id, "subscribed": True, "created_at": now}
    await connection.execute(insert(_visitor).values(**values, message_used=0, event_used=0))
    return Visitor(openid, conversation_id, True, Grant())


async def save_grant(connection: AsyncConnection, openid: str, grant: Grant) -> None:
    """Write what a visitor allows."""
    values = _grant_values(grant)
    await connection.execute(update(_visitor).where(_visitor.c.openid == openid).values(values))


def _grant_values(grant: Grant) -> dict[str, datetime | int | None]:
    return {
        "message_at": grant.message_at,
        "message_used": grant.message_used,
        "event_at": grant.event_at,
        "event_used": grant.event_used,
    }


async def save_subscribed(connection: AsyncConnection, openid: str, subscribed: bool, now: datetime) -> None:
    """A visitor came, or left: from then on the retention rules count."""
    left = None if subscribed else now
    await connection.execute(
        update(_visitor)
        .where(_visitor.c.openid == openid)
        .values(subscribed=subscribed, unsubscribed_at=left)
    )


async def move(connection: AsyncConnection, openid: str, conversation_id: str) -> None:
    """From here on the visitor is in this conversation."""
    await connection.execute(
        update(_visitor).where(_visitor.c.openid == openid).values(conversation_id=conversation_id)
    )


async def follow(connection: AsyncConnection, openid: str, conversation_id: str) -> None:
    """A person spoke in this conversation: what the visitor writes next is for them.

    Unless they are in another person's hands.
    """
    present = helpdesk.conversation
    held = exists().where(present.c.id == _visitor.c.conversation_id, present.c.owner == "helper")
    await connection.execute(
        update(_visitor)
        .where(_visitor.c.openid == openid, _visitor.c.conversation_id != conversation_id, ~held)
        .values(conversation_id=conversation_id)
    )


async def grants_of(connection: AsyncConnection, conversation_ids: list[str]) -> dict[str, Grant]:
    """What the visitors of these conversations allow, by conversation."""
    theirs = (_address.c.channel == CHANNEL) & (_address.c.address == _visitor.c.openid)
    query = select(_address.c.conversation_id.label("goes_on"), *_visitor.c).join(_address, theirs)
    rows = (
        await connection.execute(query.where(_address.c.conversation_id.in_(conversation_ids)))
    ).mappings()
    return {row["goes_on"]: _visitor_of(row).grant for row in rows}


async def left_before(connection: AsyncConnection, moment: datetime, limit: int) -> list[Visitor]:
    """Visitors who unsubscribed before ``moment``, held until the transaction ends."""
    query = select(_visitor).where(_visitor.c.subscribed.is_(False), _visitor.c.unsubscribed_at < moment)
    rows = (await connection.execute(query.limit(limit).with_for_update(skip_locked=True))).mappings()
    return [_visitor_of(row) for row in rows]


async def forget(connection: AsyncConnection, it: Visitor, conversation_ids: list[str]) -> None:
    """Remove what identifies a visitor: the openid wherever it stands, and what was sent but words."""
    await connection.execute(delete(_inbound).where(_inbound.c.openid == it.openid))
    await connection.execute(delete(_link).where(_link.c.conversation_id.in_(conversation_ids)))
    await connection.execute(delete(_media).where(_media.c.conversation_id.in_(conversation_ids)))
    await attachments.forget(connection, conversation_ids)
    await connection.execute(delete(_visitor).where(_visitor.c.openid == it.openid))


# --- what WeChat delivered --------------------------------------------------------------------------


async def see(
    connection: AsyncConnection, key: str, signature: str, openid: str, now: datetime
) -> Seen | None:
    """Note a message; None when it is new, else what is known of it. A signature serves one message only."""
    values = {"key": key, "signature": signature, "openid": openid, "received_at": now}
    if (await connection.execute(_SEE, values)).first() is not None:
        return None
    query = select(_inbound.c.key, _inbound.c.answer)
    # By key first: of a repetition under a new signature both may be known, of different messages.
    query = query.where(or_(_inbound.c.key == key, _inbound.c.signature == signature))
    row = (await connection.execute(query.order_by(_inbound.c.key != key).limit(1))).mappings().one()
    return Seen(**row)


async def arrive(
    connection: AsyncConnection, it: Visitor, grant: Grant, hold_until: datetime, now: datetime
) -> None:
    """What a new message changes at once: the hold on its answer, what its visitor allows, and what can be
    delivered again.
    """
    values = {"here": it.conversation_id, "until": hold_until, "visitor": it.openid, "now": now}
    await connection.execute(_ARRIVE, {**values, **_grant_values(grant)})


async def lock_answer(
    connection: AsyncConnection, key: str, conversation_id: str, now: datetime
) -> tuple[str | None, bool]:
    """The answer decided for a message, None while there is none; and whether its visitor is free.

    They are not while something is being sent to them. Holds note and address until the transaction ends.
    """
    values = {"note": key, "here": conversation_id, "now": now}
    row = (await connection.execute(_LOCK_ANSWER, values)).one()
    return row[0], bool(row[1])


async def answer_and_end_hold(
    connection: AsyncConnection,
    key: str,
    answer: str,
    conversation_id: str,
    hold_until: datetime,
    now: datetime,
) -> None:
    """Decide the answer, and let others push again; the note must be held by ``lock_answer``."""
    values = {"note": key, "decided": answer, "here": conversation_id, "until": hold_until, "now": now}
    await connection.execute(_DECIDE, values)


async def save_answer(connection: AsyncConnection, key: str, answer: str, now: datetime) -> None:
    """Decide the answer to something that needs no thought."""
    await connection.execute(
        update(_inbound).where(_inbound.c.key == key).values(answer=answer, answered_at=now)
    )


async def drop_seen(connection: AsyncConnection, before: datetime) -> int:
    """Forget what was delivered long ago: neither WeChat nor a replay can bring it again."""
    return (await connection.execute(delete(_inbound).where(_inbound.c.received_at < before))).rowcount


# --- media ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Media:
    """A picture, a recording or a film a visitor sent, to be fetched; WeChat keeps it for three days."""

    conversation_id: str
    seq: int
    kind: str
    media_id: str
    attempts: int
    sent_at: datetime


async def add_media(
    connection: AsyncConnection, conversation_id: str, seq: int, kind: str, media_id: str, now: datetime
) -> None:
    """Note something to be fetched."""
    await attachments.add(connection, Attachment(conversation_id, seq, kind, "waiting"), now)
    values = {"conversation_id": conversation_id, "seq": seq, "kind": kind, "media_id": media_id}
    await connection.execute(insert(_media).values(**values, due_at=now, attempts=0))


async def take_media(
    connection: AsyncConnection, now: datetime, lease_until: datetime, limit: int
) -> list[Media]:
    """What is due to be fetched, put off for others until ``lease_until``."""
    due = select(_media.c.conversation_id, _media.c.seq).where(_media.c.due_at <= now)
    rows = (await connection.execute(due.limit(limit).with_for_update(skip_locked=True))).all()
    if not rows:
        return []
    mine = or_(*(_one_media(*row) for row in rows))
    values = {"attempts": _media.c.attempts + 1, "due_at": lease_until}
    kept = helpdesk.attachment
    sent_at = select(kept.c.created_at).where(
        kept.c.conversation_id == _media.c.conversation_id, kept.c.seq == _media.c.seq
    )
    names = [_media.c[field.name] for field in fields(Media) if field.name in _media.c]
    statement = update(_media).where(mine).values(values)
    taken = await connection.execute(
        statement.returning(*names, sent_at.correlate(_media).scalar_subquery().label("sent_at"))
    )
    return [Media(**row) for row in taken.mappings()]


async def put_media_off(connection: AsyncConnection, it: Media, until: datetime) -> None:
    """Fetch it not before ``until``."""
    await connection.execute(
        update(_media).where(_one_media(it.conversation_id, it.seq)).values(due_at=until)
    )


def _one_media(conversation_id: str, seq: int) -> ColumnElement[bool]:
    return and_(_media.c.conversation_id == conversation_id, _media.c.seq == seq)


async def keep_media(
    connection: AsyncConnection, it: Media, content_type: str | None, content: bytes | None
) -> None:
    """Save what was fetched; without content it is gone for good."""
    await attachments.fetched(connection, it.conversation_id, it.seq, content_type, content)
    await connection.execute(delete(_media).where(_one_media(it.conversation_id, it.seq)))


# --- links ------------------------------------------------------------------------------------------


async def add_link(
    connection: AsyncConnection, code_hash: bytes, conversation_id: str, leads_to: str, expires_at: datetime
) -> None:
    """Save a one-time code between the web and WeChat; only its hash is kept."""
    values = {"code_hash": code_hash, "conversation_id": conversation_id, "leads_to": leads_to}
    await connection.execute(insert(_link).values(**values, expires_at=expires_at))


async def prolong_link(
    connection: AsyncConnection, code_hash: bytes, now: datetime, expires_at: datetime
) -> bool:
    """Let a code that still works do so until ``expires_at``; False when it does not."""
    statement = (
        update(_link)
        .where(_link.c.code_hash == code_hash, _link.c.used_at.is_(None), _link.c.expires_at > now)
        .values(expires_at=expires_at)
    )
    return (await connection.execute(statement)).rowcount > 0


async def drop_links(connection: AsyncConnection, before: datetime) -> int:
    """Drop codes that ended before a moment, spent or not."""
    return (await connection.execute(delete(_link).where(_link.c.expires_at < before))).rowcount


async def use_link(connection: AsyncConnection, code_hash: bytes, leads_to: str, now: datetime) -> str | None:
    """Spend a code: the conversation it opens, or None when it is unknown, spent or too old."""
    statement = (
        update(_link)
        .where(_link.c.code_hash == code_hash, _link.c.leads_to == leads_to)
        .where(_link.c.used_at.is_(None), _link.c.expires_at > now)
        .values(used_at=now)
        .returning(_link.c.conversation_id)
    )
    found: str | None = (await connection.execute(statement)).scalar_one_or_none()
    return found


# --- alarms -----------------------------------------------------------------------------------------


async def raise_alarm(connection: AsyncConnection, code: str, now: datetime) -> bool:
    """Note that a person must act; True the first time since ``clear_alarms``."""
    statement = (
        upsert(_alarm)
        .values(code=code, first_at=now, last_at=now, count=1)
        .on_conflict_do_update(index_elements=["code"], set_={"last_at": now, "count": _alarm.c.count + 1})
        .returning(_alarm.c.count)
    )
    return int((await connection.execute(statement)).scalar_one()) == 1


async def alarms(connection: AsyncConnection) -> list[tuple[str, datetime, int]]:
    """Code, last time and count of every alarm, newest first."""
    query = select(_alarm.c.code, _alarm.c.last_at, _alarm.c.count).order_by(_alarm.c.last_at.desc())
    return [(row[0], row[1], row[2]) for row in await connection.execute(query)]


async def clear_alarms(connection: AsyncConnection) -> None:
    """What was wrong is right again: something was sent. That menus are not allowed stays true."""
    await connection.execute(delete(_alarm).where(_alarm.c.code != reason(MENU_NOT_ALLOWED)))
