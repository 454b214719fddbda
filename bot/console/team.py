"""Several people in one conversation over HTTP: transfer, invite, leave, hand over, take over, reassign."""

from typing import Annotated

from pydantic import Field, StringConstraints

from bot.errors import HttpError
from bot.helpdesk.errors import Invalid
from bot.helpdesk.models import InvitationKind
from bot.helpdesk.rules import OVERSEERS
from bot.helpdesk.team import Target
from bot.web import Body, Call, Route
from bot.wire import InvitationOut, NamedOut, RequestOut, Wire, invitation_out, named_out, request_out

StaffId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Note = Annotated[str, StringConstraints(max_length=1000)]


class To(Body):
    """Whom something goes to, with a note for them."""

    staff_id: StaffId | None = None
    department: str | None = Field(default=None, max_length=64)
    note: Note = ""


class Why(Body):
    """A reason."""

    reason: Note = ""


class Reassign(Body):
    """Whom it goes to, and why."""

    staff_id: StaffId | None = None
    department: str | None = Field(default=None, max_length=64)
    reason: Note = ""


class HandOver(Body):
    """Which participant becomes the owner; ``stay``: the former owner stays beside them."""

    staff_id: StaffId
    stay: bool = False


class EndShift(Body):
    """Who goes on (nobody: the queue), a note for them, and whose shift (nobody: mine)."""

    to: StaffId | None = None
    note: Note = ""
    staff_id: StaffId | None = None


class OneInvitationOut(Wire):
    """One invitation."""

    invitation: InvitationOut


class InvitationsOut(Wire):
    """Pending invitations."""

    invitations: list[InvitationOut]


class TeamRequestOut(Wire):
    """The request after it changed hands."""

    request: RequestOut


class MovedOut(Wire):
    """Where a conversation went; null: into the queue."""

    conversation_id: str
    to: NamedOut | None


class ShiftOut(Wire):
    """Where the conversations of a shift went."""

    moved: list[MovedOut]


def _target(staff_id: str | None, department: str | None) -> Target:
    try:
        return Target(staff_id, department)
    except Invalid as error:
        raise HttpError("bad_request", str(error)) from None


async def _invite(call: Call, conversation_id: str, kind: InvitationKind) -> OneInvitationOut:
    it: To = call.body
    target = _target(it.staff_id, it.department)
    made = await call.parts.team.invite(kind, conversation_id, call.staff, target, it.note)
    return OneInvitationOut(invitation=invitation_out(await call.parts.floor.view(made)))


async def transfer(call: Call, conversation_id: str) -> OneInvitationOut:
    """Ask somebody to take the conversation over."""
    return await _invite(call, conversation_id, "transfer")


async def invite(call: Call, conversation_id: str) -> OneInvitationOut:
    """Ask somebody into the conversation."""
    return await _invite(call, conversation_id, "join")


async def invitations(call: Call) -> InvitationsOut:
    """Pending ones asked of me or made by me."""
    found = await call.parts.floor.invitations_of(call.staff)
    return InvitationsOut(invitations=[invitation_out(each) for each in found])


async def accept(call: Call, invitation_id: str) -> OneInvitationOut:
    """Take over, or join."""
    it = await call.parts.team.accept(invitation_id, call.staff)
    return OneInvitationOut(invitation=invitation_out(await call.parts.floor.view(it)))


async def refuse(call: Call, invitation_id: str) -> OneInvitationOut:
    """Say no."""
    it = await call.parts.team.refuse(invitation_id, call.staff, call.body.reason)
    return OneInvitationOut(invitation=invitation_out(await call.parts.floor.view(it)))


async def cancel(call: Call, invitation_id: str) -> OneInvitationOut:
    """Take back what was asked."""
    it = await call.parts.team.cancel(invitation_id, call.staff)
    return OneInvitationOut(invitation=invitation_out(await call.parts.floor.view(it)))


async def leave(call: Call, conversation_id: str) -> None:
    """A participant goes."""
    await call.parts.team.leave(conversation_id, call.staff)


async def hand_over(call: Call, conversation_id: str) -> TeamRequestOut:
    """A participant becomes the owner."""
    it: HandOver = call.body
    moved = await call.parts.team.hand_over(conversation_id, call.staff, it.staff_id, stay=it.stay)
    return TeamRequestOut(request=request_out(moved))


async def take_over(call: Call, conversation_id: str) -> TeamRequestOut:
    """An overseer becomes the owner."""
    moved = await call.parts.team.take_over(conversation_id, call.staff, call.body.reason)
    return TeamRequestOut(request=request_out(moved))


async def reassign(call: Call, conversation_id: str) -> TeamRequestOut:
    """An overseer gives it to somebody, or to a department's queue."""
    it: Reassign = call.body
    target = _target(it.staff_id, it.department)
    moved = await call.parts.team.reassign(conversation_id, call.staff, target, it.reason)
    return TeamRequestOut(request=request_out(moved))


async def end_shift(call: Call) -> ShiftOut:
    """Go away and leave nobody alone."""
    it: EndShift = call.body
    moved = await call.parts.team.end_shift(call.staff, of=it.staff_id, to=it.to, note=it.note)
    return ShiftOut(moved=[MovedOut(conversation_id=each, to=named_out(to)) for each, to in moved])


_CONVERSATION = "/api/staff/conversations/<conversation_id:[0-9a-f]{32}>"
_INVITATION = "/api/staff/invitations/<invitation_id:[0-9a-f]{32}>"

ROUTES = (
    Route(
        "POST", f"{_CONVERSATION}/transfer", "staff", transfer, "Ask somebody to take the conversation over",
        body=To, answer=OneInvitationOut, status=201,
    ),
    Route(
        "POST", f"{_CONVERSATION}/invite", "staff", invite, "Ask somebody into the conversation",
        body=To, answer=OneInvitationOut, status=201,
    ),
    Route(
        "GET", "/api/staff/invitations", "staff", invitations, "Pending invitations that concern me",
        answer=InvitationsOut,
    ),
    Route("POST", f"{_INVITATION}/accept", "staff", accept, "Take over, or join", answer=OneInvitationOut),
    Route(
        "POST", f"{_INVITATION}/refuse", "staff", refuse, "Say no", body=Why, answer=OneInvitationOut
    ),
    Route("POST", f"{_INVITATION}/cancel", "staff", cancel, "Take it back", answer=OneInvitationOut),
    Route("POST", f"{_CONVERSATION}/leave", "staff", leave, "A participant goes", status=204),
    Route(
        "POST", f"{_CONVERSATION}/hand-over", "staff", hand_over, "Make a participant the owner",
        body=HandOver, answer=TeamRequestOut,
    ),
    Route(
        "POST", f"{_CONVERSATION}/take-over", "staff", take_over, "An overseer becomes the owner",
        body=Why, answer=TeamRequestOut, roles=OVERSEERS,
    ),
    Route(
        "POST", f"{_CONVERSATION}/reassign", "staff", reassign, "Give it to somebody, or a department",
        body=Reassign, answer=TeamRequestOut, roles=OVERSEERS,
    ),
    Route(
        "POST", "/api/staff/shift/end", "staff", end_shift, "End a shift and hand its conversations over",
        body=EndShift, answer=ShiftOut,
    ),
)  # fmt: skip
