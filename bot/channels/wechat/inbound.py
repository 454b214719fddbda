"""What WeChat sends, by kind: from the fields of a message to one record. Pure.

Source: WeChat's guide for official accounts, "接收普通消息" and "接收事件推送".
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.channels.wechat.errors import Refused

Kind = Literal[
    "text", "image", "voice", "video", "location", "link", "unknown",
    "subscribe", "unsubscribe", "scan", "click", "view", "event",
]  # fmt: skip
_EVENTS: dict[str, Kind] = {
    "subscribe": "subscribe",
    "unsubscribe": "unsubscribe",
    "scan": "scan",
    "click": "click",
    "view": "view",
}
_MEDIA: dict[str, Kind] = {"image": "image", "voice": "voice", "video": "video", "shortvideo": "video"}
_SCENE_OF_SUBSCRIBE = "qrscene_"
_LONGEST = 500
_MOST_FIELDS = 20
_ENVELOPE = ("ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "Encrypt")


@dataclass(frozen=True)
class Inbound:
    """One message or event. ``key`` is the same for every repetition of it and different for any other.

    ``text`` is what was typed, or what stands for the message in the list; ``name`` is the scene, menu key or
    address of an event; ``menu_id`` the item of a menu message that was tapped; ``media`` and ``thing`` what
    a picture or a place is.
    """

    kind: Kind
    key: str
    openid: str
    account: str
    text: str = ""
    name: str = ""
    menu_id: str = ""
    media: str = ""
    thing: dict[str, Any] = field(default_factory=dict)

    @property
    def is_message(self) -> bool:
        """Whether it belongs into the conversation: everything but events."""
        return self.kind in ("text", "image", "voice", "video", "location", "link", "unknown")

    @property
    def takes_reply(self) -> bool:
        """Whether WeChat shows the visitor what this is answered. Of other events it shows nothing."""
        return self.is_message or self.kind in ("subscribe", "scan", "click")

    @property
    def client_message_id(self) -> str:
        """The id under which the conversation saves it, once."""
        return "wx-" + hashlib.sha256(self.key.encode()).hexdigest()[:40]


def read(fields: dict[str, str]) -> Inbound:
    """The record of a message. Raises ``Refused`` when it does not say who wrote what, and when."""
    openid, account = fields.get("FromUserName", ""), fields.get("ToUserName", "")
    kind = fields.get("MsgType", "").strip().lower()
    if not (0 < len(openid) <= 128 and 0 < len(account) <= 128 and kind):
        raise Refused("bad_request", "The message names no sender, receiver or kind.")
    key = _key(fields, openid, kind)
    return (
        _event(fields, key, openid, account)
        if kind == "event"
        else _message(fields, key, openid, account, kind)
    )


def _key(fields: dict[str, str], openid: str, kind: str) -> str:
    """Messages by MsgId; events, which have none, by FromUserName and CreateTime, as WeChat advises."""
    number, created = fields.get("MsgId", "").strip(), fields.get("CreateTime", "").strip()
    if kind != "event" and number.isascii() and number.isdigit() and len(number) <= 40:
        return f"m:{number}"
    if not (created.isascii() and created.isdigit() and len(created) <= 20):
        raise Refused("bad_request", "The message carries neither number nor time.")
    return f"e:{openid}:{created}"


def _event(fields: dict[str, str], key: str, openid: str, account: str) -> Inbound:
    kind = _EVENTS.get(fields.get("Event", "").strip().lower(), "event")
    name = fields.get("EventKey", "").strip()[:_LONGEST]
    if kind == "subscribe":
        name = name.removeprefix(_SCENE_OF_SUBSCRIBE)
    return Inbound(kind, key, openid, account, name=name)


def _message(fields: dict[str, str], key: str, openid: str, account: str, kind: str) -> Inbound:
    if kind == "text":
        text = fields.get("Content", "").strip()
        shown: Kind = "text" if text else "unknown"
        return Inbound(shown, key, openid, account, text=text, menu_id=fields.get("bizmsgmenuid", "").strip())
    if kind in _MEDIA:
        media = fields.get("MediaId", "").strip()[:_LONGEST]
        return Inbound(_MEDIA[kind], key, openid, account, media=media)
    if kind == "location":
        return Inbound("location", key, openid, account, thing=_place(fields))
    if kind == "link":
        names = {"title": "Title", "description": "Description", "url": "Url"}
        thing = {name: fields.get(element, "")[:_LONGEST] for name, element in names.items()}
        return Inbound("link", key, openid, account, thing=thing)
    return Inbound("unknown", key, openid, account, thing=_unknown(fields, kind))


def _unknown(fields: dict[str, str], kind: str) -> dict[str, Any]:
    """A kind that is not known here, as WeChat sent it, for whoever reads the conversation."""
    rest = {name[:60]: text[:_LONGEST] for name, text in fields.items() if name not in _ENVELOPE and text}
    return {"type": kind[:60], "title": fields.get("Title", "").strip()[:_LONGEST],
            "fields": dict(list(rest.items())[:_MOST_FIELDS])}  # fmt: skip


def _place(fields: dict[str, str]) -> dict[str, Any]:
    place: dict[str, Any] = {"label": fields.get("Label", "")[:_LONGEST]}
    for name, element in (("latitude", "Location_X"), ("longitude", "Location_Y")):
        try:
            number = float(fields.get(element, ""))
        except ValueError:
            continue
        if abs(number) <= 180:
            place[name] = number
    return place
