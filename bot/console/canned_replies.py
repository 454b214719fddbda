"""Canned replies over HTTP."""

from typing import Literal

from pydantic import Field

from bot.helpdesk.administration.replies import Wording, scope_of
from bot.helpdesk.storage.canned_replies import CannedReply
from bot.web import Body, Call, Route
from bot.wire import Wire


class Which(Body):
    """Those that hold this text."""

    q: str | None = Field(default=None, max_length=100)


class Save(Body):
    """What it says, and for whom."""

    scope: Literal["personal", "department", "all"]
    shortcut: str
    title: str
    text: str
    locale: str = Field(default="zh", pattern=r"^[a-z]{2}(-[A-Za-z]{2,8})?$")
    topic: str | None = Field(default=None, max_length=64)
    department: str | None = Field(default=None, max_length=64)


class ReplyOut(Wire):
    """A canned reply; the console fills in its variables."""

    id: str
    scope: str
    department: str | None
    shortcut: str
    title: str
    text: str
    locale: str
    topic: str | None
    uses: int


class RepliesOut(Wire):
    """Canned replies, those used most first."""

    replies: list[ReplyOut]


class OneReplyOut(Wire):
    """One canned reply."""

    reply: ReplyOut


def _out(reply: CannedReply) -> ReplyOut:
    same = {name: getattr(reply, name) for name in ReplyOut.model_fields if name != "scope"}
    return ReplyOut(scope=scope_of(reply), **same)


def _wording(asked: Save) -> Wording:
    return Wording(**{name: getattr(asked, name) for name in Save.model_fields})


async def listed(call: Call) -> RepliesOut:
    """Mine, my department's, everybody's."""
    found = await call.parts.office.replies.listed(call.staff, call.query.q)
    return RepliesOut(replies=[_out(reply) for reply in found])


async def add(call: Call) -> OneReplyOut:
    """Add one."""
    return OneReplyOut(reply=_out(await call.parts.office.replies.add(call.staff, _wording(call.body))))


async def change(call: Call, reply_id: str) -> OneReplyOut:
    """Change one."""
    changed = await call.parts.office.replies.change(call.staff, reply_id, _wording(call.body))
    return OneReplyOut(reply=_out(changed))


async def remove(call: Call, reply_id: str) -> None:
    """Remove one."""
    await call.parts.office.replies.remove(call.staff, reply_id)


async def used(call: Call, reply_id: str) -> None:
    """Count a use."""
    await call.parts.office.replies.used(call.staff, reply_id)


_ALL = "/api/staff/canned-replies"
_ONE = f"{_ALL}/<reply_id:[0-9a-f]{{32}}>"

ROUTES = (
    Route("GET", _ALL, "staff", listed, "Canned replies", query=Which, answer=RepliesOut),
    Route("POST", _ALL, "staff", add, "Add a canned reply", body=Save, answer=OneReplyOut, status=201),
    Route("PUT", _ONE, "staff", change, "Change a canned reply", body=Save, answer=OneReplyOut),
    Route("DELETE", _ONE, "staff", remove, "Remove a canned reply", status=204),
    Route("POST", f"{_ONE}/used", "staff", used, "Count a use", status=204),
)
