"""Files over HTTP: taking one in, and giving out what came with a message.

Threats met here: an upload that fills the memory (a limit that holds while it is read, and nobody unknown
gets that far), a file that passes for another (its type is what its first bytes say), a file that runs in the
reader's page (no sniffing, a sandbox, nothing but pictures shown inline).
"""

from collections.abc import AsyncIterator
from typing import cast

from sanic import Request
from sanic.response import HTTPResponse

from bot.errors import HttpError
from bot.helpdesk.storage.attachments import Attachment

_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


async def uploaded(request: Request, most: int) -> bytes:
    """The body of a request to a route with ``upload``, which may be that large (bytes).

    Sanic answers 413 beyond it, by what is announced and by what comes.
    """
    stream = request.stream
    assert stream is not None
    stream.request_max_size = most  # type: ignore[union-attr]
    return b"".join([part async for part in cast(AsyncIterator[bytes], stream)])


def shown(found: Attachment) -> HTTPResponse:
    """An attachment for a reader who may see it; only pictures are shown in place."""
    if found.content is None:
        raise HttpError("unavailable", "It is still being fetched from WeChat.")
    place = "inline" if (found.content_type or "").startswith("image/") else "attachment"
    headers = {"Content-Disposition": f'{place}; filename="{found.kind}-{found.seq}"', **_HEADERS}
    return HTTPResponse(found.content, headers=headers, content_type=found.content_type)
