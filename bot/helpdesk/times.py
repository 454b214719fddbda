"""Times as they leave the helpdesk: in payloads, and in words."""

from datetime import UTC, datetime

from bot.helpdesk.texts import Texts
from bot.helpdesk.worktime.schedule import LOCAL


def stamp(moment: datetime) -> str:
    """An aware time as ISO 8601 in UTC, to the millisecond, ending in Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def in_words(texts: Texts, locale: str, moment: datetime) -> str:
    """A time as people in this city say it, to the minute."""
    local = moment.astimezone(LOCAL)
    weekday = texts.get(locale, f"weekday_{local.isoweekday()}")
    return texts.get(
        locale, "moment", month=local.month, day=local.day, weekday=weekday, time=f"{local:%H:%M}"
    )
