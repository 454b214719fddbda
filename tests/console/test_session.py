"""Logging in and who may do what."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from bot.settings import Settings
from tests.server.running import PASSWORD, Site, StandIn, serve

pytestmark = pytest.mark.integration


async def test_login_sets_a_strict_cookie_and_gives_the_csrf_token(site: Site):
    await site.staff("lin")
    response = await site.http("POST", "/api/staff/login", json={"username": "LIN", "password": PASSWORD})
    cookie = response.headers["Set-Cookie"]
    body = response.json()
    assert all(part in cookie for part in ("bangban_session=", "HttpOnly", "SameSite=Strict", "Path=/"))
    assert "Secure" not in cookie
    assert body["staff"] | {"id": ""} == {
        "id": "",
        "username": "lin",
        "name": "Lin",
        "role": "helper",
        "department": "税务局",
    }
    assert body["presence"] == "away" and len(body["csrf"]) >= 32
    assert response.headers["Cache-Control"] == "no-store"


async def test_cookie_is_secure_when_the_public_address_is_https(
    changed: Callable[..., Settings], stand_in: StandIn
):
    async for site in serve(changed(public_url="https://help.example.org"), stand_in):
        await site.parts.accounts.add(username="lin", name="Lin", password=PASSWORD, role="helper")
        login = {"username": "lin", "password": PASSWORD}
        response = await site.http("POST", "/api/staff/login", json=login)
        assert "Secure" in response.headers["Set-Cookie"]


async def test_me_answers_until_logout_ends_the_session(site: Site):
    staff = await site.staff("lin")
    stolen = dict(staff.session.cookies)
    assert (await staff.call("GET", "/me")).json()["csrf"] == staff.csrf
    assert (await staff.call("POST", "/logout")).status_code == 204
    response = await site.http("GET", "/api/staff/me", cookies=stolen)
    assert (response.status_code, response.json()["error"]["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize(
    "headers", [{}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "0" * 64}, {"X-CSRF-Token": b"\xff\xfe"}]
)
async def test_write_is_refused_when_the_csrf_token_is_missing_or_wrong(site: Site, headers: dict):
    staff = await site.staff("lin")
    response = await staff.call("PUT", "/presence", json={"status": "ready"}, headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (403, "csrf")
    assert (await staff.call("GET", "/me")).json()["presence"] == "away"


async def test_write_is_refused_when_a_page_of_another_site_sends_it(site: Site):
    staff = await site.staff("lin")
    headers = {"X-CSRF-Token": staff.csrf, "Origin": "https://evil.example"}
    assert (
        await staff.call("PUT", "/presence", json={"status": "ready"}, headers=headers)
    ).status_code == 403
    own = {"X-CSRF-Token": staff.csrf, "Origin": site.url}
    assert (await staff.call("PUT", "/presence", json={"status": "ready"}, headers=own)).status_code == 200


async def test_login_is_refused_when_a_page_of_another_site_sends_it(site: Site):
    response = await site.http(
        "POST",
        "/api/staff/login",
        json={"username": "x", "password": "y"},
        headers={"Origin": "https://evil.example"},
    )
    assert (response.status_code, response.json()["error"]["code"]) == (403, "csrf")


@pytest.mark.parametrize("username", ["lin", "nobody", "a\x00b"])
async def test_login_says_the_same_for_a_wrong_password_and_an_unknown_user(site: Site, username: str):
    await site.staff("lin")
    response = await site.http("POST", "/api/staff/login", json={"username": username, "password": "falsch"})
    assert response.status_code == 401
    assert response.json() == {
        "error": {"code": "not_authenticated", "message": "wrong user name or password"}
    }


async def test_login_waits_after_ten_failures_but_not_for_other_users(site: Site):
    await site.staff("lin")
    wrong = {"username": "lin", "password": "falsch"}
    answers = [await site.http("POST", "/api/staff/login", json=wrong) for _ in range(11)]
    right = await site.http("POST", "/api/staff/login", json={"username": "lin", "password": PASSWORD})
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert right.status_code == 429
    await site.staff("wang")


async def test_no_more_than_ten_passwords_are_tried_when_they_come_all_at_once(site: Site):
    await site.staff("lin")
    wrong = {"username": "lin", "password": "falsch"}

    def guess(_: int) -> int:
        return requests.post(f"{site.url}/api/staff/login", json=wrong, timeout=40).status_code

    # Threads of their own: the server checks passwords on the loop's.
    with ThreadPoolExecutor(25) as threads:
        codes = await asyncio.wrap_future(threads.submit(lambda: list(threads.map(guess, range(24)))))
    assert (codes.count(401), codes.count(429)) == (10, 14)


async def test_refused_logins_of_one_user_do_not_use_up_the_bound_of_the_address(site: Site):
    await site.staff("lin")
    wrong = {"username": "lin", "password": "falsch"}
    for _ in range(14):
        await site.http("POST", "/api/staff/login", json=wrong)
    counted = await site.parts.live.client.get("bangban:login:address:127.0.0.1")
    assert int(counted) == 10
    assert 0 < await site.parts.live.client.ttl("bangban:login:address:127.0.0.1") <= 300


async def test_logging_in_often_is_fine_when_the_password_is_right(site: Site):
    await site.staff("lin")
    right = {"username": "lin", "password": PASSWORD}
    assert {(await site.http("POST", "/api/staff/login", json=right)).status_code for _ in range(12)} == {200}


async def test_claim_is_forbidden_when_the_role_does_not_claim(site: Site):
    specialist = await site.staff("doc", role="specialist")
    response = await specialist.call("POST", f"/help-requests/{'0' * 32}/claim")
    assert (response.status_code, response.json()["error"]["code"]) == (403, "forbidden")


@pytest.mark.parametrize("status", ["sleeping", None, 5])
async def test_presence_is_refused_when_it_is_none_of_the_three(site: Site, status: object):
    staff = await site.staff("lin")
    assert (await staff.call("PUT", "/presence", json={"status": status})).status_code == 400


async def test_first_administrator_can_log_in_when_the_password_is_set(
    changed: Callable[..., Settings], stand_in: StandIn
):
    for password in ("first-password", "ignored-later"):
        async for site in serve(changed(admin_password=password), stand_in):
            login = {"username": "admin", "password": "first-password"}
            response = await site.http("POST", "/api/staff/login", json=login)
            assert response.status_code == 200
            assert response.json()["staff"]["role"] == "administrator"
