"""One message to one visitor: chosen by ``plan``, sent, and what came of it written down."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.wechat import errcodes, plan, quota, render, split, storage
from bot.channels.wechat.account import CHANNEL
from bot.channels.wechat.client import Client
from bot.channels.wechat.entries import Stands
from bot.channels.wechat.errcodes import Decision
from bot.channels.wechat.passive import Settle
from bot.channels.wechat.pause import Pause
from bot.channels.wechat.plan import Piece, Stop, Waiting
from bot.channels.wechat.showing import Show, Shows
from bot.helpdesk import tables
from bot.helpdesk.database import Database
from bot.helpdesk.errors import Invalid, TooLarge
from bot.helpdesk.live import Live, utcnow
from bot.helpdesk.storage import attachments, pushes
from bot.helpdesk.storage.pushes import Address, Push

log = structlog.stdlib.get_logger(__name__)

# While the visitor reads on the web, WeChat can wait: every send is one of five.
WEB_SECONDS = 30.0


@dataclass(frozen=True)
class Outcome:
    """Why sending to a visitor ended for now; ``undelivered`` are the seqs given up for ``reason``."""

    reason: str = "done"
    undelivered: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Reader:
    """The visitor as far as sending is concerned."""

    stands: Stands
    read_seq: int
    on_web: bool


class Delivery:
    """Sends what waits for an address whose lease the caller holds."""

    def __init__(
        self,
        database: Database,
        live: Live,
        client: Client,
        shows: Shows,
        pause: Pause,
        settle: Settle,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self._database = database
        self._live = live
        self._client = client
        self._shows = shows
        self._pause = pause
        self._settle_results = settle
        self._clock = clock
        self._uploaded: dict[tuple[str, int], str] = {}
        self._alarmed = True  # by an earlier process, perhaps

    async def send_next(self, address: Address, limit: int = split.LIMIT_BYTES) -> Outcome | None:
        """Send one message; None when the next may follow, else why not."""
        reader = await self._reader(address.conversation_id)
        now = self._clock()
        async with self._database.transaction() as connection:
            waiting = await self._unread(connection, address, reader, now)
            visitor = await storage.visitor(connection, address.address)
            if not waiting or await pushes.held(connection, address.conversation_id, CHANNEL, now):
                return Outcome()
            if reader.on_web:
                later = now + timedelta(seconds=WEB_SECONDS)
                await pushes.put_off(connection, [each.id for each in waiting], later, "on_the_web")
                return Outcome("on_the_web")
            if visitor is None or not visitor.subscribed:
                return await self._give_up(connection, waiting, "unreachable", now)
            if any(render.asks_rating(each.update) for each in waiting):
                waiting = await self._with_kept(connection, address, waiting, now)
        return await self._choose(address, visitor, waiting, reader, limit)

    async def _choose(
        self, address: Address, visitor: storage.Visitor, waiting: list[Push], reader: _Reader, limit: int
    ) -> Outcome | None:
        allowed = quota.allowance(visitor.grant, self._clock())
        hinted = allowed.kept > 0 and allowed.remaining - 1 == allowed.kept
        linked = any(render.wants_link(each.update) for each in waiting)
        show = await self._shows.prepare(address.conversation_id, reader.stands, wants_link=hinted or linked)
        items = [Waiting(p.id, p.update.seq, show(p.update), p.progress) for p in waiting]
        if empty := [each.row for each in items if each.is_empty]:
            await self._pass_over(empty)
            return None
        piece = plan.next_piece(items, allowed, limit)
        if isinstance(piece, Stop):
            async with self._database.transaction() as connection:
                return await self._give_up(connection, waiting, piece.reason, self._clock())
        errcode = await self._send(address, piece, show)
        attempts = waiting[0].attempts + 1
        return await self._settle(address, waiting, piece, errcode, attempts, limit)

    async def _pass_over(self, rows: Sequence[int]) -> None:
        """WeChat takes no empty text, and nobody misses one: whoever reads it on the web sees what it is."""
        now = self._clock()
        async with self._database.transaction() as connection:
            for row in rows:
                await pushes.advance(connection, row, None, now)

    async def _reader(self, conversation_id: str) -> _Reader:
        conversation, message = tables.conversation, tables.message
        newest = (
            select(message.c.client_message_id)
            .where(message.c.conversation_id == conversation_id, message.c.sender_kind == "visitor")
            .order_by(message.c.seq.desc())
            .limit(1)
            .scalar_subquery()
        )
        query = select(
            conversation.c.owner,
            conversation.c.locale,
            conversation.c.visitor_read_seq,
            newest.label("newest"),
        )
        async with self._database.transaction() as connection:
            row = (await connection.execute(query.where(conversation.c.id == conversation_id))).one()
        from_web = row.newest is not None and not row.newest.startswith("wx-")
        online = from_web and conversation_id in await self._live.visitors_online([conversation_id])
        return _Reader(Stands(row.owner, row.locale), row.visitor_read_seq, online)

    async def _unread(
        self, connection: AsyncConnection, address: Address, reader: _Reader, now: datetime
    ) -> list[Push]:
        """What waits; what the visitor has read on the web meanwhile has arrived."""
        found = await pushes.waiting(connection, address.conversation_id, CHANNEL)
        for each in found:
            if each.update.seq <= reader.read_seq:
                await pushes.advance(connection, each.id, None, now)
        return [each for each in found if each.update.seq > reader.read_seq]

    async def _with_kept(
        self, connection: AsyncConnection, address: Address, waiting: list[Push], now: datetime
    ) -> list[Push]:
        """The closing takes along what was held back for it."""
        conversation_id = address.conversation_id
        kept = pushes.reviving([conversation_id], CHANNEL, now, "quota_kept")
        if not (await connection.execute(kept)).rowcount:
            return waiting
        return await pushes.waiting(connection, conversation_id, CHANNEL)

    async def _give_up(
        self, connection: AsyncConnection, waiting: Sequence[Push], reason: str, now: datetime
    ) -> Outcome:
        await pushes.park(connection, [each.id for each in waiting], now, reason)
        log.warning("wechat_undelivered", reason=reason, count=len(waiting))
        return Outcome(reason, tuple(each.update.seq for each in waiting))

    # --- sending ----------------------------------------------------------------------------------------

    async def _send(self, address: Address, piece: Piece, show: Show) -> int:
        openid = address.address
        if piece.picture_seq is not None:
            return await self._send_picture(address, piece.picture_seq)
        if piece.closing_seq is None:
            text = f"{piece.text}\n{show.hint()}".strip() if piece.hint else piece.text
            return await self._client.send_text(openid, text)
        items = show.rating_menu(address.conversation_id, piece.closing_seq)
        errcode = await self._client.send_menu(openid, piece.text, items)
        if errcode != errcodes.MENU_NOT_ALLOWED:
            return errcode
        # Not every account may send menus; numbers do as well.
        await self._alarm(errcode)
        return await self._client.send_text(openid, f"{piece.text}\n{show.rating_lines()}")

    async def _send_picture(self, address: Address, seq: int) -> int:
        errcode = await self._send_uploaded(address, seq)
        if errcodes.decide(errcode, 1).action == "upload_again":
            self._uploaded.pop((address.conversation_id, seq), None)
            errcode = await self._send_uploaded(address, seq)
        return errcode

    async def _send_uploaded(self, address: Address, seq: int) -> int:
        key = (address.conversation_id, seq)
        if key not in self._uploaded:
            async with self._database.transaction() as connection:
                found = await attachments.get(connection, *key, internal=False)
            if found is None or found.content is None:
                return errcodes.NO_PICTURE
            try:
                answer = await self._client.upload_picture(found.content)
            except (Invalid, TooLarge):
                return errcodes.NO_PICTURE
            if answer.errcode != 0:
                return answer.errcode
            if len(self._uploaded) > 1000:
                self._uploaded.clear()
            self._uploaded[key] = str(answer.body.get("media_id", ""))
        return await self._client.send_image(address.address, self._uploaded[key])

    # --- what came of it --------------------------------------------------------------------------------

    async def _settle(
        self,
        address: Address,
        waiting: Sequence[Push],
        piece: Piece,
        errcode: int,
        attempts: int,
        limit: int,
    ) -> Outcome | None:
        decision = errcodes.decide(errcode, attempts)
        if decision.action == "sent":
            await self._sent(address, waiting, piece)
            return None
        log.warning(
            "wechat_refused", conversation_id=address.conversation_id, reason=errcodes.reason(errcode)
        )
        if decision.action == "split" and limit // 2 >= split.LEAST_BYTES:
            return await self.send_next(address, limit // 2)
        if decision.action in ("alarm", "reject", "renew"):
            await self._alarm(errcode)
        if decision.account_wide:
            await self._pause.begin(decision.pause_seconds)
        if errcode == errcodes.NO_ANSWER:
            # It may have been sent; then it has cost a send.
            await self._spend(address.address)
        if errcodes.may_retry(decision, attempts):
            return await self._later(waiting, decision, errcode)
        return await self._refused(address, waiting, piece, decision)

    async def _sent(self, address: Address, waiting: Sequence[Push], piece: Piece) -> None:
        now = self._clock()
        went = {row for row, _ in piece.progress}
        async with self._database.transaction() as connection:
            for row, characters in piece.progress:
                await pushes.advance(connection, row, characters, now)
            visitor = await storage.visitor(connection, address.address, lock=True)
            if visitor is not None:
                await storage.save_grant(connection, address.address, quota.spend(visitor.grant, now))
            if any(each.id in went and each.update.sender.kind == "helper" for each in waiting):
                await storage.follow(connection, address.address, address.conversation_id)
            if self._alarmed:
                # It works (again): what was given up for a fault of the interface may go after all.
                await storage.clear_alarms(connection)
                await pushes.revive(connection, CHANNEL, "fault", now - quota.MESSAGE_WINDOW, now)
        self._alarmed = False
        if any(each.id in went and render.is_result(each.update) for each in waiting):
            await self._settle_results(address.conversation_id)

    async def _spend(self, openid: str) -> None:
        async with self._database.transaction() as connection:
            visitor = await storage.visitor(connection, openid, lock=True)
            if visitor is not None:
                await storage.save_grant(connection, openid, quota.spend(visitor.grant, self._clock()))

    async def _later(self, waiting: Sequence[Push], decision: Decision, errcode: int) -> Outcome:
        due = self._clock() + timedelta(seconds=decision.pause_seconds)
        async with self._database.transaction() as connection:
            await pushes.retry(connection, [each.id for each in waiting], due, errcodes.reason(errcode))
        return Outcome("later")

    async def _refused(
        self, address: Address, waiting: Sequence[Push], piece: Piece, decision: Decision
    ) -> Outcome | None:
        now = self._clock()
        async with self._database.transaction() as connection:
            visitor = await storage.visitor(connection, address.address, lock=True)
            assert visitor is not None  # it was there before, and is forgotten only long after it left
            match decision.action:
                case "stop":
                    await storage.save_subscribed(connection, address.address, False, now)
                    return await self._give_up(connection, waiting, "unreachable", now)
                case "window_closed":
                    await storage.save_grant(connection, address.address, quota.closed(visitor.grant))
                    return await self._give_up(connection, waiting, "window_closed", now)
                case "quota_used":
                    await storage.save_grant(connection, address.address, quota.used_up(visitor.grant))
                    return await self._give_up(connection, waiting, "quota_used", now)
                case "alarm" | "back_off" | "renew":
                    self._alarmed = True
                    return await self._give_up(connection, waiting, "fault", now)
                case _:
                    # This message, not the others.
                    rows = {row for row, _ in piece.progress}
                    mine = [each for each in waiting if each.id in rows]
                    return await self._give_up(connection, mine, "rejected", now)

    async def _alarm(self, errcode: int) -> None:
        async with self._database.transaction() as connection:
            first = await storage.raise_alarm(connection, errcodes.reason(errcode), self._clock())
        self._alarmed = errcode != errcodes.MENU_NOT_ALLOWED
        if first:
            log.error("wechat_alarm", reason=errcodes.reason(errcode))
