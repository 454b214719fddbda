"""WeChat's HTTP interface: blocking calls on a few threads of their own, pooled, every one with a timeout.

HTTP 200 is no success by itself: what counts is ``errcode``. Nothing here logs or raises with an address, for
the access token travels in it.
"""

import asyncio
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from bot.channels.wechat import errcodes

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 3.0, 8.0, 20.0
LARGEST_MEDIA_BYTES = 10 * 1024 * 1024
LARGEST_ANSWER_BYTES = 1_000_000
Result = TypeVar("Result")


@dataclass(frozen=True)
class Answer:
    """What WeChat said; ``body`` is its JSON object, ``content`` what a download brought."""

    errcode: int
    body: dict[str, Any] = field(default_factory=dict)
    content: bytes = b""
    content_type: str = ""


class Http:
    """Calls one host. One per process; ``close`` it at the end."""

    def __init__(self, base: str, threads: int = 8) -> None:
        self._base = base.rstrip("/")
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="wechat")
        self._session = requests.Session()
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=threads)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    async def call(self, path: str, body: dict[str, Any] | None = None, **params: str) -> Answer:
        """POST ``body`` as JSON, or GET without one."""
        return await self._run(lambda: self._call(path, body, params))

    async def upload(self, path: str, name: str, content: bytes, kind: str, **params: str) -> Answer:
        """POST a file as a form."""
        files = {"media": (name, content, kind)}
        return await self._run(lambda: self._post(path, params, files=files))

    async def download(self, path: str, **params: str) -> Answer:
        """GET a file; errors still come as JSON."""
        return await self._run(lambda: self._request("GET", path, params, LARGEST_MEDIA_BYTES))

    async def fetch(self, url: str) -> Answer:
        """GET a file from another address; who calls has looked whose it is."""
        return await self._run(lambda: self._request("GET", url, {}, LARGEST_MEDIA_BYTES))

    def close(self) -> None:
        """Drop the connections; a call under way ends by its own timeout."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._session.close()

    async def _run(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def _call(self, path: str, body: dict[str, Any] | None, params: dict[str, str]) -> Answer:
        if body is None:
            return self._request("GET", path, params, LARGEST_ANSWER_BYTES)
        # WeChat shows \u escapes as they are, so the text goes as UTF-8.
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        headers = {"Content-Type": "application/json; charset=utf-8"}
        return self._post(path, params, data=data, headers=headers)

    def _post(self, path: str, params: dict[str, str], **options: Any) -> Answer:
        return self._request("POST", path, params, LARGEST_ANSWER_BYTES, **options)

    def _request(
        self, method: str, path: str, params: dict[str, str], largest: int, **options: Any
    ) -> Answer:
        try:
            with self._session.request(
                method,
                path if "://" in path else f"{self._base}{path}",
                params=params,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
                **options,
            ) as response:
                return _answer(response, largest)
        except (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.ProxyError):
            return Answer(errcodes.NO_CONNECTION)
        except requests.Timeout:
            return Answer(errcodes.NO_ANSWER)
        except requests.ConnectionError as error:
            # Refused before anything was said, or broken off in the middle: then it may have been done.
            reason = getattr(error.args[0], "reason", None) if error.args else None
            refused = isinstance(reason, NewConnectionError)
            return Answer(errcodes.NO_CONNECTION if refused else errcodes.NO_ANSWER)
        except requests.RequestException:
            return Answer(errcodes.BAD_ANSWER)


def _answer(response: requests.Response, largest: int) -> Answer:
    """The answer, within a size and a time: ``requests`` by itself bounds neither."""
    content, ends = bytearray(), time.monotonic() + WHOLE_SECONDS
    for chunk in response.iter_content(65_536):
        content += chunk
        if len(content) > largest:
            return Answer(errcodes.BAD_ANSWER)
        if time.monotonic() > ends:
            return Answer(errcodes.NO_ANSWER)
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if response.status_code != 200:
        return Answer(errcodes.BAD_ANSWER)
    if kind not in ("application/json", "text/plain", "") and not content.startswith(b"{"):
        return Answer(0, {}, bytes(content), kind)
    try:
        body = json.loads(content)
        return Answer(int(body.get("errcode", 0)), body)
    except (ValueError, TypeError, AttributeError):
        return Answer(errcodes.BAD_ANSWER)
