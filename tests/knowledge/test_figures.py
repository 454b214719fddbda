"""Every number that an entry says stands in its source.

``source_numbers.json`` holds the numbers of each source document, not its text, and where a document numbers
its sections those of each measure's own section: regenerate it with
``python -m tests.knowledge.test_figures FOLDER`` when a source changes.
"""

import json
import re
import sys
from collections import Counter
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


def source_numbers() -> dict[str, set[str]]:
    """By document, and by measure where its section is known."""
    return {source: set(held) for source, held in json.loads(NUMBERS.read_text("utf-8")).items()}


KB = load_knowledge(ROOT / "data" / "measures")
CHINESE = [
    (m.id, text) for m in KB.measures.values()
    for text in (m.title, m.answer, *(t for p in m.points for t in (p.title, p.answer, *p.figures)))
]  # fmt: skip
#: How many measures the sources hold.
MEASURES = {"jd2023": 24, "jd2025": 10, "jd14": 14, "qp2025": 59, "case2023": 11}
ENGLISH = [
    (m.id, text) for m in KB.measures.values()
    for text in (m.title_en, m.answer_en, *(t for p in m.points for t in (p.title_en, p.answer_en)))
]  # fmt: skip
ENGLISH_TEXT = re.compile(r"[^\u4e00-\u9fff]+")


def test_every_measure_of_the_sources_is_there():
    assert Counter(entry.split("-")[0] for entry in KB.measures) == MEASURES


SOURCES = source_numbers()
#: Written in characters in the source: 两万, 十四五, 三维, 千亿.
SPELLED = {"jd2023-21": {"20000", "14"}, "case2023-14": {"3"}, "qp2025-a6": {"100"}}


def source_of(entry: str) -> set[str]:
    """The numbers of the measure's section, and the year that its document is of."""
    document = KB.measures[entry].document
    held = SOURCES[entry] if entry in SOURCES else SOURCES[document.id]
    return held | numbers(document.title) | {document.date[:4]}


def test_every_number_of_an_entry_stands_in_its_source():
    foreign = [
        (entry, number, text) for entry, text in CHINESE
        for number in numbers(text) - source_of(entry)
    ]  # fmt: skip
    assert foreign == []


def test_every_measure_of_a_document_with_numbered_sections_has_its_own_numbers():
    without = {measure.document.id for measure in KB.measures.values() if measure.id not in SOURCES}
    assert without == {"jd2025"}


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
    foreign = [
        (entry, number, text) for entry, text in ENGLISH
        for number in numbers(text) - SPELLED.get(entry, set()) if not converted(number, source_of(entry))
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


@pytest.mark.parametrize("text", ["担保费率降到0.37%", "补贴999万元", "满意率要做到98%以上"])
def test_a_number_is_found_when_it_is_invented_or_another_measures(text):
    assert numbers(text) - source_of("jd2023-02")


#: What begins a section, with its number as digits or characters: the same as in the measures' ``section``.
SECTION_STARTS = {
    "jd2023": {"重点任务": r"(?m)^(\d+)、"},
    "qp2025": {"重点任务": r"(?m)^[(（](\d+)[)）]", "九大攻坚行动": r"(?m)^(\d+)\.(?=.{2,30}攻坚行动$)"},
    "case2023": {"排名": r"(?m)^排名(\d+)$"},
    "jd14": {"四大引擎": r"(?:^|[。;；\n])\s*([一二三四五六七八九十]+)是"},
}
CHARACTERS = "一二三四五六七八九十"


def _sections(text: str, start: str) -> dict[str, str]:
    """The text of each section by its number; the first one counts where a number begins two."""
    places = list(re.finditer(start, text))
    ends = [place.start() for place in places[1:]] + [len(text)]
    found: dict[str, str] = {}
    for place, end in zip(places, ends, strict=True):
        found.setdefault(_digits(place[1]), text[place.end() : end])
    return found


def _digits(number: str) -> str:
    if number.isdecimal():
        return number
    tens, _, ones = number.rpartition("十")
    return str(10 * ("十" in number) + (CHARACTERS.index(ones) + 1 if ones else 0)) if not tens else number


def _extract(folder: Path) -> dict[str, list[str]]:
    found = {}
    for measure in KB.measures.values():
        document = measure.document.id
        text = (folder / measure.document.seed).read_text("utf-8")
        found[document] = sorted(numbers(text))
        for part, start in SECTION_STARTS.get(document, {}).items():
            number = re.search(r"\d+", measure.section)
            own = _sections(text, start).get(number[0]) if number and part in measure.section else None
            if own is not None:
                found[measure.id] = sorted({number[0], *numbers(own)})
    return dict(sorted(found.items()))


if __name__ == "__main__":
    NUMBERS.write_text(json.dumps(_extract(Path(sys.argv[1])), indent=1) + "\n", "utf-8")
