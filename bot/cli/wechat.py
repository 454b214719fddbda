"""``./bangban wechat`` and ``./bangban check wechat``: the official account from the operator's side.

``wechat menu [FILE]`` creates the menu, ``wechat code SCENE`` a QR code for a district or a window. ``check
wechat`` goes the way a message goes and says in a sentence what stands in it.
"""

import argparse
import asyncio
import os
import secrets
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import requests
import yaml

from bot.channels.wechat import crypto, envelope, errcodes, xml
from bot.channels.wechat.account import Account
from bot.channels.wechat.api import Answer, Http
from bot.channels.wechat.client import Client
from bot.channels.wechat.menu import MenuError, check_menu, check_scene
from bot.channels.wechat.setup import account_of
from bot.channels.wechat.token import TokenKeeper
from bot.cli.environments import ROOT
from bot.helpdesk.live import Live
from bot.settings import SettingError, read_settings

MENU = ROOT / "deploy" / "wechat-menu.yml"
_CLOCK_SECONDS = 60.0
_PICTURE = "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket="
#: What an operator can do about an errcode.
ADVICE = {
    -1: "微信系统繁忙，请稍后再试。",
    40001: "AppSecret 不对，或刚刚重置过。请核对 BANGBAN_WECHAT_SECRET。",
    40013: "AppID 不对。请核对 BANGBAN_WECHAT_APP_ID。",
    40125: "AppSecret 不对，或刚刚重置过。请核对 BANGBAN_WECHAT_SECRET。",
    40164: "本机的出口 IP 不在白名单里。请在公众号后台「设置与开发 → 基本配置 → IP 白名单」加上它。",
    40243: "AppSecret 已被冻结。请在公众号后台解冻。",
    45009: "今天的接口调用次数用完了。请明天再试，或在公众号后台清零。",
    46003: "还没有菜单。请运行 ./bangban wechat menu。",
    48001: "这个公众号没有该接口的权限。请确认是已认证的服务号。",
    errcodes.MENU_NOT_ALLOWED: "这种类型的公众号不能用该接口。请确认是已认证的服务号。",
    50002: "公众号已被限制使用。请登录公众号后台查看原因。",
    -1001: "连不上微信接口。请检查网络、代理和 BANGBAN_WECHAT_API。",
    -1002: "微信接口没有应答。请检查网络和代理。",
    -1003: "应答不像是微信接口的。请检查 BANGBAN_WECHAT_API 和代理。",
}


#: What stands in the way of a push, by the status it was answered with.
_REFUSALS = {
    403: "运行中的服务用着别的 EncodingAESKey、AppID 或消息加解密方式，或者反向代理不放行。",
    404: "运行中的服务没有读到公众号设置，请重启它。",
    405: "反向代理不放行 POST。",
    413: "反向代理限制了大小，请放行至少 64 KB。",
    429: "反向代理限制了次数，请对这个路径放宽。",
    502: "反向代理连不上服务，请确认它已启动。",
    503: "服务暂时收不了，请看它的日志和数据库。",
}


class Problem(Exception):
    """Something that stands in the way; the text says what to do."""


def advice(answer: Answer) -> str:
    """What an errcode means for the operator, with WeChat's own words where they name an address."""
    said = str(answer.body.get("errmsg", ""))[:200]
    return f"{ADVICE.get(answer.errcode, '请按错误码查阅微信文档。')}（errcode {answer.errcode} {said}）"


def _require(answer: Answer) -> Answer:
    if answer.errcode != 0:
        raise Problem(advice(answer))
    return answer


class AccountCheck:
    """The checks of one account, in the order a message meets what they look at."""

    def __init__(self, account: Account, client: Client) -> None:
        self._account = account
        self._client = client

    def all(self) -> list[Callable[[], Awaitable[str]]]:
        """All checks."""
        return [self.address, self.webhook, self.delivery, self.clock, self.token, self.interface, self.menu]

    async def address(self) -> str:
        """Where WeChat finds us."""
        url = self._account.public_url
        if not url:
            raise Problem("BANGBAN_PUBLIC_URL 没有设置：微信要知道往哪里推送，网页链接也要用它。")
        if not url.startswith(("https://", "http://")) or url.count(":") > 1:
            raise Problem("BANGBAN_PUBLIC_URL 要用 80 或 443 端口：微信不往别的端口推送。")
        return f"在公众号后台「服务器地址」填 {url}/channels/wechat"

    async def webhook(self) -> str:
        """Ask ourselves what WeChat asks when the address is entered."""
        timestamp, nonce, echo = str(int(time.time())), secrets.token_hex(5), secrets.token_hex(8)
        signed = crypto.signature(self._account.token, timestamp, nonce)
        query = {"signature": signed, "timestamp": timestamp, "nonce": nonce, "echostr": echo}
        url = f"{self._account.public_url}/channels/wechat"
        try:
            response = await asyncio.to_thread(requests.get, url, params=query, timeout=5)
        except requests.RequestException:
            raise Problem(f"{url} 打不开。请确认服务已启动，反向代理把这个路径转给了它。") from None
        if response.status_code == 404:
            raise Problem(f"{url} 回答 404：运行中的服务没有读到公众号设置，请重启它。")
        if response.status_code != 200 or response.text != echo:
            raise Problem(f"{url} 没有通过验证（{response.status_code}）：运行中的服务用着别的 Token。")
        return "服务器地址能通过微信的验证"

    async def delivery(self) -> str:
        """Bring ourselves an event as WeChat does: one of no known name, which makes no visitor."""
        url = f"{self._account.public_url}/channels/wechat"
        query, body = _event(self._account)
        try:
            response = await asyncio.to_thread(requests.post, url, params=query, data=body, timeout=5)
        except requests.RequestException:
            raise Problem(f"{url} 收不到推送（POST）。请看反向代理是否放行 POST。") from None
        if response.status_code != 200:
            said = _REFUSALS.get(response.status_code, "请看反向代理和服务的日志。")
            raise Problem(f"{url} 没有收下推送（{response.status_code}）：{said}")
        return "微信的推送能解密、能收下"

    async def clock(self) -> str:
        """WeChat's calls hold for five minutes, by our clock."""
        try:
            response = await asyncio.to_thread(requests.head, self._account.api, timeout=5)
            theirs = parsedate_to_datetime(response.headers["Date"]).timestamp()
        except (requests.RequestException, KeyError, ValueError):
            return "没有问到微信的时间，跳过对时"
        off = time.time() - theirs
        if abs(off) > _CLOCK_SECONDS:
            raise Problem(f"本机时间差了 {off:.0f} 秒。请打开时间同步（NTP），否则推送会因过期被拒绝。")
        return "本机时间和微信一致"

    async def token(self) -> str:
        """The access token."""
        _require(await self._client.get("/cgi-bin/get_api_domain_ip"))
        return "AppID、AppSecret 和 IP 白名单都对，拿到了 access token"

    async def interface(self) -> str:
        """Whether it may send: a typing sign to nobody is refused for its receiver, or for want of rights."""
        answer = Answer(await self._client.show_typing("o" + "0" * 27))
        if answer.errcode in (48001, errcodes.MENU_NOT_ALLOWED):
            raise Problem(advice(answer))
        return "有客服消息接口的权限"

    async def menu(self) -> str:
        """The menu."""
        _require(await self._client.get("/cgi-bin/menu/get"))
        return "菜单已创建"


