"""The client of the assistant: Rasa's REST channel behind a timeout, each conversation on its own replica.

The calls block (``requests``) and run on a few threads of their own, so a slow assistant costs this process
nothing but those threads. What is sent is one message with the conversation's id and district.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from bot.dialogue.replies import MalformedReply, read_replies
from bot.helpdesk.models import BotReply, Delivery

LARGEST_ANSWER_BYTES = 1_000_000
_CONNECT_SECONDS = 2.0


class AssistantFailed(Exception):
    """The assistant gave no usable answer; ``reason`` is a short code fit for logs and the outbox.

    unreachable · timeout · broken_off (in the middle of its answer) · http_<status> · malformed_<what>
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def retryable(self) -> bool:
        """Whether it may go better in a moment. After a timeout the visitor has waited long enough."""
        return self.reason in ("unreachable", "broken_off") or self.reason.startswith("http_5")


def replicas_in_order(urls: Sequence[str], conversation_id: str) -> list[str]:
    """The replicas from the conversation's own to the last resort (rendezvous hashing).

    Adding or removing a replica moves only the conversations that it gains or loses.
    """

    def weight(url: str) -> bytes:
        return sha256(f"{url}\n{conversation_id}".encode()).digest()

    return sorted(urls, key=weight, reverse=True)


class AssistantClient:
    """Asks the assistant. One per process; ``close`` it at the end."""

    def __init__(self, urls: Sequence[str], timeout_seconds: float, threads: int) -> None:
        self._urls = tuple(urls)
        self._timeout = timeout_seconds
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="assistant")
        self._session = requests.Session()
        # Loopback or an internal network: a proxy of the environment must not see what visitors write.
        self._session.trust_env = False
        adapter = HTTPAdapter(pool_connections=len(self._urls), pool_maxsize=threads)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    async def ask(self, delivery: Delivery) -> list[BotReply]:
        """The assistant's replies to one delivery. Raises AssistantFailed."""
        message = {
            "sender": delivery.conversation_id,
            "message": delivery.text,
            "metadata": {
                "district": delivery.district,
                "channel": delivery.channel,
                "locale": delivery.locale,
            },
        }
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._ask, message)

    async def ready(self) -> bool:
        """Whether at least one replica answers."""
        # Not on the threads above: those may all be waiting for answers.
        return await asyncio.to_thread(self._any_answers)

    def close(self) -> None:
        """Drop the connections; a call still under way ends by its own timeout."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._session.close()

    def _ask(self, message: dict[str, Any]) -> list[BotReply]:
        ends = time.monotonic() + self._timeout
        for url in replicas_in_order(self._urls, message["sender"]):
            try:
                return read_replies(self._post(url, message, ends))
            except requests.ConnectTimeout:
                continue
            except requests.Timeout:
                raise AssistantFailed("timeout") from None
            except MalformedReply as error:
                raise AssistantFailed(f"malformed_{error}") from None
            except requests.RequestException:
                # Down or just gone: the next replica reads the same tracker, and only one answer is saved.
                continue
        raise AssistantFailed("unreachable" if time.monotonic() < ends else "timeout")

    def _post(self, url: str, message: dict[str, Any], ends: float) -> Any:
        left = ends - time.monotonic()
        if left <= 0:
            raise requests.Timeout
        with self._session.post(
            f"{url}/webhooks/rest/webhook",
            json=message,
            stream=True,
            timeout=(min(_CONNECT_SECONDS, left), left),
            allow_redirects=False,
        ) as response:
            if response.status_code != 200:
                raise AssistantFailed(f"http_{response.status_code}")
            return _decode(response, ends)

    def _any_answers(self) -> bool:
        return any(self._answers(url) for url in self._urls)

    def _answers(self, url: str) -> bool:
        try:
            with self._session.get(f"{url}/", timeout=(1, 2), stream=True) as response:
                return response.status_code < 500
        except requests.RequestException:
            return False


def _decode(response: requests.Response, ends: float) -> Any:
    """The body as JSON, within a size and a time: ``requests`` by itself bounds neither."""
    body = bytearray()
    try:
        for chunk in response.iter_content(65536):
            body += chunk
            if len(body) > LARGEST_ANSWER_BYTES:
                raise MalformedReply("too_large")
            if time.monotonic() > ends:
                raise requests.Timeout
    except requests.ConnectionError:
        # What ``requests`` calls a read that takes too long once the answer has begun.
        raise requests.Timeout from None
    except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
        raise AssistantFailed("broken_off") from None
    try:
        return json.loads(body)
    except ValueError:
        raise MalformedReply("not_json") from None
