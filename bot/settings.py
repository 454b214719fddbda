"""Every setting of the server: its variable, its default and its meaning, in one place.

``docs/settings.md`` and ``.env.example`` say the same; ``tests/guards/test_settings.py`` holds them together.
A secret may also be given as a file: ``NAME_FILE`` names it (as container platforms do).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.helpdesk.rules import PASSWORD_MAXIMUM, PASSWORD_MINIMUM, Policy
from bot.helpdesk.rules.policy import LADDER

PROJECT = Path(__file__).resolve().parent.parent
# Above what a call to the assistant may take, so that a lease never runs out under a living worker.
_LEASE_MARGIN_SECONDS = 20


class SettingError(ValueError):
    """A variable is missing or cannot be used; the message names it and says what is wanted."""


def _text(value: str) -> str:
    return value


def _url(*schemes: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in schemes or not (parts.netloc or parts.path):
            raise ValueError(f"an address that starts with {' or '.join(s + '://' for s in schemes)}")
        return value

    return parse


_http = _url("http", "https")


def _public_url(value: str) -> str:
    return _http(value).rstrip("/") if value else ""


def _urls(value: str) -> tuple[str, ...]:
    urls = tuple(_http(part.strip()).rstrip("/") for part in value.split(",") if part.strip())
    if not urls:
        raise ValueError("at least one address")
    return urls


def _origins(value: str) -> tuple[str, ...]:
    return ("*",) if value.strip() == "*" else _urls(value)


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        try:
            number = int(value)
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return number

    return parse


def _seconds(high: float) -> Callable[[str], float]:
    def parse(value: str) -> float:
        try:
            number = float(value)
        except ValueError:
            number = 0.0
        if not 0.05 <= number <= high:
            raise ValueError(f"a number of seconds from 0.05 to {high:g}")
        return number

    return parse


def _ladder(value: str) -> tuple[float, ...]:
    """Four rising numbers of seconds, or nothing."""
    try:
        steps = tuple(float(part) for part in value.split(",")) if value else ()
    except ValueError:
        steps = (0.0,)
    if steps and (len(steps) != 4 or sorted(set(steps)) != list(steps) or steps[0] < 0.2):
        raise ValueError("four rising numbers of seconds, such as 15,30,45,50")
    return steps


def _choice(*allowed: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.lower() not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return value.lower()

    return parse


def _yes(value: str) -> bool:
    return _choice("yes", "no")(value) == "yes"


def _password(value: str) -> str:
    """A password, or nothing. What it may be is a rule of the accounts."""
    if value and not PASSWORD_MINIMUM <= len(value) <= PASSWORD_MAXIMUM:
        raise ValueError(f"a password of {PASSWORD_MINIMUM} to {PASSWORD_MAXIMUM} characters")
    return value


def _path(value: str) -> Path:
    """A path; a relative one is taken from the project's folder, wherever the server is started."""
    return PROJECT / value


def _setting(
    variable: str, default: str, parse: Callable[[str], Any], *, required: bool = False, secret: bool = False
) -> Any:
    return field(
        metadata={
            "variable": variable,
            "default": default,
            "parse": parse,
            "required": required,
            "secret": secret,
        }
    )


