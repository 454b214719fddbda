"""What the channel writes into conversations: whatever arrives, once, and what it says of itself.

Each entry is one transaction under the conversation's lock and carries the id of the message it came from, so
that doing it again changes nothing.
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.wechat import render, storage, wording
from bot.channels.wechat.account import CHANNEL
from bot.helpdesk import rules, tables
from bot.helpdesk.database import Database
from bot.helpdesk.live import Live, utcnow
from bot.helpdesk.models import JSON, Sender, Update
from bot.helpdesk.rules import Policy
from bot.helpdesk.storage import conversations, messages, pushes, requests
from bot.helpdesk.storage.pushes import Address
from bot.helpdesk.texts import Texts
from bot.helpdesk.thresholds import Thresholds
from bot.helpdesk.tokens import channel_key, hash_token
from bot.helpdesk.work import Work

_SCENE_PARTS = 3


@dataclass(frozen=True)
class Picture:
    """Something that came with a message and is to be fetched from WeChat."""

    kind: str
    media_id: str


@dataclass(frozen=True)
class Stands:
    """Where a conversation stands.

    ``answered``: there is an answer to what was asked. ``linked``: what waits comes with a link to the web.
    """

    owner: str
    locale: str
    answered: bool = False
    linked: bool = False


@dataclass(frozen=True)
class Asked:
    """A message saved under ``seq``, and where the conversation stood then, if that is known."""

    seq: int
    stands: Stands | None = None
    answer: str | None = None


#: Decides the answer in the transaction that saves what was asked; None when it cannot be decided there.
Finish = Callable[[AsyncConnection, Stands], Awaitable[str | None]]


async def _later(_connection: AsyncConnection, _stands: Stands) -> None:
    return None


class Entries:
    """Writes into conversations for the channel. ``texts`` are its own, ``desk_texts`` the helpdesk's."""

    def __init__(
        self,
        database: Database,
        live: Live,
        texts: Texts,
        desk_texts: Texts,
        thresholds: Thresholds,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self._database = database
        self._live = live
        self._texts = texts
        self._desk_texts = desk_texts
        self._thresholds = thresholds
        self._clock = clock

    @property
    def _policy(self) -> Policy:
        return self._thresholds.policy

    @asynccontextmanager
    async def _work(self, conversation_id: str) -> AsyncIterator[Work]:
        async with self._database.transaction() as connection:
            work = await Work.begin(connection, conversation_id, self._policy, self._desk_texts, self._clock)
            first_seq = work.conversation.last_seq
            yield work
        if nudges := work.all_nudges(first_seq):
            await self._live.publish_all(nudges)

    async def said(
        self,
        conversation_id: str,
        message_id: str,
        text: str,
        command: str | None,
        payload: JSON | None = None,
        finish: Finish = _later,
    ) -> Asked:
        """Save what a visitor wrote and give the assistant ``command`` for it."""
        async with self._work(conversation_id) as work:
            accepted = await work.repeated(message_id)
            if accepted is None:
                accepted = await work.visitor_says(message_id, self._cut(text), command, payload)
            stands = Stands(work.conversation.owner, work.conversation.locale)
            return Asked(accepted.seq, stands, await finish(work.connection, stands))

    async def leave_queue(self, conversation_id: str, message_id: str, text: str) -> bool:
        """Save the wish to wait no longer and fulfil it; False, and nothing done, when they do not wait."""
        async with self._work(conversation_id) as work:
            request = await requests.newest_of(work.connection, conversation_id)
            if await work.repeated(message_id):
                return request is not None and request.outcome == "abandoned"
            if request is None or request.status not in rules.CLAIMABLE_STATUSES:
                return False
            await work.visitor_says(message_id, self._cut(text), None)
            await work.leave_queue(request)
            return True

    async def sent(
        self,
        conversation_id: str,
        message_id: str,
        text: str,
        payload: JSON,
        picture: Picture | None,
        ask_text: str | None,
    ) -> int:
        """Save something that is no text, keep it for helpers, and ask for words unless a helper is there.

        ``ask_text`` is the code of the question, None to ask nothing.
        """
        async with self._work(conversation_id) as work:
            if repeated := await work.repeated(message_id):
                return repeated.seq
            seq = (await work.visitor_says(message_id, self._cut(text), None, payload)).seq
            if picture is not None and picture.media_id:
                await storage.add_media(
                    work.connection, conversation_id, seq, picture.kind, picture.media_id, work.now
                )
            if ask_text and work.conversation.owner != "helper":
                await self._notice(work, ask_text)
            return seq

    async def notice(self, conversation_id: str, message_id: str, code: str, **values: Any) -> None:
        """Say something of the channel's own, once for ``message_id``."""
        async with self._work(conversation_id) as work:
            if await messages.find_sent(work.connection, conversation_id, message_id) is None:
                await self._notice(work, code, message_id, **values)

    async def visit(self, conversation_id: str, message_id: str, scene: str, *, first: bool) -> None:
        """Come in by the code of a ``district:CODE`` or a ``window:CODE:NAME``, or by none."""
        kind, district, window = (scene.split(":", 2) + [""] * _SCENE_PARTS)[:_SCENE_PARTS]
        async with self._work(conversation_id) as work:
            if await messages.find_sent(work.connection, conversation_id, message_id) is not None:
                return
            locale = work.conversation.locale
            name = self._desk_texts.find(locale, f"district_{district}") if district else None
            if kind not in ("district", "window") or name is None:
                await (
                    self._welcome(work, message_id) if first else self._notice(work, "how_to_ask", message_id)
                )
                return
            profile = {"window": self._cut(window)} if kind == "window" and window else {}
            await conversations.set_place(work.connection, conversation_id, district, profile)
            if first:
                await self._welcome(work, message_id, district=name)
            else:
                await self._notice(work, "district_set", message_id, district=name)

    async def link(self, openid: str, message_id: str, code: str, hold_until: datetime) -> str | None:
        """Go on in WeChat with the conversation of the web behind ``code``; None when no such code holds.

        A conversation goes on with one person: a code of one that somebody else has taken to WeChat holds no
        more, or what that person writes would be answered to a stranger. Until ``hold_until`` it is this
        message's answer that tells the visitor, and nobody else.
        """
        async with self._database.transaction() as connection:
            target = await storage.use_link(connection, hash_token(code), CHANNEL, self._clock())
            if target is None:
                return await self._linked_before(connection, openid, message_id)
            work = await Work.begin(connection, target, self._policy, self._desk_texts, self._clock)
            if await pushes.address_of(connection, target, CHANNEL) not in (None, openid):
                return None
            await storage.move(connection, openid, target)
            await pushes.save_address(connection, Address(target, CHANNEL, openid))
            await connection.execute(pushes.holding(target, CHANNEL, hold_until))
            key = channel_key(CHANNEL, openid)
            await conversations.set_visitor_key(connection, target, key, over=True)
            first_seq = work.conversation.last_seq
            await self._notice(work, "linked", message_id)
        await self._live.publish_all(work.all_nudges(first_seq))
        return target

    async def _linked_before(self, connection: AsyncConnection, openid: str, message_id: str) -> str | None:
        """The same message again: it has been answered where it led to."""
        visitor = await storage.visitor(connection, openid)
        if visitor is None:
            return None
        there = visitor.conversation_id
        return there if await messages.find_sent(connection, there, message_id) else None

    async def undelivered(self, conversation_id: str, seqs: list[int], code: str, ticket: str | None) -> None:
        """Leave a note for staff that these updates did not reach the visitor; ``ticket`` follows it up.

        That such a ticket was opened is told the visitor as well: of that alone no note is left.
        """
        async with self._work(conversation_id) as work:
            found = [await messages.get(work.connection, conversation_id, seq) for seq in seqs]
            if all(each is None or each.payload.get("code") == "ticket_created" for each in found):
                return
            what_now = "undelivered_ticket" if ticket else "undelivered_advice"
            text = self._texts.get("zh", code, count=len(seqs)) + self._texts.get(
                "zh", what_now, number=ticket
            )
            results = [each.payload["number"] for each in found if each and render.is_result(each)]
            if results:
                text += self._texts.get("zh", "undelivered_result", numbers="、".join(results))
            about = {"reason": code, "seqs": seqs, "ticket": ticket, "results": results}
            payload = {"code": "wechat_undelivered", **about}
            await work.append("notice", Sender("system"), text, payload=payload, visibility="internal")

    async def found(self, conversation_id: str, message_id: str) -> Update | None:
        """The message saved under this id, if there is one."""
        async with self._database.transaction() as connection:
            sent = await messages.find_sent(connection, conversation_id, message_id)
            return await messages.get(connection, conversation_id, sent[0]) if sent else None

    async def theirs(self, openid: str) -> list[str]:
        """The conversations that go on with this visitor in WeChat."""
        async with self._database.transaction() as connection:
            return await pushes.reached_by(connection, CHANNEL, openid)

    async def newest(self, conversation_id: str, limit: int) -> list[Update]:
        """The newest public updates, in order."""
        async with self._database.transaction() as connection:
            return await messages.newest(connection, conversation_id, limit)

    async def stands(self, conversation_id: str, seq: int) -> Stands:
        """Where a conversation stands, and whether there is an answer to ``seq``."""
        conversation, outbox, message = tables.conversation, tables.outbox, tables.message
        waits = exists().where(
            outbox.c.conversation_id == conversation_id,
            outbox.c.target == CHANNEL,
            outbox.c.status == "pending",
            outbox.c.seq > seq,
        )
        # Another message's call may have taken this one's answer along.
        replied = exists().where(
            message.c.conversation_id == conversation_id, message.c.seq > seq, message.c.reply_to == seq
        )
        query = select(conversation.c.owner, conversation.c.locale, or_(waits, replied))
        async with self._database.transaction() as connection:
            row = (await connection.execute(query.where(conversation.c.id == conversation_id))).one()
            waiting = await pushes.waiting(connection, conversation_id, CHANNEL) if row[2] else []
        return Stands(row[0], row[1], bool(row[2]), any(render.wants_link(each.update) for each in waiting))

    async def _welcome(self, work: Work, message_id: str, **values: Any) -> None:
        """Greet a new subscriber, with a few things to begin with, each chosen by its number."""
        locale = work.conversation.locale
        text = self._texts.get(locale, "welcome_district" if values else "welcome", **values)
        labels = self._texts.get(locale, "welcome_menu").split("|")
        ids = [secrets.token_urlsafe(8) for _ in labels]
        buttons = [{"id": i, "label": label} for i, label in zip(ids, labels, strict=True)]
        person = self._texts.get("zh", "ask_person")
        commands = {
            i: person if wording.asks_for_person(label) else label
            for i, label in zip(ids, labels, strict=True)
        }
        payload = {"code": "wechat_welcome", "buttons": buttons, **values}
        await work.append(
            "notice",
            Sender("system"),
            text,
            payload=payload,
            commands=commands,
            client_message_id=message_id,
        )

    async def _notice(self, work: Work, code: str, message_id: str | None = None, **values: Any) -> int:
        text = self._texts.get(work.conversation.locale, code, **values)
        payload = {"code": f"wechat_{code}", **values}
        return await work.append(
            "notice", Sender("system"), text, payload=payload, client_message_id=message_id
        )

    def _cut(self, text: str) -> str:
        # Nothing WeChat delivers is refused: the visitor could not do anything about it.
        cut = text.strip()[: self._policy.text_limit].rstrip() or "…"
        rules.check_storable(cut)
        return cut
