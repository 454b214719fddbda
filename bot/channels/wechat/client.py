"""What the channel asks of WeChat: send, show typing, upload, fetch, menus, codes.

Each call renews a bad token once.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from bot.channels.wechat import errcodes
from bot.channels.wechat.api import Answer, Http
from bot.channels.wechat.token import NoToken, TokenKeeper
from bot.helpdesk.rules import picture_type

#: Where WeChat keeps films.
MEDIA_HOSTS = (".qq.com",)


def _is_wechats(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and f".{parts.hostname}".endswith(MEDIA_HOSTS)


class Client:
    """WeChat's interface for one account."""

    def __init__(self, http: Http, tokens: TokenKeeper) -> None:
        self._http = http
        self._tokens = tokens

    async def send_text(self, openid: str, text: str) -> int:
        """A text as a customer service message (客服消息); the errcode."""
        return await self._send(openid, "text", {"content": text})

    async def send_menu(self, openid: str, head: str, items: Sequence[dict[str, str]]) -> int:
        """A menu message (菜单消息) whose items are tapped like links; the errcode."""
        return await self._send(
            openid, "msgmenu", {"head_content": head, "list": list(items), "tail_content": ""}
        )

    async def send_image(self, openid: str, media_id: str) -> int:
        """An uploaded picture; the errcode."""
        return await self._send(openid, "image", {"media_id": media_id})

    async def _send(self, openid: str, kind: str, content: dict[str, Any]) -> int:
        message = {"touser": openid, "msgtype": kind, kind: content}
        return (await self._post("/cgi-bin/message/custom/send", message)).errcode

    async def show_typing(self, openid: str) -> int:
        """Let the visitor see that somebody writes; costs no send."""
        return (
            await self._post("/cgi-bin/message/custom/typing", {"touser": openid, "command": "Typing"})
        ).errcode

    async def upload_picture(self, content: bytes) -> Answer:
        """Upload a picture for three days; ``body["media_id"]`` names it. Raises Invalid or TooLarge."""
        kind = picture_type(content)
        name = f"picture.{kind.partition('/')[2]}"
        return await self._with_token(
            lambda token: self._http.upload(
                "/cgi-bin/media/upload", name, content, kind, access_token=token, type="image"
            )
        )

    async def fetch_media(self, media_id: str) -> Answer:
        """What a visitor sent. Of films WeChat gives an address, followed only where it is WeChat's own."""
        answer = await self._with_token(
            lambda token: self._http.download("/cgi-bin/media/get", access_token=token, media_id=media_id)
        )
        url = answer.body.get("video_url")
        if answer.errcode == 0 and isinstance(url, str) and _is_wechats(url):
            return await self._http.fetch(url)
        return answer

    async def create_menu(self, menu: dict[str, Any]) -> Answer:
        """Replace the account's menu."""
        return await self._post("/cgi-bin/menu/create", menu)

    async def get(self, path: str) -> Answer:
        """Any plain question: the menu, WeChat's addresses."""
        return await self._with_token(lambda token: self._http.call(path, access_token=token))

    async def create_code(self, scene: str, seconds: int | None) -> Answer:
        """A QR code for ``scene`` (at most 64 characters), for good without ``seconds``."""
        body: dict[str, Any] = {"action_name": "QR_LIMIT_STR_SCENE"}
        if seconds is not None:
            body = {"action_name": "QR_STR_SCENE", "expire_seconds": seconds}
        body["action_info"] = {"scene": {"scene_str": scene}}
        return await self._post("/cgi-bin/qrcode/create", body)

    async def _post(self, path: str, body: dict[str, Any]) -> Answer:
        return await self._with_token(lambda token: self._http.call(path, body, access_token=token))

    async def _with_token(self, call: Callable[[str], Awaitable[Answer]]) -> Answer:
        try:
            token = await self._tokens.get()
            answer = await call(token)
            if errcodes.decide(answer.errcode, 1).action == "renew":
                answer = await call(await self._tokens.get(invalid=token))
        except NoToken as failure:
            return Answer(failure.errcode)
        return answer
