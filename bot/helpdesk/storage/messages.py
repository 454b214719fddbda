"""SQL for messages: a conversation's gap-free list."""

from sqlalchemy import RowMapping, bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk import tables
from bot.helpdesk.models import Sender, SenderKind, Update

_message = tables.message


def from_row(row: RowMapping) -> Update:
    """The update in a row of the table."""
    return Update(
        conversation_id=row["conversation_id"],
        seq=row["seq"],
        kind=row["kind"],
        sender=Sender(row["sender_kind"], row["sender_name"], row["sender_department"]),
        visibility=row["visibility"],
        text=row["text"],
        payload=row["payload"],
        at=row["created_at"],
        client_message_id=row["client_message_id"],
        commands=row["commands"],
        reply_to=row["reply_to"],
    )


# Every message runs this: built once, for building it costs more than running it.
_SENT = select(_message.c.seq, _message.c.sender_kind, _message.c.staff_id).where(
    _message.c.conversation_id == bindparam("conversation"),
    _message.c.client_message_id == bindparam("sent_as"),
)

_HERE = _message.c.conversation_id == bindparam("conversation")
_AFTER = (
    select(_message)
    .where(_HERE, _message.c.seq > bindparam("seq"))
    .order_by(_message.c.seq)
    .limit(bindparam("at_most"))
)
_ENDED = (
    select(_message.c.seq)
    .where(_HERE, _message.c.seq > bindparam("seq"))
    .where(_message.c.kind == "notice", _message.c.payload["code"].astext == "closed")
    .limit(1)
)


async def add(connection: AsyncConnection, record: Update, staff_id: str | None) -> None:
    """Insert one message under the ``seq`` taken for it."""
    await connection.execute(
        insert(_message),
        dict(
            conversation_id=record.conversation_id,
            seq=record.seq,
            kind=record.kind,
            sender_kind=record.sender.kind,
            sender_name=record.sender.name,
            sender_department=record.sender.department,
            staff_id=staff_id,
            visibility=record.visibility,
            text=record.text,
            payload=record.payload,
            commands=record.commands,
            reply_to=record.reply_to,
            client_message_id=record.client_message_id,
            created_at=record.at,
        ),
    )


async def find_sent(
    connection: AsyncConnection, conversation_id: str, client_message_id: str
) -> tuple[int, SenderKind, str | None] | None:
    """``seq``, kind of sender and member of staff of the message a client sent under this id."""
    values = {"conversation": conversation_id, "sent_as": client_message_id}
    row = (await connection.execute(_SENT, values)).one_or_none()
    return (row.seq, row.sender_kind, row.staff_id) if row else None


async def get(connection: AsyncConnection, conversation_id: str, seq: int) -> Update | None:
    """One message."""
    query = select(_message).where(_message.c.conversation_id == conversation_id, _message.c.seq == seq)
    row = (await connection.execute(query)).mappings().one_or_none()
    return from_row(row) if row else None


async def after(connection: AsyncConnection, conversation_id: str, seq: int, limit: int) -> list[Update]:
    """Messages with a higher ``seq``, in order."""
    values = {"conversation": conversation_id, "seq": seq, "at_most": limit}
    return [from_row(row) for row in (await connection.execute(_AFTER, values)).mappings()]


async def ended_after(connection: AsyncConnection, conversation_id: str, seq: int) -> bool:
    """Whether the end of a help request was told after the message ``seq``."""
    values = {"conversation": conversation_id, "seq": seq}
    return (await connection.execute(_ENDED, values)).first() is not None


async def newest(connection: AsyncConnection, conversation_id: str, limit: int) -> list[Update]:
    """The last ``limit`` public messages, in order."""
    query = (
        select(_message)
        .where(_message.c.conversation_id == conversation_id, _message.c.visibility == "public")
        .order_by(_message.c.seq.desc())
        .limit(limit)
    )
    rows = (await connection.execute(query)).mappings().all()
    return [from_row(row) for row in reversed(rows)]
