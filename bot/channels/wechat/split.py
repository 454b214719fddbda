"""Texts within WeChat's limit of 2,048 bytes, cut only between characters. Pure."""

import unicodedata

LIMIT_BYTES = 2048
# Below this an error about the length is not about the length.
LEAST_BYTES = 256
_JOINER, _VARIATION = "\u200d", "\ufe0f"
# Where a reader expects a break, best first; a cut in the first half of the limit would waste a message.
_BREAKS = ("\n\n", "\n", "。", "；", "！", "？", "，", " ")


def size(text: str) -> int:
    """Bytes of ``text`` in UTF-8."""
    return len(text.encode("utf-8", "replace"))


def first_part(text: str, limit: int = LIMIT_BYTES) -> str:
    """The longest beginning of ``text`` within ``limit`` bytes, ending at a break where there is a good one.

    At least one character, whatever the limit, so that cutting comes to an end.
    """
    if size(text) <= limit:
        return text
    end = _fitting(text, limit)
    for sign in _BREAKS:
        place = text.rfind(sign, 0, end)
        if place >= 0 and size(text[: place + len(sign)]) * 2 >= limit:
            return text[: place + len(sign)]
    return text[: _border(text, end)]


def parts(text: str, limit: int = LIMIT_BYTES) -> list[str]:
    """All parts of ``text``; joined they are the text again."""
    found = []
    while text:
        found.append(first_part(text, limit))
        text = text[len(found[-1]) :]
    return found


def _fitting(text: str, limit: int) -> int:
    """How many characters of ``text`` fit into ``limit`` bytes, at least one."""
    used = 0
    for place, sign in enumerate(text):
        used += size(sign)
        if used > limit:
            return max(place, 1)
    return len(text)


def _border(text: str, end: int) -> int:
    """``end`` moved back so that no accent, joined emoji or variation is torn from its character."""
    place = end
    while place > 1 and (_belongs_to_before(text[place]) or text[place - 1] == _JOINER):
        place -= 1
    return place if end - place < 16 else end


def _belongs_to_before(sign: str) -> bool:
    return (
        sign in (_JOINER, _VARIATION)
        or unicodedata.combining(sign) != 0
        or "\U0001f3fb" <= sign <= "\U0001f3ff"
    )
