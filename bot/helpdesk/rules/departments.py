"""Departments and their fallback chain; who has to hear of a request that waits."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, Protocol

from bot.helpdesk.models import HelpRequest, Staff
from bot.helpdesk.rules.ladder import FALLBACK, WARNED
from bot.helpdesk.rules.ownership import CLAIMERS, OVERSEERS
from bot.helpdesk.rules.policy import Policy
from bot.helpdesk.rules.requests import is_answered

#: The distance of who belongs to no department of the chain; farther than any chain is long.
OUTSIDE = 1_000_000
AlertReason = Literal["mine_silent", "department", "fallback", "supervisor"]


@dataclass(frozen=True)
class DepartmentRecord:
    """A department; ``fallback`` is who helps when it cannot, ``capacity`` bounds what its people hold.

    ``last_resort``: it serves all, after the chain of any other department, as a service centre does.
    """

    name: str
    fallback: str | None = None
    capacity: int | None = None
    active: bool = True
    last_resort: bool = False


class _Person(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def department(self) -> str | None: ...


@dataclass(frozen=True)
class Alert:
    """Somebody has to hear of a request that waits; ``ring`` until it is taken, or only show."""

    request: HelpRequest
    reason: AlertReason
    ring: bool


def chain(department: str | None, departments: Mapping[str, DepartmentRecord]) -> list[str]:
    """``department`` and who stands in for it, in order; each once, however the fallbacks are set.

    Closed departments are passed over. Empty for None and for an unknown department.
    """
    found: list[str] = []
    seen: set[str] = set()
    while department is not None and department in departments and department not in seen:
        seen.add(department)
        record = departments[department]
        found += [department] if record.active else []
        department = record.fallback
    return found


def distances(
    department: str | None, departments: Mapping[str, DepartmentRecord], people: Iterable[_Person]
) -> dict[str, int]:
    """Who of ``people`` can serve ``department``: their id and place in the chain, 0 the nearest.

    People without a department serve all; those of a last resort come after the chain. A request for no
    department, or one that leads nowhere, may be served by everybody: nobody is forgotten.
    """
    links = chain(department, departments)
    if not links:
        return {p.id: 0 if p.department in (department, None) or department is None else 1 for p in people}
    last = {each.name: len(links) for each in departments.values() if each.last_resort and each.active}
    place = {**last, **{name: index for index, name in enumerate(links)}}
    return {
        person.id: place.get(person.department or "", 0)
        for person in people
        if person.department is None or person.department in place
    }


def reachable(
    department: str | None,
    departments: Mapping[str, DepartmentRecord],
    people: Iterable[_Person],
    policy: Policy,
) -> dict[str, int]:
    """As ``distances``; where nobody is found there, everybody, unless outsiders do not help."""
    people = list(people)
    found = distances(department, departments, people)
    if found or not policy.outsiders_help:
        return found
    return {person.id: OUTSIDE for person in people}


def alerts_for(
    staff: Staff, requests: Iterable[HelpRequest], departments: Mapping[str, DepartmentRecord]
) -> list[Alert]:
    """What ``staff`` has to hear about: what has waited for long in their reach, and their own silence."""

    @cache
    def distance(department: str | None) -> int | None:
        return distances(department, departments, [staff]).get(staff.id)

    return [alert for request in requests if (alert := _alert(staff, request, distance))]


def _alert(
    staff: Staff, request: HelpRequest, distance_to: Callable[[str | None], int | None]
) -> Alert | None:
    if request.level < WARNED or request.status == "closed" or is_answered(request):
        return None
    if request.status == "claimed":
        if request.claimed_by == staff.id:
            return Alert(request, "mine_silent", ring=True)
        return Alert(request, "supervisor", ring=False) if staff.role in OVERSEERS else None
    if staff.role in CLAIMERS:
        distance = distance_to(request.department)
        if distance == 0:
            return Alert(request, "department", ring=True)
        if distance is not None and request.level >= FALLBACK:
            return Alert(request, "fallback", ring=True)
    return Alert(request, "supervisor", ring=True) if staff.role in OVERSEERS else None
