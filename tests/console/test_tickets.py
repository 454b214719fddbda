"""Tickets over HTTP: what a visitor leaves, what staff make of it, what comes back to the visitor."""

import pytest

from tests.server.running import Site, Staff, Visitor

pytestmark = pytest.mark.integration
CONTACT = {"phone": "13800000000", "name": "李", "when": "下午"}
DEPARTMENT = "税务局"


@pytest.fixture(autouse=True)
async def departments(site: Site) -> None:
    async with site.parts.database.transaction() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO department (name, active, updated_at) "
            f"VALUES ('{DEPARTMENT}', true, now()), ('人社局', true, now()) ON CONFLICT DO NOTHING"
        )


async def leaves(site: Site, text: str = "补缴社保") -> tuple[Visitor, dict]:
    visitor = await site.visitor()
    left = await visitor.call("POST", "/tickets", json={"description": text, "contact": CONTACT})
    assert left.status_code == 201, left.text
    return visitor, left.json()["ticket"]


async def step(staff: Staff, ticket: dict, name: str, **body: object) -> dict:
    answer = await staff.call("POST", f"/tickets/{ticket['id']}/{name}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["ticket"]


async def test_message_goes_all_the_way_to_a_result_and_back_when_it_was_none(site: Site):
    visitor, ticket = await leaves(site)
    assert (ticket["status"], ticket["title"], ticket["result"]) == ("open", "补缴社保", None)
    again = await visitor.call("POST", "/tickets", json={"description": "还有", "contact": CONTACT})
    assert (again.status_code, again.json()["ticket"]["id"]) == (200, ticket["id"])

    chief = await site.staff("chen", role="supervisor")
    page = (await chief.call("GET", "/tickets", params={"status": "open,assigned"})).json()
    assert [each["number"] for each in page["tickets"]] == [ticket["number"]]
    assert (page["next"], page["tickets"][0]["contact"]) == (None, CONTACT)
    assert (await step(chief, ticket, "assign"))["assigned_to"]["name"] == "Chen"
    assert (await step(chief, ticket, "start"))["status"] == "in_progress"
    await step(chief, ticket, "contacted")
    await step(chief, ticket, "note", note="等材料")
    assert (await step(chief, ticket, "resolve", result="已补缴"))["told_at"]

    updates = (await visitor.call("GET", "/updates?after=0")).json()["updates"]
    assert [update["payload"]["code"] for update in updates] == [
        "ticket_created",
        "ticket_updated",
        "ticket_resolved",
    ]
    (mine,) = (await visitor.call("GET", "/tickets")).json()["tickets"]
    assert (mine["status"], mine["result"]) == ("resolved", "已补缴")
    bad = await visitor.call(
        "POST", f"/tickets/{ticket['id']}/rating", json={"resolved": False, "stars": 1, "comment": "没有"}
    )
    assert bad.json()["ticket"]["status"] == "reopened"
    detail = (await chief.call("GET", f"/tickets/{ticket['id']}")).json()
    assert (detail["ticket"]["stars"], detail["ticket"]["reopened"]) == (1, 1)
    assert [event["event"] for event in detail["events"]][-2:] == ["rated", "reopened"]
    assert detail["events"][0]["actor"] == {"kind": "visitor", "id": None, "name": None}
    second = detail["events"][1]  # what the second form said
    assert (second["event"], second["actor"]["kind"], second["reason"]) == ("noted", "visitor", "还有")
    assert detail["events"][2]["actor"]["name"] == "Chen"


async def test_supervisor_goes_from_a_ticket_to_its_visitor_and_a_specialist_does_not(site: Site):
    visitor, ticket = await leaves(site)
    path = f"/tickets/{ticket['id']}/talk"
    refused = await (await site.staff("zhou", role="specialist")).call("POST", path, json={})
    assert refused.status_code == 403
    helper = await site.staff("chen", role="supervisor")
    answer = await helper.call("POST", path, json={})
    assert answer.status_code == 200, answer.text
    request = answer.json()["request"]
    assert (request["status"], request["reason"]) == ("claimed", "follow_up")
    said = {"client_message_id": "p1", "text": "您好", "visibility": "public"}
    sent = await helper.call("POST", f"/conversations/{visitor.conversation_id}/messages", json=said)
    assert sent.status_code == 201, sent.text
    updates = (await visitor.call("GET", "/updates?after=0")).json()["updates"]
    assert [updates[-2]["payload"]["code"], updates[-1]["text"]] == ["helper_joined", "您好"]


async def test_pages_follow_each_other_without_gap(site: Site):
    helper = await site.staff("lin")
    visitor = await site.visitor()
    body = {
        "conversation_id": visitor.conversation_id,
        "department": DEPARTMENT,
        "title": "退税",
        "description": "退税进度",
        "complexity": "simple",
    }
    for _ in range(53):
        assert (await helper.call("POST", "/tickets", json=body)).status_code == 201
    first = (await helper.call("GET", "/tickets")).json()
    assert len(first["tickets"]) == 50
    second = (await helper.call("GET", "/tickets", params={"after": first["next"]})).json()
    assert (len(second["tickets"]), second["next"]) == (3, None)
    assert len({each["id"] for page in (first, second) for each in page["tickets"]}) == 53


async def test_consoles_of_the_department_hear_of_a_ticket(site: Site):
    near, far = await site.staff("lin"), await site.staff("chen", role="supervisor")
    visitor = await site.visitor()
    async with near.socket() as here, far.socket() as there:
        await here.next("presence")
        await there.next("presence")
        body = {"conversation_id": visitor.conversation_id, "title": "x", "description": "x"}
        body |= {"complexity": "simple", "contact": {}}
        await near.call("POST", "/tickets", json={**body, "department": "人社局"})
        assert await there.next("tickets") == {"type": "tickets"}
        await near.call("POST", "/tickets", json={**body, "department": DEPARTMENT})
        assert await here.next("tickets") == {"type": "tickets"}
        assert [m["type"] for m in here.received].count("tickets") == 1


async def test_console_hears_of_a_deadline_that_is_near(site: Site):
    lin = await site.staff("lin")
    _, ticket = await leaves(site)
    async with site.parts.database.transaction() as connection:
        await connection.exec_driver_sql(
            "UPDATE ticket SET department = '税务局', contact_due_at = now() + interval '1 minute'"
        )
    async with lin.socket() as console:
        await console.next("presence")
        await site.parts.office.ticket_clock.look()
        told = await console.until(lambda m: m["type"] == "tickets" and "reminder" in m)
    due = (await lin.call("GET", f"/tickets/{ticket['id']}")).json()["ticket"]["contact_due_at"]
    about = {"ticket_id": ticket["id"], "number": ticket["number"], "kind": "contact", "due_at": due}
    assert told == {"type": "tickets", "reminder": about}


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("close", {}, 409, "wrong_state"),
        ("resolve", {"result": "好了"}, 409, "wrong_state"),
        ("resolve", {"result": ""}, 400, "bad_request"),
        ("resolve", {}, 400, "bad_request"),
        ("reopen", {"reason": "x"}, 409, "wrong_state"),
        ("cancel", {"reason": " "}, 400, "bad_request"),
        ("assign", {"department": "外星局"}, 400, "bad_request"),
        ("assign", {"staff_id": "0" * 32}, 404, "not_found"),
        ("assign", {"staff_id": 7}, 400, "bad_request"),
        ("note", {"note": "a\u0000"}, 400, "bad_request"),
    ],
)
async def test_nothing_changes_when_a_step_is_refused(
    site: Site, path: str, body: dict, status: int, code: str
):
    _, ticket = await leaves(site)
    chief = await site.staff("chen", role="supervisor")
    before = (await chief.call("GET", f"/tickets/{ticket['id']}")).json()
    refused = await chief.call("POST", f"/tickets/{ticket['id']}/{path}", json=body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)
    assert (await chief.call("GET", f"/tickets/{ticket['id']}")).json() == before


