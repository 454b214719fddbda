"""The words by which a message asks. Pure functions of a normalised text."""

import re

# Hardly said but in a question.
SURELY = (
    r"[?？]|吗|怎[么样]|咋|如何|是否|多少|多久|多长|哪|谁|什么|啥|([\u4e00-\u9fff])[不没]\1"
    r"|\b(?:how|what|who|where|when|which)\b"
)
# Also said otherwise: 十几个人, 这么, 没有.
_PERHAPS = r"怎|呢|么|嘛|几|伐|吧$|不$|没有$|\b(?:can|could|is|are|do|does|will|should|any)\b"
_SURELY_ASKS = re.compile(SURELY, re.IGNORECASE)
ASKS = re.compile(f"{SURELY}|{_PERHAPS}", re.IGNORECASE)


def asks(text: str) -> bool:
    """Whether a text has the words of a question."""
    return bool(ASKS.search(text))


def surely_asks(text: str) -> bool:
    """Whether a text has words of a question that a short reply to one (十几个人, 没有) would not have."""
    return bool(_SURELY_ASKS.search(text))
