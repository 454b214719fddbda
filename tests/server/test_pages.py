"""What browsers load, and the headers it comes with."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.settings import Settings
from tests.server.running import Site, StandIn, serve

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("path", "kind", "text"),
    [
        ("/", "text/html", "demo"),
        ("/console/", "text/html", "console"),
        ("/console/queue/12", "text/html", "console"),
        ("/console", "text/html", "console"),
        ("/widget.js", "javascript", "bangban"),
        ("/demo/demo.css", "text/css", "body"),
        ("/console/assets/main-1a2b.js", "javascript", "export"),
    ],
)
async def test_page_is_served_with_its_type(site: Site, path: str, kind: str, text: str):
    response = await site.http("GET", path)
    assert response.status_code == 200
    assert kind in response.headers["Content-Type"]
    assert text in response.text
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


@pytest.mark.parametrize(("path", "ancestors"), [("/", "'self'"), ("/console/", "'none'")])
async def test_page_may_run_only_its_own_scripts(site: Site, path: str, ancestors: str):
    policy = (await site.http("GET", path)).headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy and "object-src 'none'" in policy
    assert policy.endswith(f"frame-ancestors {ancestors}")


async def test_widget_may_be_loaded_by_other_sites_and_is_checked_again_soon(site: Site):
    headers = (await site.http("GET", "/widget.js")).headers
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "max-age=300" in headers["Cache-Control"]


async def test_assets_with_a_hash_in_their_name_are_kept_and_pages_are_not(site: Site):
    assert "31536000" in (await site.http("GET", "/console/assets/main-1a2b.js")).headers["Cache-Control"]
    assert (await site.http("GET", "/console/")).headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/demo/../secret.txt",
        "/demo/%2e%2e/secret.txt",
        "/demo/..%2fsecret.txt",
        "/console/assets/%2e%2e/%2e%2e/secret.txt",
        "/demo//etc/passwd",
        "/console/assets/gone.js",
        "/demo/",
        "/secret.txt",
    ],
)
async def test_nothing_outside_the_built_files_is_served(site: Site, path: str):
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    import asyncio

    await asyncio.to_thread(connection.request, "GET", path)
    answer = await asyncio.to_thread(connection.getresponse)
    body = answer.read()
    connection.close()
    assert answer.status == 404
    assert b"not to be served" not in body and b"root:" not in body


@pytest.mark.parametrize("path", ["/", "/console/", "/widget.js", "/console/assets/a.js"])
async def test_missing_build_is_said_plainly(
    changed: Callable[..., Settings], stand_in: StandIn, tmp_path: Path, path: str
):
    async for site in serve(changed(web=tmp_path / "unbuilt"), stand_in):
        response = await site.http("GET", path)
        assert response.status_code == 503
        assert "./bangban up" in response.json()["error"]["message"]
        assert (await site.http("GET", "/health/ready")).status_code == 200
