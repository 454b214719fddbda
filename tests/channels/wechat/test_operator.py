"""What the operator runs: the check, the menu, QR codes."""

import asyncio
from pathlib import Path

import pytest
import requests

from bot.channels.wechat.menu import MenuError, check_menu, check_scene
from bot.cli import check as check_command
from bot.cli import wechat
from tests.channels.wechat import weixin as peer
from tests.channels.wechat.steps import Query
from tests.channels.wechat.weixin import Weixin
from tests.server.running import Site


@pytest.fixture
def environment(weixin: Weixin, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The operator's environment; the service is not running."""
    values = {
        "BANGBAN_WECHAT_APP_ID": peer.APP_ID,
        "BANGBAN_WECHAT_SECRET": peer.SECRET,
        "BANGBAN_WECHAT_TOKEN": peer.TOKEN,
        "BANGBAN_WECHAT_AES_KEY": peer.KEY,
        "BANGBAN_WECHAT_API": weixin.url,
        "BANGBAN_PUBLIC_URL": "http://127.0.0.1",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("REDIS_URL", raising=False)
    return monkeypatch


def run(*arguments: str) -> int:
    return wechat.main(list(arguments))


def test_menu_is_created_from_the_file_that_is_shipped(
    environment: pytest.MonkeyPatch, weixin: Weixin, capsys: pytest.CaptureFixture[str]
):
    assert run("menu") == 0
    assert weixin.menu is not None
    assert [button["name"] for button in weixin.menu["button"]] == ["提问", "找人工", "我的"]
    assert "菜单已创建" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("button: []", "1 到 3 项"),
        ("button: [{name: 一二三四五六, type: click, key: a}]", "第 1 项的 name"),
        ("button: [{name: 提问, type: dance}]", "click 或 view"),
        ("button: [{name: 提问, type: view, url: 'ftp://x'}]", "https://"),
        ("button: [{name: 我的, sub_button: [{name: 好, type: click}]}]", "第 1 项下的第 1 项的 key"),
        ("button: [{name: 我的, sub_button: []}]", "sub_button"),
        ("button: [7]", "不是菜单项"),
        ("- : [", "不能用作菜单"),
    ],
)
def test_menu_is_refused_with_the_place_when_wechat_would_not_take_it(
    environment: pytest.MonkeyPatch,
    weixin: Weixin,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    said: str,
):
    file = tmp_path / "menu.yml"
    file.write_text(text)
    assert run("menu", str(file)) == 1
    assert said in capsys.readouterr().err
    assert weixin.calls == []


def test_menu_says_what_to_do_when_the_address_is_not_on_the_list(
    environment: pytest.MonkeyPatch, weixin: Weixin, capsys: pytest.CaptureFixture[str]
):
    weixin.errors["stable_token"] = [40164]
    assert run("menu") == 1
    assert "白名单" in capsys.readouterr().err


def test_code_is_made_for_a_window(
    environment: pytest.MonkeyPatch, weixin: Weixin, capsys: pytest.CaptureFixture[str]
):
    assert run("code", "window:jiading:3号窗口") == 0
    assert "window:jiading:3号窗口" in capsys.readouterr().out
    assert weixin.called("qrcode/create")[0]["action_name"] == "QR_LIMIT_STR_SCENE"


@pytest.mark.parametrize(
    "scene", ["", "jiading", "district:", "window:jiading", "x:y", "window:jiading:" + "长" * 60]
)
def test_scene_is_refused_when_nobody_could_read_it(scene: str):
    with pytest.raises(MenuError):
        check_scene(scene)


def test_menu_of_five_below_three_is_the_largest():
    below = [{"name": f"第{n}", "type": "click", "key": "a"} for n in range(5)]
    assert check_menu({"button": [{"name": "菜单", "sub_button": below}] * 3})
    with pytest.raises(MenuError):
        check_menu({"button": [{"name": "菜单", "sub_button": [*below, below[0]]}]})


def test_check_names_what_is_missing_without_an_account(capsys: pytest.CaptureFixture[str]):
    assert check_command.main(["wechat"]) == 1
    assert "BANGBAN_WECHAT_APP_ID" in capsys.readouterr().err


