"""Pictures of helpers, and what came with any message, over HTTP."""

from typing import Literal

from sanic.response import HTTPResponse

from bot.files import shown, uploaded
from bot.helpdesk.rules import LARGEST_PICTURE_BYTES
from bot.web import Body, Call, Route, Seq, limit
from bot.wire import SeqOut

PICTURES_PER_MINUTE = 30


class Which(Body):
    """What came with the message ``seq``."""

    seq: Seq


class Post(Body):
    """A picture for the visitor, or one only staff see; its bytes are the body."""

    client_message_id: str
    visibility: Literal["public", "internal"] = "public"


async def post(call: Call, conversation_id: str) -> SeqOut:
    """Send a picture."""
    await limit(call.parts, f"pictures:{call.staff.id}", PICTURES_PER_MINUTE, 60)
    content = await uploaded(call.request, LARGEST_PICTURE_BYTES)
    it: Post = call.query
    accepted = await call.parts.desk.post_picture(
        conversation_id, call.staff, it.client_message_id, content, it.visibility
    )
    return SeqOut(seq=accepted.seq)


async def attachment(call: Call, conversation_id: str) -> HTTPResponse:
    """What came with a message besides words."""
    return shown(await call.parts.desk.attachment(conversation_id, call.query.seq, internal=True))


_CONVERSATION = "/api/staff/conversations/<conversation_id:[0-9a-f]{32}>"

ROUTES = (
    Route(
        "POST",
        f"{_CONVERSATION}/pictures",
        "staff",
        post,
        "Send a picture: its bytes are the body",
        query=Post,
        answer=SeqOut,
        status=201,
        upload=True,
    ),
    Route("GET", f"{_CONVERSATION}/attachment", "staff", attachment, "What came with a message", query=Which),
)
