from pathlib import Path

import pytest

from bot.settings import PROJECT, SettingError, read_settings

STORES = {"DATABASE_URL": "postgresql://u:geheim@db/name", "REDIS_URL": "redis://cache:6379/0"}


def test_settings_have_their_defaults_when_only_the_stores_are_named():
    settings = read_settings(STORES)
    assert settings.database_url == STORES["DATABASE_URL"]
    assert (settings.host, settings.port, settings.allowed_origins) == ("127.0.0.1", 8000, ("*",))
    assert settings.assistant_urls == ("http://127.0.0.1:5005",)
    assert settings.measures == PROJECT / "data/measures"
    assert settings.knowledge_search is True


def test_settings_split_lists_when_commas_separate_them():
    settings = read_settings(
        {
            **STORES,
            "BANGBAN_ASSISTANT_URLS": "http://a:5005/, http://b:5005",
            "BANGBAN_ALLOWED_ORIGINS": "https://a.example,https://b.example/",
        }
    )
    assert settings.assistant_urls == ("http://a:5005", "http://b:5005")
    assert settings.allowed_origins == ("https://a.example", "https://b.example")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "mysql://u:geheim@h/d"),
        ("REDIS_URL", "cache:6379"),
        ("BANGBAN_PORT", "eighty"),
        ("BANGBAN_PORT", "70000"),
        ("BANGBAN_ASSISTANT_URLS", "assistant:5005"),
        ("BANGBAN_ASSISTANT_URLS", ","),
        ("BANGBAN_ASSISTANT_TIMEOUT_SECONDS", "0"),
        ("BANGBAN_ASSISTANT_TIMEOUT_SECONDS", "nan"),
        ("BANGBAN_WECHAT_PASSIVE_SECONDS", "5"),
        ("BANGBAN_WECHAT_PASSIVE_SECONDS", "0"),
        ("BANGBAN_COOKIE_SECURE", "maybe"),
        ("BANGBAN_KNOWLEDGE_SEARCH", "1"),
        ("BANGBAN_LOG_LEVEL", "loud"),
        ("BANGBAN_PUBLIC_URL", "help.example.org"),
        ("BANGBAN_ADMIN_PASSWORD", "geheim7"),
        ("BANGBAN_ADMIN_PASSWORD", "geheim" * 50),
    ],
)
def test_settings_name_the_variable_and_keep_its_value_when_it_is_wrong(variable: str, value: str):
    with pytest.raises(SettingError) as caught:
        read_settings({**STORES, variable: value})
    assert variable in str(caught.value)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("public", "mode", "secure"),
    [
        ("https://help.example.org/", "auto", True),
        ("http://10.0.0.5:8000", "auto", False),
        ("", "auto", False),
        ("", "yes", True),
        ("https://help.example.org", "no", False),
    ],
)
def test_cookie_is_secure_when_the_public_address_or_the_setting_says_so(
    public: str, mode: str, secure: bool
):
    settings = read_settings({**STORES, "BANGBAN_PUBLIC_URL": public, "BANGBAN_COOKIE_SECURE": mode})
    assert settings.cookies_over_https_only is secure


def test_secret_is_read_from_its_file_when_the_variable_is_not_set(tmp_path: Path):
    secret = tmp_path / "password"
    secret.write_text("von-der-datei\n")
    settings = read_settings({**STORES, "BANGBAN_ADMIN_PASSWORD_FILE": str(secret)})
    assert settings.admin_password == "von-der-datei"


def test_settings_name_the_file_variable_when_the_secret_cannot_be_read(tmp_path: Path):
    with pytest.raises(SettingError, match="BANGBAN_ADMIN_PASSWORD_FILE"):
        read_settings({**STORES, "BANGBAN_ADMIN_PASSWORD_FILE": str(tmp_path / "missing")})


def test_file_is_not_read_when_the_setting_is_no_secret(tmp_path: Path):
    port = tmp_path / "port"
    port.write_text("9000")
    assert read_settings({**STORES, "BANGBAN_PORT_FILE": str(port)}).port == 8000
