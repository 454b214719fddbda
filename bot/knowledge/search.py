"""Finds the measures a question is about."""

import hashlib
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.knowledge import districts, evidence, learning, pinyin, ranker, sounds, votes, words
from bot.knowledge import index as index_module
from bot.knowledge import text as text_module
from bot.knowledge.encoder import CachedEncoder, Encoder, default_encoder
from bot.knowledge.index import Index, build_index
from bot.knowledge.ranked import Ranked
from bot.knowledge.schema import Hit, KnowledgeBase
from bot.knowledge.sources import source_digest
from bot.knowledge.understanding import Understanding

#: The code that an index comes from.
BUILT_BY = (index_module, text_module, districts, evidence, learning, pinyin, ranker, sounds, votes, words)
ELSEWHERE = 0.35  # what a measure of another district than the asker's counts when they are put in order


class Searcher:
    """Search over one knowledge base. Safe to share; a search takes 10 to 30 ms of one core."""

    def __init__(self, kb: KnowledgeBase, index: Index, encoder: Encoder):
        self.kb, self._understanding = kb, Understanding(index, encoder)

    def search(self, text: str, district: str | None = None, limit: int = 5) -> list[Hit]:
        """The likeliest measures, best first, at most ``limit``; none for a text without letters.

        With a ``district`` (a code) its own measures come first among equals.
        """
        ranked = self._understanding.understand(text, len(self.kb.measures), district=district).ranked
        return [hit(self.kb, found) for found in prefer(self.kb, ranked, district)[:limit]]


def hit(kb: KnowledgeBase, found: Ranked) -> Hit:
    """A ranked measure with what there is to say about it. KeyError when ``kb`` does not hold it."""
    measure = kb.measures[found.id]
    return Hit(id=found.id, point=found.point, title=measure.title, score=found.score,
               answer=kb.answer(found.id, found.point), citation=kb.citation(found.id))  # fmt: skip


def prefer(kb: KnowledgeBase, ranked: Sequence[Ranked], district: str | None) -> list[Ranked]:
    """The district's own measures first among equals, scores unchanged; drops what ``kb`` does not hold."""
    held = [found for found in ranked if found.id in kb.measures]
    if district is None:
        return held

    def weight(found: Ranked) -> float:
        own = kb.measures[found.id].district == district
        return found.score if own else found.score * ELSEWHERE

    return sorted(held, key=weight, reverse=True)


def open_searcher(
    kb: KnowledgeBase, cache: Path, others: Sequence[str] = (), encoder: Encoder | None = None
) -> Searcher:
    """A searcher over ``kb``, with its index from the folder ``cache`` when that is of the same sources.

    ``others`` are questions that no entry answers. Building takes up to a minute the first time; OSError when
    the cache cannot be written.
    """
    encoder = encoder or default_encoder(cache)
    fingerprint = index_fingerprint(kb, encoder, others)
    file = index_file(cache)
    index = _reuse(file, fingerprint)
    if index is None:
        index = build_index(kb, CachedEncoder(encoder, cache / "vectors.npz"), others, fingerprint, cache)
        index.save(file)
    return Searcher(kb, index, encoder)


def index_file(cache: Path) -> Path:
    """Where in the folder ``cache`` the index is kept."""
    return cache / "index.npz"


def index_fingerprint(kb: KnowledgeBase, encoder: Encoder, others: Sequence[str]) -> str:
    """Changes whenever an index built from these would."""
    digest = hashlib.sha256(f"{source_digest(*BUILT_BY)}\0{kb.fingerprint}\0{encoder.version}".encode())
    for text in others:
        digest.update(b"\0" + text.encode())
    return digest.hexdigest()


def _reuse(file: Path, fingerprint: str) -> Index | None:
    try:
        with np.load(file, allow_pickle=False) as stored:
            if str(stored["fingerprint"]) != fingerprint:
                return None
        return Index.load(file)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
