"""SQL for invitations and participants."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk import tables
from bot.helpdesk.models import Invitation, InvitationStatus, Participant, Person, Staff

_invitation = tables.invitation
_dismissed = tables.invitation_dismissed
_participant = tables.participant
_staff = tables.staff
_PENDING = _invitation.c.status == "pending"


async def create(connection: AsyncConnection, record: Invitation) -> bool:
    """Insert an invitation; False when a transfer of this conversation is pending already."""
    values = {c.name: getattr(record, c.name) for c in _invitation.c}
    statement = upsert(_invitation).values(values).on_conflict_do_nothing()
    return (await connection.execute(statement.returning(_invitation.c.id))).first() is not None


async def get(connection: AsyncConnection, invitation_id: str) -> Invitation | None:
    """One invitation."""
    return await _one(connection, select(_invitation).where(_invitation.c.id == invitation_id))


async def _one(connection: AsyncConnection, query: Select[Any]) -> Invitation | None:
    row = (await connection.execute(query)).mappings().first()
    return Invitation(**row) if row else None


async def decide(
    connection: AsyncConnection,
    invitation_id: str,
    status: InvitationStatus,
    by: str | None,
    reason: str | None,
    now: datetime,
) -> Invitation | None:
    """End a pending invitation in one UPDATE; None when it had ended."""
    statement = (
        update(_invitation)
        .where(_invitation.c.id == invitation_id, _PENDING)
        .values(status=status, decided_at=now, decided_by=by, reason=reason)
        .returning(*_invitation.c)
    )
    row = (await connection.execute(statement)).mappings().first()
    return Invitation(**row) if row else None


async def cancel_all(
    connection: AsyncConnection, conversation_id: str, reason: str, now: datetime, kind: str | None = None
) -> list[Invitation]:
    """End whatever is pending in a conversation, or what of this kind."""
    statement = (
        update(_invitation)
        .where(_invitation.c.conversation_id == conversation_id, _PENDING)
        .values(status="cancelled", decided_at=now, reason=reason)
        .returning(*_invitation.c)
    )
    if kind is not None:
        statement = statement.where(_invitation.c.kind == kind)
    return [Invitation(**row) for row in (await connection.execute(statement)).mappings()]


async def pending_in(
    connection: AsyncConnection, conversation_id: str, target: str, kind: str
) -> Invitation | None:
    """The pending invitation of this kind to this person, or department, in a conversation."""
    query = select(_invitation).where(
        _PENDING,
        _invitation.c.conversation_id == conversation_id,
        or_(_invitation.c.to_staff == target, _invitation.c.to_department == target),
        _invitation.c.kind == kind,
    )
    return await _one(connection, query)


async def dismiss(connection: AsyncConnection, invitation_id: str, staff_id: str, now: datetime) -> None:
    """One of a department that was asked says no; it is not shown to them any more."""
    statement = upsert(_dismissed).values(invitation_id=invitation_id, staff_id=staff_id, at=now)
    await connection.execute(statement.on_conflict_do_nothing())


async def dismissed_by(connection: AsyncConnection, invitation_id: str) -> set[str]:
    """Who of the department has said no."""
    query = select(_dismissed.c.staff_id).where(_dismissed.c.invitation_id == invitation_id)
    return set((await connection.execute(query)).scalars())


async def concerning(connection: AsyncConnection, staff: Staff) -> list[Invitation]:
    """Pending invitations made by ``staff``, to them, or to their department unless they said no."""
    mine = [_invitation.c.invited_by == staff.id, _invitation.c.to_staff == staff.id]
    if staff.department is not None:
        said_no = select(_dismissed.c.staff_id).where(
            _dismissed.c.invitation_id == _invitation.c.id, _dismissed.c.staff_id == staff.id
        )
        mine.append(
            and_(
                _invitation.c.to_department == staff.department,
                _invitation.c.invited_by != staff.id,
                ~said_no.exists(),
            )
        )
    query = select(_invitation).where(_PENDING, or_(*mine)).order_by(_invitation.c.created_at)
    return [Invitation(**row) for row in (await connection.execute(query)).mappings()]


async def expired(connection: AsyncConnection, now: datetime) -> list[Invitation]:
    """Pending invitations whose time is over."""
    query = select(_invitation).where(_PENDING, _invitation.c.expires_at <= now)
    return [Invitation(**row) for row in (await connection.execute(query)).mappings()]


async def next_expiry(connection: AsyncConnection) -> datetime | None:
    """When the next pending invitation ends."""
    query = select(func.min(_invitation.c.expires_at)).where(_PENDING)
    found: datetime | None = (await connection.execute(query)).scalar_one_or_none()
    return found


async def join(
    connection: AsyncConnection, conversation_id: str, staff_id: str, by: str | None, now: datetime
) -> bool:
    """Add a participant; False when they are in it already."""
    statement = upsert(_participant).values(
        conversation_id=conversation_id, staff_id=staff_id, invited_by=by, joined_at=now
    )
    statement = statement.on_conflict_do_nothing()
    return (await connection.execute(statement.returning(_participant.c.id))).first() is not None


async def leave(
    connection: AsyncConnection, conversation_id: str, staff_id: str | None, now: datetime
) -> list[str]:
    """End the participation of one, or with None of all; the ids of those who left."""
    statement = (
        update(_participant)
        .where(_participant.c.conversation_id == conversation_id, _participant.c.left_at.is_(None))
        .values(left_at=now)
        .returning(_participant.c.staff_id)
    )
    if staff_id is not None:
        statement = statement.where(_participant.c.staff_id == staff_id)
    return list((await connection.execute(statement)).scalars())


async def participants(connection: AsyncConnection, conversation_ids: list[str]) -> list[Participant]:
    """Who is in these conversations beside their owners, in the order they joined."""
    query = (
        select(
            _participant.c.conversation_id,
            _participant.c.joined_at,
            _staff.c.id,
            _staff.c.name,
            _staff.c.department,
        )
        .join(_staff, _staff.c.id == _participant.c.staff_id)
        .where(_participant.c.conversation_id.in_(conversation_ids), _participant.c.left_at.is_(None))
        .order_by(_participant.c.id)
    )
    return [
        Participant(row.conversation_id, Person(row.id, row.name, row.department), row.joined_at)
        for row in await connection.execute(query)
    ]
