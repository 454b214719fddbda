"""Updates as WeChat can show them: plain text, numbers for buttons, a menu for the rating. Pure.

An unknown kind, and a notice with an unknown code, is shown by its text.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.channels.wechat.wording import rating_id
from bot.helpdesk.models import QueuePosition, Update
from bot.helpdesk.texts import Texts

#: A notice that carries the link only when it goes out: whoever reads it in the list must not have it.
WEB_LINK = "wechat_web_link_sent"
STARS = (5, 4, 3, 2, 1)
#: Notices that say one waits in the queue (again).
_QUEUES = ("queued", "queued_nobody_ready", "helper_returned_to_queue", "redirected")


@dataclass(frozen=True)
class Shown:
    """An update ready for WeChat. ``closes`` marks what asks for a rating, for which a send is kept.

    ``picture``: what came with it goes out in place of the text.
    """

    text: str
    closes: bool = False
    picture: bool = False


def show(
    update: Update, texts: Texts, locale: str, place: QueuePosition | None = None, link: str | None = None
) -> Shown:
    """``update`` for its reader: ``place`` is where a waiting visitor stands, ``link`` leads to the web."""
    text = update.text or ""
    if link and update.payload.get("code") == WEB_LINK:
        text = texts.get(locale, "web_link", url=link)
    blocks = [_speaker(update, texts, locale) + text, _sources(update, texts, locale)]
    blocks.append(_choices(update, texts, locale))
    if update.payload.get("code") in _QUEUES and place is not None:
        blocks.append(_place(place, texts, locale))
    if link and _asks_contact(update):
        blocks.append(texts.get(locale, "callback_by_web", url=link))
    text = "\n".join(block for block in blocks if block)
    return Shown(text, asks_rating(update), _is_picture(update))


def wants_link(update: Update) -> bool:
    """Whether it is shown with a link to the web."""
    return update.payload.get("code") == WEB_LINK or _asks_contact(update)


def _is_picture(update: Update) -> bool:
    attachment = update.payload.get("attachment")
    return isinstance(attachment, Mapping) and attachment.get("kind") == "image"


def _asks_contact(update: Update) -> bool:
    # On the web there is a form for it.
    payload = update.payload
    return payload.get("callback") is True or (update.kind == "ticket" and payload.get("action") == "create")


def asks_rating(update: Update) -> bool:
    """Whether this asks for a rating: the closing of a help, or the result of a ticket."""
    return update.kind == "notice" and update.payload.get("ask_rating") is True


def is_result(update: Update) -> bool:
    """Whether this tells the result of a ticket."""
    return update.payload.get("code") == "ticket_resolved"


def buttons(update: Update) -> list[tuple[str, str]]:
    """The buttons of an update as (opaque id, label), in the order of their numbers."""
    return [
        (b["id"], b["label"]) for b in update.payload.get("buttons", []) if b.get("id") and b.get("label")
    ]


def rating_lines(texts: Texts, locale: str) -> str:
    """The rating for those who type."""
    lines = [f"{stars} {texts.get(locale, f'rate_{stars}')}" for stars in STARS]
    return "\n".join([texts.get(locale, "rate_by_number"), *lines])


def rating_menu(conversation_id: str, seq: int, texts: Texts, locale: str) -> list[dict[str, str]]:
    """The rating as items of a menu message (菜单消息) for the closing ``seq``."""
    return [
        {
            "id": rating_id(conversation_id, seq, stars),
            "content": f"{stars} {texts.get(locale, f'rate_{stars}')}",
        }
        for stars in STARS
    ]


def _speaker(update: Update, texts: Texts, locale: str) -> str:
    sender = update.sender
    if sender.kind != "helper" or not sender.name:
        return ""
    code = "helper_department" if sender.department else "helper"
    return texts.get(locale, code, name=sender.name, department=sender.department or "") + "："


def _sources(update: Update, texts: Texts, locale: str) -> str:
    lines: list[str] = []
    for citation in update.payload.get("citations") or []:
        line = _source(citation, texts, locale) if isinstance(citation, Mapping) else ""
        if line and line not in lines:
            lines.append(line)
    return texts.get(locale, "sources") + "；".join(lines) if lines else ""


def _source(citation: Mapping[str, object], texts: Texts, locale: str) -> str:
    document, section = citation.get("document"), str(citation.get("section") or "")
    if not document:
        return ""
    part = texts.get(locale, "source_article", number=section) if section.isdigit() else section
    return f"《{str(document).strip('《》')}》{part}"


def _choices(update: Update, texts: Texts, locale: str) -> str:
    labels = [label for _, label in buttons(update)]
    if not labels:
        return ""
    lines = [f"{number}. {label}" for number, label in enumerate(labels, start=1)]
    return "\n".join([texts.get(locale, "choose_by_number"), *lines])


def _place(place: QueuePosition, texts: Texts, locale: str) -> str:
    if place.wait_seconds is None:
        return texts.get(locale, "queue_position", position=place.position)
    low, high = place.wait_low_seconds, place.wait_high_seconds
    span = f"{low}–{high}" if low is not None and high is not None and low < high else str(place.wait_seconds)
    return texts.get(locale, "queue_position_wait", position=place.position, seconds=span)
