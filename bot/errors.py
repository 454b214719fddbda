"""Errors as the outside sees them: one shape, a code of a short list, no word of what caused them."""

from typing import Any

import structlog
from sanic import HTTPResponse, Request
from sanic.exceptions import SanicException
from sanic.handlers import ErrorHandler
from sanic.response import json as json_response

from bot.helpdesk.errors import HelpdeskError

log = structlog.stdlib.get_logger(__name__)

STATUS = {
    "bad_request": 400,
    "not_authenticated": 401,
    "forbidden": 403,
    "csrf": 403,
    "not_found": 404,
    "already_claimed": 409,
    "wrong_state": 409,
    "at_capacity": 409,
    "too_large": 413,
    "too_many_requests": 429,
    "unavailable": 503,
    "internal": 500,
}
_CODE_OF_STATUS = {
    401: "not_authenticated",
    403: "forbidden",
    404: "not_found",
    413: "too_large",
    429: "too_many_requests",
    503: "unavailable",
}


class HttpError(Exception):
    """A request that is refused before it reaches the helpdesk; ``code`` is one of STATUS."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def error_body(code: str, message: str) -> dict[str, Any]:
    """The one shape of an error."""
    return {"error": {"code": code, "message": message}}


def code_and_message(error: BaseException) -> tuple[str, str]:
    """What the outside is told of an error. Anything unexpected is `internal` and says nothing more."""
    if isinstance(error, HttpError | HelpdeskError):
        return error.code, str(error)
    if isinstance(error, SanicException):
        return _of_sanic(error)
    return "internal", "Something went wrong here. It has been logged."


_PLAIN = {
    "not_found": "There is nothing at this address.",
    "too_large": "The request is too large.",
    "unavailable": "Not available now.",
    "not_authenticated": "Not authenticated.",
    "forbidden": "Not allowed.",
    "too_many_requests": "Too many requests.",
}


def _of_sanic(error: SanicException) -> tuple[str, str]:
    # Sanic's own messages quote the address that was asked for, so ours are used.
    status = error.status_code or 500
    if status >= 500 and status != 503:
        return "internal", "Something went wrong here. It has been logged."
    code = _CODE_OF_STATUS.get(status, "bad_request")
    if status == 405:
        return code, "This address does not take this method."
    return code, _PLAIN.get(code, "The request cannot be understood.")


class OneErrorShape(ErrorHandler):
    """Turns whatever a route or Sanic itself raises into the one error shape, and logs what is our fault."""

    def response(self, request: Request, exception: Exception) -> HTTPResponse:
        """The answer to a failed request."""
        code, message = code_and_message(exception)
        status = STATUS[code]
        headers: dict[str, str] = {}
        if isinstance(exception, SanicException):
            status = status if code == "internal" else exception.status_code or status
            headers = {name: str(value) for name, value in (exception.headers or {}).items()}
        if status == STATUS["unavailable"]:
            log.warning("request_unavailable", route=_route_path(request), error=type(exception).__name__)
        elif status >= 500:
            log.error("request_failed", route=_route_path(request), exc_info=exception)
        if code == "too_many_requests":
            headers["Retry-After"] = "10"
        return json_response(error_body(code, message), status=status, headers=headers)

    @staticmethod
    def log(request: Request, exception: Exception) -> None:
        """Sanic's own way logs the whole address, token and all: never used."""
        log.error("request_failed", route=_route_path(request), exc_info=exception)


def _route_path(request: Request) -> str | None:
    return getattr(request.route, "path", None)


def socket_error(error: BaseException, client_message_id: str | None = None) -> dict[str, Any]:
    """An error as a WebSocket message."""
    message = {"type": "error", **error_body(*code_and_message(error))}
    return {**message, "client_message_id": client_message_id} if client_message_id else message
