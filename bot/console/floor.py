"""The floor over HTTP: what rings at my desk, who is there, the live board, the history of a request."""

from typing import Any

from bot.helpdesk.floor import Board, DepartmentView
from bot.helpdesk.models import HistoryRow
from bot.helpdesk.rules import OVERSEERS
from bot.helpdesk.rules.ladder import CAUSES
from bot.web import Call, Route
from bot.wire import (
    AlertOut,
    ColleagueOut,
    Moment,
    OfferOut,
    RequestOut,
    WaitOut,
    Wire,
    alert_out,
    colleague_out,
    offer_out,
    request_out,
    wait_out,
)

_LARGEST_ID = 2**63 - 1


class OffersOut(Wire):
    """What rings for me now."""

    offers: list[OfferOut]
    alerts: list[AlertOut]


class ActorOut(Wire):
    """Who did something."""

    kind: str
    id: str | None
    name: str | None


class EventOut(Wire):
    """One change of a request."""

    at: Moment
    event: str
    status_before: str | None
    status_after: str
    actor: ActorOut
    reason: str
    detail: dict[str, Any]


class HistoryOut(Wire):
    """Everything that happened to a request."""

    events: list[EventOut]


class PeopleOut(Wire):
    """Whom one can ask."""

    people: list[ColleagueOut]


class TopicOut(Wire):
    """A topic."""

    code: str
    name: str


class TopicsOut(Wire):
    """All topics by code."""

    topics: list[TopicOut]


class DepartmentOut(Wire):
    """A department as colleagues see it."""

    name: str
    fallback: str | None
    topics: list[TopicOut]
    ready: int
    on_duty: bool
    next_start: Moment | None


class DepartmentsOut(Wire):
    """The open departments."""

    departments: list[DepartmentOut]


class LoadOut(Wire):
    """What waits for a department and what its people hold."""

    name: str | None
    waiting: int
    oldest_requested_at: Moment | None
    ready: int
    held: int


class BreachesOut(Wire):
    """Broken promises by cause."""

    total: int
    nobody_on_duty: int
    all_full: int
    offered_and_ignored: int
    claimed_and_silent: int


class BoardOut(Wire):
    """The service at a glance."""

    at: Moment
    waiting: int
    oldest_requested_at: Moment | None
    late: int
    held: int
    ready: int
    capacity: int
    breaches_today: BreachesOut
    answered_today: int
    within_today: int
    lost_today: int
    next_wait: WaitOut | None
    departments: list[LoadOut]
    people: list[ColleagueOut]
    held_requests: list[RequestOut]


async def offers(call: Call) -> OffersOut:
    """What rings for me now."""
    found = await call.parts.floor.offers_of(call.staff)
    return OffersOut(
        offers=[offer_out(each) for each in found],
        alerts=[alert_out(each) for each in call.parts.feed.alerts_for(call.staff)],
    )


async def rang(call: Call, offer_id: int) -> None:
    """The console rang."""
    await call.parts.floor.rang(min(offer_id, _LARGEST_ID), call.staff)


async def decline(call: Call, offer_id: int) -> None:
    """Say no to an offer."""
    await call.parts.floor.decline(min(offer_id, _LARGEST_ID), call.staff)


async def history(call: Call, request_id: str) -> HistoryOut:
    """Everything that happened to a request."""
    return HistoryOut(events=[_event(row) for row in await call.parts.floor.history(request_id)])


def _event(row: HistoryRow) -> EventOut:
    actor = ActorOut(kind=row.actor_kind, id=row.actor_id, name=row.actor_name)
    same = ("at", "event", "status_before", "status_after", "reason", "detail")
    return EventOut(actor=actor, **{name: getattr(row, name) for name in same})


async def people(call: Call) -> PeopleOut:
    """Whom one can ask."""
    return PeopleOut(people=[colleague_out(each) for each in await call.parts.floor.colleagues()])


async def departments(call: Call) -> DepartmentsOut:
    """The open departments."""
    found = await call.parts.floor.departments()
    return DepartmentsOut(departments=[_department(each) for each in found])


def _department(view: DepartmentView) -> DepartmentOut:
    return DepartmentOut(
        name=view.record.name,
        fallback=view.record.fallback,
        topics=[TopicOut(code=code, name=name) for code, name in view.topics],
        ready=view.ready,
        on_duty=view.duty.on_duty,
        next_start=view.duty.next_start,
    )


async def topics(call: Call) -> TopicsOut:
    """What topics are called."""
    found = await call.parts.floor.topic_names()
    return TopicsOut(topics=[TopicOut(code=code, name=name) for code, name in found])


async def board(call: Call) -> BoardOut:
    """The live board."""
    return board_out(await call.parts.floor.board(call.staff))


def board_out(it: Board) -> BoardOut:
    """The board as it leaves the server."""
    by_cause = {cause: it.breaches_today.get(cause, 0) for cause in CAUSES}
    same = ("at", "waiting", "oldest_requested_at", "late", "held", "ready", "capacity")
    today = ("answered_today", "within_today", "lost_today")
    return BoardOut(
        breaches_today=BreachesOut(total=sum(by_cause.values()), **by_cause),
        next_wait=wait_out(it.next_wait),
        departments=[
            LoadOut(**{name: getattr(each, name) for name in LoadOut.model_fields}) for each in it.departments
        ],
        people=[colleague_out(each) for each in it.people],
        held_requests=[request_out(each) for each in it.held_requests],
        **{name: getattr(it, name) for name in (*same, *today)},
    )


_OFFER = "/api/staff/offers/<offer_id:int>"

ROUTES = (
    Route("GET", "/api/staff/offers", "staff", offers, "What rings for me now", answer=OffersOut),
    Route("POST", f"{_OFFER}/rang", "staff", rang, "The console rang for an offer", status=204),
    Route("POST", f"{_OFFER}/decline", "staff", decline, "Say no to an offer", status=204),
    Route(
        "GET", "/api/staff/help-requests/<request_id:[0-9a-f]{32}>/history", "staff", history,
        "Everything that happened to a request", answer=HistoryOut,
    ),
    Route("GET", "/api/staff/people", "staff", people, "Whom one can ask", answer=PeopleOut),
    Route(
        "GET", "/api/staff/departments", "staff", departments, "The open departments", answer=DepartmentsOut
    ),
    Route("GET", "/api/staff/topics", "staff", topics, "What topics are called", answer=TopicsOut),
    Route(
        "GET", "/api/staff/board", "staff", board, "The live board", answer=BoardOut, roles=OVERSEERS
    ),
)  # fmt: skip
