"""What the tests of the channel do again and again: ask, claim, write, and see what became of it."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from tests.channels.wechat.weixin import PNG, Weixin, eventually
from tests.server.running import Site, Staff

Query = Callable[..., Awaitable[list[Any]]]
SEND = "message/custom/send"


async def conversation_of(query: Query, openid: str = "o1") -> str:
    rows = await query("SELECT conversation_id FROM wechat_visitor WHERE openid = :openid", openid=openid)
    return str(rows[0][0])


async def updates_of(site: Site, query: Query, openid: str = "o1") -> list:
    return await site.parts.desk.updates(await conversation_of(query, openid), 0, internal=True)


async def claim(site: Site, name: str = "lin") -> Staff:
    helper = await site.staff(name)
    requests = (await helper.call("GET", "/help-requests")).json()["requests"]
    response = await helper.call("POST", f"/help-requests/{requests[0]['id']}/claim")
    assert response.status_code == 200, response.text
    return helper


async def post(helper: Staff, conversation_id: str, text: str, visibility: str = "public") -> int:
    body = {"client_message_id": f"m{abs(hash(text))}", "text": text, "visibility": visibility}
    response = await helper.call("POST", f"/conversations/{conversation_id}/messages", json=body)
    assert response.status_code == 201, response.text
    return int(response.json()["seq"])


async def state(helper: Staff, conversation_id: str) -> dict[str, Any]:
    return dict((await helper.call("GET", f"/conversations/{conversation_id}/wechat")).json())


class Helped:
    """A visitor in the hands of a helper, and how many sends are left."""

    def __init__(self, site: Site, weixin: Weixin, helper: Staff, conversation_id: str) -> None:
        self.site, self.weixin, self.helper, self.id = site, weixin, helper, conversation_id
        self.seqs: list[int] = []

    async def post(self, text: str) -> int:
        self.seqs.append(await post(self.helper, self.id, text))
        return self.seqs[-1]

    async def post_picture(self, content: bytes = PNG, visibility: str = "public") -> int:
        query = {"client_message_id": uuid4().hex, "visibility": visibility}
        path = f"/conversations/{self.id}/pictures"
        response = await self.helper.call("POST", path, params=query, data=content)
        assert response.status_code == 201, response.text
        self.seqs.append(int(response.json()["seq"]))
        return self.seqs[-1]

    async def sent(self, text: str) -> None:
        """A message that arrives."""
        before = len(self.weixin.inbox["o1"])
        await self.post(text)
        await self.weixin.sees("o1", before + 1)
        await self.delivery_of(-1, "sent")

    async def delivery_of(self, place: int, wanted: str) -> None:
        """Wait until the update at ``place`` of the list of deliveries is ``wanted``."""

        async def is_so() -> bool:
            return bool((await state(self.helper, self.id))["deliveries"][place]["delivery"] == wanted)

        await eventually(is_so)

    async def remaining(self) -> int:
        return int((await state(self.helper, self.id))["wechat"]["remaining"])

    async def noted(self, reason: str) -> dict[str, Any]:
        """The newest note of this reason, once it is there."""

        async def found() -> dict[str, Any] | None:
            updates = await self.site.parts.desk.updates(self.id, 0, internal=True)
            notes = [u.payload | {"text": u.text} for u in updates if u.payload.get("reason") == reason]
            return notes[-1] if notes else None

        return dict(await eventually(found))

    async def notes(self) -> list[str]:
        updates = await self.site.parts.desk.updates(self.id, 0, internal=True)
        return [u.payload["reason"] for u in updates if u.payload.get("code") == "wechat_undelivered"]


async def use_up(helped: Helped) -> None:
    """Send until only the kept one is left."""
    for text in ("一", "二", "三"):
        await helped.sent(text)
    assert await helped.remaining() == 1


async def resume(helped: Helped, query: Query) -> None:
    """The pause and the backoff are over."""
    await helped.site.parts.live.client.delete("bangban:wechat:pause:wxba5fad812f8e6fb9")
    helped.site.app.ctx.wechat.sender._pause._until = None
    await query("UPDATE outbox SET due_at = now() WHERE status = 'pending'")
