"""Makes, saves and loads the spaCy ``zh`` pipeline: jieba tokens, words from lists, amounts from patterns."""

import logging
from collections.abc import Iterable
from pathlib import Path

import jieba
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from bot.nlu.vocabulary import PATTERNS

CONFIG = {"nlp": {"tokenizer": {"@tokenizers": "spacy.zh.ChineseTokenizer", "segmenter": "jieba"}}}
RULER, FIGURES = "entity_ruler", "bangban_figures"

jieba.setLogLevel(logging.WARNING)


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


@Language.component(FIGURES)
def mark_figures(doc: Doc) -> Doc:
    """Add amounts, percentages, dates and head counts where the ruler has marked nothing."""
    spans: list[Span] = list(doc.ents)
    for label, pattern in PATTERNS.items():
        for match in pattern.finditer(doc.text):
            span = doc.char_span(*match.span(), label=label, alignment_mode="expand")
            if span is not None and not any(_overlap(span, other) for other in spans):
                spans.append(span)
    doc.ents = filter_spans(spans)
    return doc


def make_pipeline(words: dict[str, dict[str, str]]) -> Language:
    """A pipeline that marks these words (entity type -> word -> value; the value becomes the entity's id)."""
    nlp = spacy.blank("zh", config=CONFIG)
    patterns = [
        {"label": label, "pattern": word, "id": value}
        for label, values in sorted(words.items())
        for word, value in sorted(values.items())
    ]
    _teach_jieba(entry["pattern"] for entry in patterns)
    ruler = nlp.add_pipe("entity_ruler", name=RULER, config={"phrase_matcher_attr": "LOWER"})
    ruler.add_patterns(patterns)
    nlp.add_pipe(FIGURES)
    return nlp


def load_pipeline(folder: Path) -> Language:
    """The pipeline saved in ``folder`` by ``nlp.to_disk``."""
    nlp = spacy.load(folder)
    _teach_jieba(entry["pattern"] for entry in nlp.get_pipe(RULER).patterns)
    return nlp


def _teach_jieba(words: Iterable[str]) -> None:
    """Keep known words whole; otherwise the ruler, which sees tokens, would miss them."""
    for word in words:
        jieba.add_word(word)
