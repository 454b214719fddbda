"""Every number that an entry says stands in its source.

``source_numbers.json`` holds the numbers of each source document, not its text: regenerate it with
``python -m tests.knowledge.test_figures FOLDER`` when a source changes.
"""

import json
import re
import sys
from pathlib import Path

import pytest

from bot.knowledge import load_knowledge

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = Path(__file__).with_name("source_numbers.json")
FULL_WIDTH = str.maketrans("０１２３４５６７８９．％", "0123456789.%")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
#: What an English text may have made of a Chinese 万 or 亿.
STEPS = [10**power for power in range(-9, 10)]


def numbers(text: str) -> set[str]:
    """The numbers written in a text, without thousands' separators."""
    return {found.replace(",", "") for found in _NUMBER.findall(text.translate(FULL_WIDTH))}


def document_numbers() -> dict[str, set[str]]:
    return {document: set(held) for document, held in json.loads(NUMBERS.read_text("utf-8")).items()}


KB = load_knowledge(ROOT / "data" / "measures")
CHINESE = [
    (m.id, text) for m in KB.measures.values()
    for text in (m.title, m.answer, *(t for p in m.points for t in (p.title, p.answer, *p.figures)))
]  # fmt: skip
ENGLISH = [
    (m.id, text) for m in KB.measures.values()
    for text in (m.title_en, m.answer_en, *(t for p in m.points for t in (p.title_en, p.answer_en)))
]  # fmt: skip
ENGLISH_TEXT = re.compile(r"[^\u4e00-\u9fff]+")


def source_of(entry: str) -> set[str]:
    return document_numbers()[KB.measures[entry].document.id]


def test_every_number_of_an_entry_stands_in_its_source():
    held = document_numbers()
    foreign = [
        (entry, number, text) for entry, text in CHINESE
        for number in numbers(text) - held[KB.measures[entry].document.id]
    ]  # fmt: skip
    assert foreign == []


def converted(number: str, source: set[str]) -> bool:
    """Whether it is a number of the source, or one in other units: 1.5亿 is 150 million."""
    value = float(number)
    return any(
        abs(float(held) * step - value) <= 1e-9 * max(value, 1)
        for held in source
        for step in STEPS
        if held.count(".") < 2
    )


def test_every_number_of_an_english_text_stands_in_its_source_or_is_converted_from_it():
    spelled = {"20000"}  # 两万 is written in characters in the source
    foreign = [
        (entry, number, text) for entry, text in ENGLISH
        for number in numbers(text) - spelled if not converted(number, source_of(entry))
    ]  # fmt: skip
    assert foreign == []


def test_every_entry_has_english_and_conditions():
    assert all(text.strip() for _, text in ENGLISH)
    assert all(measure.conditions.needs for measure in KB.measures.values())


def test_every_point_has_ten_questions_of_which_one_is_english():
    poor = [
        (measure.id, point.title) for measure in KB.measures.values() for point in measure.points
        if len(point.questions) < 10 or not any(map(ENGLISH_TEXT.fullmatch, point.questions))
    ]  # fmt: skip
    assert poor == []


@pytest.mark.parametrize("text", ["担保费率降到0.37%", "补贴999万元"])
def test_a_number_that_no_source_gives_is_found(text):
    assert numbers(text) - source_of("jd2023-02")


def _extract(folder: Path) -> dict[str, list[str]]:
    seeds = {measure.document.id: measure.document.seed for measure in KB.measures.values()}
    return {document: sorted(numbers((folder / seed).read_text("utf-8"))) for document, seed in seeds.items()}


if __name__ == "__main__":
    NUMBERS.write_text(json.dumps(_extract(Path(sys.argv[1])), indent=1) + "\n", "utf-8")
