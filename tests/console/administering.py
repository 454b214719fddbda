"""What an administrator calls, with the status it should have."""

from typing import Any

from tests.server.running import Staff

NOBODY = "0" * 32


async def get(staff: Staff, name: str, **query: Any) -> Any:
    answer = await staff.call("GET", f"/admin/{name}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def put(staff: Staff, name: str, body: dict, status: int = 200) -> Any:
    answer = await staff.call("PUT", f"/admin/{name}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def post(staff: Staff, name: str, body: dict, status: int = 201) -> Any:
    answer = await staff.call("POST", f"/admin/{name}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def trail(staff: Staff, action: str) -> list[tuple[str, Any]]:
    rows = (await get(staff, "audit", action=action))["rows"]
    return [(row["subject"], row["detail"]) for row in rows]
