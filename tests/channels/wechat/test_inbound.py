"""Every kind of message and event, from its fields to its record."""

import pytest

from bot.channels.wechat import inbound
from bot.channels.wechat.errors import Refused

HEAD = {"ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": "1714036504"}


def message(kind: str, **fields: str) -> inbound.Inbound:
    return inbound.read({**HEAD, "MsgType": kind, "MsgId": "23456789012345678", **fields})


def event(name: str, **fields: str) -> inbound.Inbound:
    return inbound.read({**HEAD, "MsgType": "event", "Event": name, **fields})


def test_text_keeps_its_words_and_the_item_that_was_tapped():
    it = message("text", Content=" 歇业怎么办 ", bizmsgmenuid="35")
    assert (it.kind, it.text, it.menu_id, it.key) == ("text", "歇业怎么办", "35", "m:23456789012345678")
    assert (it.openid, it.account, it.is_message) == ("o1", "gh_1", True)


@pytest.mark.parametrize(
    ("kind", "read"), [("image", "image"), ("voice", "voice"), ("video", "video"), ("shortvideo", "video")]
)
def test_media_keeps_the_id_it_can_be_fetched_by(kind: str, read: str):
    it = message(kind, MediaId="media-1", Format="amr", Recognition="")
    assert (it.kind, it.media, it.is_message) == (read, "media-1", True)


def test_location_keeps_label_and_place():
    it = message("location", Location_X="31.38", Location_Y="121.27", Scale="16", Label="嘉定区政务服务中心")
    assert it.thing == {"label": "嘉定区政务服务中心", "latitude": 31.38, "longitude": 121.27}
    assert message("location", Location_X="north", Location_Y="1e9").thing == {"label": ""}


def test_link_keeps_title_and_address():
    it = message("link", Title="通知", Description="全文", Url="https://example.org/1")
    assert it.thing == {"title": "通知", "description": "全文", "url": "https://example.org/1"}


@pytest.mark.parametrize("kind", ["miniprogrampage", "file", "hologram"])
def test_unknown_kind_is_kept(kind: str):
    assert (message(kind).kind, message(kind).is_message) == ("unknown", True)


def test_text_without_words_is_unknown():
    assert message("text", Content=" \n").kind == "unknown"


@pytest.mark.parametrize("scene", ["", "district:jiading"])
def test_subscription_carries_the_scene_it_came_by(scene: str):
    it = event("subscribe", EventKey=f"qrscene_{scene}" if scene else "", Ticket="t")
    assert (it.kind, it.name, it.key, it.is_message) == ("subscribe", scene, "e:o1:1714036504", False)


@pytest.mark.parametrize(
    ("name", "kind", "key"),
    [
        ("unsubscribe", "unsubscribe", ""),
        ("SCAN", "scan", "window:jiading:3"),
        ("CLICK", "click", "human"),
        ("VIEW", "view", "https://example.org"),
        ("TEMPLATESENDJOBFINISH", "event", ""),
        ("LOCATION", "event", ""),
    ],
)
def test_event_is_read_by_its_name(name: str, kind: str, key: str):
    it = event(name, EventKey=key)
    assert (it.kind, it.name) == (kind, key)


def test_event_key_ignores_a_message_number():
    assert event("CLICK", EventKey="a", MsgId="7").key == "e:o1:1714036504"


def test_client_message_id_is_the_same_for_repetitions_only():
    one, again, other = message("text", Content="a"), message("text", Content="a"), message("text", MsgId="5")
    assert one.client_message_id == again.client_message_id != other.client_message_id


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {**HEAD},
        {**HEAD, "FromUserName": "", "MsgType": "text", "MsgId": "1"},
        {**HEAD, "FromUserName": "o" * 200, "MsgType": "text", "MsgId": "1"},
        {"ToUserName": "g", "FromUserName": "o", "MsgType": "text", "MsgId": "x", "CreateTime": "soon"},
        {"ToUserName": "g", "FromUserName": "o", "MsgType": "event", "Event": "CLICK"},
    ],
)
def test_message_is_refused_when_it_does_not_say_who_or_when(fields: dict[str, str]):
    with pytest.raises(Refused):
        inbound.read(fields)
