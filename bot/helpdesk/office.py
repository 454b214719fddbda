"""The back office: tickets, working time, reports and administration, opened together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.helpdesk.accounts import Accounts
from bot.helpdesk.administration.hours import HoursAdministration
from bot.helpdesk.administration.people import PeopleAdministration
from bot.helpdesk.administration.places import PlaceAdministration
from bot.helpdesk.administration.replies import CannedReplies
from bot.helpdesk.administration.thresholds import ThresholdAdministration
from bot.helpdesk.administration.trail import AuditTrail
from bot.helpdesk.database import Database
from bot.helpdesk.earlier import EarlierConversations
from bot.helpdesk.live import Live, utcnow
from bot.helpdesk.reports.service import Reports
from bot.helpdesk.texts import Texts
from bot.helpdesk.thresholds import Thresholds
from bot.helpdesk.tickets.following import FollowUps
from bot.helpdesk.tickets.handling import StaffTickets
from bot.helpdesk.tickets.reminders import TicketClock
from bot.helpdesk.tickets.unreached import UnreachedVisitors
from bot.helpdesk.tickets.visiting import VisitorTickets
from bot.helpdesk.worktime.roster import WorkingHours


@dataclass(frozen=True)
class Office:
    """The use cases of everything that is not a live conversation."""

    visitor_tickets: VisitorTickets
    unreached: UnreachedVisitors
    tickets: StaffTickets
    follow_ups: FollowUps
    ticket_clock: TicketClock
    people: PeopleAdministration
    places: PlaceAdministration
    hours: HoursAdministration
    thresholds: ThresholdAdministration
    replies: CannedReplies
    trail: AuditTrail
    reports: Reports
    earlier: EarlierConversations

    @classmethod
    def open(
        cls,
        database: Database,
        live: Live,
        texts: Texts,
        thresholds: Thresholds,
        accounts: Accounts,
        clock: Callable[[], datetime] = utcnow,
    ) -> "Office":
        """All of them on the same stores."""
        shared = (database, live, texts, thresholds, clock, WorkingHours(database))
        return cls(
            VisitorTickets(*shared),
            UnreachedVisitors(*shared),
            StaffTickets(*shared),
            FollowUps(*shared),
            TicketClock(*shared),
            PeopleAdministration(database, accounts, thresholds, clock),
            PlaceAdministration(database, clock),
            HoursAdministration(database, clock),
            ThresholdAdministration(database, thresholds, clock),
            CannedReplies(database, clock),
            AuditTrail(database, clock),
            Reports(database, thresholds, clock),
            EarlierConversations(database),
        )
