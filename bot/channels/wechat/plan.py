"""What to send next to one visitor. Pure: (what waits, what is left) -> one message or a stop.

Short messages are merged into one; a text over the limit is cut; one send is kept for the closing. Before the
kept one is reached, the visitor is asked to write, which opens the window again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.channels.wechat import split
from bot.channels.wechat.quota import Allowance
from bot.channels.wechat.render import Shown

GLUE = "\n\n"
#: Room for the line that asks the visitor to write, with a link in it.
HINT_BYTES = 400
#: Room for the items of the rating's menu.
MENU_BYTES = 300


@dataclass(frozen=True)
class Waiting:
    """One update on its way: ``done`` characters of its text have been sent."""

    row: int
    seq: int
    shown: Shown
    done: int = 0

    @property
    def rest(self) -> str:
        """What is still to be sent."""
        return self.shown.text[self.done :]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it that WeChat could show."""
        return not self.rest.strip() and self.shown == Shown(self.shown.text)


@dataclass(frozen=True)
class Piece:
    """One message. ``progress`` says for each row how many characters are sent with it, None for all."""

    text: str
    progress: tuple[tuple[int, int | None], ...]
    closing_seq: int | None = None
    hint: bool = False
    picture_seq: int | None = None


@dataclass(frozen=True)
class Stop:
    """Nothing may be sent now; ``reason`` is what the outbox keeps."""

    reason: Literal["window_closed", "quota_used", "quota_kept"]


def next_piece(
    waiting: Sequence[Waiting], allowed: Allowance, limit: int = split.LIMIT_BYTES
) -> Piece | Stop:
    """The next message, for ``waiting`` in order (not empty)."""
    closing = next((each for each in waiting if each.shown.closes), None)
    if allowed.remaining <= 0:
        return Stop("quota_used" if allowed.until else "window_closed")
    if allowed.remaining > allowed.kept:
        last_free = allowed.kept > 0 and allowed.remaining - 1 == allowed.kept
        if last_free and waiting[0].shown.picture:
            # Beside a picture there is no room to ask the visitor to write: that goes first.
            return Piece("", (), hint=True)
        return _packed(waiting, limit, hint=last_free)
    if closing is None:
        return Stop("quota_kept")
    piece = _packed(waiting, limit, hint=False)
    return piece if piece.closing_seq is not None else _packed([closing], limit, hint=False)


def passive_piece(waiting: Sequence[Waiting], limit: int = split.LIMIT_BYTES) -> Piece | None:
    """As much of ``waiting`` as one passive reply holds; it costs nothing. None when a picture is first."""
    if not waiting or waiting[0].shown.picture:
        return None
    return _packed(waiting, limit, hint=False)


def _packed(waiting: Sequence[Waiting], limit: int, *, hint: bool) -> Piece:
    if waiting[0].shown.picture:
        return Piece("", ((waiting[0].row, None),), picture_seq=waiting[0].seq)
    room = limit - (HINT_BYTES if hint else 0)
    texts: list[str] = []
    progress: list[tuple[int, int | None]] = []
    closing = None
    for each in waiting:
        needed = split.size(GLUE.join([*texts, each.rest])) + (MENU_BYTES if each.shown.closes else 0)
        if each.shown.picture or needed > room:
            break
        texts.append(each.rest)
        progress.append((each.row, None))
        if each.shown.closes:
            closing = each.seq
            break
    if not texts:
        part = split.first_part(waiting[0].rest, room - (MENU_BYTES if waiting[0].shown.closes else 0))
        return Piece(part.rstrip(), ((waiting[0].row, waiting[0].done + len(part)),), hint=hint)
    return Piece(
        GLUE.join(text for text in texts if text), tuple(progress), closing, hint and closing is None
    )
