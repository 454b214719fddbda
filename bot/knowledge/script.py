"""Traditional characters: who writes them is answered in them."""

import unicodedata

import zhconv


def is_traditional(text: str) -> bool:
    """Whether a Chinese text is written in traditional characters rather than simplified ones."""
    characters = unicodedata.normalize("NFKC", text)
    traditional = sum(str(zhconv.convert(each, "zh-hans")) != each for each in characters)
    simplified = sum(str(zhconv.convert(each, "zh-hant")) != each for each in characters)
    # A few characters, such as 台, are written in both.
    return traditional > 0 and traditional >= simplified


def to_traditional(text: str) -> str:
    """The text in traditional characters; what is in none or in another script stays as it is."""
    return str(zhconv.convert(text, "zh-hant"))
