"""The account's menu and the scenes of its QR codes, checked before WeChat sees them. Pure.

Source: WeChat's guide for official accounts, "自定义菜单" and "生成带参数的二维码".
"""

from typing import Any

_MOST, _MOST_BELOW = 3, 5
_NAME_BYTES, _NAME_BELOW_BYTES, _KEY_BYTES, _URL_BYTES = 16, 60, 128, 1024
_SCENE_CHARACTERS = 64


class MenuError(ValueError):
    """A menu or a scene WeChat would refuse; the text says where and why."""


def check_menu(menu: Any) -> dict[str, Any]:
    """``menu`` if WeChat takes it: ``{button: [{name, type, key|url} or {name, sub_button: […]}]}``."""
    buttons = menu.get("button") if isinstance(menu, dict) else None
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= _MOST:
        raise MenuError(f"button 要有 1 到 {_MOST} 项")
    for place, button in enumerate(buttons, start=1):
        _check_button(button, f"第 {place} 项", _NAME_BYTES)
    return {"button": buttons}


def _check_button(button: Any, where: str, name_bytes: int) -> None:
    if not isinstance(button, dict):
        raise MenuError(f"{where}不是菜单项")
    _check_text(button.get("name"), f"{where}的 name", name_bytes)
    below = button.get("sub_button")
    if below is not None and name_bytes == _NAME_BYTES:
        if not isinstance(below, list) or not 1 <= len(below) <= _MOST_BELOW:
            raise MenuError(f"{where}的 sub_button 要有 1 到 {_MOST_BELOW} 项")
        for place, each in enumerate(below, start=1):
            _check_button(each, f"{where}下的第 {place} 项", _NAME_BELOW_BYTES)
        return
    match button.get("type"):
        case "click":
            _check_text(button.get("key"), f"{where}的 key", _KEY_BYTES)
        case "view":
            _check_text(button.get("url"), f"{where}的 url", _URL_BYTES)
            if not button["url"].startswith(("https://", "http://")):
                raise MenuError(f"{where}的 url 要以 https:// 开头")
        case _:
            raise MenuError(f"{where}的 type 要是 click 或 view")


def _check_text(value: Any, where: str, most: int) -> None:
    if not isinstance(value, str) or not 1 <= len(value.encode()) <= most:
        raise MenuError(f"{where} 要有 1 到 {most} 个字节（一个汉字 3 个字节）")


def check_scene(scene: str) -> None:
    """Raise MenuError unless ``scene`` is ``district:CODE`` or ``window:CODE:NAME`` and short enough."""
    parts = scene.split(":", 2)
    known = {"district": 2, "window": 3}.get(parts[0])
    if known is None or len(parts) != known or not all(parts):
        raise MenuError("场景要写成 district:区代码 或 window:区代码:窗口名")
    if len(scene) > _SCENE_CHARACTERS:
        raise MenuError(f"场景最多 {_SCENE_CHARACTERS} 个字符")
