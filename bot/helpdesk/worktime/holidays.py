"""Chinese public holidays and the working days that make up for them.

Source: the State Council's yearly arrangement, as the ``chinesecalendar`` package lists it. It comes out in
autumn for the year after, so a later year is unknown until the package is updated: then weekdays decide, and
``missing_years`` says so to whoever runs the service.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from chinese_calendar import Holiday, holidays, workdays


@dataclass(frozen=True)
class SpecialDay:
    """A public holiday, or a day of the weekend worked in its place; ``name``: the holiday's."""

    kind: Literal["holiday", "make_up"]
    name: str


@cache
def _covered() -> frozenset[int]:
    return frozenset(day.year for day in holidays)


def special_day(day: date) -> SpecialDay | None:
    """What the State Council's arrangement says of ``day``; None for any other day, and of unknown years."""
    if day in workdays:
        return SpecialDay("make_up", _chinese(workdays[day]))
    if day in holidays:
        return SpecialDay("holiday", _chinese(holidays[day]))
    return None


def _chinese(name: str) -> str:
    return str(Holiday(name).chinese)


def missing_years(today: date) -> list[int]:
    """Which of this year and the next have no arrangement here: in those only weekdays count."""
    return [year for year in (today.year, today.year + 1) if year not in _covered()]
