"""One spelling of every text, so that width, script and spacing do not matter to what comes after."""

import functools
import re
import unicodedata

from opencc import OpenCC

_SPACES = re.compile(r"\s+")
_BETWEEN_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")


@functools.cache
def _converter(name: str) -> OpenCC:
    return OpenCC(name)


def normalise(text: str) -> str:
    """Full width to half (NFKC), traditional to simplified, runs of space to one, none between Chinese."""
    plain = _converter("t2s").convert(unicodedata.normalize("NFKC", text))
    return _BETWEEN_CHINESE.sub("", _SPACES.sub(" ", plain)).strip()


def to_traditional(text: str) -> str:
    """The same words in traditional characters."""
    return _converter("s2t").convert(text)


def is_traditional(text: str) -> bool:
    """Whether it holds at least two characters that only traditional script has, or one in a short text."""
    plain = unicodedata.normalize("NFKC", text)
    changed = sum(a != b for a, b in zip(plain, _converter("t2s").convert(plain), strict=False))
    return changed >= 2 or (changed == 1 and len(plain) <= 12)


def letters(text: str) -> str:
    """Only letters, digits and Chinese characters, in lower case: what word comparison looks at."""
    return "".join(character for character in text.lower() if character.isalnum())


def mostly_latin(text: str) -> bool:
    """Whether a reader of English wrote this: Latin letters, several words, and no Chinese at all."""
    return not re.search(r"[\u4e00-\u9fff]", text) and len(re.findall(r"[A-Za-z]{2,}", text)) >= 2
