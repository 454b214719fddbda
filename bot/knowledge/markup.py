"""Tells what is written for machines (JSON, tags, names of intents) from what is said to the service."""

import re

_MACHINE = (
    r"<(script|style)\b.*?</\1\s*>",
    r"<[^<>]*>",
    r"\{[^{}]*\}",
    r"\b(?:intents?|actions?|slots?|entit(?:y|ies)|system|assistant)\s*[:=]\s*[\w.\"']*",
    r"\b\w+(?:_\w+)+\b",
)
_PATTERNS = [re.compile(pattern, re.IGNORECASE | re.DOTALL) for pattern in _MACHINE]


def says_nothing(text: str) -> bool:
    """Whether nothing is left of a text without what is written for machines; "" says nothing, too."""
    plain, before = text, None
    while plain != before:  # braces inside braces go from the inside out
        before = plain
        for pattern in _PATTERNS:
            plain = pattern.sub(" ", plain)
    return not any(map(str.isalpha, plain))
