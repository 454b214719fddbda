"""What is installed is what was reviewed: exact, hashed, and without addresses."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PINS = sorted((ROOT / "requirements").glob("*.txt"))
COMPILED = [file for file in PINS if file.name != "assistant-overrides.txt"]


@pytest.mark.parametrize("file", COMPILED, ids=lambda file: file.name)
def test_every_requirement_is_exact_and_hashed(file: Path):
    for block in re.split(r"\n(?=\S)", file.read_text().strip()):
        assert re.match(r"[\w.\[\]-]+==[\w.+!]+", block), block[:80]
        assert "--hash=sha256:" in block, block[:80]


@pytest.mark.parametrize("file", PINS, ids=lambda file: file.name)
def test_pins_name_no_address(file: Path):
    assert "://" not in file.read_text()


def test_lock_file_of_the_web_names_no_address():
    packages = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"]
    assert packages
    assert [name for name, entry in packages.items() if "://" in entry.get("resolved", "")] == []
