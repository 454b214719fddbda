"""What browsers load: the widget's script, the staff console and the demo page, as Vite built them."""

from pathlib import Path
from typing import Any

from sanic import HTTPResponse, Request
from sanic.response import file, redirect

from bot.errors import HttpError
from bot.web import App

# No inline script anywhere; Element Plus and the widget write inline styles.
_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
)
_A_YEAR = 31_536_000
# Everything served outside /api and /health; nothing here says anything about a conversation.
PUBLIC_PAGES = ("/", "/demo/<path:path>", "/widget.js", "/console", "/console/", "/console/<path:path>")


def mount_pages(app: App, web: Path) -> None:
    """Serve the built files below ``web``. What is not built answers 503 and says how to build it."""
    root = web.resolve()

    async def demo(request: Request) -> HTTPResponse:
        return await _page(root / "demo" / "index.html", request, "'self'")

    async def demo_file(request: Request, path: str) -> HTTPResponse:
        return await _asset(root / "demo", path, request)

    async def widget(request: Request) -> HTTPResponse:
        response = await _send(root / "widget.js", request, 300)
        # The script runs on other sites' pages.
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    async def console(request: Request, path: str = "") -> HTTPResponse:
        if path.startswith("assets/"):
            return await _asset(root / "console", path, request, _A_YEAR)
        # The console routes in the browser: every other address is its one page.
        return await _page(root / "console" / "index.html", request, "'none'")

    async def console_root(request: Request) -> HTTPResponse:
        return redirect("/console/", status=308)

    handlers: tuple[Any, ...] = (demo, demo_file, widget, console_root, console, console)
    for index, (path, handler) in enumerate(zip(PUBLIC_PAGES, handlers, strict=True)):
        app.add_route(handler, path, methods=["GET", "HEAD"], name=f"page_{index}", strict_slashes=True)


async def _page(path: Path, request: Request, ancestors: str) -> HTTPResponse:
    response = await _send(path, request, 0)
    response.headers["Content-Security-Policy"] = _POLICY.format(ancestors=ancestors)
    return response


async def _asset(folder: Path, path: str, request: Request, max_age: int = 300) -> HTTPResponse:
    wanted = (folder / path).resolve()
    if not wanted.is_relative_to(folder) or (folder.is_dir() and not wanted.is_file()):
        raise HttpError("not_found", "There is nothing at this address.")
    return await _send(wanted, request, max_age)


async def _send(path: Path, request: Request, max_age: int) -> HTTPResponse:
    if not path.is_file():
        raise HttpError("unavailable", "The web part is not built: `./bangban up` builds it.")
    # Without an age the browser keeps the file but asks each time whether it is still the same.
    return await file(path, request_headers=request.headers, max_age=max_age or None)
