from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from actions import context
from actions.inprocess import run_action
from bot.knowledge import KnowledgeBase, load_knowledge

RESPONSES: dict = {}
for file in (Path(__file__).resolve().parents[2] / "data" / "responses").glob("*.yml"):
    RESPONSES |= yaml.safe_load(file.read_text("utf-8"))["responses"]
SMALL = Path(__file__).parent.parent / "knowledge" / "fixtures" / "small"


@pytest.fixture(autouse=True)
def small_knowledge(monkeypatch):
    """Every action answers from the small fixture instead of the published measures."""
    kb = load_knowledge(SMALL)
    for name in ("replies", "context"):
        module = __import__(f"actions.{name}", fromlist=["knowledge"])
        monkeypatch.setattr(module, "knowledge", lambda: kb)
    assert context.knowledge() is kb


@pytest.fixture
def two_districts(monkeypatch):
    """The same, but that the first measure is of another district."""
    kb = load_knowledge(SMALL)
    first, *rest = kb.measures.values()
    moved = replace(first, document=replace(first.document, district="qingpu"))
    monkeypatch.setattr("actions.replies.knowledge", lambda: KnowledgeBase((moved, *rest), "two"))


class Result:
    """What an action said (its only reply) and the slots it set."""

    def __init__(self, answer):
        assert len(answer["responses"]) == 1, answer
        reply = answer["responses"][0]
        self.response, self.custom, self.reply = reply["response"], reply["custom"], reply
        self.buttons = [(button["title"], button["payload"]) for button in reply["buttons"]]
        self.slots = {event["name"]: event["value"] for event in answer["events"]}


@pytest.fixture
def act():
    async def call(action, *, measures=(), intent="ask_tax", entities=(), slots=None, metadata=None,
                   text="问", ranking=()):  # fmt: skip
        message = {
            "text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": list(entities),
            "intent_ranking": [{"name": n, "confidence": c} for n, c in ((intent, 0.9), *ranking)],
            "metadata": metadata or {},
            "measures": [{"id": i, "point": p, "score": s} for i, p, s in measures],
        }  # fmt: skip
        tracker = {"sender_id": "t", "slots": slots or {}, "latest_message": message, "events": [],
                   "paused": False, "active_loop": {}, "latest_action_name": None}  # fmt: skip
        domain = {"responses": RESPONSES}
        return Result(await run_action({"next_action": action, "tracker": tracker, "domain": domain}))

    return call
