"""Decides which measures fit an enterprise: a pure function of its facts, the conditions, and what was found.

A measure is weighed by how likely search takes it for what was said, as a whole and clause by clause, and by
the needs and conditions it shares with the facts. The order is chosen so that each need is met early: who
wants a loan and workers sees one measure for each before a second one for the loan.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.knowledge.conditions import Conditions
from bot.knowledge.enterprise import Facts
from bot.knowledge.ranked import Ranked
from bot.knowledge.schema import KnowledgeBase, Measure, Point

MOST_FITS, MOST_MAYBE = 5, 4
# What counts how much; chosen on descriptions written for the purpose (docs/understanding.md).
SEARCHED, WANTED, SHARED, OWN_DISTRICT = 1.0, 0.6, 0.15, 0.45
FOUND = 0.2  # from this search score on a measure fits by content, whatever its needs
SURELY = 0.5  # from this score on search speaks as plainly as a need
SECOND_NEED = 0.75  # what a need counts that the measure names after its first
POINT_NEED = 0.35  # what a need counts that only a point of the measure names
CLAUSE = 0.6  # what a search for one clause counts beside that for the whole message
AGAIN = 0.65  # what a need still counts when a measure before has met it
PLAIN = ("industries", "traits", "stages")  # conditions that are met by sharing one code
_STEPS = {"individual": 0, "micro": 0, "small": 1, "medium": 2, "large": 3}


@dataclass(frozen=True)
class Reason:
    """Why a measure fits: a code of the ``kind`` that the facts and the conditions share.

    ``kind`` is also ``district`` (its own), ``content`` (search found that it is about that) or ``near``
    (search found it, not surely); the last two have no code.
    """

    kind: str
    code: str = ""


@dataclass(frozen=True)
class Fit:
    """A measure that fits, or may fit when something is ``missing`` (kinds of facts not known)."""

    id: str
    point: str | None
    score: float
    why: tuple[Reason, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assessment:
    """What fits, best first, what may, and which kinds of facts are worth asking for next."""

    fits: tuple[Fit, ...]
    may_fit: tuple[Fit, ...]
    asks: tuple[str, ...]


@dataclass
class _Candidate:
    measure: Measure
    point: Point | None
    search: float
    needs: dict[str, float]  # shared needs with their weights
    why: list[Reason] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def speaks(self) -> bool:
        """Whether a need in common or a sure finding speaks for it; the rest comes after."""
        return bool(self.needs) or self.search >= SURELY

    def score(self, met: Counter[str]) -> float:
        wanted = sum(weight * AGAIN ** met[need] for need, weight in self.needs.items())
        shared = SHARED * sum(reason.kind in PLAIN or reason.kind == "sizes" for reason in self.why)
        # Being of the district is no reason by itself: it counts as far as something else speaks for it.
        near = any(reason.kind == "district" for reason in self.why)
        own = OWN_DISTRICT * near * (1.0 if self.needs else self.search)
        return SEARCHED * self.search + WANTED * wanted + shared + own


def assess(kb: KnowledgeBase, facts: Facts, searches: Sequence[Sequence[Ranked]]) -> Assessment:
    """What fits ``facts``; ``searches``: what was found for the message and for each of its clauses."""
    found = _evidence(searches)
    rarity = _rarity(kb)
    candidates = [
        candidate for measure in kb.measures.values()
        if not _reports(measure) and (candidate := _candidate(measure, facts, found.get(measure.id), rarity))
    ]  # fmt: skip
    sure = [candidate for candidate in candidates if not candidate.missing]
    fits = tuple(_ordered(sure, MOST_FITS))
    maybe = tuple(_ordered([candidate for candidate in candidates if candidate.missing], MOST_MAYBE))
    return Assessment(fits, maybe, tuple(_asks(facts, maybe)))


def _evidence(searches: Sequence[Sequence[Ranked]]) -> dict[str, Ranked]:
    """Each measure's best finding; found for several clauses, it is the likelier.

    A clause counts less than the whole message: 「四十人」 alone finds something, too.
    """
    best: dict[str, Ranked] = {}
    missed: dict[str, float] = {}
    for place, search in enumerate(searches):
        for found in search:
            score = found.score if place == 0 else CLAUSE * found.score
            missed[found.id] = missed.get(found.id, 1.0) * (1 - score)
            if found.id not in best or best[found.id].score < score:
                best[found.id] = Ranked(found.id, found.point, score)
    return {entry: Ranked(entry, found.point, 1 - missed[entry]) for entry, found in best.items()}


def _rarity(kb: KnowledgeBase) -> dict[str, float]:
    """How telling a need is: 1 when one measure names it, less the more do."""
    seen = Counter(need for measure in kb.measures.values() for need in _needs(measure))
    most = math.log(len(kb.measures) + 1)
    return {need: 1 - 0.5 * math.log(count) / most for need, count in seen.items()}


def _needs(measure: Measure) -> dict[str, float]:
    """The needs of a measure and of its points, with how central each is."""
    weights: dict[str, float] = {}
    for place, need in enumerate(measure.conditions.needs):
        weights[need] = 1.0 if place == 0 else SECOND_NEED
    for need in (need for point in measure.points for need in point.conditions.needs):
        weights.setdefault(need, POINT_NEED)
    return weights


def _reports(measure: Measure) -> bool:
    """Whether a measure reports what was reached: nobody can claim that."""
    return measure.conditions.needs[:1] == ("data",)


def _candidate(
    measure: Measure, facts: Facts, found: Ranked | None, rarity: dict[str, float]
) -> _Candidate | None:
    """The measure as a candidate; None when neither needs nor search speak for it, or a condition against."""
    search = found.score if found else 0.0
    needs = {need: weight * rarity[need] for need, weight in _needs(measure).items() if need in facts.needs}
    if not needs and search < FOUND:
        return None
    point = _point(measure, facts, found)
    candidate = _Candidate(measure, point, search, needs)
    conditions = point.conditions if point else measure.conditions
    if not _check(candidate, conditions, facts) and search < FOUND:
        return None
    wanted = [Reason("needs", need) for need in facts.needs if need in needs]
    # Without a need in common it is there for what search made of the words, whatever else is shared.
    found_for = Reason("content" if search >= SURELY else "near")
    candidate.why = [*(wanted or [found_for]), *candidate.why]
    if facts.district == measure.district:
        candidate.why.append(Reason("district", measure.district))
    return candidate


def _point(measure: Measure, facts: Facts, found: Ranked | None) -> Point | None:
    """What to show of the measure: what search found surely, else the point that meets the most needs."""
    searched = measure.point(found.point) if found else None
    if searched and found and found.score >= FOUND:
        return searched
    meeting = {point.title: len(set(point.conditions.needs) & set(facts.needs)) for point in measure.points}
    best = max(meeting, key=lambda title: meeting[title], default=None)
    return measure.point(best) if best and meeting[best] else searched


def _check(candidate: _Candidate, conditions: Conditions, facts: Facts) -> bool:
    """Whether nothing speaks against it; notes what is shared and what is not known."""
    for kind in PLAIN:
        required, known = getattr(conditions, kind), facts.of(kind)
        shared = [code for code in required if code in known]
        candidate.why += [Reason(kind, code) for code in shared]
        if required and not shared:
            if known and kind != "traits":
                return False
            candidate.missing.append(kind)
    return _check_size(candidate, conditions.sizes, facts)


def _check_size(candidate: _Candidate, required: tuple[str, ...], facts: Facts) -> bool:
    if not required:
        return True
    if not facts.sizes:
        candidate.missing.append("sizes")
        return True
    # Size classes differ between branches and documents: the neighbouring class is not refused.
    near = min(abs(_STEPS[one] - _STEPS[other]) for one in required for other in facts.sizes)
    candidate.why += [Reason("sizes", code) for code in required if code in facts.sizes]
    return near <= 1


def _ordered(candidates: Sequence[_Candidate], most: int) -> Iterator[Fit]:
    """The best first, each chosen for what it adds to those before."""
    rest, met = list(candidates), Counter[str]()
    while rest and most:
        best = max(rest, key=lambda candidate: (candidate.speaks(), candidate.score(met)))
        rest.remove(best)
        most -= 1
        score = best.score(met)
        met.update(best.needs)
        yield Fit(best.measure.id, best.point.title if best.point else None,
                  round(score / (1 + score), 4), tuple(best.why), tuple(best.missing))  # fmt: skip


def _asks(facts: Facts, maybe: Sequence[Fit]) -> Iterator[str]:
    """The kinds of facts worth asking for: needs before all, then district, then what decides the most."""
    if not facts.needs:
        yield "needs"
    if facts.district is None:
        yield "district"
    lacking = Counter(kind for fit in maybe for kind in fit.missing)
    for kind in ("industries", "sizes"):
        if not facts.of(kind) and (lacking[kind] or kind == "sizes"):
            yield kind
    yield from (kind for kind in ("stages", "traits") if lacking[kind] and not facts.of(kind))
