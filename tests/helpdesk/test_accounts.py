import asyncio

import pytest

from bot.helpdesk.accounts import SESSION_SECONDS, Accounts
from bot.helpdesk.database import Database
from bot.helpdesk.desk import Desk
from bot.helpdesk.errors import BadCredentials, Invalid, NotFound, WrongState
from bot.helpdesk.models import Staff
from bot.helpdesk.rules import Policy
from bot.helpdesk.rules.dispatch import is_present
from bot.helpdesk.storage import people
from tests.conftest import FakeClock
from tests.helpdesk.conftest import Hire, Query, Queue, codes

pytestmark = pytest.mark.integration
PASSWORD = "correct horse"


@pytest.fixture
async def ann(accounts: Accounts) -> Staff:
    return await accounts.add(
        username=" Ann ", name="安", password=PASSWORD, role="helper", department="税务局"
    )


async def test_login_opens_a_session_when_the_password_is_right(accounts: Accounts, ann: Staff) -> None:
    session = await accounts.login("ANN", PASSWORD)
    found = await accounts.authenticate(session.token)
    assert found == session
    assert (found.staff, found.csrf != found.token) == (ann, True)


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("ann", "wrong horse"),
        ("nobody", PASSWORD),
        ("ann", ""),
        ("a b", PASSWORD),
        ("a\0", PASSWORD),
        ("ann", "\ud800"),
    ],
)
async def test_login_raises_when_user_or_password_is_wrong(
    accounts: Accounts, ann: Staff, username: str, password: str
) -> None:
    with pytest.raises(BadCredentials):
        await accounts.login(username, password)