@pytest.mark.parametrize(
    "query", ["status=lost", "after=x", "after=20260105T00-x", "late=perhaps", "q=" + "x" * 101]
)
async def test_list_is_refused_when_it_is_asked_for_nonsense(site: Site, query: str):
    staff = await site.staff("lin")
    assert (await staff.call("GET", f"/tickets?{query}")).status_code == 400


async def test_ticket_of_another_department_is_forbidden(site: Site):
    _, ticket = await leaves(site)
    helper = await site.staff("lin")
    assert (await helper.call("GET", f"/tickets/{ticket['id']}")).status_code == 403
    assert (await helper.call("POST", f"/tickets/{ticket['id']}/start")).status_code == 403
    assert (await helper.call("GET", "/tickets")).json()["tickets"] == []
    assert (await helper.call("GET", f"/tickets/{'0' * 32}")).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"contact": {}},
        {"description": "补税", "contact": {}},
        {"description": "补税", "contact": {"phone": "no"}},
        {"contact": CONTACT},
        {"description": "x" * 4001, "contact": CONTACT},
    ],
)
async def test_message_is_refused_when_nobody_could_answer_it(site: Site, body: dict):
    visitor = await site.visitor()
    refused = await visitor.call("POST", "/tickets", json=body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "bad_request")
    assert (await visitor.call("GET", "/tickets")).json() == {"tickets": []}
    assert (await visitor.call("GET", "/conversation")).json()["last_seq"] == 0


