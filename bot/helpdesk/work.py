"""One transaction on one conversation: the steps that use cases are made of.

A ``Work`` holds the conversation's row lock, keeps the record in step with the table, and collects the nudges
that go out after the commit.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk import rules
from bot.helpdesk.duty import Reception
from bot.helpdesk.errors import Invalid
from bot.helpdesk.live import STAFF_TOPIC, staff_topic
from bot.helpdesk.models import (
    JSON,
    SYSTEM,
    VISITOR,
    Accepted,
    Actor,
    BotReply,
    Conversation,
    HelpRequest,
    Owner,
    Sender,
    Staff,
    Update,
    Visibility,
)
from bot.helpdesk.nudging import Nudging
from bot.helpdesk.rules.absence import CONNECTION_LOST
from bot.helpdesk.storage import (
    conversations,
    invitations,
    messages,
    offers,
    outbox,
    people,
    pushes,
    requests,
)
from bot.helpdesk.texts import STAFF_LOCALE, Texts
from bot.helpdesk.times import in_words, stamp

_BRIEF_MESSAGES = 60
_PROFILE_FACTS = ("company", "name", "phone")


@dataclass
class Work(Nudging):
    """The running transaction; ``now`` is read after the lock was got, so times follow ``seq``."""

    connection: AsyncConnection
    policy: rules.Policy
    texts: Texts
    conversation: Conversation
    now: datetime
    nudges: list[tuple[str, JSON]] = field(default_factory=list)

    @classmethod
    async def begin(
        cls,
        connection: AsyncConnection,
        conversation_id: str,
        policy: rules.Policy,
        texts: Texts,
        clock: Callable[[], datetime],
    ) -> "Work":
        """Lock the conversation. Raises ``NotFound``."""
        conversation = await conversations.lock(connection, conversation_id)
        return cls(connection, policy, texts, conversation, clock())

    # --- messages -----------------------------------------------------------------------------------

    async def repeated(self, client_message_id: str, staff: Staff | None = None) -> Accepted | None:
        """What was answered when this id was first sent; None if it is new.

        Raises ``Invalid`` when somebody else used it: their message must not pass for this one.
        """
        sent = await messages.find_sent(self.connection, self.conversation.id, client_message_id)
        if sent is None:
            return None
        seq, sender_kind, staff_id = sent
        if (sender_kind, staff_id) != (("helper", staff.id) if staff else ("visitor", None)):
            raise Invalid("this client_message_id belongs to somebody else's message")
        return Accepted(seq, repeated=True)

    async def visitor_says(
        self, client_message_id: str, text: str, command: str | None, payload: JSON | None = None
    ) -> Accepted:
        """Save a visitor's message; ``command`` is what the assistant gets, if the bot is the owner.

        None keeps the message from the assistant: a picture, say, described by ``payload``.
        """
        if self.conversation.closed_at:
            await conversations.reopen(self.connection, self.conversation.id)
            self.conversation = replace(self.conversation, closed_at=None)
        seq = await self.append(
            "text", Sender("visitor"), text, payload=payload, client_message_id=client_message_id
        )
        if self.conversation.owner == "bot" and command is not None:
            await outbox.add(
                self.connection, self.conversation.id, seq, self.conversation.owner_epoch, command, self.now
            )
        return Accepted(seq, repeated=False)

    async def bot_says(self, reply: BotReply, reply_to: int) -> int:
        """Save one reply of the assistant; its buttons get opaque ids."""
        rules.check_storable([reply.kind, reply.text, reply.payload, reply.buttons])
        ids = [secrets.token_urlsafe(8) for _ in reply.buttons]
        payload = dict(reply.payload)
        if reply.buttons:
            labels = [label for label, _ in reply.buttons]
            payload["buttons"] = [{"id": i, "label": label} for i, label in zip(ids, labels, strict=True)]
        commands = {i: command for i, (_, command) in zip(ids, reply.buttons, strict=True)}
        sender = Sender("bot", self._text("bot_name"))
        return await self.append(
            reply.kind, sender, reply.text, payload=payload, commands=commands, reply_to=reply_to
        )

    async def helper_says(
        self, staff: Staff, sent_as: str, text: str, visibility: Visibility, payload: JSON | None = None
    ) -> Accepted:
        """Save a message or an internal note of a member of staff; ``sent_as`` is the client's id for it."""
        sender = Sender("helper", staff.name, staff.department)
        seq = await self.append(
            "text",
            sender,
            text,
            payload=payload,
            visibility=visibility,
            client_message_id=sent_as,
            staff_id=staff.id,
        )
        return Accepted(seq, repeated=False)

    async def notice(
        self, code: str, text_code: str | None = None, *, said: Mapping[str, str] | None = None, **values: Any
    ) -> int:
        """Save a system notice; ``values`` go into its payload and its text, ``said`` into the text alone."""
        text = self._text(text_code or code, **values, **(said or {}))
        return await self.append("notice", Sender("system"), text, payload={"code": code, **values})

    async def append(
        self,
        kind: str,
        sender: Sender,
        text: str | None,
        *,
        payload: JSON | None = None,
        commands: dict[str, str] | None = None,
        visibility: Visibility = "public",
        reply_to: int | None = None,
        client_message_id: str | None = None,
        staff_id: str | None = None,
    ) -> int:
        """Insert a message under the next ``seq``."""
        seq = await conversations.next_seq(self.connection, self.conversation.id)
        record = Update(
            self.conversation.id,
            seq,
            kind,
            sender,
            visibility,
            text,
            payload or {},
            self.now,
            client_message_id,
            commands or {},
            reply_to,
        )
        await messages.add(self.connection, record, staff_id)
        await pushes.add(self.connection, record)
        self.conversation = replace(self.conversation, last_seq=seq)
        return seq

    async def note(self, code: str, author: Staff, note: str) -> None:
        """Save a notice that only staff see, with what ``author`` wrote to them; none when it is empty."""
        if note:
            payload = {"code": code, "name": author.name, "department": author.department, "note": note}
            text = self.texts.get(STAFF_LOCALE, code, name=author.name, note=note)
            sender = Sender("system")
            await self.append("notice", sender, text, payload=payload, visibility="internal")

    def _text(self, code: str, **values: object) -> str:
        return self.texts.get(self.conversation.locale, code, **values)

    # --- owner and help request ---------------------------------------------------------------------

    async def hand_over(self, owner: Owner, reason: str, staff: Staff | None = None) -> None:
        """Change the owner. What still waits for the assistant is dropped: nobody wants its answer now."""
        concerned = {self.conversation.helper_id, staff.id if staff else None} - {None}
        self.conversation = rules.hand_over(self.conversation, owner, staff)
        await conversations.save_owner(self.connection, self.conversation)
        await outbox.drop_pending(self.connection, self.conversation.id, self.now, reason)
        self.nudges += [(staff_topic(each), {"type": "mine"}) for each in sorted(map(str, concerned))]
        self.nudges.append((STAFF_TOPIC, {"type": "queue"}))

    async def open_request(
        self, handoff: JSON, suggestions: Sequence[JSON], actor: Actor, reception: Reception
    ) -> HelpRequest:
        """Queue the conversation for a person; ``handoff`` is the payload ``{reason, topic, department}``."""
        reason = str(handoff.get("reason") or "asked")
        said = await self._said()
        brief = self._brief(said, reason, suggestions)
        conversation = self.conversation
        # Off duty the minute starts when somebody is back; the visitor is told when that is.
        starts = self.now if reception.duty.on_duty else reception.duty.next_start or self.now
        request = HelpRequest(
            id=uuid4().hex,
            conversation_id=conversation.id,
            status="waiting",
            reason=reason,
            topic=handoff.get("topic"),
            department=reception.department,
            district=conversation.district,
            channel=conversation.channel,
            question=brief["question"],
            brief=brief,
            requested_at=self.now,
            deadline_at=rules.deadline(starts, self.policy),
            claimed_at=None,
            claimed_by=None,
            claimed_by_name=None,
            first_response_at=None,
            closed_at=None,
            outcome=None,
            waiting_since=None if starts == self.now else starts,
            promised_from=None if starts == self.now else starts,
        )
        await requests.create(self.connection, request)
        await self.record(None, request, "requested", actor, reason)
        await self.hand_over("queue", "handoff")
        await self._receive(reception, rules.find_matter(said, reason))
        return request

    async def _receive(self, reception: Reception, question: str | None) -> None:
        if reception.duty.on_duty:
            await self.notice(
                "queued" if reception.anyone_ready else "queued_nobody_ready", question=question
            )
            return
        start = reception.duty.next_start
        shown = in_words(self.texts, self.conversation.locale, start) if start else ""
        text = self._text("off_hours" if start else "off_hours_unknown", next_start=shown)
        opens = stamp(start) if start else None
        payload = {"code": "off_hours", "next_start": opens, "callback": True, "question": question}
        await self.append("notice", Sender("system"), text, payload=payload)

    async def end_waiting(
        self,
        request: HelpRequest,
        event: rules.EndByTicket | rules.Abandon,
        reason: str,
        text: str,
        **told: Any,
    ) -> HelpRequest:
        """Its visitor waits no longer: it rings nowhere any more, and the bot takes over again."""
        ended = rules.advance(request, event, self.now)
        await requests.save(self.connection, request, ended)
        await self.record(request, ended, "closed", VISITOR, reason, **told)
        await self.end_offers(request)
        await self.end_company("closed")
        await self.hand_over("bot", "closed")
        await self.notice("closed", text, outcome=ended.outcome, ask_rating=rules.asks_rating(ended), **told)
        return ended

    async def leave_queue(self, request: HelpRequest) -> HelpRequest:
        """The visitor has had enough of waiting. Raises ``WrongState`` unless they wait."""
        return await self.end_waiting(request, rules.Abandon(), "abandoned", "left_queue")

    async def end_offers(self, request: HelpRequest, accepted_by: str | None = None) -> None:
        """Let it ring nowhere any more."""
        for staff_id in await offers.end_all(self.connection, request.id, self.now, accepted_by):
            self.tell_offers(staff_id)

    async def release(self, request: HelpRequest, actor: Actor, reason: str, **detail: Any) -> HelpRequest:
        """Take a request out of its helper's hands and back to its place in the queue.

        ``detail``: what its history says of it beside whose hands they were.
        """
        released = await self._release(request, actor, reason, **detail)
        await self.notice("helper_returned_to_queue")
        return released

    async def lose_helper(self, request: HelpRequest, seen_at: datetime | None) -> HelpRequest:
        """Take a request from a helper whose console is heard no more; the visitor is told that, no less.

        ``seen_at``: when it was heard last.
        """
        seen = stamp(seen_at) if seen_at else None
        released = await self._release(request, SYSTEM, CONNECTION_LOST, seen_at=seen)
        told = {"code": "helper_returned_to_queue", "cause": CONNECTION_LOST}
        await self.append("notice", Sender("system"), self._text("helper_connection_lost"), payload=told)
        self.tell_lost(request)
        return released

    async def _release(self, request: HelpRequest, actor: Actor, reason: str, **detail: Any) -> HelpRequest:
        released = rules.advance(request, rules.Release(), self.now)
        await requests.save(self.connection, request, released)
        detail = {"staff_id": request.claimed_by, **detail}
        await self.record(request, released, "released", actor, reason, **detail)
        await self.end_company(reason)
        await self.hand_over("queue", "released")
        return released

    async def redirect(self, request: HelpRequest, department: str, actor: Actor, reason: str) -> HelpRequest:
        """Let a request wait for another department, in the place it had."""
        redirected = rules.advance(request, rules.Redirect(department), self.now)
        await requests.save(self.connection, request, redirected)
        detail = {"from": request.department, "to": department, "staff_id": request.claimed_by}
        await self.record(request, redirected, "redirected", actor, reason, **detail)
        await self.end_offers(request)
        await self.end_company(reason)
        await self.hand_over("queue", "redirected")
        await self.notice("redirected", department=department)
        return redirected

    async def move(
        self, request: HelpRequest, to: Staff, actor: Actor, event: str, reason: str
    ) -> HelpRequest:
        """Give a request another owner at once; the visitor is told who speaks now."""
        moved = rules.advance(request, rules.Move(to.id, to.name), self.now)
        await requests.save(self.connection, request, moved)
        detail = {"from": request.claimed_by, "to": to.id}
        await self.record(request, moved, event, actor, reason, **detail)
        await self.end_offers(request, accepted_by=to.id)
        await self._cancel_invitations(event, kind="transfer")
        await invitations.leave(self.connection, self.conversation.id, to.id, self.now)
        waited = self.conversation.owner != "helper"
        await self.hand_over("helper", event, to)
        await people.engage(self.connection, to.id, self.now)
        await self.introduce("helper_joined" if waited else "helper_changed", to)
        return moved

    async def introduce(self, code: str, staff: Staff) -> None:
        """Tell the visitor who has come or gone, and of which department they are."""
        text = f"{code}_department" if staff.department else code
        await self.notice(code, text, name=staff.name, department=staff.department)

    async def end_company(self, reason: str) -> None:
        """End what was pending and send away who was there beside the owner."""
        await self._cancel_invitations(reason)
        gone = await invitations.leave(self.connection, self.conversation.id, None, self.now)
        self.nudges += [(staff_topic(each), {"type": "mine"}) for each in gone]

    async def _cancel_invitations(self, reason: str, kind: str | None = None) -> None:
        where = self.conversation.id
        for each in await invitations.cancel_all(self.connection, where, reason, self.now, kind):
            self.tell_invited(each)

    async def save_rating(self, request: HelpRequest | None, rating: JSON) -> None:
        """Keep a rating with the help it is about; without any, with what the bot settled."""
        if request is None:
            await conversations.save_rating(self.connection, self.conversation.id, rating)
        else:
            await requests.save_rating(self.connection, request.id, self.now, rating)

    async def record(
        self,
        before: HelpRequest | None,
        after: HelpRequest,
        event: str,
        actor: Actor,
        reason: str,
        **detail: Any,
    ) -> None:
        """Add to the history of a help request."""
        known = {name: value for name, value in detail.items() if value is not None}
        await requests.add_event(self.connection, before, after, event, actor, reason, self.now, known)

    async def brief(self, reason: str, suggestions: Sequence[JSON]) -> JSON:
        """What whoever helps sees first."""
        return self._brief(await self._said(), reason, suggestions)

    async def _said(self) -> list[rules.Turn]:
        return rules.turns(await messages.newest(self.connection, self.conversation.id, _BRIEF_MESSAGES))

    def _brief(self, said: Sequence[rules.Turn], reason: str, suggestions: Sequence[JSON]) -> JSON:
        brief = rules.build_brief(said, reason, self._facts(), suggestions)
        rules.check_storable(brief)
        return brief

    def _facts(self) -> list[tuple[str, str | None]]:
        conversation = self.conversation
        values = {key: conversation.profile.get(key) for key in _PROFILE_FACTS}
        if conversation.district:
            name = self.texts.find(STAFF_LOCALE, f"district_{conversation.district}")
            values["district"] = name or conversation.district
        values["page"] = conversation.page
        return [(self.texts.get(STAFF_LOCALE, f"fact_{key}"), value) for key, value in values.items()]
