"""Runs actions inside the caller's process, for the command line and tests: no action server, no network."""

import functools
import logging
from typing import Any

from rasa_sdk.executor import ActionExecutor


@functools.cache
def _executor() -> ActionExecutor:
    logging.getLogger("rasa_sdk").setLevel(logging.WARNING)
    executor = ActionExecutor()
    executor.register_package("actions")
    return executor


async def run_action(call: dict[str, Any]) -> dict[str, Any]:
    """What an action server would answer to this call. ActionNotFoundException for an unknown action."""
    return await _executor().run(call) or {}


def registered() -> set[str]:
    """The names of all actions there are."""
    return set(_executor().actions)
