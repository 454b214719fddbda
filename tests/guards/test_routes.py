"""Every route is authenticated or on a short list, documented, and mounted from the one table."""

import re
from pathlib import Path

import pytest

from bot.openapi import document, openapi_path
from bot.pages import PUBLIC_PAGES
from bot.server import ROUTES
from bot.web import Route
from tests.server.fixtures import *  # noqa: F403
from tests.server.running import Site

#: Adding to this list is a decision: these answer anyone.
PUBLIC = {
    ("POST", "/api/visitor/conversations"),
    ("POST", "/api/visitor/continue"),  # whoever holds a one-time code
    ("GET", "/channels/wechat"),  # WeChat signs its calls
    ("POST", "/channels/wechat"),
    ("POST", "/api/staff/login"),
    ("GET", "/api/openapi.json"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/metrics"),  # counts and seconds only
}
ROOT = Path(__file__).resolve().parents[2]
_PLACE = re.compile(r"\{\w+\}")


def somewhere(route: Route) -> str:
    """An address of the route: nothing is there."""
    return _PLACE.sub("0" * 32, openapi_path(route.path))


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


GUARDED = [route for route in ROUTES if route.access != "public"]


def test_public_routes_are_those_of_the_list():
    assert {(route.method, route.path) for route in ROUTES if route.access == "public"} == PUBLIC


def test_staff_routes_need_staff_and_visitor_routes_a_visitor():
    for route in GUARDED:
        assert route.path.startswith(f"/api/{route.access}/"), route.path


@pytest.mark.integration
async def test_application_has_no_route_beside_the_table(site: Site):
    mounted = {(method, f"/{route.path}") for route in site.app.router.routes for method in route.methods}
    expected = {(route.method, route.path) for route in ROUTES}
    expected |= {("OPTIONS", r.path) for r in ROUTES if r.path.startswith("/api/visitor/")}
    expected |= {(method, path) for path in PUBLIC_PAGES for method in ("GET", "HEAD")}
    assert mounted == expected


@pytest.mark.integration
async def test_guarded_route_refuses_everyone_without_a_key(site: Site):
    for route in GUARDED:
        path = somewhere(route)
        response = await site.http(route.method, path, json={})
        assert response.status_code == 401, route.path
        assert response.json()["error"]["code"] == "not_authenticated", route.path


@pytest.mark.integration
async def test_key_of_a_visitor_opens_no_staff_route_and_the_other_way_round(site: Site):
    visitor, staff = await site.visitor(), await site.staff("lin")
    keys = {
        "staff": {"headers": {"Authorization": f"Bearer {visitor.token}"}, "cookies": {}},
        "visitor": {"headers": {"X-CSRF-Token": staff.csrf}, "cookies": dict(staff.session.cookies)},
    }
    for route in GUARDED:
        path = openapi_path(route.path).replace("{conversation_id}", visitor.conversation_id)
        path = _PLACE.sub("0" * 32, path)
        response = await site.http(route.method, path, json={}, **keys[route.access])
        assert response.status_code == 401, route.path


@pytest.mark.integration
async def test_every_staff_write_wants_the_csrf_token(site: Site):
    staff = await site.staff("lin")
    writes = [route for route in GUARDED if route.access == "staff" and route.method != "GET"]
    assert len(writes) >= 5
    for route in writes:
        path = somewhere(route).removeprefix("/api/staff")
        response = await staff.call(route.method, path, json={}, headers={})
        assert (response.status_code, response.json()["error"]["code"]) == (403, "csrf"), route.path


@pytest.mark.integration
async def test_document_describes_every_api_route(site: Site):
    described = (await site.http("GET", "/api/openapi.json")).json()["paths"]
    api = [route for route in ROUTES if route.path.startswith("/api/")]
    assert {(path, method) for path, each in described.items() for method in each} == {
        (openapi_path(route.path), route.method.lower()) for route in api
    }


def test_every_reference_in_the_document_leads_somewhere():
    api = document(ROUTES, "0")
    known = {f"#/components/schemas/{name}" for name in api["components"]["schemas"]}
    references: set[str] = set()

    def collect(part: object) -> None:
        if isinstance(part, dict):
            references.update(value for key, value in part.items() if key == "$ref")
            for value in part.values():
                collect(value)
        elif isinstance(part, list):
            for value in part:
                collect(value)

    collect(api)
    assert references and references <= known


@pytest.mark.parametrize("route", [r for r in ROUTES if r.path != "/api/openapi.json"], ids=name_of)
def test_protocol_names_the_route(route: Route):
    text = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    assert _PLACE.sub("{id}", openapi_path(route.path)) in text
