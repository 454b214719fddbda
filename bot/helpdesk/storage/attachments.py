"""SQL for attachments: what came with a message besides words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk import tables

_attachment = tables.attachment
_message = tables.message
Status = Literal["waiting", "kept", "gone"]


@dataclass(frozen=True)
class Attachment:
    """A picture, a recording or a film; ``content`` is there while it is ``kept``."""

    conversation_id: str
    seq: int
    kind: str
    status: Status
    content_type: str | None = None
    content: bytes | None = None


async def add(connection: AsyncConnection, it: Attachment, now: datetime) -> None:
    """Keep what came with a message, or note that it is still to be fetched."""
    await connection.execute(insert(_attachment).values(**vars(it), created_at=now))


async def fetched(
    connection: AsyncConnection,
    conversation_id: str,
    seq: int,
    content_type: str | None,
    content: bytes | None,
) -> None:
    """Save what was fetched; without content it is gone for good."""
    values = {
        "status": "kept" if content else "gone",
        "content_type": content_type,
        "content": content or None,
    }
    here = (_attachment.c.conversation_id == conversation_id, _attachment.c.seq == seq)
    await connection.execute(update(_attachment).where(*here).values(values))


async def get(
    connection: AsyncConnection, conversation_id: str, seq: int, *, internal: bool
) -> Attachment | None:
    """What came with a message; of internal notes only with ``internal``."""
    columns = [column for column in _attachment.c if column.name != "created_at"]
    query = select(*columns).where(_attachment.c.conversation_id == conversation_id, _attachment.c.seq == seq)
    if not internal:
        its = (_message.c.conversation_id == conversation_id, _message.c.seq == seq)
        query = query.where(select(_message.c.seq).where(*its, _message.c.visibility == "public").exists())
    row = (await connection.execute(query)).mappings().one_or_none()
    return Attachment(**row) if row else None


async def forget(connection: AsyncConnection, conversation_ids: Sequence[str]) -> None:
    """Remove the content of whatever was sent in these conversations, and what messages say of it.

    What stands for a place or a thing of an unknown kind in the list keeps its first word only: 「[位置]」.
    """
    await connection.execute(
        update(_attachment)
        .where(_attachment.c.conversation_id.in_(conversation_ids))
        .values(status="gone", content_type=None, content=None)
    )
    payload = _message.c.payload
    kind = payload[("attachment", "kind")]
    words = case(
        (kind.astext.in_(("location", "unknown")), func.split_part(_message.c.text, " ", 1)),
        else_=_message.c.text,
    )
    rest = func.jsonb_set(payload, ["attachment"], func.jsonb_build_object("kind", kind))
    await connection.execute(
        update(_message)
        .where(_message.c.conversation_id.in_(conversation_ids), payload.has_key("attachment"))
        .values(payload=rest, text=words)
    )