@pytest.mark.parametrize("username", ["nobody", "a b"])
async def test_login_checks_a_password_when_the_user_is_unknown(
    accounts: Accounts, username: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[tuple[str | None, str]] = []

    def verify(password_hash: str | None, password: str) -> bool:
        checked.append((password_hash, password))
        return False

    monkeypatch.setattr("bot.helpdesk.accounts._verify", verify)
    with pytest.raises(BadCredentials):
        await accounts.login(username, PASSWORD)
    assert checked == [(None, PASSWORD)]  # the same work as for a known user, hence the same time


async def test_authenticate_raises_when_twelve_hours_are_over(
    accounts: Accounts, ann: Staff, clock: FakeClock
) -> None:
    session = await accounts.login("ann", PASSWORD)
    clock.advance(SESSION_SECONDS - 1)
    assert (await accounts.authenticate(session.token)).expires_at == session.expires_at
    clock.advance(1)
    with pytest.raises(BadCredentials):
        await accounts.authenticate(session.token)


async def test_logout_ends_only_this_session_when_there_are_two(accounts: Accounts, ann: Staff) -> None:
    one, two = await accounts.login("ann", PASSWORD), await accounts.login("ann", PASSWORD)
    await accounts.logout(one.token)
    await accounts.logout(one.token)
    with pytest.raises(BadCredentials):
        await accounts.authenticate(one.token)
    assert (await accounts.authenticate(two.token)).staff == ann


async def test_set_password_ends_all_sessions_when_done(accounts: Accounts, ann: Staff) -> None:
    session = await accounts.login("ann", PASSWORD)
    await accounts.set_password("ann", "another horse")
    with pytest.raises(BadCredentials):
        await accounts.authenticate(session.token)
    with pytest.raises(BadCredentials):
        await accounts.login("ann", PASSWORD)
    await accounts.login("ann", "another horse")


async def test_deactivate_shuts_the_account_when_done(accounts: Accounts, ann: Staff) -> None:
    session = await accounts.login("ann", PASSWORD)
    assert not (await accounts.deactivate("ann")).active
    with pytest.raises(BadCredentials):
        await accounts.authenticate(session.token)
    with pytest.raises(BadCredentials):
        await accounts.login("ann", PASSWORD)


async def test_deactivate_returns_the_visitors_to_the_queue_when_the_account_held_some(
    accounts: Accounts, desk: Desk, queue: Queue, ann: Staff, hire: Hire, query: Query
) -> None:
    held, others, ben = await queue(), await queue(), await hire("ben")
    await desk.claim(held.id, ann)
    await desk.claim(others.id, ben)
    await accounts.deactivate("ann")
    await accounts.deactivate("ann")
    conversation = await desk.conversation(held.conversation_id)
    assert await desk.request_of(conversation.id) == held
    assert (conversation.owner, conversation.owner_epoch, conversation.helper_id) == ("queue", 4, None)
    assert (await codes(desk, conversation.id)).count("helper_returned_to_queue") == 1
    event = (await query("SELECT event, actor_kind, reason FROM help_request_event ORDER BY id"))[-1]
    assert tuple(event) == ("released", "system", "helper_deactivated")
    assert (await desk.conversation(others.conversation_id)).helper_id == ben.id
    await desk.claim(held.id, ben)


async def test_changes_raise_when_the_user_is_unknown(accounts: Accounts) -> None:
    with pytest.raises(NotFound):
        await accounts.deactivate("nobody")
    with pytest.raises(NotFound):
        await accounts.set_presence("nobody", "ready")


async def test_add_raises_when_the_user_name_is_taken(accounts: Accounts, ann: Staff) -> None:
    with pytest.raises(WrongState):
        await accounts.add(username="ann", name="另一个安", password=PASSWORD, role="helper")
    assert [s.name for s in await accounts.all()] == ["安"]


@pytest.mark.parametrize(
    "changes", [{"password": "short"}, {"role": "king"}, {"username": "a b"}, {"name": " "}, {"name": "a\0"}]
)
async def test_add_raises_when_something_is_malformed(accounts: Accounts, changes: dict[str, str]) -> None:
    given = {"username": "ann", "name": "安", "password": PASSWORD, "role": "helper", **changes}
    with pytest.raises(Invalid):
        await accounts.add(**given)  # type: ignore[arg-type]
    assert await accounts.all() == []


async def test_database_holds_no_secret_when_read(accounts: Accounts, ann: Staff, query: Query) -> None:
    session = await accounts.login("ann", PASSWORD)
    dump = await query("SELECT to_jsonb(s)::text, to_jsonb(t)::text FROM staff s, staff_session t")
    audit = await query("SELECT to_jsonb(a)::text FROM audit a")
    everything = str([*dump, *audit])
    assert PASSWORD not in everything and session.token not in everything and session.csrf not in everything
    assert [r[0] for r in await query("SELECT action FROM audit ORDER BY id")] == ["staff_added", "login"]


async def test_ensure_administrator_adds_one_when_several_servers_start_at_once(accounts: Accounts) -> None:
    added = await asyncio.gather(*(accounts.ensure_administrator(PASSWORD) for _ in range(3)))
    assert sorted(added) == [False, False, True]
    assert (await accounts.login("admin", PASSWORD)).staff.role == "administrator"
    assert not await accounts.ensure_administrator("other password")


async def test_who_declared_it_and_is_connected_is_present_when_time_passes(
    accounts: Accounts, database: Database, hire: Hire, clock: FakeClock, query: Query
) -> None:
    async def ready() -> int:
        async with database.transaction() as connection:
            states = await people.states(connection)
        return sum(is_present(state, Policy(), clock()) for state in states)

    ann, ben, cy = await hire("ann"), await hire("ben"), await hire("cy")
    await accounts.set_presence(ann.id, "ready")
    await accounts.set_presence(ben.id, "busy")
    await accounts.heartbeat(cy.id)
    assert await ready() == 1
    clock.advance(60)
    assert await ready() == 0
    await accounts.heartbeat(ann.id)
    assert await ready() == 1
    await accounts.deactivate("ann")
    await query("UPDATE staff SET presence = 'ready'")  # a closed account is not there whatever it declares
    assert await ready() == 0


async def test_set_presence_raises_when_the_status_is_unknown(accounts: Accounts, hire: Hire) -> None:
    with pytest.raises(Invalid):
        await accounts.set_presence((await hire("ann")).id, "asleep")  # type: ignore[arg-type]
