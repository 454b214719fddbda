"""Earlier conversations of the same visitor."""

import pytest

from tests.server.running import Site

pytestmark = pytest.mark.integration


async def test_earlier_conversations_are_those_of_the_same_telephone(site: Site):
    helper = await site.staff("lin")
    first = await site.visitor(profile={"phone": "138 0000 0000"})
    await first.say("补税怎么办")
    second = await site.visitor(profile={"phone": "13800000000"})
    # Where nothing was said, there is nothing to see.
    await site.visitor(profile={"phone": "13800000000"})
    await site.visitor(profile={"phone": "13900000000"})
    stranger = await site.visitor()
    found = (await helper.call("GET", f"/conversations/{second.conversation_id}/earlier")).json()
    assert [each["id"] for each in found["conversations"]] == [first.conversation_id]
    assert found["known_by"] == "key"
    nobody = await helper.call("GET", f"/conversations/{stranger.conversation_id}/earlier")
    assert nobody.json() == {"conversations": [], "known_by": "conversation"}
    assert (await helper.call("GET", f"/conversations/{'0' * 32}/earlier")).status_code == 404