def _event(account: Account) -> tuple[dict[str, str], bytes]:
    """Query and body of a push that says nothing."""
    now = datetime.now(UTC)
    plain = xml.write({
        "ToUserName": "bangban", "FromUserName": "o" + "0" * 27, "CreateTime": int(now.timestamp()),
        "MsgType": "event", "Event": "bangban_check",
    })  # fmt: skip
    nonce, random = secrets.token_hex(5), secrets.token_bytes(16)
    return envelope.seal(account, plain, now=now, nonce=nonce, random=random)


async def check_account(account: Account, client: Client) -> int:
    """Print a line for each check; 1 when one failed. What depends on a token is left out without one."""
    failed = 0
    for check in AccountCheck(account, client).all():
        try:
            print(f"✓ {await check()}")
        except Problem as problem:
            failed += 1
            print(f"✗ {problem}")
            if check.__name__ == "token":
                break
    return 1 if failed else 0


async def create_menu(client: Client, file: Path) -> int:
    """Create the menu in ``file``."""
    try:
        menu = check_menu(yaml.safe_load(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise Problem(f"{file} 读不了：{error.strerror}。") from error
    except (MenuError, yaml.YAMLError) as error:
        raise Problem(f"{file} 不能用作菜单：{error}。") from error
    _require(await client.create_menu(menu))
    print("菜单已创建。手机上取消关注再关注，就能马上看到。")
    return 0


async def create_code(client: Client, scene: str) -> int:
    """Create a lasting QR code for ``scene``."""
    try:
        check_scene(scene)
    except MenuError as error:
        raise Problem(str(error)) from error
    answer = _require(await client.create_code(scene, None))
    print(f"扫码内容  {answer.body.get('url')}\n图片下载  {_PICTURE}{answer.body.get('ticket')}")
    return 0


async def _with_client(work: Callable[[Account, Client], Awaitable[int]]) -> int:
    account = read_account()
    http = Http(account.api, 2)
    # The token is this command's own: stable_token gives the servers' and takes it from nobody.
    live = Live.open(os.environ.get("REDIS_URL") or "redis://127.0.0.1:1/0")
    try:
        return await work(account, Client(http, TokenKeeper(account, http, live)))
    finally:
        http.close()
        await live.close()


def read_account() -> Account:
    """The account of this environment. Raises Problem."""
    # Neither store is asked for anything here.
    given: dict[str, str] = {
        "DATABASE_URL": "postgresql://unused/x",
        "REDIS_URL": "redis://unused/0",
        **os.environ,
    }
    try:
        account = account_of(read_settings({name: value for name, value in given.items() if value}))
    except SettingError as error:
        raise Problem(str(error)) from error
    if account is None:
        raise Problem("没有设置 BANGBAN_WECHAT_APP_ID。docs/wechat.md 说明怎样从头接入公众号。")
    return account


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./bangban wechat", description="公众号：菜单与二维码")
    actions = parser.add_subparsers(dest="action", required=True)
    menu = actions.add_parser("menu", help="创建菜单")
    menu.add_argument("file", nargs="?", type=Path, default=MENU, help=f"默认 {MENU.relative_to(ROOT)}")
    code = actions.add_parser("code", help="为一个区或窗口生成二维码")
    code.add_argument("scene", help="district:jiading 或 window:jiading:3号窗口")
    return parser


def _action(options: argparse.Namespace) -> Callable[[Account, Client], Awaitable[int]]:
    async def run(_account: Account, client: Client) -> int:
        if options.action == "menu":
            return await create_menu(client, options.file)
        return await create_code(client, options.scene)

    return run


def main(arguments: list[str] | None = None) -> int:
    """Run one action; problems are sentences."""
    return _run(_action(_parser().parse_args(arguments)))


def check() -> int:
    """Run the checks of the account."""
    return _run(check_account)


def _run(work: Callable[[Account, Client], Any]) -> int:
    try:
        return asyncio.run(_with_client(work))
    except Problem as problem:
        print(f"✗ {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
