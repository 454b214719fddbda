"""Understands one message in its conversation: what it asks, in how many parts, leaning on what."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.knowledge.conversation import Topic, elsewhere, leans
from bot.knowledge.districts import named_in, without_names
from bot.knowledge.encoder import Encoder, Vectors
from bot.knowledge.index import Index
from bot.knowledge.parts import Cut, clauses_of, cuts, ending, strength
from bot.knowledge.ranked import Ranked
from bot.knowledge.text import normalise

MOST_CUTS = 4  # places of a message that are looked at
DEEPER = 2  # times that the pieces of a message are taken apart again: bounds what a message costs
MOST_CLAUSES = 8  # of a description
CLEAR = 0.35  # score from which a story as a whole says enough
EARLIER_SURE = 0.3  # score below which the message before was no question, and the one before that counts too


@dataclass(frozen=True)
class Part:
    """One of several questions in a message."""

    text: str
    ranked: list[Ranked]


@dataclass(frozen=True)
class Understood:
    """``ranked``: the measures, best first. ``parts``: two or more questions, or none when it is one.

    ``leans_on`` is the earlier message that a follow-up was read with.
    """

    ranked: list[Ranked]
    parts: list[Part]
    leans_on: str | None


class Understanding:
    """An index with its encoder. Safe to share; a message costs 10 to 60 ms of one core."""

    def __init__(self, index: Index, encoder: Encoder):
        self._index, self._encoder = index, encoder

    def read(self, said: str) -> str:
        """A message in its normal spelling, pinyin as characters."""
        return self._index.reader.read(normalise(said))

    def understand(
        self, said: str, limit: int, before: Sequence[str] = (), vector: Vectors | None = None,
        district: str | None = None, topic: Topic = Topic.UNKNOWN,
    ) -> Understood:  # fmt: skip
        """``said`` as it was written, after the messages ``before``.

        ``vector``: its own, if there is one; ``district``: the visitor's (a code); ``topic``: what the
        classifier makes of it beside the message before.
        """
        text = self.read(said)
        if not any(map(str.isalnum, text)):
            return Understood([], [], None)
        vector = self._encoder.questions([text])[0] if vector is None else vector
        alone = self._index.rank(text, vector, len(self._index.districts), district=district)
        earlier = self._earlier(before)
        if earlier and leans(text, alone[0].score if alone else 0.0, topic):
            return Understood(self._joined(earlier, text, vector, district)[:limit], [], earlier)
        parts = self._parts(said, district)
        ranked = self._with_parts(alone, parts) if parts else self._or_ending(said, alone, district)
        return Understood(ranked[:limit], parts, None)

    def _or_ending(self, said: str, alone: list[Ranked], district: str | None) -> list[Ranked]:
        """What a long story's last sentence asks, when the whole says little and it says more."""
        last = ending(said) if not alone or alone[0].score < CLEAR else None
        if last is None:
            return alone
        found = self._piece(last, district, len(self._index.districts))
        return found if found and (not alone or found[0].score > alone[0].score) else alone

    def clauses(self, said: str, limit: int, vector: Vectors) -> Understood:
        """The measures for a description as a whole, and for each of its clauses."""
        pieces = list(clauses_of(said))[:MOST_CLAUSES]
        parts = [Part(piece, self._piece(piece)) for piece in pieces] if len(pieces) > 1 else []
        return Understood(self._index.rank(self.read(said), vector, limit), parts, None)

    def _earlier(self, before: Sequence[str]) -> str:
        """What a follow-up can lean on: the last message, with the one before when it says little itself."""
        texts = [text for text in map(self.read, before) if any(map(str.isalnum, text))]
        if not texts:
            return ""
        last = texts[-1]
        if len(texts) > 1 and self._score(last) < EARLIER_SURE:
            return f"{texts[-2]},{last}"
        return last

    def _score(self, text: str) -> float:
        found = self._index.rank(text, self._encoder.questions([text])[0], 1)
        return found[0].score if found else 0.0

    def _joined(self, earlier: str, text: str, vector: Vectors, district: str | None) -> list[Ranked]:
        if named_in(text) - named_in(earlier):  # "and in Qingpu?": the same matter, another district
            earlier = without_names(earlier)
        both = self._encoder.questions([earlier])[0] + vector
        named = named_in(text) or named_in(earlier)
        whole = self._index.rank(f"{earlier},{text}", both / np.linalg.norm(both), len(self._index.districts),
                                 named, district)  # fmt: skip
        return elsewhere(whole, named_in(text), self._index.districts)

    def _parts(self, said: str, district: str | None, deeper: int = DEEPER) -> list[Part]:
        """The questions of a message, in their order; none when it is one."""
        found = [self._measured(cut, district) for cut in list(cuts(said))[:MOST_CUTS]]
        best = max(found, key=lambda each: each[0], default=None)
        if best is None or best[0] <= 0:
            return []
        if not deeper:
            return best[1]
        finer = [
            part for piece in best[1] for part in (self._parts(piece.text, district, deeper - 1) or [piece])
        ]
        asked = {(part.ranked[0].id, part.ranked[0].point) for part in finer}
        return finer if len(asked) == len(finer) else best[1]

    def _measured(self, cut: Cut, district: str | None) -> tuple[float, list[Part]]:
        parts = [Part(piece, self._piece(piece, district)) for piece in (cut.first, cut.second)]
        return strength(cut, parts[0].ranked, parts[1].ranked), parts

    def _piece(self, piece: str, district: str | None = None, limit: int = 5) -> list[Ranked]:
        text = self.read(piece)
        return self._index.rank(text, self._encoder.questions([text])[0], limit, district=district)

    @staticmethod
    def _with_parts(alone: list[Ranked], parts: list[Part]) -> list[Ranked]:
        """The best of each part right after the best of the whole."""
        first = [alone[0], *(part.ranked[0] for part in parts)]
        seen = dict[str, Ranked]()
        for found in [*first, *alone]:
            seen.setdefault(found.id, found)
        return list(seen.values())
