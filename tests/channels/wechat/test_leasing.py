"""One sender to a visitor at a time, however long a message takes."""

from datetime import datetime, timedelta

import pytest

from bot.channels.wechat import leasing
from bot.channels.wechat.leasing import Held, Lost
from bot.helpdesk.live import utcnow
from bot.helpdesk.storage import pushes
from bot.helpdesk.storage.pushes import Lease
from tests.channels.wechat.steps import SEND, Helped, Query
from tests.channels.wechat.weixin import Weixin, eventually
from tests.server.running import Site

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("at_once")]


async def leased_until(query: Query) -> datetime | None:
    return (await query("SELECT leased_until FROM address"))[0][0]  # type: ignore[no-any-return]


async def test_long_text_is_sent_once_when_it_takes_longer_than_the_lease(
    helped: Helped, weixin: Weixin, query: Query, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(leasing, "LEASE_SECONDS", 0.5)
    before, weixin.hang_next = len(weixin.called(SEND)), 1
    await helped.post("证" * 1000)
    first = await eventually(lambda: leased_until(query))

    async def long_over() -> bool:
        now = await leased_until(query)
        return now is None or now - first > timedelta(seconds=2)

    await eventually(long_over)
    weixin.hang.set()
    await helped.delivery_of(-1, "sent")
    assert len(weixin.called(SEND)) == before + 2
    assert "".join(seen.text for seen in weixin.inbox["o1"]).count("证") == 1000


@pytest.fixture
async def taken(helped: Helped, monkeypatch: pytest.MonkeyPatch) -> Lease:
    """The address, leased by this test; something waits for it."""
    monkeypatch.setattr(helped.site.app.ctx.wechat.sender, "_look", no_look)
    await helped.post("在吗")
    async with helped.site.parts.database.transaction() as connection:
        return (await pushes.take(connection, "wechat", utcnow(), 60, 1))[0]


async def no_look() -> None:
    """The server's own sender has nothing to do."""


async def take_later(site: Site, seconds: float) -> list[Lease]:
    async with site.parts.database.transaction() as connection:
        return await pushes.take(connection, "wechat", utcnow() + timedelta(seconds=seconds), 60, 1)


async def test_lease_is_left_alone_when_somebody_else_has_it(
    taken: Lease, helped: Helped, weixin: Weixin, query: Query
):
    held = Held(helped.site.parts.database, taken, utcnow)
    (other,) = await take_later(helped.site, 61)
    assert not await held.renew()
    await held.release()
    assert await leased_until(query) == other.until
    sent: list[int] = []

    async def send() -> None:
        sent.append(1)

    with pytest.raises(Lost):
        await held.during(send)
    assert sent == []


async def test_lease_is_nobody_elses_while_it_is_renewed(taken: Lease, helped: Helped, query: Query):
    held = Held(helped.site.parts.database, taken, lambda: utcnow() + timedelta(seconds=50))
    assert await held.renew()
    assert await take_later(helped.site, 61) == []
    await held.release()
    assert len(await take_later(helped.site, 0)) == 1


async def test_lease_is_lost_when_the_conversation_has_another_address(
    taken: Lease, helped: Helped, query: Query
):
    await query("UPDATE address SET address = 'o2'")
    held = Held(helped.site.parts.database, taken, utcnow)
    assert not await held.renew()
    await held.release()
    assert await leased_until(query) is None
