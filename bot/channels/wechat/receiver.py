"""From a webhook call to its answer: admitted once, done once, answered within WeChat's five seconds.

The steps are admit, act, wait and decide. Each may be repeated by WeChat's retries, at the same time and on
any server: admitting notes the message under its key, acting is idempotent, deciding happens under that
note's lock, and whoever comes later gets the answer that was decided. The empty answer is ``success``: what
is said after it goes out by the sending interface. A server that dies in between loses nothing; the next
retry goes on.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.wechat import links, render, storage, wording
from bot.channels.wechat.account import Account
from bot.channels.wechat.admission import Admission, Admitted
from bot.channels.wechat.entries import Asked, Entries, Picture, Stands
from bot.channels.wechat.inbound import Inbound
from bot.channels.wechat.passive import Passive
from bot.channels.wechat.showing import Show, Shows
from bot.channels.wechat.writing import Writing
from bot.helpdesk import rules
from bot.helpdesk.database import Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.errors import Invalid, WrongState
from bot.helpdesk.live import Hub, Live, conversation_topic, utcnow
from bot.helpdesk.models import Update
from bot.helpdesk.texts import DEFAULT_LOCALE, Texts
from bot.helpdesk.tickets.visiting import VisitorTickets

_LOOK_SECONDS = 0.5
_LOOK_BACK = 20
_BUSY_SECONDS = 0.05
_CODE_TRIES, _CODE_TRY_SECONDS = 10, 600
_HOLD_MARGIN = timedelta(seconds=0.5)
_ENDS_RATING = ("rated", "ticket_rated", "queued", "queued_nobody_ready", "off_hours")


@dataclass(frozen=True)
class Verdict:
    """``stars`` for what the update ``seq`` asked about: a ticket's result, or else the help that ended."""

    seq: int
    stars: int
    ticket_id: str | None = None


