"""Settings, their page and the example file name the same variables with the same defaults."""

import re
from dataclasses import fields
from pathlib import Path

from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DEFINED = {each.metadata["variable"]: each.metadata for each in fields(Settings)}
COMPOSE_ONLY = {"POSTGRES_PASSWORD", "VALKEY_PASSWORD", "BANGBAN_PUBLISH"}


def documented() -> dict[str, tuple[str, str]]:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)
    assert len(rows) == len({name for name, _, _ in rows}), "a variable is documented twice"
    return {name: (default.strip("` "), meaning) for name, default, meaning in rows}


def example() -> dict[str, str]:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return dict(re.findall(r"^(?:# )?([A-Z][A-Z_0-9]+)=(.*)$", text, re.MULTILINE))


def test_documentation_names_every_setting_with_its_default():
    expected = {
        name: "required" if about["required"] else about["default"] or "none"
        for name, about in DEFINED.items()
    }
    assert {name: default for name, (default, _) in documented().items()} == expected


def test_documentation_marks_exactly_the_secrets():
    marked = {name for name, (_, meaning) in documented().items() if "*secret*" in meaning}
    assert marked == {name for name, about in DEFINED.items() if about["secret"]}


def test_example_file_shows_every_setting_with_its_default():
    shown = {name: value for name, value in example().items() if name not in COMPOSE_ONLY}
    assert shown == {name: about["default"] for name, about in DEFINED.items()}
