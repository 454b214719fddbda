"""Administration over HTTP: staff, departments, topics, thresholds, the audit trail."""

from typing import Any, Literal

from pydantic import Field

from bot.errors import HttpError
from bot.helpdesk.administration.people import NewPerson
from bot.helpdesk.administration.thresholds import ThresholdState
from bot.helpdesk.administration.trail import PAGE, WantedRows
from bot.helpdesk.models import Role
from bot.helpdesk.rules import OVERSEERS
from bot.helpdesk.storage.audit import AuditRow
from bot.helpdesk.storage.directory import Account, TopicRecord
from bot.web import Body, Call, LocalDay, Route, limit
from bot.wire import Moment, Wire

ADMINISTERING: frozenset[Role] = frozenset({"administrator"})
PASSWORDS_PER_5_MINUTES = 10


class AddStaff(Body):
    """A new account."""

    username: str
    name: str
    role: Role
    department: str | None = None
    capacity: int | None = None
    skills: list[str] = Field(default=[], max_length=100)


class ChangeStaff(Body):
    """What changes; what is left out stays. Null: no department, the common capacity."""

    name: str | None = None
    role: Role | None = None
    department: str | None = None
    capacity: int | None = None
    skills: list[str] | None = Field(default=None, max_length=100)
    active: bool | None = None


class ChangePassword(Body):
    """One's own password."""

    old: str = Field(max_length=1000)
    new: str = Field(max_length=1000)


class SaveDepartment(Body):
    """A department; what is left out stays as it was."""

    name: str
    fallback: str | None = None
    capacity: int | None = None
    active: bool = True
    last_resort: bool = False


class SaveTopic(Body):
    """A topic and whose it is."""

    code: str
    name: str
    department: str | None
    active: bool


class SaveThreshold(Body):
    """A threshold; null: the default again."""

    name: str
    value: bool | int | float | None


class WhichRows(Body):
    """Local days, both included; who; what; after a page."""

    first: LocalDay | None = Field(default=None, alias="from")
    last: LocalDay | None = Field(default=None, alias="to")
    actor: str | None = Field(default=None, max_length=64)
    action: str | None = Field(default=None, max_length=64)
    after: int | None = Field(default=None, ge=0, le=2**63 - 1)


class AdminStaffOut(Wire):
    """An account as administrators see it."""

    id: str
    username: str
    name: str
    role: str
    department: str | None
    active: bool
    capacity: int | None
    skills: list[str]
    presence: str
    connected: bool
    created_at: Moment


class AllStaffOut(Wire):
    """All accounts by user name."""

    staff: list[AdminStaffOut]


class OneStaffOut(Wire):
    """One account."""

    staff: AdminStaffOut


class NewStaffOut(OneStaffOut):
    """A new account with its password, which is shown this once."""

    password: str


class PasswordOut(Wire):
    """A new password, shown this once."""

    password: str


class DepartmentOut(Wire):
    """A department with how many active staff it has."""

    name: str
    fallback: str | None
    capacity: int | None
    active: bool
    last_resort: bool
    staff: int


class DepartmentsOut(Wire):
    """All departments by name."""

    departments: list[DepartmentOut]


class TopicOut(Wire):
    """A topic and whose it is."""

    code: str
    name: str
    department: str | None
    active: bool


class TopicsOut(Wire):
    """All topics by code."""

    topics: list[TopicOut]


class ThresholdOut(Wire):
    """A threshold: what holds now, what it may be, who changed it when."""

    name: str
    value: bool | int | float
    default: bool | int | float
    minimum: float
    maximum: float
    unit: Literal["seconds", "hours", "days", "count", "yes_no"]
    changed_at: Moment | None
    changed_by: str | None


class ThresholdsOut(Wire):
    """All thresholds."""

    thresholds: list[ThresholdOut]


class AuditRowOut(Wire):
    """One row of the audit trail."""

    id: int
    at: Moment
    actor: dict[str, str | None]
    action: str
    subject: str
    detail: dict[str, Any]


class AuditOut(Wire):
    """A page of the trail, newest first; ``next`` goes into ``after`` for the page that follows."""

    rows: list[AuditRowOut]
    next: int | None


def _staff_out(person: Account) -> AdminStaffOut:
    same = {name: getattr(person, name) for name in AdminStaffOut.model_fields if name != "skills"}
    return AdminStaffOut(skills=list(person.skills), **same)


async def staff(call: Call) -> AllStaffOut:
    """All accounts."""
    return AllStaffOut(staff=[_staff_out(person) for person in await call.parts.office.people.listed()])


async def add_staff(call: Call) -> NewStaffOut:
    """Open an account."""
    asked: AddStaff = call.body
    new = NewPerson(
        asked.username, asked.name, asked.role, asked.department, asked.capacity, tuple(asked.skills)
    )
    person, password = await call.parts.office.people.add(call.staff, new)
    return NewStaffOut(staff=_staff_out(person), password=password)


async def change_staff(call: Call, staff_id: str) -> OneStaffOut:
    """Change or close an account."""
    changes = call.body.model_dump(exclude_unset=True)
    return OneStaffOut(staff=_staff_out(await call.parts.office.people.change(call.staff, staff_id, changes)))


