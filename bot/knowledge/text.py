"""One spelling of every text, so that width, script and spacing do not matter to what comes after."""

import re
import unicodedata

from bot.script import to_simplified

_SPACES = re.compile(r"\s+")
_BETWEEN_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")


def normalise(text: str) -> str:
    """Full width to half (NFKC), traditional to simplified, runs of space to one, none between Chinese."""
    plain = to_simplified(unicodedata.normalize("NFKC", text))
    return _BETWEEN_CHINESE.sub("", _SPACES.sub(" ", plain)).strip()


def letters(text: str) -> str:
    """Only letters, digits and Chinese characters, in lower case: what word comparison looks at."""
    return "".join(character for character in text.lower() if character.isalnum())


def mostly_latin(text: str) -> bool:
    """Whether a reader of English wrote this: Latin letters, several words, and no Chinese at all."""
    return not re.search(r"[\u4e00-\u9fff]", text) and len(re.findall(r"[A-Za-z]{2,}", text)) >= 2