class Receiver:
    """Takes what WeChat delivers. One per process."""

    def __init__(
        self,
        account: Account,
        database: Database,
        live: Live,
        hub: Hub,
        desk: Desk,
        tickets: VisitorTickets,
        entries: Entries,
        shows: Shows,
        passive: Passive,
        writing: Writing,
        texts: Texts,
        wake_assistant: Callable[[], None],
        messages_per_10_seconds: int,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self._account = account
        self._database = database
        self._live = live
        self._hub = hub
        self._desk = desk
        self._tickets = tickets
        self._entries = entries
        self._writing = writing
        self._texts = texts
        self._shows = shows
        self._passive = passive
        self._admission = Admission(database, clock)
        self._wake_assistant = wake_assistant
        self._messages_per_10_seconds = messages_per_10_seconds
        self._clock = clock

    async def receive(self, it: Inbound, signature: str) -> str:
        """The text of the passive reply; empty for ``success``."""
        try:
            return await self._receive(it, signature)
        finally:
            self._passive.decided(it.key)

    async def _receive(self, it: Inbound, signature: str) -> str:
        ends = time.monotonic() + self._account.passive_seconds
        hold_until = self._clock() + timedelta(seconds=self._account.passive_seconds) + _HOLD_MARGIN
        admitted = await self._admission.admit(it, signature, hold_until)
        if admitted.answer is not None:
            return admitted.answer
        if admitted.new and it.is_message and not await self._may_send(it, admitted.conversation_id):
            return await self._only_keep(it, admitted.conversation_id, hold_until)
        conversation_id, asked = await self._act(it, admitted, hold_until)
        if asked is not None and asked.answer is not None:
            return asked.answer
        stands = await self._wait(conversation_id, asked, ends)
        answer = await self._decide(it, conversation_id, stands, hold_until, ends)
        if asked and not answer and stands.owner == "bot":
            self._writing.begin(conversation_id)  # the bot takes longer than WeChat waits
        return answer

    async def _may_send(self, it: Inbound, conversation_id: str) -> bool:
        """Whether the message goes its way: a helper reads all, the bot so many in ten seconds."""
        # Who writes is there: staff see it for a while.
        allowed, _ = await asyncio.gather(
            self._live.allow(f"wechat:{it.openid}", self._messages_per_10_seconds, 10),
            self._live.visitor_seen(conversation_id),
        )
        return allowed or (await self._entries.stands(conversation_id, 0)).owner == "helper"

    # --- act --------------------------------------------------------------------------------------------

    async def _act(self, it: Inbound, admitted: Admitted, hold_until: datetime) -> tuple[str, Asked | None]:
        """Do what the message asks; the conversation it is in then, and what to wait for an answer to."""
        conversation_id = admitted.conversation_id
        if it.kind == "text":
            if moved := await self._code(it, admitted, hold_until):
                return moved, None
            here = await self._where(it, admitted)
            if wording.leaves_queue(it.text) and await self._entries.leave_queue(
                here, it.client_message_id, it.text
            ):
                return here, None
            return here, await self._text(it, here, admitted.new, hold_until)
        if it.is_message:
            await self._thing(it, conversation_id)
        elif it.kind in ("subscribe", "scan"):
            conversation_id = await self._scene(it, conversation_id, hold_until)
        elif it.kind == "click":
            return conversation_id, await self._click(it, conversation_id, hold_until)
        return conversation_id, None

    async def _where(self, it: Inbound, admitted: Admitted) -> str:
        """The conversation a text is for: the one the visitor is in, or another of theirs that it rates."""
        here = admitted.conversation_id
        tapped = wording.rated_by(it.menu_id)
        if tapped is None and wording.chosen_number(it.text, 5) is None:
            return here
        others = [each for each in await self._entries.theirs(it.openid) if each != here]
        if not admitted.new:
            for each in others:
                if await self._entries.found(each, it.client_message_id):
                    return each
            return here
        if tapped is not None:
            same = (each for each in others if wording.conversation_number(each) == tapped.number)
            return next(same, here)
        return await self._asks_last(here, others)

    async def _asks_last(self, here: str, others: list[str]) -> str:
        """Which of their conversations asked for a rating after anything was said in the present one."""
        newest = await self._entries.newest(here, 1) if others else []
        latest, place = (newest[-1].at if newest else None), here
        for each in others:
            asking = _open_rating(await self._entries.newest(each, _LOOK_BACK))
            if asking is not None and (latest is None or asking.at > latest):
                latest, place = asking.at, each
        return place

    async def _text(self, it: Inbound, conversation_id: str, new: bool, hold_until: datetime) -> Asked:
        before = None if new else await self._entries.found(conversation_id, it.client_message_id)
        rated = _rating_in(before) if before else await self._rating(it, conversation_id)
        if rated is not None:
            return await self._rate(it, conversation_id, rated)
        if before is not None:
            return Asked(before.seq)
        chosen = await self._choice(it, conversation_id)
        if chosen is not None:
            with suppress(Invalid):
                accepted = await self._desk.choose(conversation_id, it.client_message_id, *chosen)
                self._wake_assistant()
                return Asked(accepted.seq)
        return await self._say(it, conversation_id, it.text, hold_until)

    async def _say(self, it: Inbound, conversation_id: str, text: str, hold_until: datetime) -> Asked:
        wish = wording.asks_for_person(text)
        command = self._texts.get("zh", "ask_person") if wish else rules.as_plain_text(text)

        async def finish(connection: AsyncConnection, stands: Stands) -> str | None:
            # A helper answers when they answer: no need to wait, and one transaction does.
            if stands.owner != "helper":
                return None
            show = self._shows.plain(stands)
            return await self._answer(connection, it, conversation_id, show, hold_until, wait=True)

        asked = await self._entries.said(conversation_id, it.client_message_id, text, command, finish=finish)
        if asked.stands is None or asked.stands.owner == "bot":
            self._wake_assistant()
        return asked

    async def _choice(self, it: Inbound, conversation_id: str) -> tuple[int, str] | None:
        """The button that a typed number means: one of the newest reply of the bot, if it has any."""
        if wording.chosen_number(it.text, 20) is None:
            return None
        for update in reversed(await self._entries.newest(conversation_id, _LOOK_BACK)):
            if update.sender.kind == "visitor":
                return None
            offered = render.buttons(update)
            number = wording.chosen_number(it.text, len(offered))
            if number is not None:
                return update.seq, offered[number - 1][0]
        return None

    async def _rating(self, it: Inbound, conversation_id: str) -> Verdict | None:
        """The verdict that a tap in the rating's menu, or a typed 1 to 5 after it, means."""
        tapped = wording.rated_by(it.menu_id)
        stars = tapped.stars if tapped else wording.chosen_number(it.text, 5)
        if stars is None or (tapped and tapped.number != wording.conversation_number(conversation_id)):
            return None
        newest = await self._entries.newest(conversation_id, _LOOK_BACK)
        if tapped and (ticket_id := _ticket_of(newest, tapped.seq)):
            return Verdict(tapped.seq, stars, ticket_id)
        request = await self._desk.request_of(conversation_id)
        if request is not None and request.status != "closed":
            return None  # to the person who is there, or will be, a number is a number
        asking = _open_rating(newest)
        if asking is None or (tapped and tapped.seq != asking.seq):
            return None
        return Verdict(asking.seq, stars, asking.payload.get("ticket_id"))

    async def _rate(self, it: Inbound, conversation_id: str, verdict: Verdict) -> Asked:
        stars, resolved = verdict.stars, wording.settled(verdict.stars)
        text = f"{stars} {self._texts.get('zh', f'rate_{stars}')}"
        payload = {"rating": asdict(verdict)}
        asked = await self._entries.said(conversation_id, it.client_message_id, text, None, payload)
        with suppress(WrongState):
            if verdict.ticket_id is None:
                await self._desk.rate(conversation_id, resolved=resolved, stars=stars, comment=None)
            else:
                await self._tickets.rate(
                    conversation_id, verdict.ticket_id, resolved=resolved, stars=stars, comment=None
                )
        return Asked(asked.seq)

    async def _thing(self, it: Inbound, conversation_id: str, *, ask: bool = True) -> None:
        words = {name: str(it.thing.get(name, "")) for name in ("label", "title", "url")}
        text = self._texts.get("zh", it.kind, **words).strip()
        payload = {"attachment": {"kind": it.kind, **it.thing}}
        picture = Picture(it.kind, it.media) if it.media else None
        await self._entries.sent(
            conversation_id,
            it.client_message_id,
            text,
            payload,
            picture,
            f"ask_text_{it.kind}" if ask else None,
        )

    async def _code(self, it: Inbound, admitted: Admitted, hold_until: datetime) -> str | None:
        """The conversation that a typed code leads to; None when it is a message like any other.

        Who tries one after the other is not let on to whether one was right.
        """
        code, surely = wording.link_code(it.text) or ("", False)
        if not code:
            return None
        name = f"wechat-code:{it.openid}"
        allowed = not admitted.new or await self._live.allow(name, _CODE_TRIES, _CODE_TRY_SECONDS)
        if allowed:
            moved = await self._entries.link(it.openid, it.client_message_id, code, hold_until)
            if moved is not None:
                return moved
        if not surely:
            return None
        here = admitted.conversation_id
        await self._entries.sent(here, it.client_message_id, it.text, {}, None, "link_expired")
        return here

    async def _scene(self, it: Inbound, conversation_id: str, hold_until: datetime) -> str:
        if it.name.startswith(links.SCENE):
            code = it.name.removeprefix(links.SCENE)
            moved = await self._entries.link(it.openid, it.client_message_id, code, hold_until)
            if moved is not None:
                return moved
            await self._entries.notice(conversation_id, it.client_message_id, "link_expired")
            return conversation_id
        first = it.kind == "subscribe"
        await self._entries.visit(conversation_id, it.client_message_id, it.name, first=first)
        return conversation_id

    async def _click(self, it: Inbound, conversation_id: str, hold_until: datetime) -> Asked | None:
        """Keys of the menu: ``human``, ``ticket``, ``web``, ``say:WORDS``; any other explains how to ask."""
        if it.name in ("human", "ticket"):
            code = "ask_person" if it.name == "human" else "ask_ticket"
            return await self._say(it, conversation_id, self._texts.get("zh", code), hold_until)
        if it.name.startswith("say:") and it.name.removeprefix("say:").strip():
            return await self._say(it, conversation_id, it.name.removeprefix("say:"), hold_until)
        code = "how_to_ask"
        if it.name == "web":
            code = "web_link_sent" if self._account.public_url else "web_link_missing"
        await self._entries.notice(conversation_id, it.client_message_id, code)
        return None

    # --- wait and decide --------------------------------------------------------------------------------

    async def _wait(self, conversation_id: str, asked: Asked | None, ends: float) -> Stands:
        """Until the bot has answered what was ``asked``, a person owns the conversation, or it is time."""
        if asked is None:
            return await self._entries.stands(conversation_id, 0)
        if asked.stands is not None and asked.stands.owner != "bot":
            return asked.stands
        async with self._hub.subscribe(conversation_topic(conversation_id)) as nudges:
            while True:
                stands = await self._entries.stands(conversation_id, asked.seq)
                left = ends - time.monotonic()
                if stands.answered or stands.owner != "bot" or left <= 0:
                    return stands
                with suppress(TimeoutError):
                    await asyncio.wait_for(anext(nudges), min(left, _LOOK_SECONDS))

    async def _decide(
        self, it: Inbound, conversation_id: str, stands: Stands, hold_until: datetime, ends: float
    ) -> str:
        """The one answer to this message: what waits for the visitor, as much as one reply holds."""
        linked = stands.linked or it.name == "web"
        show = await self._shows.prepare(conversation_id, stands, wants_link=linked)
        while (answer := await self._decided(it, conversation_id, show, hold_until, ends)) is None:
            # Something is on its way to the visitor this very moment; what waits goes after it.
            await asyncio.sleep(_BUSY_SECONDS)
        return answer

    async def _decided(
        self, it: Inbound, conversation_id: str, show: Show, hold_until: datetime, ends: float
    ) -> str | None:
        wait = time.monotonic() < ends
        async with self._database.transaction() as connection:
            return await self._answer(connection, it, conversation_id, show, hold_until, wait=wait)

    async def _answer(
        self,
        connection: AsyncConnection,
        it: Inbound,
        conversation_id: str,
        show: Show,
        hold_until: datetime,
        *,
        wait: bool,
    ) -> str | None:
        """Decide the answer unless it is decided; None when it is worth to ``wait`` for a send under way."""
        now = self._clock()
        answer, free = await storage.lock_answer(connection, it.key, conversation_id, now)
        if answer is None:
            if not free and wait:
                return None
            answer = ""
            if free:
                answer = await self._passive.take(connection, it.key, conversation_id, show, now)
        await storage.answer_and_end_hold(connection, it.key, answer, conversation_id, hold_until, now)
        return answer

    async def _only_keep(self, it: Inbound, conversation_id: str, hold_until: datetime) -> str:
        """Too many messages for the bot: kept for who reads the conversation, and said at once."""
        if it.kind == "text":
            await self._entries.said(conversation_id, it.client_message_id, it.text, None)
        else:
            await self._thing(it, conversation_id, ask=False)
        now, answer = self._clock(), self._texts.get(DEFAULT_LOCALE, "too_fast")
        async with self._database.transaction() as connection:
            await storage.answer_and_end_hold(connection, it.key, answer, conversation_id, hold_until, now)
        return answer


def _rating_in(update: Update) -> Verdict | None:
    rating = update.payload.get("rating")
    return Verdict(**rating) if isinstance(rating, dict) else None


def _ticket_of(newest: list[Update], seq: int) -> str | None:
    """The ticket whose result the update ``seq`` told; its menu may be tapped whatever came after it."""
    told = next((each for each in newest if each.seq == seq and render.asks_rating(each)), None)
    return told.payload.get("ticket_id") if told else None


def _open_rating(newest: list[Update]) -> Update | None:
    """What still waits for its rating: nothing rated, asked for or offered since."""
    for update in reversed(newest):
        if render.asks_rating(update):
            return update
        if update.payload.get("code") in _ENDS_RATING or render.buttons(update):
            return None
    return None
