"""The two windows, shown apart: that of the last message, and the minute after a tap or a scan."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.wechat import quota
from bot.channels.wechat.quota import Grant, Window
from tests.channels.wechat.steps import Helped, state
from tests.channels.wechat.weixin import Weixin

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
BOTH = quota.granted_by_event(quota.granted_by_message(Grant(), NOW), NOW)


def test_windows_are_counted_apart_while_both_are_open():
    assert quota.message_window(BOTH, NOW) == Window(5, 5, NOW + timedelta(hours=48))
    assert quota.event_window(BOTH, NOW) == Window(3, 3, NOW + timedelta(minutes=1))


def test_sends_of_the_minute_are_counted_before_those_of_the_message():
    grant = BOTH
    for left in (2, 1):
        grant = quota.spend(grant, NOW)
        assert quota.event_window(grant, NOW) == Window(left, 3, NOW + timedelta(minutes=1))
    grant = quota.spend(quota.spend(grant, NOW), NOW)
    assert quota.event_window(grant, NOW) is None
    assert quota.message_window(grant, NOW).remaining == 4


def test_minute_is_no_longer_shown_when_it_is_over():
    assert quota.event_window(BOTH, NOW + timedelta(minutes=1)) is None
    assert quota.message_window(BOTH, NOW + timedelta(minutes=1)).remaining == 5


def test_window_of_the_message_is_closed_when_only_an_event_came():
    assert quota.message_window(quota.granted_by_event(Grant(), NOW), NOW) == Window(0, 5, None)
    assert quota.message_window(BOTH, NOW + timedelta(hours=48)) == Window(0, 5, None)


@pytest.mark.integration
@pytest.mark.usefixtures("at_once")
async def test_console_shows_never_more_than_a_window_allows(helped: Helped, weixin: Weixin):
    assert (await state(helped.helper, helped.id))["wechat"]["event"] is None
    await weixin.event("o1", "CLICK", "ask")
    shown = (await state(helped.helper, helped.id))["wechat"]
    assert (shown["remaining"], shown["limit"]) == (4, 5)
    assert (shown["event"]["remaining"], shown["event"]["limit"]) == (3, 3)
    assert shown["event"]["window_ends_at"] < shown["window_ends_at"]
    mine = (await helped.helper.call("GET", "/conversations?mine=1")).json()["conversations"]
    assert mine[0]["wechat"] == shown