async def reset_password(call: Call, staff_id: str) -> PasswordOut:
    """Give an account a new password."""
    return PasswordOut(password=await call.parts.office.people.reset_password(call.staff, staff_id))


async def change_password(call: Call) -> None:
    """Change one's own password."""
    assert call.session is not None
    await limit(call.parts, f"password:{call.staff.id}", PASSWORDS_PER_5_MINUTES, 300)
    await call.parts.accounts.change_own_password(call.session, call.body.old, call.body.new)


async def departments(call: Call) -> DepartmentsOut:
    """All departments."""
    found = await call.parts.office.places.departments()
    names = ("name", "fallback", "capacity", "active", "last_resort")
    return DepartmentsOut(
        departments=[
            DepartmentOut(**{name: getattr(record, name) for name in names}, staff=count)
            for record, count in found
        ]
    )


async def save_department(call: Call) -> DepartmentsOut:
    """Add or change a department."""
    changes = call.body.model_dump(exclude_unset=True, exclude={"name"})
    await call.parts.office.places.save_department(call.staff, call.body.name, changes)
    return await departments(call)


async def topics(call: Call) -> TopicsOut:
    """All topics."""
    found = await call.parts.office.places.topics()
    return TopicsOut(
        topics=[TopicOut(**{name: getattr(each, name) for name in TopicOut.model_fields}) for each in found]
    )


async def save_topic(call: Call) -> TopicsOut:
    """Add or change a topic."""
    asked: SaveTopic = call.body
    record = TopicRecord(asked.code, asked.name, asked.department, asked.active)
    await call.parts.office.places.save_topic(call.staff, record)
    return await topics(call)


def _threshold_out(state: ThresholdState) -> ThresholdOut:
    about = {name: getattr(state.about, name) for name in ("name", "minimum", "maximum", "unit")}
    changed = {name: getattr(state, name) for name in ("value", "default", "changed_at", "changed_by")}
    return ThresholdOut(**about, **changed)


async def thresholds(call: Call) -> ThresholdsOut:
    """All thresholds."""
    found = await call.parts.office.thresholds.listed()
    return ThresholdsOut(thresholds=[_threshold_out(state) for state in found])


async def save_threshold(call: Call) -> ThresholdsOut:
    """Change a threshold."""
    await call.parts.office.thresholds.save(call.staff, call.body.name, call.body.value)
    return await thresholds(call)


def _audit_out(row: AuditRow) -> AuditRowOut:
    actor = {"kind": row.actor_kind, "id": row.actor_id, "name": row.actor_name}
    same = {name: getattr(row, name) for name in AuditRowOut.model_fields if name != "actor"}
    return AuditRowOut(actor=actor, **same)


async def audit(call: Call) -> AuditOut:
    """The audit trail."""
    asked: WhichRows = call.query
    if asked.first and asked.last and asked.last < asked.first:
        raise HttpError("bad_request", "to: not before from")
    wanted = WantedRows(asked.first, asked.last, asked.actor, asked.action, asked.after)
    found = await call.parts.office.trail.listed(wanted)
    page = found[:PAGE]
    return AuditOut(rows=[_audit_out(row) for row in page], next=page[-1].id if len(found) > PAGE else None)


_ADMIN = "/api/staff/admin"
_PERSON = f"{_ADMIN}/staff/<staff_id:[0-9a-f]{{32}}>"


def _read(
    name: str, handler: Any, summary: str, answer: type[Wire], query: type[Body] | None = None
) -> Route:
    path = f"{_ADMIN}/{name}"
    return Route("GET", path, "staff", handler, summary, query=query, answer=answer, roles=OVERSEERS)


def _put(path: str, handler: Any, summary: str, answer: type[Wire], body: type[Body]) -> Route:
    return Route("PUT", path, "staff", handler, summary, body=body, answer=answer, roles=ADMINISTERING)


ROUTES = (
    _read("staff", staff, "All accounts", AllStaffOut),
    Route(
        "POST",
        f"{_ADMIN}/staff",
        "staff",
        add_staff,
        "Open an account",
        body=AddStaff,
        answer=NewStaffOut,
        status=201,
        roles=ADMINISTERING,
    ),
    _put(_PERSON, change_staff, "Change or close an account", OneStaffOut, ChangeStaff),
    Route(
        "POST",
        f"{_PERSON}/password",
        "staff",
        reset_password,
        "A new password",
        answer=PasswordOut,
        roles=ADMINISTERING,
    ),
    Route(
        "POST",
        "/api/staff/password",
        "staff",
        change_password,
        "My own password",
        body=ChangePassword,
        status=204,
    ),
    _read("departments", departments, "All departments", DepartmentsOut),
    _put(f"{_ADMIN}/departments", save_department, "Add or change one", DepartmentsOut, SaveDepartment),
    _read("topics", topics, "All topics", TopicsOut),
    _put(f"{_ADMIN}/topics", save_topic, "Add or change one", TopicsOut, SaveTopic),
    _read("thresholds", thresholds, "All thresholds", ThresholdsOut),
    _put(f"{_ADMIN}/thresholds", save_threshold, "Change a threshold", ThresholdsOut, SaveThreshold),
    _read("audit", audit, "The audit trail", AuditOut, WhichRows),
)
