"""The figures of understanding: pure functions of the dev set's rows and what was answered to each."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
Answer = dict[str, Any]
Pair = tuple[Row, Answer]
QUESTIONS = ("measure", "noisy")
REAL = ("measure", "noisy", "followup", "multi", "not_covered", "not_guided", "detail", "detail_given")
NO_PERSON = (*REAL, "guided", "eligibility", "oos", "chitchat", "affirm", "deny", "not_human")
REFUSED = ("not_covered", "out_of_scope")
BINS = 10
_SENTENCE = re.compile(r"[。;；\n]|\.\s")
# How an answer, in any of its languages, says that its document leaves something out.
_UNWRITTEN = re.compile(
    r"[没沒]有?[^,，、]{0,4}[写寫列说說展提给給]|(?:does|do) not|says nothing", re.IGNORECASE
)
# The sentence that is added under an answer that lacks what was asked for (``utter_lacks``).
_SAID_LACKING = re.compile(
    r"您[问問]的[^。]{1,12}，[这這]份文件[没沒]有[写寫]具[体體]|^This document does not say", re.MULTILINE
)


@dataclass(frozen=True)
class Figure:
    """A share with what it is a share of, and the aim: at least it, or at most it when ``ceiling``.

    An aim that is not ``promised`` is shown, but not held by the tests: it is not reached yet.
    """

    name: str
    value: float
    count: int
    aim: float | None = None
    ceiling: bool = False
    promised: bool = True

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None without an aim."""
        if self.aim is None:
            return None
        return self.value <= self.aim if self.ceiling else self.value >= self.aim


def among(gold: Iterable[str], entries: Sequence[str], most: int) -> bool:
    """Whether one of the right measures is among the first ``most`` entries."""
    return bool(set(gold) & set(entries[:most]))


def both_parts(row: Row, answer: Answer, most: int = 3) -> bool:
    """Whether there are two parts at least and each has a right measure among its first entries."""
    parts = answer["parts"]
    return len(parts) >= len(row["gold"]) and all(
        among(gold, part["entries"], most) for gold, part in zip(row["gold"], parts, strict=False)
    )


def found_of(row: Row, answer: Answer, most: int = 5) -> float:
    """The share of the measures that fit which are among the first entries."""
    gold = set(row["gold"])
    return len(gold & set(answer["entries"][:most])) / min(len(gold), most)


def starts_checklist(row: Row, answer: Answer) -> bool:
    """Whether the checklist that was asked for has begun: its first step, under its title."""
    titled = any(word in answer["reply"] for word in row["words"])
    return answer["kind"] == "form" and titled and among(row["gold"], answer["entries"], 1)


def names_missing(row: Row, answer: Answer) -> bool:
    """Whether the right measure answers and one sentence says of what was asked that it is not written."""
    said = (part for part in _SENTENCE.split(answer["reply"]) if _UNWRITTEN.search(part))
    named = any(word in part for part in said for word in row["words"])
    return answer["kind"] == "answer" and among(row["gold"], answer["entries"], 1) and named


def says_missing(answer: Answer) -> bool:
    """Whether the answer ends with the sentence that what was asked for is not written."""
    return bool(_SAID_LACKING.search(answer["reply"]))


