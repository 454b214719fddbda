"""What everybody may ask for and each asking would cost a call: asked once, kept for a moment."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

SECONDS = 2.0
_Value = TypeVar("_Value")


class Remembered(Generic[_Value]):
    """The result of ``ask``; who comes while it is being asked waits for that asking."""

    def __init__(self, ask: Callable[[], Awaitable[_Value]], seconds: float = SECONDS) -> None:
        self._ask = ask
        self._seconds = seconds
        self._until = float("-inf")
        self._result: _Value
        self._lock = asyncio.Lock()

    async def __call__(self) -> _Value:
        """The result, at most ``seconds`` old. Raises what asking raises, which is not kept."""
        async with self._lock:
            if time.monotonic() >= self._until:
                self._result = await self._ask()
                self._until = time.monotonic() + self._seconds
            return self._result
