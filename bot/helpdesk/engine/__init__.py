"""The dispatcher: one of several servers offers, climbs the ladder, takes back and times out."""

from bot.helpdesk.engine.loop import Dispatcher

__all__ = ["Dispatcher"]
