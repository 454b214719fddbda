import pytest

from tests.console.administering import put
from tests.server.fixtures import *  # noqa: F403
from tests.server.running import Site, Staff


@pytest.fixture
async def boss(site: Site) -> Staff:
    """An administrator, with two departments and a topic to begin with."""
    boss = await site.staff("boss", role="administrator")
    for name in ("税务局", "人社局"):
        await put(boss, "departments", {"name": name, "fallback": None, "active": True})
    await put(boss, "topics", {"code": "tax", "name": "税费", "department": "税务局", "active": True})
    return boss
