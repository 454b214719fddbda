"""How well the assistant understands the dev set (``tests/understanding/dev.jsonl``), beside simpler ways.

The dev set is by other hands than the training questions, its gold by two judges, and never trained on.
"""

import argparse
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path

from bench import understanding_baselines as baselines
from bench.understanding_figures import Pair, by, confusions, figures, kinds
from bot.cli.environments import ROOT, python_of

DEV = ROOT / "tests" / "understanding" / "dev.jsonl"


def main(arguments: list[str]) -> int:
    """Print the tables and a JSON line."""
    options = argparse.ArgumentParser(prog="bench understanding")
    options.add_argument("--file", type=Path, default=DEV, help="另一份测试集（同样的格式）")
    options.add_argument(
        "--stock", type=int, default=0, metavar="N",
        help="也训练并比较原装的 Rasa 流水线，N 轮，每轮 10 遍，都要二十分钟以上",
    )  # fmt: skip
    options.add_argument("--wrong", action="store_true", help="列出答错的")
    chosen = options.parse_args(arguments)
    rows = [json.loads(line) for line in chosen.file.read_text("utf-8").splitlines() if line.strip()]
    pairs = answers(rows, chosen.file)
    _print_figures(pairs)
    _print_groups(pairs)
    _print_baselines(pairs, baselines.compare(rows, rounds=chosen.stock))
    if chosen.wrong:
        _print_wrong(pairs)
    shares = {figure.name: round(figure.value, 4) for figure in figures(pairs)}
    print(json.dumps({"bench": "understanding", "rows": len(pairs), **shares}, ensure_ascii=False))
    return 0


def answers(rows: list[dict], file: Path) -> list[Pair]:
    """Each row with what ``./bangban ask --batch`` says to it."""
    done = subprocess.run(
        [str(python_of("assistant")), "-W", "ignore", "-m", "bot.cli.ask", "--batch", str(file)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    said = {answer["id"]: answer for answer in map(json.loads, done.stdout.splitlines())}
    return [(row, said[row["id"]]) for row in rows if row["id"] in said]


def _print_figures(pairs: list[Pair]) -> None:
    print(f"{'':<44}{'figure':>8}{'of':>6}{'aim':>9}")
    for figure in figures(pairs):
        if not figure.count:
            continue  # a set that holds no such messages says nothing of them
        aim = "" if figure.aim is None else f"{'≤' if figure.ceiling else '≥'} {figure.aim:.2f}"
        mark = {True: "  ✓", False: "  ✗", None: ""}[figure.met]
        print(f"{figure.name:<44}{figure.value:>8.3f}{figure.count:>6}{aim:>9}{mark}")


def _print_groups(pairs: list[Pair]) -> None:
    for key in ("noise", "topic", "district"):
        print(f"\nby {key:<20}{'count':>8}{'first':>8}{'three':>8}")
        for value, count, first, three in by(pairs, key):
            print(f"   {value:<20}{count:>8}{first:>8.3f}{three:>8.3f}")
    print("\nkind of message → kinds of reply")
    for kind, counts in kinds(pairs):
        print(f"   {kind:<14}" + "  ".join(f"{name} {count}" for name, count in counts.items()))
    print("\nworst confusions (right → taken)")
    for right, taken, count in confusions(pairs):
        print(f"   {right:<22}→ {taken:<22}{count:>3}")


def _print_baselines(pairs: list[Pair], compared: Iterable[baselines.Compared]) -> None:
    own = {figure.name: figure.value for figure in figures(pairs)}
    print(f"\n{'':<28}{'clear 1':>9}{'clear 3':>9}{'noisy 1':>9}{'noisy 3':>9}")
    names = (
        "clear: right measure first",
        "clear: among three",
        "noisy: right measure first",
        "noisy: among three",
    )
    print(f"{'this assistant':<28}" + "".join(f"{own[name]:>9.3f}" for name in names))
    for each in compared:
        print(f"{each.name:<28}" + "".join(f"{value:>9.3f}" for value in each.values), flush=True)


def _print_wrong(pairs: list[Pair]) -> None:
    print()
    for row, answer in pairs:
        if row["kind"] in ("measure", "noisy", "followup") and not set(row["gold"]) & set(
            answer["entries"][:1]
        ):
            print(row["id"], answer["kind"], row["text"][:60], row["gold"], "→", answer["entries"][:3])
