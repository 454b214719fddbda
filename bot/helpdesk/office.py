"""The back office: tickets, working time, reports and administration, opened together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.helpdesk.database import Database
from bot.helpdesk.live import Live, utcnow
from bot.helpdesk.rules import Policy
from bot.helpdesk.texts import Texts
from bot.helpdesk.thresholds import Thresholds
from bot.helpdesk.tickets.handling import StaffTickets
from bot.helpdesk.tickets.reminders import TicketClock
from bot.helpdesk.tickets.visiting import VisitorTickets
from bot.helpdesk.worktime.roster import WorkingHours


@dataclass(frozen=True)
class Office:
    """The use cases of everything that is not a live conversation."""

    hours: WorkingHours
    visitor_tickets: VisitorTickets
    tickets: StaffTickets
    ticket_clock: TicketClock

    @classmethod
    def open(
        cls,
        database: Database,
        live: Live,
        texts: Texts,
        policy: Policy | Thresholds,
        clock: Callable[[], datetime] = utcnow,
    ) -> "Office":
        """All of them on the same stores."""
        hours = WorkingHours(database)
        shared = (database, live, texts, policy, clock, hours)
        return cls(hours, VisitorTickets(*shared), StaffTickets(*shared), TicketClock(*shared))
