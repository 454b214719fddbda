"""What the outside receives: the shapes of ``docs/protocol.md``, made from the helpdesk's records.

Shared by the visitor's and the staff's API, so that both show the same thing the same way; the OpenAPI
document is written from these models.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, PlainSerializer

from bot.helpdesk.models import Conversation, HelpRequest, Sender, Staff, Update


def stamp(moment: datetime) -> str:
    """An aware time as ISO 8601 in UTC, to the millisecond, ending in Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


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


class WechatOut(Wire):
    """How many messages may still be sent in WeChat, of how many, and until when (None: closed)."""

    remaining: int
    limit: int
    window_ends_at: Moment | None


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
    same = {name: getattr(request, name) for name in RequestOut.model_fields if name != "claimed_by"}
    return RequestOut(claimed_by=by, **same)


def conversation_out(
    conversation: Conversation, online: bool, wechat: WechatOut | None = None
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
        if name not in ("helper", "visitor_online", "wechat")
    }
    return ConversationOut(helper=helper, visitor_online=online, wechat=wechat, **same)


def _sender(sender: Sender) -> SenderOut:
    return SenderOut(kind=sender.kind, name=sender.name, department=sender.department)
