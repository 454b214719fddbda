"""What could not be delivered: staff are told, and where no way back is left, a ticket follows.

A way back is there while the visitor has just been asked to write, with a link to the web that holds a day:
what the quota stopped is followed up when that day is over and it is still unread. A closed window, a visitor
who left and a faulty interface leave none. What WeChat refuses for what it says is the helper's to put
differently.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.channels.wechat.account import CHANNEL
from bot.channels.wechat.entries import Entries
from bot.channels.wechat.links import WEB_LIFE
from bot.helpdesk.database import Database
from bot.helpdesk.errors import HelpdeskError
from bot.helpdesk.live import utcnow
from bot.helpdesk.storage import pushes
from bot.helpdesk.tickets.unreached import UnreachedVisitors

log = structlog.stdlib.get_logger(__name__)

_NOTES = {
    "quota_used": "undelivered_quota",
    "quota_kept": "undelivered_quota",
    "window_closed": "undelivered_window",
    "unreachable": "undelivered_gone",
    "rejected": "undelivered_refused",
}
NO_WAY_BACK = ("window_closed", "unreachable", "fault")
_LATER = ("quota_used", "quota_kept", *NO_WAY_BACK)
# A server may have been away for a while; what is older than that was somebody's to see long ago.
_LOOK_BACK = timedelta(days=7)


class Unreached:
    """Tells, once for each thing that was given up."""

    def __init__(
        self,
        database: Database,
        entries: Entries,
        visitors: UnreachedVisitors,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self._database = database
        self._entries = entries
        self._visitors = visitors
        self._clock = clock

    async def tell(self, conversation_id: str, seqs: list[int], reason: str) -> None:
        """Leave a note for staff, with the ticket that follows when no way back is left.

        The result of a ticket among them has not been told.
        """
        await self.settle(conversation_id)
        ticket = await self._ticket(conversation_id, seqs) if reason in NO_WAY_BACK else None
        code = _NOTES.get(reason, "undelivered_fault")
        await self._entries.undelivered(conversation_id, seqs, code, ticket)

    async def overdue(self) -> None:
        """Follow up on what is still unread after the way back has come to its end."""
        for conversation_id in await self._visitors.unsettled():
            await self.settle(conversation_id)
        now = self._clock()
        async with self._database.transaction() as connection:
            found = await pushes.unread_since(connection, CHANNEL, _LATER, now - _LOOK_BACK, now - WEB_LIFE)
        for conversation_id, seqs in found.items():
            if ticket := await self._ticket(conversation_id, seqs):
                await self._entries.undelivered(conversation_id, seqs, "undelivered_still", ticket)

    async def settle(self, conversation_id: str) -> None:
        """Whether the results of its tickets count as told follows what became of them."""
        try:
            await self._visitors.settle_results(conversation_id)
        except HelpdeskError as error:
            # ``overdue`` tries again.
            log.warning("wechat_result_not_settled", conversation_id=conversation_id, reason=error.code)

    async def _ticket(self, conversation_id: str, seqs: Sequence[int]) -> str | None:
        try:
            return await self._visitors.follow_up(conversation_id, seqs)
        except HelpdeskError as error:
            # The note must be left all the same; ``overdue`` tries again.
            log.warning("wechat_not_followed_up", conversation_id=conversation_id, reason=error.code)
            return None
