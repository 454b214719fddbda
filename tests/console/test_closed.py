"""A conversation that was closed: whatever staff still try is refused and changes nothing."""

from typing import Any

import pytest
from sqlalchemy import text

from tests.server.running import HANDOFF, Site, StandIn

pytestmark = pytest.mark.integration
#: Everything that a step in a conversation could leave behind.
TABLES = (
    "conversation", "message", "help_request", "help_request_event", "help_offer", "invitation",
    "invitation_dismissed", "participant", "outbox",
)  # fmt: skip
COLLEAGUE = "colleague"


@pytest.fixture(autouse=True)
def handoff_on_request(stand_in: StandIn) -> None:
    stand_in.replies["转人工"] = [{"text": "好的。"}, {"custom": HANDOFF}]


async def everything(site: Site) -> dict[str, list[Any]]:
    """All rows of TABLES."""
    found = {}
    async with site.parts.database.transaction() as connection:
        for table in TABLES:
            rows = await connection.execute(text(f"SELECT to_jsonb(t) FROM {table} t ORDER BY to_jsonb(t)"))
            found[table] = list(rows.scalars())
    return found


@pytest.mark.parametrize(
    ("who", "path", "body"),
    [
        (
            "lin",
            "/conversations/{id}/messages",
            {"client_message_id": "m", "text": "还在吗", "visibility": "public"},
        ),
        ("lin", "/conversations/{id}/close", {"outcome": "resolved"}),
        ("lin", "/conversations/{id}/release", None),
        ("lin", "/conversations/{id}/transfer", {"staff_id": COLLEAGUE, "note": "请接手"}),
        ("lin", "/conversations/{id}/transfer", {"department": "税务局"}),
        ("lin", "/conversations/{id}/invite", {"staff_id": COLLEAGUE}),
        ("lin", "/conversations/{id}/hand-over", {"staff_id": COLLEAGUE}),
        ("lin", "/help-requests/{request}/claim", None),
        ("chief", "/conversations/{id}/take-over", {}),
        ("chief", "/conversations/{id}/reassign", {"staff_id": COLLEAGUE}),
        ("chief", "/conversations/{id}/close", {"outcome": "resolved"}),
    ],
)
async def test_step_is_refused_and_changes_nothing_when_the_conversation_is_closed(
    site: Site, who: str, path: str, body: dict | None
):
    staff = {"lin": await site.staff("lin"), "chief": await site.staff("chief", "supervisor")}
    wang, visitor = await site.staff("wang"), await site.visitor()
    colleague = (await wang.call("GET", "/me")).json()["staff"]["id"]
    await visitor.say("转人工")
    await visitor.updates(lambda found: len(found) >= 3)
    request = await site.parts.desk.request_of(visitor.conversation_id)
    assert request is not None
    await staff["lin"].call("POST", f"/help-requests/{request.id}/claim")
    # Only now, so that nothing was offered to them: nothing else is left to happen.
    await wang.call("PUT", "/presence", json={"status": "ready"})
    where = f"/conversations/{visitor.conversation_id}"
    closed = await staff["lin"].call("POST", f"{where}/close", json={"outcome": "resolved"})
    assert closed.status_code == 200

    before = await everything(site)
    asked = {key: colleague if value == COLLEAGUE else value for key, value in (body or {}).items()}
    path = path.format(id=visitor.conversation_id, request=request.id)
    refused = await staff[who].call("POST", path, json=asked if body is not None else None)
    assert refused.status_code == 409, refused.text
    assert set(refused.json()) == {"error"} and set(refused.json()["error"]) == {"code", "message"}
    assert refused.json()["error"]["code"] == "wrong_state"
    assert await everything(site) == before
