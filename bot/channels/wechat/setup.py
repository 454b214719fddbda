"""From the settings to the account: complete, or not there at all."""

from datetime import timedelta
from typing import cast

from bot.channels.wechat.account import Account, Mode
from bot.channels.wechat.crypto import decode_key
from bot.settings import SettingError, Settings


def account_of(settings: Settings) -> Account | None:
    """The official account of ``settings``, None without one. Raises SettingError naming what is missing."""
    if not settings.wechat_app_id:
        return None
    for variable, value in (
        ("BANGBAN_WECHAT_SECRET", settings.wechat_secret),
        ("BANGBAN_WECHAT_TOKEN", settings.wechat_token),
        ("BANGBAN_WECHAT_AES_KEY", settings.wechat_aes_key or settings.wechat_mode == "plain"),
    ):
        if not value:
            raise SettingError(f"{variable} is not set, and BANGBAN_WECHAT_APP_ID is. See docs/wechat.md.")
    keys = (settings.wechat_aes_key, settings.wechat_previous_aes_key)
    return Account(
        app_id=settings.wechat_app_id,
        secret=settings.wechat_secret,
        token=settings.wechat_token,
        keys=tuple(decode_key(key) for key in keys if key),
        mode=cast(Mode, settings.wechat_mode),
        passive_seconds=settings.wechat_passive_seconds,
        forget_after=timedelta(days=settings.wechat_forget_days),
        public_url=settings.public_url,
        name=settings.wechat_name,
        api=settings.wechat_api,
    )
