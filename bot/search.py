"""The search of the knowledge base, opened beside the running server: people reach people meanwhile."""

import threading
from collections.abc import Callable
from typing import Any, Protocol

import structlog

from bot.helpdesk.errors import Unavailable

log = structlog.stdlib.get_logger(__name__)


class Searcher(Protocol):
    """A search of the knowledge base."""

    def search(self, text: str, district: str | None = None, limit: int = 5) -> list[Any]:
        """The entries nearest to ``text``, best first; each has ``as_json()``."""
        ...


class BackgroundSearch:
    """A Searcher that is still being opened, or could not be: until then it is Unavailable.

    Opening loads an encoder and may build an index, which takes from a second to minutes. The thread is a
    daemon, so that stopping the server does not wait for it.
    """

    def __init__(self, open_searcher: Callable[[], Searcher | None]) -> None:
        self._open_searcher = open_searcher
        self._searcher: Searcher | None = None
        self.settled = threading.Event()

    def start(self) -> None:
        """Begin to open it."""
        threading.Thread(target=self._open, name="open-knowledge", daemon=True).start()

    def search(self, text: str, district: str | None = None, limit: int = 5) -> list[Any]:
        """The entries nearest to ``text``, best first. Raises Unavailable without a knowledge base."""
        if self._searcher is None:
            raise Unavailable("The search of the knowledge base is not available now.")
        return self._searcher.search(text, district, limit)

    def _open(self) -> None:
        try:
            self._searcher = self._open_searcher()
        except Exception as error:
            log.error("knowledge_not_opened", exc_info=error)
        self.settled.set()
