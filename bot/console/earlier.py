"""Earlier conversations of the same visitor over HTTP."""

from typing import Literal

from bot.web import Call, Route
from bot.wire import ConversationOut, Wire, conversation_out


class EarlierOut(Wire):
    """Earlier conversations, newest first; ``conversation``: nothing is known of the visitor but this one."""

    conversations: list[ConversationOut]
    known_by: Literal["key", "conversation"]


async def earlier(call: Call, conversation_id: str) -> EarlierOut:
    """What else the visitor came with."""
    found, known_by = await call.parts.office.earlier.of(conversation_id)
    online = await call.parts.live.visitors_online(each.id for each in found)
    shown = [conversation_out(each, each.id in online) for each in found]
    return EarlierOut(conversations=shown, known_by=known_by)


ROUTES = (
    Route(
        "GET",
        "/api/staff/conversations/<conversation_id:[0-9a-f]{32}>/earlier",
        "staff",
        earlier,
        "Earlier conversations of the same visitor",
        answer=EarlierOut,
    ),
)