def calibration_error(pairs: Sequence[Pair]) -> float:
    """Expected difference between confidence and share of right first measures, over ten bins."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for row, answer in pairs:
        confidence = float(answer["confidence"])
        right = among(row["gold"], answer["entries"], 1)
        bins[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
    gaps = (abs(sum(c for c, _ in b) - sum(r for _, r in b)) for b in bins.values())
    return sum(gaps) / max(len(pairs), 1)


def figures(pairs: Sequence[Pair]) -> list[Figure]:
    """All figures in the order of the table."""
    of = _by_kind(pairs)
    first: Callable[[Pair], float] = lambda p: among(p[0]["gold"], p[1]["entries"], 1)  # noqa: E731
    three: Callable[[Pair], float] = lambda p: among(p[0]["gold"], p[1]["entries"], 3)  # noqa: E731
    return [
        _share("clear: right measure first", of("measure"), first, 0.90),
        _share("clear: among three", of("measure"), three, 0.97),
        _share("noisy: right measure first", of("noisy"), first, 0.82),
        _share("noisy: among three", of("noisy"), three, 0.93),
        _share("follow-ups: among three", of("followup"), three, 0.88),
        _share("double questions: both parts among three", of("multi"), lambda p: both_parts(*p), 0.80),
        _share("eligibility: measures found among five", of("eligibility"), lambda p: found_of(*p), 0.80),
        _share("guided: the checklist begun", of("guided"), lambda p: starts_checklist(*p), 0.90),
        _share("guided: begun where one fact was asked", of("not_guided"), _is("form"), 0.05, True),
        _share("missing detail: named as missing", of("detail"), lambda p: names_missing(*p), 0.90),
        _share("given detail: told", of("detail_given"),
               lambda p: any(word in p[1]["reply"] for word in p[0]["words"]), 0.90),
        _share("given detail: said to be missing", of("detail_given"), lambda p: says_missing(p[1]), 0.05,
               True, promised=False),
        _share("a person asked for, recognised", of("human"), _is("handoff"), 0.97),
        _share("a person given unasked", of(*NO_PERSON), _is("handoff"), 0.01, True),
        _share("out of scope recognised", of("oos"), _is("out_of_scope"), 0.92),
        _share("real questions refused as out of scope", of(*REAL), _is("out_of_scope"), 0.02, True),
        _share("uncovered not answered with a measure", of("not_covered"),
               lambda p: p[1]["kind"] not in ("answer", "form"), 0.85),
        _share("uncovered said to be not covered", of("not_covered"), _is("not_covered")),
        _share("covered held back", of(*QUESTIONS), lambda p: p[1]["kind"] in REFUSED, 0.06, True),
        _share("covered answered outright", of(*QUESTIONS), _is("answer")),
        _share("reactions", of("affirm", "deny"), lambda p: p[1]["kind"] == p[0]["kind"], 0.95),
        _share("greetings", of("chitchat"), _is("chitchat"), 0.95),
        Figure("calibration error", calibration_error(of(*QUESTIONS)), len(of(*QUESTIONS)), 0.05, True),
    ]  # fmt: skip


def by(pairs: Sequence[Pair], key: str) -> list[tuple[str, int, float, float]]:
    """Questions by a field of the row: (value, count, right first, right among three)."""
    groups: dict[str, list[Pair]] = defaultdict(list)
    for row, answer in pairs:
        if row["kind"] in QUESTIONS:
            groups[str(row.get(key) or "–")].append((row, answer))
    return [
        (value, len(group), _mean(among(r["gold"], a["entries"], 1) for r, a in group),
         _mean(among(r["gold"], a["entries"], 3) for r, a in group))
        for value, group in sorted(groups.items(), key=lambda item: -len(item[1]))
    ]  # fmt: skip


def confusions(pairs: Sequence[Pair], most: int = 10) -> list[tuple[str, str, int]]:
    """The measures most often taken for others: (right one, taken one, how often)."""
    wrong = Counter(
        (row["gold"][0], answer["entries"][0])
        for row, answer in pairs
        if row["kind"] in QUESTIONS and answer["entries"] and not among(row["gold"], answer["entries"], 1)
    )
    return [(right, taken, count) for (right, taken), count in wrong.most_common(most)]


def kinds(pairs: Sequence[Pair]) -> list[tuple[str, dict[str, int]]]:
    """What each kind of message was answered with, and how often."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row, answer in pairs:
        counts[row["kind"]][answer["kind"]] += 1
    return [(kind, dict(count.most_common())) for kind, count in counts.items()]


def _by_kind(pairs: Sequence[Pair]) -> Callable[..., list[Pair]]:
    return lambda *wanted: [pair for pair in pairs if pair[0]["kind"] in wanted]


def _is(kind: str) -> Callable[[Pair], float]:
    return lambda pair: pair[1]["kind"] == kind


def _share(
    name: str, pairs: Sequence[Pair], value: Callable[[Pair], float],
    aim: float | None = None, ceiling: bool = False, promised: bool = True,
) -> Figure:  # fmt: skip
    return Figure(name, _mean(map(value, pairs)), len(pairs), aim, ceiling, promised)


def _mean(values: Iterable[float]) -> float:
    held = list(values)
    return sum(held) / len(held) if held else 0.0
