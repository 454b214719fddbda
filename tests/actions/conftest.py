from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from actions import context
from actions.inprocess import run_action
from bot.knowledge import KnowledgeBase, load_knowledge
from bot.knowledge.checklists import load_checklists
from bot.knowledge.enterprise import read_facts

RESPONSES: dict = {}
for file in (Path(__file__).resolve().parents[2] / "data" / "responses").glob("*.yml"):
    RESPONSES |= yaml.safe_load(file.read_text("utf-8"))["responses"]
FIXTURES = Path(__file__).parent.parent / "knowledge" / "fixtures"
SMALL = FIXTURES / "small"


@pytest.fixture(autouse=True)
def small_knowledge(monkeypatch):
    """Every action answers from the small fixtures instead of the published measures and checklists."""
    use(monkeypatch, load_knowledge(SMALL))
    assert "demo-01" in context.knowledge().measures


@pytest.fixture
def mixed_knowledge(monkeypatch):
    """Measures of two districts with conditions and English, and no checklists."""
    use(monkeypatch, load_knowledge(FIXTURES / "districts"), {})


def use(monkeypatch, kb, lists=None):
    lists = load_checklists(FIXTURES / "checklists", kb) if lists is None else lists
    for name in ("replies", "context"):
        monkeypatch.setattr(f"actions.{name}.knowledge", lambda: kb)
        monkeypatch.setattr(f"actions.{name}.checklists", lambda: lists)


@pytest.fixture
def two_districts(monkeypatch):
    """The same, but that the first measure is of another district."""
    kb = load_knowledge(SMALL)
    first, *rest = kb.measures.values()
    use(monkeypatch, KnowledgeBase((replace(first, district="qingpu"), *rest), "two"))


class Result:
    """What an action said (its only reply) and the slots it set."""

    def __init__(self, answer):
        assert len(answer["responses"]) == 1, answer
        reply = answer["responses"][0]
        self.response, self.custom, self.text = reply["utter_action"], reply["custom"], reply["text"]
        self.buttons = [(button["title"], button["payload"]) for button in reply["buttons"]]
        self.slots = {event["name"]: event["value"] for event in answer["events"]}


def listed(measures):
    return [{"id": i, "point": p, "score": s} for i, p, s in measures]


@pytest.fixture
def act():
    async def call(action, *, measures=(), intent="ask_tax", entities=(), slots=None, metadata=None,
                   text="问", ranking=(), parts=(), events=(), leans_on=None):  # fmt: skip
        message = {
            "text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": list(entities),
            "intent_ranking": [{"name": n, "confidence": c} for n, c in ((intent, 0.9), *ranking)],
            "metadata": metadata or {},
            "measures": listed(measures), "enterprise": read_facts(text).as_json(),
            "leans_on": leans_on,
            "parts": [{"text": said, "measures": listed(found)} for said, found in parts],
        }  # fmt: skip
        tracker = {"sender_id": "t", "slots": slots or {}, "latest_message": message, "events": list(events),
                   "paused": False, "active_loop": {}, "latest_action_name": None}  # fmt: skip
        domain = {"responses": RESPONSES}
        return Result(await run_action({"next_action": action, "tracker": tracker, "domain": domain}))

    return call
