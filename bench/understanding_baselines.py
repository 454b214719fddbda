"""Simpler ways of finding the measure, on the same training examples: BM25, the encoder alone, stock Rasa."""

import json
import math
import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bench.understanding_figures import among
from bot.cli.environments import ROOT, python_of
from bot.knowledge import KnowledgeBase, load_knowledge
from bot.knowledge.encoder import CachedEncoder, default_encoder
from bot.knowledge.text import normalise
from bot.knowledge.words import grams

K1, B = 1.2, 0.75  # BM25's usual constants
Rank = Callable[[str], list[str]]
EPOCHS = 10  # of DIET a round, which takes twenty minutes and more on two cores
STOCK = f"""
recipe: default.v1
language: zh
pipeline:
  - name: JiebaTokenizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: DIETClassifier
    epochs: {EPOCHS}
    random_seed: 1
  - name: FallbackClassifier
    threshold: 0.4
"""


@dataclass(frozen=True)
class Compared:
    """Right first and among three, for clear and for noisy questions."""

    name: str
    values: tuple[float, float, float, float]


def compare(rows: Sequence[dict[str, Any]], *, rounds: int) -> Iterator[Compared]:
    """Every baseline on the questions of the dev set; stock Rasa after each round of its training."""
    kb = load_knowledge(ROOT / "data" / "measures")
    asked = [row for row in rows if row["kind"] in ("measure", "noisy")]
    yield Compared("BM25 over the measures", _values(asked, bm25(kb)))
    yield Compared("the encoder alone", _values(asked, encoder_alone(kb, asked)))
    for number, rank in enumerate(stock_rasa(kb, asked, rounds), start=1):
        yield Compared(f"stock Rasa, {number * EPOCHS} epochs", _values(asked, rank))


def _values(rows: Sequence[dict[str, Any]], rank: Rank) -> tuple[float, float, float, float]:
    def share(kind: str, most: int) -> float:
        hits = [among(row["gold"], rank(row["text"]), most) for row in rows if row["kind"] == kind]
        return sum(hits) / max(len(hits), 1)

    return share("measure", 1), share("measure", 3), share("noisy", 1), share("noisy", 3)


def _texts(kb: KnowledgeBase) -> dict[str, str]:
    return {
        entry: normalise(" ".join([m.title, m.answer, *(f"{p.title} {p.answer}" for p in m.points)]))
        for entry, m in kb.measures.items()
    }


def bm25(kb: KnowledgeBase) -> Rank:
    """Okapi BM25 over the measures' texts, by n-grams of characters."""
    documents = {entry: grams(text) for entry, text in _texts(kb).items()}
    lengths = {entry: sum(count.values()) for entry, count in documents.items()}
    mean = sum(lengths.values()) / len(lengths)
    seen = Counter(name for count in documents.values() for name in count)

    def score(entry: str, asked: Counter[str]) -> float:
        count = documents[entry]
        norm = K1 * (1 - B + B * lengths[entry] / mean)
        return sum(
            math.log(1 + (len(documents) - seen[name] + 0.5) / (seen[name] + 0.5))
            * count[name] * (K1 + 1) / (count[name] + norm)
            for name in asked if name in count
        )  # fmt: skip

    def rank(text: str) -> list[str]:
        asked = grams(normalise(text))
        return sorted(documents, key=lambda entry: -score(entry, asked))

    return rank


def encoder_alone(kb: KnowledgeBase, rows: Sequence[dict[str, Any]]) -> Rank:
    """The nearest passage (measure or point) by sentence embedding."""
    encoder = CachedEncoder(default_encoder(), ROOT / "models" / "cache" / "bench-vectors.npz")
    owners, passages = [], []
    for entry, measure in kb.measures.items():
        texts = [f"{measure.title} {measure.answer}", *(f"{p.title} {p.answer}" for p in measure.points)]
        owners += [entry] * len(texts)
        passages += [normalise(text) for text in texts]
    known = encoder.passages(passages)
    texts = [normalise(row["text"]) for row in rows]
    vectors = dict(zip(texts, encoder.questions(texts), strict=True))

    def rank(text: str) -> list[str]:
        order = np.argsort(-(known @ vectors[normalise(text)]), kind="stable")
        return list(dict.fromkeys(owners[i] for i in order))

    return rank


def stock_rasa(kb: KnowledgeBase, rows: Sequence[dict[str, Any]], rounds: int) -> Iterator[Rank]:
    """Rasa's own components with one intent a measure, trained on the same questions, after each round.

    Raises subprocess.CalledProcessError when the training fails.
    """
    if not rounds:
        return
    texts = [row["text"] for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        _write_stock(Path(folder), kb, texts)
        script = Path(__file__).with_name("stock_rasa.py")
        # Without Rasa's cache: it takes a round that goes on from the last one for the same as that one.
        environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "RASA_MAX_CACHE_SIZE": "0"}
        command = [str(python_of("assistant")), "-W", "ignore", str(script), folder, str(rounds)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as training:
            assert training.stdout is not None
            for line in training.stdout:
                if line.startswith("[["):
                    yield dict(zip(texts, json.loads(line), strict=True)).__getitem__
        if training.returncode:
            raise subprocess.CalledProcessError(training.returncode, command)


def _write_stock(folder: Path, kb: KnowledgeBase, asked: Sequence[str]) -> None:
    examples = {
        entry: "".join(f"- {q}\n" for p in m.points for q in p.questions if "[" not in q)
        for entry, m in kb.measures.items()
    }
    nlu = [{"intent": entry, "examples": text} for entry, text in examples.items()]
    (folder / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True))
    (folder / "config.yml").write_text(STOCK)
    (folder / "asked.json").write_text(json.dumps(asked))