async def test_rating_waits_for_a_result_and_is_the_visitors_own(site: Site):
    visitor, ticket = await leaves(site)
    other = await site.visitor()
    path, body = f"/tickets/{ticket['id']}/rating", {"resolved": True}
    assert (await visitor.call("POST", path, json=body)).status_code == 409
    assert (await other.call("POST", path, json=body)).status_code == 404
    assert (await visitor.call("POST", path, json={"resolved": True, "stars": 6})).status_code == 400


async def test_visitor_is_told_whether_anybody_is_on_duty(site: Site):
    visitor = await site.visitor()
    assert (await visitor.call("GET", "/service")).json() == {
        "on_duty": True,
        "next_start": None,
        "wait": None,
    }
    await close_for_three_days(site)
    off = (await visitor.call("GET", "/service")).json()
    assert off["on_duty"] is False and off["next_start"].endswith("T16:00:00.000Z")


async def close_for_three_days(site: Site) -> None:
    async with site.parts.database.transaction() as connection:
        # Closed yesterday, today and tomorrow: always on duty again from a midnight in Shanghai on.
        await connection.exec_driver_sql(
            "INSERT INTO duty_exception (id, day, spans, reason, updated_at) "
            "SELECT md5(d::text), d, '[]', 'x', now() "
            "FROM generate_series(current_date - 1, current_date + 1, interval '1 day') d"
        )


async def test_visitor_off_hours_is_told_when_and_leaves_a_message(site: Site):
    await close_for_three_days(site)
    handoff = {"type": "handoff", "reason": "asked", "department": "人社局"}
    site.assistant.replies["转人工"] = [{"text": "好", "custom": handoff}]
    visitor, chief = await site.visitor(), await site.staff("chen", role="supervisor")
    await visitor.say("转人工")
    (told,) = [
        update["payload"]
        for update in await visitor.updates(lambda found: any(u["kind"] == "notice" for u in found))
        if update["kind"] == "notice"
    ]
    assert (told["code"], told["callback"]) == ("off_hours", True)
    assert told["next_start"].endswith("T16:00:00.000Z")
    left = await visitor.call("POST", "/tickets", json={"contact": CONTACT})
    (ticket,) = (await chief.call("GET", "/tickets")).json()["tickets"]
    assert (left.status_code, ticket["number"]) == (201, left.json()["ticket"]["number"])
    assert (ticket["source"], ticket["department"], ticket["description"]) == (
        "off_hours",
        "人社局",
        "转人工",
    )


async def test_assistant_is_asked_where_a_ticket_stands(site: Site):
    visitor, ticket = await leaves(site)
    site.assistant.replies["我的工单到哪了"] = [
        {"text": "这就查。", "custom": {"type": "ticket", "action": "status", "number": None}}
    ]
    await visitor.say("我的工单到哪了")
    update = (await visitor.updates(lambda found: any(u["kind"] == "ticket" for u in found)))[-1]
    assert update["payload"]["tickets"][0]["number"] == ticket["number"]
    assert ticket["number"] in update["text"] and "已登记" in update["text"]


async def test_visitor_who_wishes_to_be_called_leaves_a_ticket_that_says_so(site: Site):
    answer = {"type": "not_covered", "related": []}
    offer = {"type": "ticket", "action": "create", "source": "callback", "topic": None,
             "department": "人社局", "phone": None, "when": "下午", "own_question": False}  # fmt: skip
    site.assistant.replies |= {
        "社保能缓缴吗": [{"text": "没有写。", "custom": answer}],
        "下午给我打过来": [{"text": "请留下电话。", "custom": offer}],
    }
    visitor, chief = await site.visitor(), await site.staff("chen", role="supervisor")
    await visitor.say("社保能缓缴吗")
    await visitor.updates(lambda found: any(u["kind"] == "not_covered" for u in found))
    await visitor.say("下午给我打过来")
    told = (await visitor.updates(lambda found: any(u["kind"] == "ticket" for u in found)))[-1]
    assert (told["payload"]["question"], told["payload"]["when"]) == ("社保能缓缴吗", "下午")
    left = await visitor.call("POST", "/tickets", json={"contact": CONTACT})
    assert left.status_code == 201
    (ticket,) = (await chief.call("GET", "/tickets")).json()["tickets"]
    assert (ticket["source"], ticket["department"], ticket["description"]) == (
        "callback",
        "人社局",
        "社保能缓缴吗",
    )
    assert (ticket["help_request_id"], ticket["contact"]) == (None, CONTACT)
    assert (await chief.call("GET", "/help-requests")).json()["requests"] == []
