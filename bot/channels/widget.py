"""The visitor's API, as the widget uses it: wire format to use case and back."""

import asyncio
import time
from contextlib import suppress
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from sanic.response import HTTPResponse

from bot.channels.socket import POLL_SECONDS, Rate, Send, VisitorSocket, accept_text, offer, rate
from bot.files import shown
from bot.helpdesk.live import conversation_topic
from bot.helpdesk.models import Update
from bot.helpdesk.outlook import NEWCOMER_SECONDS
from bot.web import Body, Call, Route, Seq, client_address, limit
from bot.wire import (
    HelperOut,
    Moment,
    QueuePositionOut,
    SeqOut,
    UpdatesOut,
    WaitingUpdatesOut,
    WaitOut,
    Wire,
    helper_out,
    update_out,
    wait_out,
)


def _cut(length: int) -> AfterValidator:
    # What a page says of itself and its user may be very long; that is no reason to refuse the visitor.
    return AfterValidator(lambda text: text[:length])


Short = Annotated[str, _cut(100)]


class Profile(Body):
    """What the page that carries the widget knows of its user."""

    name: Short | None = None
    phone: Short | None = None
    company: Short | None = None


class Start(Body):
    """A new conversation."""

    # Other channels open theirs themselves: what they know of a visitor, nobody may claim.
    channel: Literal["widget"] = "widget"
    district: Short | None = None
    page: Annotated[str, _cut(1000)] | None = None
    profile: Profile | None = None
    locale: str = Field(default="zh", pattern=r"^[a-z]{2}(-[A-Za-z]{2,8})?$")


class Since(Body):
    """Which updates are wanted, and how many seconds to wait for the first of them."""

    after: Seq = 0
    wait: float = Field(default=0, ge=0, le=25)


class Which(Body):
    """What came with the message ``seq``."""

    seq: Seq


class Waiting(Body):
    """The update that said that the visitor waits; pages of an older widget name none."""

    seq: Seq | None = None


class StartedOut(Wire):
    """A conversation's id and the only key to it."""

    conversation_id: str
    token: str


class VisitorConversationOut(Wire):
    """Where a conversation stands, for its visitor."""

    conversation_id: str
    owner: str
    last_seq: int
    closed: bool
    rated: bool
    helper: HelperOut | None
    wechat: dict[str, bool] | None


class ServiceOut(Wire):
    """Whether people are there, or when again, and the wait that is to be expected."""

    on_duty: bool
    next_start: Moment | None
    wait: WaitOut | None


async def start(call: Call) -> StartedOut:
    """Start a conversation."""
    allowed = call.parts.limits.conversations_per_minute
    await limit(call.parts, f"conversations:{client_address(call.request)}", allowed, 60)
    asked: Start = call.body
    profile = asked.profile.model_dump(exclude_none=True) if asked.profile else None
    conversation, token = await call.parts.desk.start_conversation(
        channel=asked.channel, district=asked.district, page=asked.page, profile=profile, locale=asked.locale
    )
    return StartedOut(conversation_id=conversation.id, token=token)


async def show(call: Call) -> VisitorConversationOut:
    """Where the conversation stands."""
    it = call.visitor
    return VisitorConversationOut(
        conversation_id=it.id,
        owner=it.owner,
        last_seq=it.last_seq,
        closed=it.closed_at is not None,
        rated=it.rated_seq is not None,
        helper=helper_out(it),
        wechat=offer(await call.parts.reach.linked(it.id)),
    )


async def service(call: Call) -> ServiceOut:
    """What to expect when asking for a person."""
    duty, wait = await call.parts.floor.service()
    return ServiceOut(on_duty=duty.on_duty, next_start=duty.next_start, wait=wait_out(wait))


async def say(call: Call) -> SeqOut:
    """Send a message."""
    message: Send = call.body
    return SeqOut(seq=(await accept_text(call.parts, call.visitor.id, message)).seq)


async def updates(call: Call) -> UpdatesOut:
    """Updates after a seq, waiting for the first of them if there is none yet; the place in the queue."""
    asked: Since = call.query
    found = await _first_updates(call, asked.after, time.monotonic() + asked.wait)
    desk, conversation_id = call.parts.desk, call.visitor.id
    conversation = await desk.conversation(conversation_id)
    news = UpdatesOut(updates=[update_out(update) for update in found], last_seq=conversation.last_seq)
    place = await desk.queue_position(conversation_id) if conversation.owner == "queue" else None
    if place is None and conversation.owner == "queue":
        await asyncio.sleep(NEWCOMER_SECONDS)  # the line that was looked at is older than their request
        place = await desk.queue_position(conversation_id)
    if place is None:
        return news
    return WaitingUpdatesOut(**dict(news), queue=QueuePositionOut(**asdict(place)))


async def _first_updates(call: Call, after: int, ends: float) -> list[Update]:
    desk, conversation_id = call.parts.desk, call.visitor.id
    async with call.parts.hub.subscribe(conversation_topic(conversation_id)) as nudges:
        while True:
            await call.parts.live.visitor_seen(conversation_id)
            found = await desk.updates(conversation_id, after, internal=False)
            left = ends - time.monotonic()
            if found or left <= 0:
                return found
            with suppress(TimeoutError):
                await asyncio.wait_for(anext(nudges), min(left, POLL_SECONDS))


async def rating(call: Call) -> SeqOut:
    """Rate a conversation that a helper closed."""
    return SeqOut(seq=(await rate(call.parts, call.visitor.id, call.body)).seq)


async def leave(call: Call) -> None:
    """Wait for a person no longer."""
    allowed = call.parts.limits.messages_per_10_seconds
    await limit(call.parts, f"messages:{call.visitor.id}", allowed, 10)
    await call.parts.desk.leave_queue(call.visitor.id, call.query.seq)


async def attachment(call: Call) -> HTTPResponse:
    """What came with a message besides words; of what only staff see there is nothing."""
    return shown(await call.parts.desk.attachment(call.visitor.id, call.query.seq, internal=False))


async def live(call: Call, socket: Any) -> None:
    """The WebSocket."""
    await VisitorSocket(call, socket).run()


ROUTES = (
    Route(
        "POST",
        "/api/visitor/conversations",
        "public",
        start,
        "Start a conversation",
        body=Start,
        answer=StartedOut,
        status=201,
    ),
    Route(
        "GET",
        "/api/visitor/conversation",
        "visitor",
        show,
        "Where the conversation stands",
        answer=VisitorConversationOut,
    ),
    Route(
        "GET",
        "/api/visitor/service",
        "visitor",
        service,
        "What to expect when asking for a person",
        answer=ServiceOut,
    ),
    Route("POST", "/api/visitor/messages", "visitor", say, "Send a message", body=Send, answer=SeqOut),
    Route(
        "GET",
        "/api/visitor/updates",
        "visitor",
        updates,
        "Updates after a seq (long poll)",
        query=Since,
        answer=WaitingUpdatesOut,
    ),
    Route(
        "POST",
        "/api/visitor/rating",
        "visitor",
        rating,
        "Rate a closed conversation",
        body=Rate,
        answer=SeqOut,
    ),
    Route(
        "POST",
        "/api/visitor/queue/leave",
        "visitor",
        leave,
        "Wait for a person no longer",
        query=Waiting,
        status=204,
    ),
    Route("GET", "/api/visitor/attachment", "visitor", attachment, "What came with a message", query=Which),
    Route("GET", "/api/visitor/ws", "visitor", live, "WebSocket of the visitor", websocket=True),
)
