"""Pictures on their way to WeChat: uploaded, sent, uploaded again, refused."""

import pytest

from tests.channels.wechat.steps import SEND, Helped
from tests.channels.wechat.weixin import PNG, Weixin

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("at_once")]


@pytest.fixture
def picture(helped: Helped, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What pictures there are, by name; an update that carries one names it."""
    pictures: dict[str, bytes] = {"p1": PNG}

    async def load(conversation_id: str, name: str) -> bytes | None:
        return pictures.get(name)

    monkeypatch.setattr(helped.site.app.ctx.wechat.sender._delivery, "_load_picture", load)
    return pictures


async def push_picture(helped: Helped, name: str) -> None:
    from bot.helpdesk.live import utcnow
    from bot.helpdesk.models import Sender
    from bot.helpdesk.rules import Policy
    from bot.helpdesk.texts import Texts
    from bot.helpdesk.work import Work

    async with helped.site.parts.database.transaction() as connection:
        work = await Work.begin(connection, helped.id, Policy(), Texts.load(), utcnow)
        await work.append("text", Sender("helper", "Lin"), None, payload={"image": name})


async def test_picture_is_uploaded_and_sent(helped: Helped, weixin: Weixin, picture: dict[str, bytes]):
    await push_picture(helped, "p1")
    seen = (await weixin.sees("o1", 3))[2]
    assert (seen.kind, seen.text) == ("image", "uploaded-0")
    assert weixin.called("media/upload")[0]["image"]


async def test_picture_is_uploaded_again_when_wechat_lost_it(
    helped: Helped, weixin: Weixin, picture: dict[str, bytes]
):
    weixin.errors[SEND] = [40007]
    await push_picture(helped, "p1")
    assert (await weixin.sees("o1", 3))[2].text == "uploaded-1"
    assert len(weixin.called("media/upload")) == 2


@pytest.mark.parametrize("content", [b"MZ not a picture", PNG + b"\0" * (10 * 1024 * 1024)])
async def test_picture_is_refused_before_any_upload_when_too_large_or_none(
    helped: Helped, weixin: Weixin, picture: dict[str, bytes], content: bytes
):
    picture["p1"] = content
    await push_picture(helped, "p1")
    await helped.delivery_of(-1, "undelivered")
    assert weixin.called("media/upload") == []
