"""Pictures of helpers on their way to WeChat: uploaded, sent, uploaded again, refused."""

import pytest

from tests.channels.wechat.steps import SEND, Helped, Query, use_up
from tests.channels.wechat.weixin import PNG, Weixin

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("at_once")]


async def test_picture_is_uploaded_and_sent_as_a_picture(helped: Helped, weixin: Weixin):
    seq = await helped.post_picture()
    seen = (await weixin.sees("o1", 3))[2]
    assert (seen.kind, seen.text) == ("image", "uploaded-0")
    assert weixin.media["uploaded-0"] == ("image/png", PNG)
    await helped.delivery_of(-1, "sent")
    assert (await helped.remaining(), seq) == (3, helped.seqs[-1])


async def test_picture_and_words_arrive_in_the_order_they_were_sent(helped: Helped, weixin: Weixin):
    await helped.post("看这张")
    await helped.post_picture()
    await helped.post("看到了吗")
    seen = [each.text for each in (await weixin.sees("o1", 5))[2:]]
    assert [text.partition("\n")[0] for text in seen] == [
        "税务局 Lin：看这张",
        "uploaded-0",
        "税务局 Lin：看到了吗",
    ]


async def test_picture_for_staff_only_stays_with_them(helped: Helped, weixin: Weixin):
    await helped.post_picture(visibility="internal")
    await helped.sent("您好")
    assert weixin.called("media/upload") == []


async def test_picture_is_uploaded_again_when_wechat_lost_it(helped: Helped, weixin: Weixin):
    weixin.errors[SEND] = [40007]
    await helped.post_picture()
    assert (await weixin.sees("o1", 3))[2].text == "uploaded-1"
    assert len(weixin.called("media/upload")) == 2


async def test_picture_that_wechat_will_not_take_does_not_hold_up_the_next(helped: Helped, weixin: Weixin):
    weixin.largest_media = 8
    await helped.post_picture()
    await helped.delivery_of(-1, "undelivered")
    await helped.noted("undelivered_refused")
    await helped.sent("您好")
    assert (await weixin.say("o1", "在")).reply == "success"


async def test_picture_that_is_there_no_more_is_undelivered_without_an_upload(
    helped: Helped, weixin: Weixin, query: Query
):
    await query("UPDATE wechat_visitor SET message_used = 5")
    await helped.post_picture()
    await helped.delivery_of(-1, "undelivered")
    await query("UPDATE attachment SET status = 'gone', content = NULL")
    await weixin.say("o1", "在")
    await helped.delivery_of(-1, "undelivered")
    assert weixin.called("media/upload") == []


async def test_visitor_is_asked_to_write_before_a_picture_that_only_the_kept_send_could_carry(
    helped: Helped, weixin: Weixin
):
    for text in ("一", "二"):
        await helped.sent(text)
    await helped.post_picture()
    await helped.delivery_of(-1, "undelivered")
    assert weixin.inbox["o1"][-1].text.startswith("（微信限制了")
    assert await helped.remaining() == 1
    await weixin.say("o1", "在")
    await weixin.until(lambda: weixin.inbox["o1"][-1].kind == "image")


async def test_picture_over_the_quota_is_sent_when_the_visitor_writes(helped: Helped, weixin: Weixin):
    await use_up(helped)
    await helped.post_picture()
    await helped.delivery_of(-1, "undelivered")
    assert (await weixin.say("o1", "在")).reply == "success"
    await weixin.until(lambda: weixin.inbox["o1"][-1].kind == "image")