def _aes_key(value: str) -> str:
    """An EncodingAESKey, or nothing."""
    if value and not re.fullmatch(r"[A-Za-z0-9+/]{43}=?", value):
        raise ValueError("the 43 letters and digits of EncodingAESKey")
    return value


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one server, checked. See ``docs/settings.md`` for what each means."""

    database_url: str = _setting(
        "DATABASE_URL", "", _url("postgresql", "postgres", "postgresql+psycopg"), required=True, secret=True
    )
    redis_url: str = _setting("REDIS_URL", "", _url("redis", "rediss", "unix"), required=True, secret=True)
    database_pool: int = _setting("BANGBAN_DATABASE_POOL", "10", _whole(1, 200))
    host: str = _setting("BANGBAN_HOST", "127.0.0.1", _text)
    port: int = _setting("BANGBAN_PORT", "8000", _whole(0, 65535))
    public_url: str = _setting("BANGBAN_PUBLIC_URL", "", _public_url)
    allowed_origins: tuple[str, ...] = _setting("BANGBAN_ALLOWED_ORIGINS", "*", _origins)
    cookie_secure: str = _setting("BANGBAN_COOKIE_SECURE", "auto", _choice("auto", "yes", "no"))
    proxies: int = _setting("BANGBAN_PROXIES", "0", _whole(0, 10))
    assistant_urls: tuple[str, ...] = _setting("BANGBAN_ASSISTANT_URLS", "http://127.0.0.1:5005", _urls)
    assistant_timeout_seconds: float = _setting("BANGBAN_ASSISTANT_TIMEOUT_SECONDS", "10", _seconds(3600))
    worker_concurrency: int = _setting("BANGBAN_WORKER_CONCURRENCY", "8", _whole(1, 64))
    measures: Path = _setting("BANGBAN_MEASURES", "data/measures", _path)  # noqa: RUF009
    examples: Path = _setting("BANGBAN_EXAMPLES", "data/nlu", _path)  # noqa: RUF009
    cache: Path = _setting("BANGBAN_CACHE", "models/cache", _path)  # noqa: RUF009
    knowledge_search: bool = _setting("BANGBAN_KNOWLEDGE_SEARCH", "yes", _yes)
    web: Path = _setting("BANGBAN_WEB", "web/dist", _path)  # noqa: RUF009
    first_response_seconds: int = _setting("BANGBAN_FIRST_RESPONSE_SECONDS", "60", _whole(5, 3600))
    ladder_seconds: tuple[float, ...] = _setting("BANGBAN_LADDER_SECONDS", "", _ladder)
    absent_seconds: float = _setting("BANGBAN_ABSENT_SECONDS", "75", _seconds(3600))
    conversations_per_minute: int = _setting("BANGBAN_CONVERSATIONS_PER_MINUTE", "60", _whole(1, 100_000))
    messages_per_10_seconds: int = _setting("BANGBAN_MESSAGES_PER_10_SECONDS", "20", _whole(1, 100_000))
    shutdown_seconds: int = _setting("BANGBAN_SHUTDOWN_SECONDS", "10", _whole(1, 300))
    log_level: str = _setting("BANGBAN_LOG_LEVEL", "info", _choice("debug", "info", "warning", "error"))
    admin_password: str = _setting("BANGBAN_ADMIN_PASSWORD", "", _password, secret=True)
    wechat_app_id: str = _setting("BANGBAN_WECHAT_APP_ID", "", _text)
    wechat_name: str = _setting("BANGBAN_WECHAT_NAME", "", _text)
    wechat_secret: str = _setting("BANGBAN_WECHAT_SECRET", "", _text, secret=True)
    wechat_token: str = _setting("BANGBAN_WECHAT_TOKEN", "", _text, secret=True)
    wechat_aes_key: str = _setting("BANGBAN_WECHAT_AES_KEY", "", _aes_key, secret=True)
    wechat_previous_aes_key: str = _setting("BANGBAN_WECHAT_PREVIOUS_AES_KEY", "", _aes_key, secret=True)
    wechat_mode: str = _setting("BANGBAN_WECHAT_MODE", "safe", _choice("safe", "compatible", "plain"))
    wechat_passive_seconds: float = _setting("BANGBAN_WECHAT_PASSIVE_SECONDS", "4", _seconds(4.5))
    wechat_forget_days: int = _setting("BANGBAN_WECHAT_FORGET_DAYS", "30", _whole(1, 3650))
    wechat_api: str = _setting("BANGBAN_WECHAT_API", "https://api.weixin.qq.com", _http)

    @property
    def cookies_over_https_only(self) -> bool:
        """Whether the staff cookie is marked Secure; ``auto`` follows the scheme of the public address."""
        if self.cookie_secure == "auto":
            return self.public_url.startswith("https://")
        return self.cookie_secure == "yes"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read all settings from ``environ``. Raises SettingError naming the first variable that is wrong."""
    return Settings(**{each.name: _read(each, environ) for each in fields(Settings)})


def policy_of(settings: Settings) -> Policy:
    """The thresholds that the settings give. Raises SettingError for a ladder that ends after the promise."""
    promise = settings.first_response_seconds
    steps = settings.ladder_seconds or tuple(promise * each / 60 for each in (15, 30, 45, 50))
    widen, warn, fallback, reclaim = steps
    if not fallback < promise:
        raise SettingError(f"BANGBAN_LADDER_SECONDS: {LADDER[2]} must lie below the promise of {promise} s.")
    return Policy(
        first_response_seconds=promise,
        lease_seconds=settings.assistant_timeout_seconds + _LEASE_MARGIN_SECONDS,
        widen_seconds=widen,
        offer_seconds=widen,
        warn_seconds=warn,
        fallback_seconds=fallback,
        reclaim_seconds=reclaim,
        claim_grace_seconds=promise / 4,
        absent_seconds=settings.absent_seconds,
    )


def _read(each: "Field[Any]", environ: Mapping[str, str]) -> Any:
    about = each.metadata
    variable = about["variable"]
    value = _raw(variable, about["secret"], environ)
    if value is None and about["required"]:
        raise SettingError(f"{variable} is not set. `./bangban up` sets it; docs/settings.md explains it.")
    try:
        return about["parse"](about["default"] if value is None else value)
    except ValueError as error:
        # The value itself is left out: it may hold a password.
        raise SettingError(f"{variable} must be {error}.") from None


def _raw(variable: str, secret: bool, environ: Mapping[str, str]) -> str | None:
    """The value as given; an empty variable counts as not set, as `NAME=` in an env file means."""
    if value := environ.get(variable, "").strip():
        return value
    named = environ.get(f"{variable}_FILE", "").strip() if secret else ""
    if not named:
        return None
    try:
        return Path(named).read_text(encoding="utf-8").strip() or None
    except OSError as error:
        raise SettingError(f"{variable}_FILE cannot be read: {error.strerror}.") from None
