"""Working time: when a department is on duty, and deadlines that count its working days and hours."""

from bot.helpdesk.worktime.clock import add_working_days, add_working_hours, duty
from bot.helpdesk.worktime.holidays import missing_years, special_day
from bot.helpdesk.worktime.schedule import (
    DEFAULT_WEEK,
    LOCAL,
    Day,
    DutyException,
    Schedule,
    Span,
    Week,
    day_of,
    local_day,
)

__all__ = [
    "DEFAULT_WEEK",
    "LOCAL",
    "Day",
    "DutyException",
    "Schedule",
    "Span",
    "Week",
    "add_working_days",
    "add_working_hours",
    "day_of",
    "duty",
    "local_day",
    "missing_years",
    "special_day",
]
