"""What the outside receives: the shapes of ``docs/protocol.md``, made from the helpdesk's records.

Shared by the visitor's and the staff's API, so that both show the same thing the same way; the OpenAPI
document is written from these models.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, PlainSerializer

from bot.helpdesk.floor import Colleague, InvitationView
from bot.helpdesk.models import (
    Conversation,
    HelpRequest,
    OfferRecord,
    Participant,
    Person,
    Sender,
    Staff,
    Update,
)
from bot.helpdesk.rules.departments import Alert
from bot.helpdesk.rules.waiting import Wait
from bot.helpdesk.times import stamp

Moment = Annotated[datetime, PlainSerializer(stamp, return_type=str)]


class Wire(BaseModel):
    """A shape that leaves the server."""

    model_config = ConfigDict(frozen=True)

    def json_object(self) -> dict[str, Any]:
        """The JSON object that is sent."""
        return self.model_dump(mode="json")


class SenderOut(Wire):
    """Who speaks."""

    kind: str
    name: str | None = None
    department: str | None = None


class UpdateOut(Wire):
    """One element of a conversation's gap-free list; of a hidden one only seq and kind are set."""

    seq: int
    kind: str
    sender: SenderOut | None = None
    text: str | None = None
    payload: dict[str, Any] | None = None
    at: Moment | None = None
    client_message_id: str | None = None


class StaffUpdateOut(UpdateOut):
    """An update for staff; ``delivery`` is sent, pending or undelivered where it goes out by WeChat."""

    delivery: str | None = None


class StaffUpdatesOut(Wire):
    """A stretch of updates for staff and the newest seq there is."""

    updates: list[StaffUpdateOut]
    last_seq: int


class UpdatesOut(Wire):
    """A stretch of updates and the newest seq there is."""

    updates: list[UpdateOut]
    last_seq: int


class QueuePositionOut(Wire):
    """Where a waiting visitor stands (1 is next), the wait as far as it is known, and the promised one."""

    position: int
    promise_seconds: float
    wait_seconds: int | None
    wait_low_seconds: int | None
    wait_high_seconds: int | None


class WaitingUpdatesOut(UpdatesOut):
    """The same for a visitor who waits for a person, with where they stand."""

    queue: QueuePositionOut | None = None


class HelperOut(Wire):
    """The helper of a conversation, as the visitor is shown them."""

    name: str | None
    department: str | None


class PersonOut(Wire):
    """A member of staff by id and name."""

    id: str
    name: str | None


class StaffOut(Wire):
    """A member of staff."""

    id: str
    username: str
    name: str
    role: str
    department: str | None


class OwnerOut(HelperOut):
    """The helper who owns a conversation, as staff see them."""

    id: str


class RequestOut(Wire):
    """A help request."""

    id: str
    conversation_id: str
    status: str
    reason: str
    topic: str | None
    department: str | None
    district: str | None
    channel: str
    question: str
    requested_at: Moment
    deadline_at: Moment
    claimed_at: Moment | None
    claimed_by: PersonOut | None
    first_response_at: Moment | None
    closed_at: Moment | None
    outcome: str | None
    level: int
    waiting_since: Moment
    breached_at: Moment | None


class NamedOut(PersonOut):
    """A member of staff by id, name and department."""

    department: str | None


class ParticipantOut(NamedOut):
    """Somebody who is in a conversation beside its owner."""

    joined_at: Moment


class OfferOut(Wire):
    """An offer that rings; ``expires_at`` null: until taken."""

    id: int
    request: RequestOut
    level: int
    exclusive: bool
    offered_at: Moment
    expires_at: Moment | None


class AlertOut(Wire):
    """A request that somebody has to hear of."""

    request: RequestOut
    reason: str
    ring: bool


class InvitationOut(Wire):
    """Somebody is asked to take a conversation over, or to join it."""

    id: str
    kind: str
    conversation_id: str
    request: RequestOut
    invited_by: NamedOut
    to: NamedOut | None
    to_department: str | None
    note: str
    status: str
    created_at: Moment
    expires_at: Moment
    decided_at: Moment | None
    decided_by: NamedOut | None
    reason: str | None


class WaitOut(Wire):
    """An expected wait with its 10th and 90th percentile."""

    seconds: int
    low_seconds: int
    high_seconds: int


class ColleagueOut(NamedOut):
    """A member of staff as colleagues see them."""

    role: str
    presence: str
    connected: bool
    held: int
    capacity: int
    skills: list[str]


class WindowOut(Wire):
    """How many messages may still be sent in WeChat, of how many, and until when (None: closed)."""

    remaining: int
    limit: int
    window_ends_at: Moment | None


class WechatOut(WindowOut):
    """The window of the visitor's last message, and the short one of a tap, a scan or a subscription.

    Of that one nothing is shown (None) once it is over or used up.
    """

    event: WindowOut | None


