"""The training examples of data/nlu beside each other and beside the questions of the measures."""

from collections import Counter
from pathlib import Path

import yaml

from bot.knowledge import load_knowledge
from bot.knowledge.text import letters, normalise

ROOT = Path(__file__).resolve().parents[2]


def examples():
    """Each example with its intent, file by file."""
    for file in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for group in yaml.safe_load(file.read_text("utf-8"))["nlu"]:
            for line in group["examples"].splitlines():
                yield group["intent"], line.removeprefix("- ")


def bare(text):
    """A text without script, case and marks; of a text of marks alone, the marks."""
    return letters(normalise(text)) or text


def test_no_example_stands_twice_when_all_files_are_read_together():
    counted = Counter(text for _, text in examples())
    assert len(counted) > 5_000
    assert [text for text, count in counted.items() if count > 1] == []


def test_no_example_stands_under_two_intents_when_script_and_marks_are_left_aside():
    owners: dict[str, str] = {}
    torn = [text for intent, text in examples() if owners.setdefault(bare(text), intent) != intent]
    assert torn == []


def test_no_example_is_a_question_of_a_measure_when_it_is_taught_that_none_answers_it():
    measures = load_knowledge(ROOT / "data" / "measures").measures.values()
    asked = {bare(q) for measure in measures for point in measure.points for q in point.questions}
    assert [text for _, text in examples() if bare(text) in asked] == []
