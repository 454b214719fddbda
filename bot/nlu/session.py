"""Talks to a trained model in this process: for the command line and tests."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.utils.endpoints import EndpointConfig
from rasa.utils.log_utils import configure_structlog

from bot.knowledge.ranker import confidence

RunAction = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class InProcessActions(EndpointConfig):
    """An action endpoint that calls a function instead of a server."""

    def __init__(self, run: RunAction):
        super().__init__()
        self._run = run

    async def request(self, *args: Any, json: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """Run the action that the body names."""
        return await self._run(json or {})


@dataclass(frozen=True)
class Reply:
    """What the assistant said to one message: one element an utterance (``text``, ``buttons``, ``custom``).

    ``intent`` is what it took the message for, ``confidence`` (0 to 1) how sure it was of that,
    ``best_score`` (0 to 1) that of the likeliest measure, 0 without any,
    ``locale`` (zh, zh-hant, en) the language it answered in.
    """

    intent: str | None
    confidence: float
    elements: list[dict[str, Any]]
    best_score: float = 0.0
    locale: str = "zh"


class Session:
    """A loaded model. Conversations are kept in memory, by id."""

    def __init__(self, agent: Agent):
        self._agent = agent

    @classmethod
    def open(cls, model: Path, run: RunAction) -> "Session":
        """Load ``model`` (a ``.tar.gz``). Raises whatever Rasa raises when it cannot be loaded."""
        return cls(Agent.load(model, action_endpoint=InProcessActions(run)))

    async def say(self, conversation: str, text: str, metadata: dict[str, Any]) -> Reply:
        """One message of a visitor."""
        channel = CollectingOutputChannel()
        await self._agent.handle_message(UserMessage(text, channel, conversation, metadata=metadata))
        tracker = await self._agent.tracker_store.retrieve(conversation)
        latest = tracker.latest_message if tracker else None
        intent = (latest.intent if latest else None) or {}
        measures = (latest.parse_data.get("measures") if latest else None) or []
        best = max((confidence(float(measure["score"])) for measure in measures), default=0.0)
        locale = (tracker.get_slot("locale_seen") if tracker else None) or "zh"
        sure = float(intent.get("confidence") or 0)
        return Reply(intent.get("name"), sure, fold(channel.messages), best, locale)


def fold(elements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join the ``custom`` that follows a text to that text: Rasa sends one utterance as two elements."""
    joined: list[dict[str, Any]] = []
    for element in elements:
        content = {key: value for key, value in element.items() if key != "recipient_id"}
        if joined and "custom" in content and "text" not in content and "custom" not in joined[-1]:
            joined[-1].update(content)
        else:
            joined.append(content)
    return joined


def newest_model(folder: Path) -> Path | None:
    """The model trained last in ``folder``, or ``folder`` itself when it is a model; None without one."""
    if folder.is_file():
        return folder
    return max(folder.glob("*.tar.gz"), key=lambda file: file.stat().st_mtime, default=None)


def quieten() -> None:
    """Only errors from the libraries, and those on standard error."""
    for name in ("rasa", "rasa_sdk", "tensorflow", "matplotlib", "jieba", "apscheduler"):
        logging.getLogger(name).setLevel(logging.ERROR)
    configure_structlog(logging.ERROR)
