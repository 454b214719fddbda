"""Staff at work over HTTP: the queue, claiming, conversations, messages, closing, knowledge search."""

import asyncio
from typing import Any, Literal

from pydantic import Field
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from bot.errors import HttpError
from bot.helpdesk.models import Conversation
from bot.helpdesk.rules import CLAIMERS, OPEN_STATUSES
from bot.web import Body, Call, Route, Seq, limit
from bot.wire import (
    ConversationOut,
    RequestOut,
    SeqOut,
    StaffUpdatesOut,
    Wire,
    conversation_out,
    request_out,
    staff_update_out,
)

STATUSES = (*OPEN_STATUSES, "closed")
SEARCHES_PER_MINUTE = 120


class Which(Body):
    """Help requests by status, several separated by commas."""

    status: str = Field(default=",".join(OPEN_STATUSES), max_length=100)


class Mine(Body):
    """``mine=1``: the open conversations I hold; otherwise those I closed."""

    mine: bool = False


class After(Body):
    """Updates after this seq."""

    after: Seq = 0


class Post(Body):
    """A message to the visitor, or a note only staff see."""

    client_message_id: str
    text: str
    visibility: Literal["public", "internal"] = "public"


class Close(Body):
    """How it ended."""

    outcome: Literal["resolved", "unresolved", "no_response"]


class Search(Body):
    """A search of the knowledge base."""

    q: str = Field(min_length=1, max_length=500)
    district: str | None = Field(default=None, max_length=100)
    limit: int = Field(default=5, ge=1, le=20)


class RequestsOut(Wire):
    """Help requests, earliest deadline first."""

    requests: list[RequestOut]


class OneRequestOut(Wire):
    """One help request."""

    request: RequestOut


class ConversationsOut(Wire):
    """Conversations."""

    conversations: list[ConversationOut]


class ConversationDetailOut(Wire):
    """A conversation with its newest help request and what the helper should know first."""

    conversation: ConversationOut
    request: RequestOut | None
    brief: dict[str, Any] | None


class ResultsOut(Wire):
    """What the knowledge base holds, best first."""

    results: list[dict[str, Any]]


async def requests(call: Call) -> RequestsOut:
    """Help requests by status."""
    wanted = [status for status in call.query.status.split(",") if status]
    if not set(wanted) <= set(STATUSES):
        raise HttpError("bad_request", f"status: one or more of {', '.join(STATUSES)}")
    return RequestsOut(requests=[request_out(each) for each in await call.parts.desk.requests(wanted)])


async def claim(call: Call, request_id: str) -> OneRequestOut:
    """Take a request. Of two who try, PostgreSQL lets one."""
    return OneRequestOut(request=request_out(await call.parts.desk.claim(request_id, call.staff)))


async def conversations(call: Call) -> ConversationsOut:
    """My conversations."""
    found = await call.parts.desk.conversations_of(call.staff, open_only=call.query.mine)
    online = await call.parts.live.visitors_online(each.id for each in found)
    ids = [each.id for each in found]
    beside, windows = await call.parts.floor.participants(ids), await call.parts.reach.windows(ids)
    shown = [conversation_out(e, e.id in online, beside[e.id], windows.get(e.id)) for e in found]
    return ConversationsOut(conversations=shown)


async def conversation(call: Call, conversation_id: str) -> ConversationDetailOut:
    """One conversation with its request and brief."""
    desk = call.parts.desk
    found = await desk.conversation(conversation_id)
    request = await desk.request_of(conversation_id)
    beside = await call.parts.floor.participants([conversation_id])
    windows = await call.parts.reach.windows([conversation_id])
    shown = conversation_out(
        found, await _online(call, found), beside[conversation_id], windows.get(conversation_id)
    )
    return ConversationDetailOut(
        conversation=shown,
        request=request_out(request) if request else None,
        brief=request.brief if request else None,
    )


async def _online(call: Call, found: Conversation) -> bool:
    return found.id in await call.parts.live.visitors_online([found.id])


async def updates(call: Call, conversation_id: str) -> StaffUpdatesOut:
    """A conversation's updates with internal notes."""
    desk = call.parts.desk
    it = await desk.conversation(conversation_id)
    found = await desk.updates(conversation_id, call.query.after, internal=True)
    last_seq = max(it.last_seq, found[-1].seq if found else 0)
    went = await call.parts.reach.deliveries(conversation_id, call.query.after)
    return StaffUpdatesOut(
        updates=[staff_update_out(update, went.get(update.seq)) for update in found], last_seq=last_seq
    )


async def post(call: Call, conversation_id: str) -> SeqOut:
    """Write to the visitor or leave a note."""
    it: Post = call.body
    accepted = await call.parts.desk.post(
        conversation_id, call.staff, it.client_message_id, it.text, it.visibility
    )
    return SeqOut(seq=accepted.seq)


async def close(call: Call, conversation_id: str) -> OneRequestOut:
    """End the help; the conversation goes back to the bot."""
    closed = await call.parts.desk.close(conversation_id, call.staff, call.body.outcome)
    return OneRequestOut(request=request_out(closed))


async def release(call: Call, conversation_id: str) -> OneRequestOut:
    """Put the visitor back into the queue, in the place they had."""
    return OneRequestOut(request=request_out(await call.parts.desk.release(conversation_id, call.staff)))


async def search(call: Call) -> HTTPResponse:
    """Search the knowledge base."""
    await limit(call.parts, f"search:{call.staff.id}", SEARCHES_PER_MINUTE, 60)
    it: Search = call.query
    hits = await asyncio.to_thread(call.parts.searcher.search, it.q, it.district, it.limit)
    return json_response({"results": [hit.as_json() for hit in hits]})


_CONVERSATION = "/api/staff/conversations/<conversation_id:[0-9a-f]{32}>"
# A specialist is called in by a helper and takes nothing from the queue.

ROUTES = (
    Route(
        "GET",
        "/api/staff/help-requests",
        "staff",
        requests,
        "Help requests by deadline",
        query=Which,
        answer=RequestsOut,
    ),
    Route(
        "POST",
        "/api/staff/help-requests/<request_id:[0-9a-f]{32}>/claim",
        "staff",
        claim,
        "Take a help request",
        answer=OneRequestOut,
        roles=CLAIMERS,
    ),
    Route(
        "GET",
        "/api/staff/conversations",
        "staff",
        conversations,
        "My conversations",
        query=Mine,
        answer=ConversationsOut,
    ),
    Route(
        "GET",
        _CONVERSATION,
        "staff",
        conversation,
        "One conversation with its brief",
        answer=ConversationDetailOut,
    ),
    Route(
        "GET",
        f"{_CONVERSATION}/updates",
        "staff",
        updates,
        "Updates with internal notes",
        query=After,
        answer=StaffUpdatesOut,
    ),
    Route(
        "POST",
        f"{_CONVERSATION}/messages",
        "staff",
        post,
        "Write to the visitor, or a note",
        body=Post,
        answer=SeqOut,
        status=201,
    ),
    Route("POST", f"{_CONVERSATION}/close", "staff", close, "End the help", body=Close, answer=OneRequestOut),
    Route("POST", f"{_CONVERSATION}/release", "staff", release, "Back into the queue", answer=OneRequestOut),
    Route(
        "GET",
        "/api/staff/knowledge/search",
        "staff",
        search,
        "Search the knowledge base",
        query=Search,
        answer=ResultsOut,
    ),
)
