"""System texts: what the helpdesk itself says, one YAML file a language in ``bot/locales``.

Traditional Chinese has no file: it is the simplified one in the other script.
"""

from collections.abc import Mapping
from pathlib import Path

import yaml

from bot.script import to_traditional

DEFAULT_LOCALE = "zh"
#: What is for staff alone (labels, notes, files) is in Chinese whatever the visitor's language.
STAFF_LOCALE = "zh"
TRADITIONAL = ("zh-hant", "zh-tw", "zh-hk", "zh-mo")  # beginnings of locales
LOCALES = Path(__file__).resolve().parent.parent / "locales"


class Texts:
    """Texts by locale and code. An unknown locale falls back to its language, then to Chinese."""

    def __init__(self, locales: Mapping[str, Mapping[str, str]]) -> None:
        self._locales = locales
        self._traditional = {code: to_traditional(text) for code, text in locales[DEFAULT_LOCALE].items()}

    @classmethod
    def load(cls, folder: Path = LOCALES) -> "Texts":
        """Read every ``<locale>.yml`` of ``folder``.

        Raises ``ValueError`` when a file is not a flat mapping of texts or lacks a code another one has.
        """
        locales = {path.stem: _read(path) for path in sorted(folder.glob("*.yml"))}
        if DEFAULT_LOCALE not in locales:
            raise ValueError(f"{folder} has no {DEFAULT_LOCALE}.yml")
        for name, texts in locales.items():
            if difference := set(texts) ^ set(locales[DEFAULT_LOCALE]):
                raise ValueError(f"{name}.yml and {DEFAULT_LOCALE}.yml differ in {sorted(difference)}")
        return cls(locales)

    def get(self, locale: str, code: str, **values: object) -> str:
        """The text for ``code`` with ``values`` filled in. Raises ``KeyError`` for an unknown code."""
        return self._of(locale)[code].format(**values)

    def within(self, locale: str, seconds: float) -> str:
        """``seconds`` as a text says it: in minutes where they are whole, otherwise in seconds."""
        count, unit = (seconds / 60, "minute") if seconds % 60 == 0 else (seconds, "second")
        return self.get(locale, f"within_{unit}" if count == 1 else f"within_{unit}s", count=f"{count:g}")

    def find(self, locale: str, code: str) -> str | None:
        """The text for ``code``, or None: for codes that come from data, such as a district."""
        return self._of(locale).get(code)

    def _of(self, locale: str) -> Mapping[str, str]:
        if locale.replace("_", "-").lower().startswith(TRADITIONAL):
            return self._traditional
        for name in (locale, locale.split("-")[0].split("_")[0]):
            if name in self._locales:
                return self._locales[name]
        return self._locales[DEFAULT_LOCALE]


def _read(path: Path) -> dict[str, str]:
    texts = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(texts, dict) or not all(isinstance(v, str) for pair in texts.items() for v in pair):
        raise ValueError(f"{path} must map codes to texts")
    return texts