class ConversationOut(Wire):
    """A conversation as staff see it."""

    id: str
    channel: str
    district: str | None
    page: str | None
    locale: str
    profile: dict[str, Any]
    owner: str
    helper: OwnerOut | None
    created_at: Moment
    last_seq: int
    last_text: str | None
    last_at: Moment | None
    closed_at: Moment | None
    visitor_online: bool
    visitor_read_seq: int
    resolved: bool | None
    stars: int | None
    participants: list[ParticipantOut]
    wechat: WechatOut | None = None


class SeqOut(Wire):
    """The place a message took in its conversation."""

    seq: int


def update_out(update: Update) -> UpdateOut:
    """An update as its reader may see it: the helpdesk has already hidden what is not theirs."""
    if update.kind == "hidden":
        return UpdateOut(seq=update.seq, kind="hidden")
    return UpdateOut(
        seq=update.seq,
        kind=update.kind,
        sender=_sender(update.sender),
        text=update.text,
        payload=update.payload,
        at=update.at,
        client_message_id=update.client_message_id,
    )


def staff_update_out(update: Update, delivery: str | None = None) -> StaffUpdateOut:
    """The same with the visibility that staff are shown on every text, and with its delivery."""
    shown = StaffUpdateOut(**vars(update_out(update)), delivery=delivery)
    if update.kind != "text":
        return shown
    return shown.model_copy(update={"payload": {**(shown.payload or {}), "visibility": update.visibility}})


def helper_out(conversation: Conversation) -> HelperOut | None:
    """The helper a visitor talks to, if any."""
    if conversation.owner != "helper":
        return None
    return HelperOut(name=conversation.helper_name, department=conversation.helper_department)


def staff_out(staff: Staff) -> StaffOut:
    """A member of staff."""
    return StaffOut(
        id=staff.id, username=staff.username, name=staff.name, role=staff.role, department=staff.department
    )


def request_out(request: HelpRequest) -> RequestOut:
    """A help request without its brief."""
    by = PersonOut(id=request.claimed_by, name=request.claimed_by_name) if request.claimed_by else None
    made = ("claimed_by", "waiting_since")
    same = {name: getattr(request, name) for name in RequestOut.model_fields if name not in made}
    return RequestOut(claimed_by=by, waiting_since=request.clock_from, **same)


def named_out(person: Person | None) -> NamedOut | None:
    """A person by id, name and department."""
    return NamedOut(id=person.id, name=person.name, department=person.department) if person else None


def offer_out(offer: OfferRecord) -> OfferOut:
    """An offer as its desk sees it."""
    return OfferOut(
        id=offer.id,
        request=request_out(offer.request),
        level=offer.level,
        exclusive=offer.level == 0,
        offered_at=offer.offered_at,
        expires_at=offer.expires_at,
    )


def alert_out(alert: Alert) -> AlertOut:
    """A warning."""
    return AlertOut(request=request_out(alert.request), reason=alert.reason, ring=alert.ring)


def invitation_out(view: InvitationView) -> InvitationOut:
    """An invitation with everybody it names."""
    it = view.invitation
    invited_by = named_out(view.people[it.invited_by])
    assert invited_by is not None
    same = ("id", "kind", "conversation_id", "to_department", "note", "status", "reason")
    times = ("created_at", "expires_at", "decided_at")
    return InvitationOut(
        request=request_out(view.request),
        invited_by=invited_by,
        to=named_out(view.people.get(it.to_staff or "")),
        decided_by=named_out(view.people.get(it.decided_by or "")),
        **{name: getattr(it, name) for name in (*same, *times)},
    )


def wait_out(wait: Wait | None) -> WaitOut | None:
    """An expected wait, if there is one to tell."""
    if wait is None:
        return None
    return WaitOut(seconds=wait.seconds, low_seconds=wait.low_seconds, high_seconds=wait.high_seconds)


def colleague_out(colleague: Colleague) -> ColleagueOut:
    """A colleague."""
    it = colleague.staff
    return ColleagueOut(
        id=it.id,
        name=it.name,
        department=it.department,
        role=it.role,
        presence=it.presence,
        connected=colleague.connected,
        held=colleague.held,
        capacity=colleague.capacity,
        skills=list(colleague.skills),
    )


def conversation_out(
    conversation: Conversation,
    online: bool,
    participants: Sequence[Participant] = (),
    wechat: WechatOut | None = None,
) -> ConversationOut:
    """A conversation for staff; ``online`` says whether the visitor is connected now."""
    helper = None
    if conversation.helper_id:
        helper = OwnerOut(
            id=conversation.helper_id,
            name=conversation.helper_name,
            department=conversation.helper_department,
        )
    same = {
        name: getattr(conversation, name)
        for name in ConversationOut.model_fields
        if name not in ("helper", "visitor_online", "participants", "wechat")
    }
    beside = [
        ParticipantOut(
            id=each.person.id,
            name=each.person.name,
            department=each.person.department,
            joined_at=each.joined_at,
        )
        for each in participants
    ]
    return ConversationOut(helper=helper, visitor_online=online, participants=beside, wechat=wechat, **same)


def _sender(sender: Sender) -> SenderOut:
    return SenderOut(kind=sender.kind, name=sender.name, department=sender.department)
