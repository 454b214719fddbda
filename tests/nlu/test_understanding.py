"""The figures of understanding that the product promises, on the dev set, with the newest trained model."""

import asyncio
import json
from pathlib import Path

import pytest

from bench.understanding_figures import figures
from bot.cli.ask import Assistant, parse_line

ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT / "tests" / "understanding" / "dev.jsonl"


@pytest.fixture(scope="module")
def reached():
    """Each figure by its name, from asking every row of the dev set."""
    lines = DEV.read_text("utf-8").splitlines()
    assistant = Assistant(ROOT / "models")

    async def ask_all():
        return [(json.loads(line), (await assistant.ask(parse_line(line)))[0]) for line in lines]

    return {figure.name: figure for figure in figures(asyncio.run(ask_all()))}


PROMISED = [figure.name for figure in figures([]) if figure.aim is not None]


@pytest.mark.parametrize("name", PROMISED)
def test_figure_is_reached_on_the_dev_set(reached, name):
    figure = reached[name]
    assert figure.met, f"{figure.value:.3f} of {figure.count}, aim {figure.aim}"


def test_dev_set_shares_no_question_with_the_training_data():
    from bot.knowledge import load_knowledge, load_others
    from bot.knowledge.text import letters, normalise

    kb = load_knowledge(ROOT / "data" / "measures")
    asked = [q for m in kb.measures.values() for p in m.points for q in p.questions]
    taught = {letters(normalise(text)) for text in [*asked, *load_others(ROOT / "data" / "nlu")]}
    kinds = ("measure", "noisy", "not_covered", "followup", "multi")
    rows = [json.loads(line) for line in DEV.read_text("utf-8").splitlines()]
    assert not [r["id"] for r in rows if r["kind"] in kinds and letters(normalise(r["text"])) in taught]
