"""Lists of help requests."""

import pytest

from bot.helpdesk import helping
from bot.helpdesk.desk import Desk
from tests.conftest import FakeClock
from tests.helpdesk.conftest import Hire, Queue

pytestmark = pytest.mark.integration


async def test_list_ends_with_those_closed_last_when_there_are_more_than_it_holds(
    desk: Desk, hire: Hire, queue: Queue, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helping, "_REQUEST_LIMIT", 3)
    ann, closed = await hire("ann"), []
    for _ in range(3):
        request = await queue()
        clock.advance(1)
        await desk.claim(request.id, ann)
        await desk.close(request.conversation_id, ann, "resolved")
        closed.append(request.id)
    waiting = await queue()
    found = [each.id for each in await desk.requests(["closed", "waiting"])]
    assert found == [waiting.id, closed[2], closed[1]]
    assert [each.id for each in await desk.requests(["waiting"])] == [waiting.id]
