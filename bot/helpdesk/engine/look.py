"""What the dispatcher sees when it looks: read from PostgreSQL, nothing kept but who knows whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk.models import HelpRequest, Invitation
from bot.helpdesk.rules.absence import Hearing, Held
from bot.helpdesk.rules.departments import DepartmentRecord
from bot.helpdesk.rules.dispatch import HelperState, OpenOffer, Waiting
from bot.helpdesk.rules.policy import Policy
from bot.helpdesk.rules.requests import CLAIMABLE_STATUSES
from bot.helpdesk.storage import directory, invitations, people, snapshot

#: A request and the department it waits for: sent to another one, it is looked at anew.
_Key = tuple[str, str | None]


@dataclass(frozen=True)
class _Known:
    """Who helped this visitor before, and whose connection ended while they held this very request."""

    by: tuple[str, ...]
    lost_by: str | None


@dataclass(frozen=True)
class View:
    """Everything that a decision is made from."""

    requests: list[HelpRequest]
    offers: dict[str, list[OpenOffer]]
    left_out: dict[str, frozenset[str]]
    known_by: dict[str, tuple[str, ...]]
    lost_by: dict[str, str]
    helpers: list[HelperState]
    departments: dict[str, DepartmentRecord]
    expired: list[Invitation]
    next_expiry: datetime | None
    unheard: list[Held]
    hearing: Hearing

    def waiting(self) -> list[Waiting]:
        """The requests that nobody holds, as the rules of dispatch want them."""
        return [
            Waiting(
                request,
                tuple(self.offers.get(request.id, ())),
                self.left_out.get(request.id, frozenset()),
                self.known_by.get(request.id, ()),
                self.lost_by.get(request.id),
            )
            for request in self.requests
            if request.status in CLAIMABLE_STATUSES
        ]


class Looker:
    """Looks, and remembers who knows the visitor of a request: that does not change while it waits."""

    def __init__(self) -> None:
        self._known: dict[_Key, _Known] = {}
        self._hearing: Hearing | None = None

    async def look(self, connection: AsyncConnection, now: datetime, policy: Policy) -> View:
        """The view at ``now``."""
        hearing = self._hearing.at(now) if self._hearing else Hearing(now, now)
        requests = await snapshot.unanswered(connection)
        waiting = [r for r in requests if r.status in CLAIMABLE_STATUSES]
        known = await self._knowing(connection, waiting)
        view = View(
            requests,
            await snapshot.open_offers(connection),
            await snapshot.left_out(connection, [r.id for r in waiting], now),
            {each: it.by for each, it in known.items()},
            {each: it.lost_by for each, it in known.items() if it.lost_by},
            await people.states(connection),
            await directory.departments(connection),
            await invitations.expired(connection, now),
            await invitations.next_expiry(connection),
            await snapshot.unheard(connection, now - timedelta(seconds=policy.absent_seconds)),
            hearing,
        )
        # Not before: a look that failed has heard nobody.
        self._hearing = hearing
        return view

    async def _knowing(
        self, connection: AsyncConnection, waiting: Sequence[HelpRequest]
    ) -> dict[str, _Known]:
        keys: list[_Key] = [(each.id, each.department) for each in waiting]
        unseen = [each for each, department in keys if (each, department) not in self._known]
        found = await snapshot.known_by(connection, unseen)
        lost = await snapshot.lost_by(connection, unseen)
        new = {each: _Known(found.get(each, ()), lost.get(each)) for each in unseen}
        self._known = {key: self._known.get(key) or new[key[0]] for key in keys}
        return {each: it for (each, _), it in self._known.items()}
