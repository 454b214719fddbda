"""Tickets: matters that are followed up offline, on clocks of working days."""

from bot.helpdesk.tickets.models import STATUSES, UNSETTLED, Ticket, TicketEvent

__all__ = ["STATUSES", "UNSETTLED", "Ticket", "TicketEvent"]
