"""What the dispatcher sees when it looks: read from PostgreSQL, nothing kept but who knows whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk.models import HelpRequest, Invitation
from bot.helpdesk.rules.departments import DepartmentRecord
from bot.helpdesk.rules.dispatch import HelperState, OpenOffer, Waiting
from bot.helpdesk.rules.requests import CLAIMABLE_STATUSES
from bot.helpdesk.storage import invitations, people, snapshot


@dataclass(frozen=True)
class View:
    """Everything that a decision is made from."""

    requests: list[HelpRequest]
    offers: dict[str, list[OpenOffer]]
    left_out: dict[str, frozenset[str]]
    known_by: dict[str, tuple[str, ...]]
    helpers: list[HelperState]
    departments: dict[str, DepartmentRecord]
    expired: list[Invitation]
    next_expiry: datetime | None

    def waiting(self) -> list[Waiting]:
        """The requests that nobody holds, as the rules of dispatch want them."""
        return [
            Waiting(
                request,
                tuple(self.offers.get(request.id, ())),
                self.left_out.get(request.id, frozenset()),
                self.known_by.get(request.id, ()),
            )
            for request in self.requests
            if request.status in CLAIMABLE_STATUSES
        ]


class Looker:
    """Looks, and remembers who knows the visitor of a request: that does not change while it waits."""

    def __init__(self) -> None:
        self._known_by: dict[str, tuple[str, ...]] = {}

    async def look(self, connection: AsyncConnection, now: datetime) -> View:
        """The view at ``now``."""
        requests = await snapshot.unanswered(connection)
        waiting = [r.id for r in requests if r.status in CLAIMABLE_STATUSES]
        return View(
            requests,
            await snapshot.open_offers(connection),
            await snapshot.left_out(connection, waiting),
            await self._knowing(connection, waiting),
            await people.states(connection),
            await people.departments(connection),
            await invitations.expired(connection, now),
            await invitations.next_expiry(connection),
        )

    async def _knowing(
        self, connection: AsyncConnection, waiting: Sequence[str]
    ) -> dict[str, tuple[str, ...]]:
        unseen = [each for each in waiting if each not in self._known_by]
        found = await snapshot.known_by(connection, unseen)
        kept = {each: self._known_by[each] for each in waiting if each in self._known_by}
        self._known_by = {**kept, **{each: found.get(each, ()) for each in unseen}}
        return self._known_by
