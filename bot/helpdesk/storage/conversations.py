"""SQL for conversations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    RowMapping,
    Select,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk import tables
from bot.helpdesk.errors import NotFound
from bot.helpdesk.models import JSON, Conversation

_conversation = tables.conversation
_message = tables.message
_request = tables.help_request
_key = tables.conversation_key

_COLUMNS = (
    *(c for c in _conversation.c if c.name not in ("token_hash", "rating_comment")),
    tables.staff.c.name.label("helper_name"),
    tables.staff.c.department.label("helper_department"),
)


def _last_public(column: Any) -> Any:
    """The newest public text's ``column``; internal notes never stand in a list of conversations."""
    return (
        select(column)
        .where(_message.c.conversation_id == _conversation.c.id)
        .where(_message.c.visibility == "public", _message.c.text.is_not(None))
        .order_by(_message.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )


_RATING = ("resolved", "stars", "rated_seq")


_with_helper = _conversation.outerjoin(tables.staff, tables.staff.c.id == _conversation.c.helper_id)


def _bare() -> Select[Any]:
    """The row itself; its rating columns say only what the bot settled."""
    return select(*_COLUMNS).select_from(_with_helper)


def _full() -> Select[Any]:
    helped = (
        select(_request.c.id, *(_request.c[name] for name in _RATING))
        .where(_request.c.conversation_id == _conversation.c.id, _request.c.status == "closed")
        .order_by(_request.c.closed_at.desc())
        .limit(1)
        .lateral("helped")
    )
    rating = (
        case((helped.c.id.is_not(None), helped.c[name]), else_=_conversation.c[name]).label(name)
        for name in _RATING
    )
    unrated = (column for column in _COLUMNS if column.name not in _RATING)
    return select(
        *unrated,
        *rating,
        _last_public(_message.c.text).label("last_text"),
        _last_public(_message.c.created_at).label("last_at"),
    ).select_from(_with_helper.outerjoin(helped, true()))


def _record(row: RowMapping) -> Conversation:
    return Conversation(**row)


# Every message runs these: built once, for building them costs more than running them.
_THIS = _conversation.c.id == bindparam("this")
_LOCK = _bare().where(_THIS).with_for_update(of=_conversation)
_GET = _full().where(_THIS)
_STANDS = _bare().where(_THIS)
_KEYS = select(_key.c.conversation_id).where(_key.c.token_hash == bindparam("token"))
_BY_TOKEN = _full().where(
    or_(_conversation.c.token_hash == bindparam("token"), _conversation.c.id.in_(_KEYS))
)
_MARKS = text("SELECT id, last_seq, owner_epoch FROM conversation WHERE id = ANY(:ids)")
_NEXT_SEQ = (
    update(_conversation)
    .where(_THIS)
    .values(last_seq=_conversation.c.last_seq + 1)
    .returning(_conversation.c.last_seq)
)


async def create(connection: AsyncConnection, record: Conversation, token_hash: bytes) -> None:
    """Insert a new conversation; only the hash of its token is kept."""
    values = {c.name: getattr(record, c.name) for c in _COLUMNS if c.table is _conversation}
    await connection.execute(insert(_conversation).values(**values, token_hash=token_hash))


async def add_key(
    connection: AsyncConnection, conversation_id: str, token_hash: bytes, now: datetime
) -> None:
    """One more token that opens the conversation; only its hash is kept."""
    await connection.execute(
        insert(_key).values(token_hash=token_hash, conversation_id=conversation_id, created_at=now)
    )


async def set_place(connection: AsyncConnection, conversation_id: str, district: str, profile: JSON) -> None:
    """Write the district, and ``profile`` over what was known of the visitor."""
    known = _conversation.c.profile.op("||")(profile)
    await _change(connection, conversation_id, district=district, profile=known)


async def set_visitor_key(
    connection: AsyncConnection, conversation_id: str, visitor_key: str, *, over: bool
) -> None:
    """Say whose conversation it is; without ``over`` only where nothing was known."""
    statement = update(_conversation).where(_conversation.c.id == conversation_id)
    if not over:
        statement = statement.where(_conversation.c.visitor_key.is_(None))
    await connection.execute(statement.values(visitor_key=visitor_key))


async def clear_profile(connection: AsyncConnection, conversation_id: str) -> None:
    """Remove what is known of the person; what was said is another rule's."""
    await _change(connection, conversation_id, profile={}, visitor_key=None)


async def drop_keys(connection: AsyncConnection, conversation_ids: Sequence[str]) -> None:
    """Let the further keys to these conversations open nothing any more."""
    await connection.execute(delete(_key).where(_key.c.conversation_id.in_(conversation_ids)))


async def drop_visitor_key(connection: AsyncConnection, visitor_key: str) -> None:
    """Let nothing tell any more that these conversations are of one visitor."""
    theirs = _conversation.c.visitor_key == visitor_key
    await connection.execute(update(_conversation).where(theirs).values(visitor_key=None))


async def lock(connection: AsyncConnection, conversation_id: str) -> Conversation:
    """Read one conversation and hold its row until the transaction ends. Raises ``NotFound``.

    Whoever changes anything of a conversation takes this lock first: one order, hence no deadlocks.
    """
    row = (await connection.execute(_LOCK, {"this": conversation_id})).mappings().one_or_none()
    if row is None:
        raise NotFound("no such conversation")
    return _record(row)


async def get(connection: AsyncConnection, conversation_id: str) -> Conversation:
    """One conversation with its last public text. Raises ``NotFound``."""
    row = (await connection.execute(_GET, {"this": conversation_id})).mappings().first()
    if row is None:
        raise NotFound("no such conversation")
    return _record(row)


async def stands(connection: AsyncConnection, conversation_id: str) -> Conversation:
    """One conversation without its last text, and without the ratings of its help. Raises ``NotFound``."""
    row = (await connection.execute(_STANDS, {"this": conversation_id})).mappings().first()
    if row is None:
        raise NotFound("no such conversation")
    return _record(row)


async def by_token_hash(connection: AsyncConnection, token_hash: bytes) -> Conversation | None:
    """The conversation a visitor's token opens."""
    row = (await connection.execute(_BY_TOKEN, {"token": token_hash})).mappings().one_or_none()
    return _record(row) if row else None


async def marks(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """``last_seq`` and ``owner_epoch`` by conversation: whether there is anything new in it."""
    rows = await connection.execute(_MARKS, {"ids": list(ids)})
    return {row.id: (row.last_seq, row.owner_epoch) for row in rows}


async def held_by(connection: AsyncConnection, staff_id: str) -> list[Conversation]:
    """The conversations a member of staff owns or is in now, oldest first."""
    beside = tables.participant
    joined = select(beside.c.conversation_id).where(beside.c.staff_id == staff_id, beside.c.left_at.is_(None))
    mine = or_(_conversation.c.helper_id == staff_id, _conversation.c.id.in_(joined))
    rows = await connection.execute(_full().where(mine).order_by(_conversation.c.created_at))
    return [_record(row) for row in rows.mappings()]


_MINE = text(
    """
    SELECT id, last_seq, 'owner' AS role FROM conversation WHERE helper_id = :staff_id
    UNION ALL
    SELECT c.id, c.last_seq, 'participant' FROM participant p
    JOIN conversation c ON c.id = p.conversation_id WHERE p.staff_id = :staff_id AND p.left_at IS NULL
    """
)


async def mine(connection: AsyncConnection, staff_id: str) -> dict[str, tuple[str, int]]:
    """Role and ``last_seq`` of the conversations a member of staff owns or is in, by id."""
    rows = await connection.execute(_MINE, {"staff_id": staff_id})
    return {row.id: (row.role, row.last_seq) for row in rows}


async def closed_by(connection: AsyncConnection, staff_id: str, limit: int) -> list[Conversation]:
    """The conversations whose help request this member of staff closed, newest first, each once."""
    newest = (
        select(_request.c.conversation_id, func.max(_request.c.closed_at).label("at"))
        .where(_request.c.closed_by == staff_id)
        .group_by(_request.c.conversation_id)
        .order_by(func.max(_request.c.closed_at).desc())
        .limit(limit)
        .subquery()
    )
    query = _full().join(newest, newest.c.conversation_id == _conversation.c.id).order_by(newest.c.at.desc())
    return [_record(row) for row in (await connection.execute(query)).mappings()]


async def with_keys(
    connection: AsyncConnection, visitor_keys: Sequence[str], but: str, limit: int
) -> list[Conversation]:
    """Conversations under these keys of one visitor, but one and without empty ones, newest first."""
    query = _full().where(_conversation.c.visitor_key.in_(visitor_keys), _conversation.c.id != but)
    query = query.where(_conversation.c.last_seq > 0)
    rows = await connection.execute(query.order_by(_conversation.c.created_at.desc()).limit(limit))
    return [_record(row) for row in rows.mappings()]


async def next_seq(connection: AsyncConnection, conversation_id: str) -> int:
    """Take the next ``seq``; the caller holds the conversation's lock."""
    return int((await connection.execute(_NEXT_SEQ, {"this": conversation_id})).scalar_one())


async def save_owner(connection: AsyncConnection, record: Conversation) -> None:
    """Write owner, epoch and helper of ``record``."""
    await _change(
        connection,
        record.id,
        owner=record.owner,
        owner_epoch=record.owner_epoch,
        helper_id=record.helper_id,
    )


async def mark_closed(connection: AsyncConnection, conversation_id: str, now: datetime) -> None:
    """A helper ended the help."""
    await _change(connection, conversation_id, closed_at=now)


async def mark_settled(connection: AsyncConnection, conversation_id: str, now: datetime) -> None:
    """The visitor told the bot that the matter is settled."""
    await _change(connection, conversation_id, closed_at=now, resolved=True)


async def reopen(connection: AsyncConnection, conversation_id: str) -> None:
    """Undo a closing; the rating of what was closed stays."""
    await _change(connection, conversation_id, closed_at=None)


async def save_rating(connection: AsyncConnection, conversation_id: str, rating: JSON) -> None:
    """Write the rating of what the bot settled over an earlier one."""
    await _change(connection, conversation_id, **rating)


async def mark_read(connection: AsyncConnection, conversation_id: str, seq: int) -> int | None:
    """Raise the visitor's read mark, never beyond the last message; None if it did not rise."""
    mark = func.least(seq, _conversation.c.last_seq)
    statement = (
        update(_conversation)
        .where(_conversation.c.id == conversation_id, _conversation.c.visitor_read_seq < mark)
        .values(visitor_read_seq=mark)
        .returning(_conversation.c.visitor_read_seq)
    )
    value = (await connection.execute(statement)).scalar_one_or_none()
    return None if value is None else int(value)


async def _change(connection: AsyncConnection, conversation_id: str, **values: Any) -> None:
    await connection.execute(
        update(_conversation).where(_conversation.c.id == conversation_id).values(**values)
    )
