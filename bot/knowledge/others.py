"""The questions that no entry answers: the assistant's other training examples, from Rasa's own files."""

from collections.abc import Iterator
from pathlib import Path

import yaml

#: Messages that measures do fit, though they are no questions by themselves.
ABOUT_MEASURES = ("describe_enterprise", "start_checklist", "choose", "follow_up")


def load_others(folder: Path) -> list[str]:
    """Every example of ``folder``'s NLU files but those that measures fit, in the order of the files."""
    return [
        example
        for file in sorted(folder.glob("*.yml"))
        for intent, example in _examples(file)
        if intent not in ABOUT_MEASURES
    ]


def _examples(file: Path) -> Iterator[tuple[str, str]]:
    for group in (yaml.safe_load(file.read_text("utf-8")) or {}).get("nlu", []):
        for line in str(group.get("examples") or "").splitlines():
            if line.strip().startswith("- "):
                yield str(group.get("intent")), line.strip()[2:].strip()
