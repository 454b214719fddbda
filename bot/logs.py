"""Structured logs: one JSON object a line on standard error, never what a visitor or helper wrote.

An exception's *message* may quote data (a database error quotes parameters), so only its type and the places
it passed are logged; of a library's message only the template. Addresses lose their query, where a
visitor's token travels.
"""

import logging
import logging.config
import re
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

PROJECT = Path(__file__).resolve().parent.parent
_QUERY = re.compile(r"\?[^\s'\"]*")


def configure_logs(level: str) -> None:
    """Send this project's and the libraries' logs to standard error as JSON lines, from ``level`` on."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            without_messages,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, only_template, without_messages],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("bot").setLevel(level.upper())


def without_messages(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace ``exc_info`` by the exception's type and the places it passed, innermost last."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event.update(describe(error))
    return event


def only_template(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of a library's message keep the first line of its template: the values in it may be anyone's words."""
    record: logging.LogRecord = event["_record"]
    if not record.name.startswith("bot"):
        first = str(record.msg).partition("\n")[0]
        event["event"] = _QUERY.sub("?…", first)[:200]
    return event


def describe(error: BaseException) -> dict[str, Any]:
    """What may be said of an exception: its type, those of its causes, and where it passed."""
    chain: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(chain) < 5:
        chain.append(type(cause).__qualname__)
        cause = cause.__cause__ or cause.__context__
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return {"error": " < ".join(chain), "at": [f"{_short(f.filename)}:{f.lineno}" for f in frames]}


def _short(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else path.name
