"""Pictures of helpers over HTTP: what is taken, who sees them, and with what headers."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
import requests

from bot.helpdesk.rules import LARGEST_PICTURE_BYTES
from tests.server.running import HANDOFF, Site, Staff, Visitor

pytestmark = pytest.mark.integration
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
JPEG, GIF = b"\xff\xd8\xff\xe0" + b"\0" * 64, b"GIF89a" + b"\0" * 64


@pytest.fixture
async def visitor(site: Site) -> Visitor:
    site.assistant.replies["转人工"] = [{"text": "好。"}, {"custom": HANDOFF}]
    visitor = await site.visitor()
    await visitor.say("转人工")
    await visitor.updates(
        lambda found: any((u["payload"] or {}).get("code") == "queued_nobody_ready" for u in found)
    )
    return visitor


@pytest.fixture
async def helper(site: Site, visitor: Visitor) -> Staff:
    helper = await site.staff("lin")
    (request,) = (await helper.call("GET", "/help-requests")).json()["requests"]
    await helper.call("POST", f"/help-requests/{request['id']}/claim")
    return helper


async def post(helper: Staff, visitor: Visitor, content: bytes, **query: str) -> requests.Response:
    query = {"client_message_id": uuid4().hex, **query}
    path = f"/conversations/{visitor.conversation_id}/pictures"
    return await helper.call("POST", path, params=query, data=content)


async def of_staff(staff: Staff, visitor: Visitor, seq: int) -> requests.Response:
    path = f"/conversations/{visitor.conversation_id}/attachment"
    return await staff.call("GET", path, params={"seq": seq})


def problem(response: requests.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


@pytest.mark.parametrize(("content", "kind"), [(PNG, "image/png"), (JPEG, "image/jpeg"), (GIF, "image/gif")])
async def test_picture_is_shown_to_its_visitor_and_to_staff_with_safe_headers(
    visitor: Visitor, helper: Staff, content: bytes, kind: str
):
    response = await post(helper, visitor, content)
    assert response.status_code == 201, response.text
    seq = response.json()["seq"]
    update = (await visitor.updates(lambda found: len(found) >= seq))[seq - 1]
    assert (update["kind"], update["sender"]["kind"], update["text"]) == ("text", "helper", "[图片]")
    assert update["payload"] == {"attachment": {"kind": "image", "type": kind, "size": len(content)}}
    theirs = await visitor.call("GET", "/attachment", params={"seq": seq})
    for shown in (theirs, await of_staff(helper, visitor, seq)):
        assert (shown.status_code, shown.content) == (200, content)
        assert shown.headers["Content-Type"] == kind
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert shown.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert shown.headers["Content-Disposition"] == f'inline; filename="image-{seq}"'
        assert shown.headers["Cache-Control"] == "no-store"
        assert shown.headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_picture_counts_as_the_first_response(visitor: Visitor, helper: Staff):
    await post(helper, visitor, PNG)
    detail = (await helper.call("GET", f"/conversations/{visitor.conversation_id}")).json()
    assert detail["request"]["first_response_at"] is not None


async def test_picture_sent_again_is_the_first_one(visitor: Visitor, helper: Staff):
    first = await post(helper, visitor, PNG, client_message_id="p1")
    again = await post(helper, visitor, GIF, client_message_id="p1")
    assert first.json() == again.json()
    assert (await of_staff(helper, visitor, first.json()["seq"])).content == PNG


async def test_picture_with_a_note_is_not_the_visitors_to_see(visitor: Visitor, helper: Staff):
    seq = (await post(helper, visitor, PNG, visibility="internal")).json()["seq"]
    assert (await of_staff(helper, visitor, seq)).content == PNG
    hidden = await visitor.call("GET", "/attachment", params={"seq": seq})
    assert problem(hidden) == (404, "not_found")


async def test_picture_is_not_shown_to_another_visitor(site: Site, visitor: Visitor, helper: Staff):
    seq = (await post(helper, visitor, PNG)).json()["seq"]
    other = await site.visitor()
    assert problem(await other.call("GET", "/attachment", params={"seq": seq})) == (404, "not_found")
    nobody = await site.http("GET", "/api/visitor/attachment", params={"seq": seq})
    assert problem(nobody) == (401, "not_authenticated")
    path = f"/api/staff/conversations/{visitor.conversation_id}/attachment"
    assert problem(await site.http("GET", path, params={"seq": seq})) == (401, "not_authenticated")


async def test_there_is_nothing_with_a_message_of_words(visitor: Visitor):
    assert problem(await visitor.call("GET", "/attachment", params={"seq": 1})) == (404, "not_found")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\0",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html>\x89PNG\r\n\x1a\n",
        b"GIF80a" + b"\0" * 9,
    ],
)
async def test_what_is_no_picture_is_refused_by_its_first_bytes(
    site: Site, visitor: Visitor, helper: Staff, content: bytes
):
    before = (await site.parts.desk.conversation(visitor.conversation_id)).last_seq
    response = await post(helper, visitor, content)
    assert problem(response) == (400, "bad_request")
    assert "JPEG, PNG" in response.json()["error"]["message"]
    assert (await site.parts.desk.conversation(visitor.conversation_id)).last_seq == before


async def test_largest_picture_is_taken_and_a_larger_one_refused(visitor: Visitor, helper: Staff):
    largest = PNG + b"\0" * (LARGEST_PICTURE_BYTES - len(PNG))
    response = await post(helper, visitor, largest)
    assert response.status_code == 201
    shown = await visitor.call("GET", "/attachment", params={"seq": response.json()["seq"]})
    assert len(shown.content) == LARGEST_PICTURE_BYTES
    assert problem(await post(helper, visitor, largest + b"\0")) == (413, "too_large")


async def test_body_without_an_announced_length_is_refused_as_soon_as_it_is_too_large(
    visitor: Visitor, helper: Staff
):
    """Chunks nobody announced: the limit holds by what comes."""

    def parts() -> Any:
        for _ in range(LARGEST_PICTURE_BYTES // 65_536 + 2):
            yield PNG + b"\0" * (65_536 - len(PNG))

    path = f"/conversations/{visitor.conversation_id}/pictures"
    try:
        response = await helper.call("POST", path, params={"client_message_id": "p1"}, data=parts())
    except requests.ConnectionError:
        return  # hung up on in the middle: refused as well
    assert problem(response) == (413, "too_large")


async def test_picture_of_somebody_who_does_not_hold_the_conversation_is_refused(
    site: Site, visitor: Visitor, helper: Staff
):
    other = await site.staff("wang")
    assert problem(await post(other, visitor, PNG)) == (409, "wrong_state")
    assert (await post(other, visitor, PNG, visibility="internal")).status_code == 201


async def test_upload_of_somebody_unknown_is_refused_before_it_is_read(site: Site, visitor: Visitor):
    path = f"/api/staff/conversations/{visitor.conversation_id}/pictures?client_message_id=p1"
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {LARGEST_PICTURE_BYTES}\r\n\r\n"
    writer.write(head.encode() + PNG)
    async with asyncio.timeout(10):
        assert (await reader.readline()).startswith(b"HTTP/1.1 401")
    writer.close()


@pytest.mark.parametrize("query", [{"client_message_id": "ä"}, {"visibility": "secret"}])
async def test_picture_with_a_bad_query_is_refused(visitor: Visitor, helper: Staff, query: dict[str, str]):
    assert problem(await post(helper, visitor, PNG, **query)) == (400, "bad_request")
