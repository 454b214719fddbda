"""The two Chinese scripts: everything is compared in simplified; who writes traditional is answered in it."""

import functools
import unicodedata

from opencc import OpenCC


@functools.cache
def _converter(name: str) -> OpenCC:
    return OpenCC(name)


def to_simplified(text: str) -> str:
    """The text in simplified characters."""
    return str(_converter("t2s").convert(text))


def to_traditional(text: str) -> str:
    """The text in traditional characters; what is in none or in another script stays as it is."""
    return str(_converter("s2tw").convert(text))


def is_traditional(text: str) -> bool:
    """Whether a Chinese text is written in traditional characters rather than simplified ones."""
    characters = unicodedata.normalize("NFKC", text)
    traditional = sum(to_simplified(each) != each for each in characters)
    simplified = sum(to_traditional(each) != each for each in characters)
    # A few characters, such as 台, are written in both.
    return traditional > 0 and traditional >= simplified
