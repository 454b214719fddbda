"""``python -m bot.cli.ask``: asks the trained assistant in this process, without a server or any network."""

import argparse
import asyncio
import json
import os
import re
import sys
import unicodedata
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.knowledge.districts import spellings
from bot.script import to_traditional

if TYPE_CHECKING:  # Rasa is slow to import, and nobody waits for it who made a wrong call
    from bot.nlu.session import Reply

ROOT = Path(__file__).resolve().parents[2]
REACTIONS = ("affirm", "deny")
LOOKED_UP = ("choices", "not_covered")
MOST_ENTRIES = 5
LONGEST_TEXT = 2000
_LONE_SURROGATES = re.compile(r"[\ud800-\udfff]")


class BadLine(ValueError):
    """A line of a batch that is no question; the message says what is wrong with it."""


@dataclass(frozen=True)
class Question:
    """One line of a batch: the question, and what the visitor had written before it."""

    id: Any
    text: str
    district: str | None
    before: tuple[str, ...]


def parse_line(line: str) -> Question:
    """A question from a JSON line. BadLine when it is none."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadLine(f"不是 JSON：{error}") from error
    if not isinstance(value, dict) or "id" not in value:
        raise BadLine("应是带 id 和 text 的 JSON 对象")
    district, before = value.get("district"), value.get("before") or []
    if district is not None and not isinstance(district, str):
        raise BadLine("district 应是文字或 null")
    if not isinstance(before, list):
        raise BadLine("before 应是文字的列表")
    return Question(value["id"], _text(value.get("text"), "text"), _code(district),
                    tuple(filter(None, (_text(text, "before") for text in before))))  # fmt: skip


def _text(value: Any, name: str) -> str:
    """What a visitor can send, perhaps nothing; BadLine when it is no text.

    A leading slash would be a command to Rasa and never comes from outside; lone surrogates are no text.
    """
    if not isinstance(value, str):
        raise BadLine(f"{name} 应是文字")
    start = next((place for place, character in enumerate(value) if not _skipped(character)), len(value))
    return _LONE_SURROGATES.sub("\ufffd", value[start:]).strip()[:LONGEST_TEXT]


def _skipped(character: str) -> bool:
    """Whether it is left out before a text: space, a slash of either width, control and format characters."""
    return character in "/／" or character.isspace() or unicodedata.category(character) in ("Cc", "Cf")


def _code(district: str | None) -> str | None:
    return spellings().get(district, district) if district else None


def summarise(
    question: Question, intent: str | None, confidence: float, elements: list[dict[str, Any]],
    best_score: float = 0.0, locale: str = "zh",
) -> dict[str, Any]:  # fmt: skip
    """The promised JSON object for one reply, which is in the language ``locale``.

    ``best_score`` is the confidence of what was not answered.
    """
    custom = next((element["custom"] for element in elements if "custom" in element), {})
    entries = _entries(custom)
    if custom.get("type") in LOOKED_UP and intent not in REACTIONS:
        confidence = best_score
    citations = [{"document": c["document"], "section": c["section"]} for c in custom.get("citations", [])]
    kind = _kind(custom)
    # A yes to a person, what a person must see, and a word to an open form are no reactions to an answer.
    taken = (
        kind == "form" or custom.get("reason") == "sensitive" or (intent == "affirm" and kind == "handoff")
    )
    return {
        "id": question.id,
        "kind": intent if intent in REACTIONS and not taken else kind,
        "entries": entries,
        "parts": custom.get("parts") or [{"text": question.text, "entries": entries}],
        "citations": citations,
        "confidence": round(custom.get("confidence", confidence), 4),
        "reply": "\n".join(_words(elements, locale)),
    }


def _kind(custom: dict[str, Any]) -> str:
    """What a reply is; who wishes for a call asks for a person, whatever way that goes."""
    if custom.get("type") == "ticket" and custom.get("action") == "create":
        return "handoff"
    return str(custom.get("type", "not_covered"))


def _words(elements: list[dict[str, Any]], locale: str) -> Iterator[str]:
    """What was said, each answer followed by its sources."""
    for element in elements:
        if element.get("text"):
            yield element["text"]
        yield from _sources(element.get("custom", {}), locale)


def _sources(custom: dict[str, Any], locale: str) -> Iterator[str]:
    """A line a source. Names of documents are Chinese, whatever the language."""
    for cited in custom.get("citations", []):
        number, section = cited["number"], cited["section"]
        if locale == "en":
            yield " ".join(
                filter(None, ("Source:", f"《{cited['document']}》", number, section, cited["date"]))
            )
            continue
        line = f"来源：《{cited['document']}》{f'（{number}）' if number else ''}{section}，{cited['date']}"
        yield to_traditional(line) if locale == "zh-hant" else line


def _entries(custom: dict[str, Any]) -> list[str]:
    # What fits and what may fit stand in two lists of a form; here, in the order of their scores.
    fitting = [*custom.get("entries", []), *custom.get("may_fit", [])]
    if custom.get("type") == "form":
        fitting.sort(key=lambda entry: entry["score"], reverse=True)
    listed = [
        *(entry["id"] for entry in fitting),
        *(option["entry"] for option in custom.get("options", [])),
        *custom.get("related", []),
    ]
    return list(dict.fromkeys(listed))[:MOST_ENTRIES]


class Assistant:
    """The trained model, loaded once."""

    def __init__(self, folder: Path):
        from bot.nlu.lean import lighten

        lighten()
        from actions.inprocess import run_action
        from bot.nlu.session import Session, newest_model, quieten

        model = newest_model(folder)
        if model is None:
            raise FileNotFoundError(folder)
        quieten()
        self._session = Session.open(model, run_action)
        self._conversations = 0

    async def ask(self, question: Question) -> tuple[dict[str, Any], "Reply"]:
        """The summary and the reply, in a conversation of its own."""
        self._conversations += 1
        conversation = f"ask-{self._conversations}"
        metadata = {"district": question.district, "channel": "cli", "locale": "zh"}
        for text in question.before:
            await self._session.say(conversation, text, metadata)
        reply = await self._session.say(conversation, question.text, metadata)
        summary = summarise(
            question, reply.intent, reply.confidence, reply.elements, reply.best_score, reply.locale
        )
        return summary, reply


async def run_batch(folder: Path, lines: list[bytes]) -> int:
    """Answer every good line on standard output; 2 when some were bad, 1 when some failed; both are named."""
    good, status = list[tuple[int, Question]](), 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            good.append((number, parse_line(_decoded(line))))
        except BadLine as error:
            print(_printable(f"第 {number} 行：{error}。"), file=sys.stderr)
            status = 2
    assistant = Assistant(folder) if good else None
    for number, question in good:
        try:
            summary, _ = await assistant.ask(question)
        except Exception as error:  # one question must not cost the others their answers
            reason = f"{type(error).__name__}：{error}"
            print(_printable(f"第 {number} 行：没有答成（{reason}）。"), file=sys.stderr)
            summary, status = summarise(question, None, 0.0, []), status or 1
        print(_printable(json.dumps(summary, ensure_ascii=False)), flush=True)
    return status


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadLine("不是 UTF-8 文字") from error


def _printable(text: str) -> str:
    """Lone surrogates, which no output takes, as the escapes that JSON has for them."""
    return text.encode("utf-8", "backslashreplace").decode()


def _lines(file: Path) -> list[bytes]:
    with file.open("rb") as stream:
        return stream.readlines()


def readable(elements: list[dict[str, Any]], locale: str = "zh") -> Iterator[str]:
    """A reply as lines for the terminal: the words, what is near, what can be chosen."""
    for element in elements:
        yield element.get("text", "")
        custom = element.get("custom", {})
        yield from _sources(custom, locale)
        for entry in custom.get("entries", [])[1:] if custom.get("type") == "answer" else ():
            yield f"  相近：{entry['title']} · {entry['point']}（{entry['id']}）"
        if element.get("buttons"):
            yield "  " + "  ".join(f"[{button['title']}]" for button in element["buttons"])


async def run_single(folder: Path, text: str, district: str | None) -> int:
    """Answer one question for a reader."""
    question = Question("1", _text(text, "问题"), _code(district), ())
    if not question.text:
        raise BadLine("问题是空的")
    _, reply = await Assistant(folder).ask(question)
    print("\n".join(readable(reply.elements, reply.locale)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ask", description="直接问机器人，不用启动服务")
    parser.add_argument("text", nargs="*", help="要问的话")
    parser.add_argument("--batch", metavar="文件", help="JSON Lines 文件，- 表示标准输入")
    parser.add_argument("--district", help="您所在的区，如 jiading")
    parser.add_argument("--model", type=Path, default=ROOT / "models", help="模型文件或所在文件夹")
    return parser


def main(arguments: list[str]) -> int:
    """0 when answered, 1 when it could not be, 2 for a wrong call or a bad line."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if bool(options.text) == bool(options.batch):
        parser.error("请给出要问的话，或者 --batch 文件")
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    warnings.showwarning = lambda *args, **kwargs: None  # filters are reset by the libraries while imported
    try:
        if options.batch:
            lines = sys.stdin.buffer.readlines() if options.batch == "-" else _lines(Path(options.batch))
            return asyncio.run(run_batch(options.model, lines))
        return asyncio.run(run_single(options.model, " ".join(options.text), options.district))
    except BadLine as error:
        parser.error(str(error))
    except FileNotFoundError as error:
        missing = error.filename or options.model
        advice = "" if error.filename else "请先训练：./bangban train"
        print(f"找不到 {missing}。{advice}", file=sys.stderr)
        return 2 if error.filename else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
