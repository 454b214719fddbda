"""Places outside Shanghai: what is asked about their offices, this service cannot answer."""

import functools
import re
from pathlib import Path

import yaml

WORDS = Path(__file__).with_name("places.yml")
_HERE = re.compile("上海|沪|长三角|跨省|跨区|异地|外省|本市|区里|我区|咱区|shanghai", re.IGNORECASE)


@functools.cache
def _patterns() -> dict[str, re.Pattern[str]]:
    named = yaml.safe_load(WORDS.read_text("utf-8"))
    return {kind: re.compile("|".join(map(re.escape, names)), re.IGNORECASE) for kind, names in named.items()}


def named_outside(text: str) -> str | None:
    """``far`` or ``neighbours`` when a text names a place outside Shanghai and nothing of Shanghai."""
    if _HERE.search(text):
        return None
    return next((kind for kind in ("far", "neighbours") if _patterns()[kind].search(text)), None)