def test_check_names_the_setting_that_is_missing(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    environment.delenv("BANGBAN_WECHAT_SECRET")
    assert check_command.main(["wechat"]) == 1
    assert "BANGBAN_WECHAT_SECRET" in capsys.readouterr().err


@pytest.mark.integration
async def test_check_is_content_when_everything_is_right(
    site: Site, environment: pytest.MonkeyPatch, weixin: Weixin, capsys: pytest.CaptureFixture[str]
):
    environment.setenv("BANGBAN_PUBLIC_URL", site.url)
    weixin.menu = {"button": []}
    # A port of its own is the one thing a test cannot have right.
    environment.setattr(wechat.AccountCheck, "address", _address)
    assert await asyncio.to_thread(check_command.main, ["wechat"]) == 0
    out = capsys.readouterr().out
    assert out.count("✓") == 7 and "✗" not in out


@pytest.mark.integration
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("BANGBAN_WECHAT_AES_KEY", "c" * 42 + "A", "EncodingAESKey"),
        ("BANGBAN_WECHAT_APP_ID", "wx0000000000000000", "EncodingAESKey、AppID"),
        ("BANGBAN_WECHAT_MODE", "plain", "消息加解密方式"),
    ],
)
async def test_check_says_that_the_service_cannot_read_what_is_pushed(
    site: Site, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    name: str, value: str, said: str,
):  # fmt: skip
    environment.setenv("BANGBAN_PUBLIC_URL", site.url)
    environment.setenv(name, value)
    assert await asyncio.to_thread(check_command.main, ["wechat"]) == 1
    [line] = [each for each in capsys.readouterr().out.splitlines() if "没有收下推送" in each]
    assert said in line and line.startswith("✗")


@pytest.mark.integration
async def test_check_leaves_no_visitor_behind(
    site: Site, environment: pytest.MonkeyPatch, weixin: Weixin, query: Query
):
    environment.setenv("BANGBAN_PUBLIC_URL", site.url)
    await asyncio.to_thread(check_command.main, ["wechat"])
    assert await query("SELECT 1 FROM wechat_visitor") == []
    assert await query("SELECT 1 FROM conversation") == []


@pytest.mark.parametrize(
    ("status", "said"), [(405, "不放行 POST"), (413, "64 KB"), (502, "连不上服务"), (500, "日志")]
)
def test_check_says_what_stands_in_the_way_of_a_push(
    environment: pytest.MonkeyPatch,
    weixin: Weixin,
    capsys: pytest.CaptureFixture[str],
    status: int,
    said: str,
):
    refusal = requests.Response()
    refusal.status_code = status
    environment.setattr(wechat.requests, "post", lambda *_, **__: refusal)
    environment.setattr(wechat.AccountCheck, "token", _address)
    check_command.main(["wechat"])
    assert said in capsys.readouterr().out


async def _address(self: wechat.AccountCheck) -> str:
    return "ok"


@pytest.mark.integration
async def test_check_says_that_the_service_has_another_token(
    site: Site, environment: pytest.MonkeyPatch, weixin: Weixin, capsys: pytest.CaptureFixture[str]
):
    environment.setenv("BANGBAN_PUBLIC_URL", site.url)
    environment.setenv("BANGBAN_WECHAT_TOKEN", "other")
    assert await asyncio.to_thread(check_command.main, ["wechat"]) == 1
    out = capsys.readouterr().out
    assert "别的 Token" in out and "端口" in out


@pytest.mark.parametrize(
    ("path", "code", "said"),
    [
        ("stable_token", 40013, "AppID 不对"),
        ("stable_token", 40125, "AppSecret"),
        ("stable_token", 40164, "白名单"),
        ("message/custom/typing", 48001, "没有该接口的权限"),
        ("message/custom/typing", 40200, "服务号"),
        ("menu/get", 46003, "wechat menu"),
    ],
)
def test_check_says_what_is_wrong(
    environment: pytest.MonkeyPatch,
    weixin: Weixin,
    capsys: pytest.CaptureFixture[str],
    path: str,
    code: int,
    said: str,
):
    weixin.errors[path] = [code]
    assert check_command.main(["wechat"]) == 1
    out = capsys.readouterr().out
    assert said in out
    assert "打不开" in out  # the service is not running
    assert peer.SECRET not in out


def test_check_says_that_the_clock_is_wrong(
    environment: pytest.MonkeyPatch, weixin: Weixin, capsys: pytest.CaptureFixture[str]
):
    weixin.clock_off = 3600
    assert check_command.main(["wechat"]) == 1
    assert "NTP" in capsys.readouterr().out


def test_check_says_that_wechat_cannot_be_reached(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    environment.setenv("BANGBAN_WECHAT_API", "http://127.0.0.1:9")
    assert check_command.main(["wechat"]) == 1
    assert "连不上微信接口" in capsys.readouterr().out
