"""Canned replies over HTTP: whose they are, and what is refused."""

from typing import Any

import pytest

from tests.console.administering import trail
from tests.server.running import Site, Staff

pytestmark = pytest.mark.integration


def reply(scope: str = "personal", **values: Any) -> dict:
    said = {"shortcut": "hi", "title": "问候", "text": "{visitor}您好，我是{department}的{helper}。"}
    return {"scope": scope, **said, **values}


async def test_replies_are_mine_my_departments_and_everybodys(site: Site, boss: Staff):
    lin, chen = await site.staff("lin"), await site.staff("chen", role="supervisor")

    async def add(staff: Staff, body: dict, status: int = 201) -> Any:
        answer = await staff.call("POST", "/canned-replies", json=body)
        assert answer.status_code == status, answer.text
        return answer.json().get("reply")

    async def shown(staff: Staff, **query: str) -> list[tuple[str, str]]:
        answer = await staff.call("GET", "/canned-replies", params=query)
        return [(each["scope"], each["shortcut"]) for each in answer.json()["replies"]]

    mine = await add(lin, reply())
    await add(lin, reply(shortcut="/hi"), 409)
    await add(lin, reply("all"), 403)
    await add(lin, reply("department", department="税务局"), 403)
    ours = await add(chen, reply("department", department="税务局", shortcut="tax"))
    await add(chen, reply("department", department="人社局"), 403)
    await add(boss, reply("department", department="人社局", shortcut="social"))
    await add(boss, reply("all", shortcut="bye", text="再见"))
    assert set(await shown(lin)) == {("personal", "hi"), ("department", "tax"), ("all", "bye")}
    assert ("department", "social") in await shown(boss)
    assert await shown(lin, q="再见") == [("all", "bye")]

    for _ in range(2):
        assert (await lin.call("POST", f"/canned-replies/{ours['id']}/used")).status_code == 204
    assert (await shown(lin))[0] == ("department", "tax")
    changed = await lin.call("PUT", f"/canned-replies/{mine['id']}", json=reply(text="您好"))
    assert changed.json()["reply"]["text"] == "您好"
    for method, path in (("PUT", ours["id"]), ("DELETE", ours["id"])):
        refused = await lin.call(method, f"/canned-replies/{path}", json=reply())
        assert refused.status_code == 403
    assert (await chen.call("DELETE", f"/canned-replies/{mine['id']}")).status_code == 404
    assert (await lin.call("DELETE", f"/canned-replies/{mine['id']}")).status_code == 204
    assert (await add(lin, reply()))["uses"] == 0
    assert len(await trail(boss, "canned_reply_saved")) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"text": "您好，{password}"},
        {"text": "{}"},
        {"text": " "},
        {"text": "x" * 2001},
        {"shortcut": "a b"},
        {"shortcut": "/"},
        {"title": ""},
        {"scope": "world"},
        {"scope": "department"},
        {"department": "税务局"},
        {"locale": "Chinese"},
    ],
)
async def test_reply_is_refused_when_it_could_not_be_used(site: Site, change: dict):
    chief = await site.staff("chen", role="administrator")
    refused = await chief.call("POST", "/canned-replies", json=reply(**change))
    assert refused.status_code == 400
    assert (await chief.call("GET", "/canned-replies")).json() == {"replies": []}
