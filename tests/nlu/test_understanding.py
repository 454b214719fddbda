"""The figures of understanding that the product promises, on the dev set, with the newest trained model."""

import asyncio
import json
import re
from pathlib import Path

import pytest
import yaml

from bench.understanding_figures import figures
from bot.cli.ask import Assistant, parse_line

ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT / "tests" / "understanding" / "dev.jsonl"
HELD = ROOT / "tests" / "understanding" / "held.jsonl"
FRESH = ROOT / "tests" / "understanding" / "fresh.jsonl"
#: So short a message (你好, 没用) stands in both: there is one way to say it.
SAID_BY_EVERYBODY = 4


@pytest.fixture(scope="module")
def reached():
    """Each figure by its name, from asking every row of the dev set."""
    lines = DEV.read_text("utf-8").splitlines()
    assistant = Assistant(ROOT / "models")

    async def ask_all():
        return [(json.loads(line), (await assistant.ask(parse_line(line)))[0]) for line in lines]

    return {figure.name: figure for figure in figures(asyncio.run(ask_all()))}


PROMISED = [figure.name for figure in figures([]) if figure.aim is not None and figure.promised]


@pytest.mark.parametrize("name", PROMISED)
def test_figure_is_reached_on_the_dev_set(reached, name):
    figure = reached[name]
    assert figure.met, f"{figure.value:.3f} of {figure.count}, aim {figure.aim}"


@pytest.mark.parametrize("file", [DEV, HELD, FRESH], ids=["dev", "held", "fresh"])
def test_test_set_shares_no_message_with_the_training_data(file):
    from bot.knowledge import load_knowledge
    from bot.knowledge.text import letters, normalise

    kb = load_knowledge(ROOT / "data" / "measures")
    asked = [q for m in kb.measures.values() for p in m.points for q in p.questions]
    taught = {letters(normalise(text)) for text in [*asked, *_nlu_examples()]}
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    said = {row["id"]: letters(normalise(row["text"])) for row in rows}
    assert not [name for name, text in said.items() if text in taught and len(text) > SAID_BY_EVERYBODY]


def _nlu_examples():
    for file in (ROOT / "data" / "nlu").glob("*.yml"):
        for group in yaml.safe_load(file.read_text("utf-8")).get("nlu") or []:
            for line in (group.get("examples") or "").splitlines():
                yield line.strip().removeprefix("- ")


def test_table_of_the_page_is_of_this_dev_set():
    nothing = {"kind": "", "entries": [], "parts": [], "confidence": 0.0, "reply": ""}
    rows = [json.loads(line) for line in DEV.read_text("utf-8").splitlines()]
    page = (ROOT / "docs" / "understanding.md").read_text("utf-8")
    shown = [int(count) for count in re.findall(r"^\| [^|]+ \| \d\.\d{3} \| (\d+) \|", page, re.M)]
    assert shown == [figure.count for figure in figures([(row, nothing) for row in rows])]
    assert f"{len(rows):,} 条" in page
