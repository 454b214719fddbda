"""What the policy calculator says: what is known, what fits and why, what may fit, the next question."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from actions import payloads
from actions.replies import Replies
from bot.knowledge.conditions import name_of
from bot.knowledge.eligibility import Assessment, Fit
from bot.knowledge.enterprise import Facts
from bot.knowledge.ranked import Ranked

SHOWN = ("industries", "sizes", "stages", "traits", "needs")  # the order in which facts are said


@dataclass(frozen=True)
class Said:
    """The pieces of the reply; "" for what there is nothing to say about."""

    known: str
    fits: list[str]
    may_fit: list[str]
    question: str

    def lines(self, replies: Replies) -> str:
        """All of it as one text, for channels that show nothing but text."""
        heads = {"fits": self.fits, "may_fit": self.may_fit}
        lists = [
            line
            for name, said in heads.items()
            if said
            for line in (replies.phrase(f"eligibility_{name}"), *said)
        ]
        none = [] if lists or not self.known else [replies.phrase("eligibility_none")]
        return "\n".join(line for line in (self.known, *lists, *none, self.question) if line)


def found(fit: Fit) -> Ranked:
    """A measure that fits as one that was found."""
    return Ranked(fit.id, fit.point or "", fit.score)


def say_it(replies: Replies, facts: Facts, assessed: Assessment, asking: str | None) -> Said:
    """Put the assessment into words; ``asking`` is the kind of fact asked for next."""
    names = [replies.district(facts.district)] if facts.district else []
    names += [label(replies, kind, code) for kind in SHOWN for code in facts.of(kind)]
    known = replies.phrase("eligibility_known", facts=replies.listed(names)) if names else ""
    question = replies.phrase(f"ask_{asking}" if asking else "eligibility_done")
    return Said(known, list(_fits(replies, assessed)), list(_may_fit(replies, assessed)), question)


def payload(replies: Replies, assessed: Assessment) -> dict[str, Any]:
    """The measures of the ``form`` payload."""
    kb = replies.kb
    fits = [{**_entry(replies, fit), "why": reasons(replies, fit)} for fit in assessed.fits]
    may_fit = [{**_entry(replies, fit), "missing": _missing(replies, fit)} for fit in assessed.may_fit]
    cited = [kb.citation(fit.id).as_json() for fit in assessed.fits]
    return {"entries": fits, "may_fit": may_fit, "citations": cited}


def reasons(replies: Replies, fit: Fit) -> str:
    """Why it fits, in words."""
    said = []
    for kind in dict.fromkeys(reason.kind for reason in fit.why):
        codes = [reason.code for reason in fit.why if reason.kind == kind and reason.code]
        names = replies.listed([label(replies, kind, code) for code in codes])
        said.append(replies.phrase(f"why_{kind}", names=names))
    return ("; " if replies.english else "；").join(said)


def label(replies: Replies, kind: str, code: str) -> str:
    """What a visitor reads for a fact."""
    return replies.district(code) if kind == "district" else name_of(kind, code, replies.english)


def _entry(replies: Replies, fit: Fit) -> dict[str, Any]:
    entry = payloads.entry(replies.kb, found(fit), replies.english)
    return {**entry, "district": replies.district(replies.kb.measures[fit.id].district)}


def _fits(replies: Replies, assessed: Assessment) -> Iterator[str]:
    for number, fit in enumerate(assessed.fits, 1):
        said = {"title": _title(replies, fit), "why": reasons(replies, fit)}
        yield replies.phrase("eligibility_fit", number=number, **said)


def _may_fit(replies: Replies, assessed: Assessment) -> Iterator[str]:
    for fit in assessed.may_fit:
        missing = replies.listed(_missing(replies, fit))
        yield replies.phrase("eligibility_may", title=_title(replies, fit), missing=missing)


def _missing(replies: Replies, fit: Fit) -> list[str]:
    return [replies.phrase(f"missing_{kind}") for kind in fit.missing]


def _title(replies: Replies, fit: Fit) -> str:
    title = replies.kb.title(fit.id, None, replies.english)
    district = replies.district(replies.kb.measures[fit.id].district)
    return replies.phrase("eligibility_title", title=title, district=district)
