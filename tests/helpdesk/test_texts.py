from pathlib import Path

import pytest

from bot.helpdesk.texts import Texts
from tests.conftest import ROOT


def test_texts_have_the_same_codes_and_values_when_read_from_the_product() -> None:
    texts = Texts.load(ROOT / "bot" / "locales")
    assert "税务局" in texts.get("zh", "helper_joined_department", name="安", department="税务局")
    assert "Ann" in texts.get("en", "helper_joined", name="Ann")


@pytest.mark.parametrize(("locale", "found"), [("en-GB", "Hello"), ("zh_CN", "你好"), ("fr", "你好")])
def test_texts_fall_back_to_language_then_chinese_when_the_locale_is_unknown(locale: str, found: str) -> None:
    texts = Texts({"zh": {"hello": "你好"}, "en": {"hello": "Hello"}})
    assert texts.get(locale, "hello") == found


@pytest.mark.parametrize("locale", ["zh-Hant", "zh-hant", "zh_TW", "zh-HK"])
def test_texts_are_in_traditional_characters_but_for_names_when_the_locale_is(locale: str) -> None:
    texts = Texts({"zh": {"joined": "{name}为您服务"}})
    assert texts.get(locale, "joined", name="刘国强") == "刘国强為您服務"


@pytest.mark.parametrize(
    ("seconds", "zh", "hant", "en"),
    [
        (60, "一分钟", "一分鐘", "a minute"),
        (60.0, "一分钟", "一分鐘", "a minute"),
        (180, "3分钟", "3分鐘", "3 minutes"),
        (90, "90秒", "90秒", "90 seconds"),
        (45.0, "45秒", "45秒", "45 seconds"),
        (12.5, "12.5秒", "12.5秒", "12.5 seconds"),
        (1, "1秒", "1秒", "a second"),
    ],
)
def test_texts_say_a_time_in_minutes_when_they_are_whole(seconds: float, zh: str, hant: str, en: str) -> None:
    texts = Texts.load(ROOT / "bot" / "locales")
    assert [texts.within(each, seconds) for each in ("zh", "zh-Hant", "en")] == [zh, hant, en]
    assert f"没能在{zh}内接入" in texts.get("zh", "late", within=zh)
    assert f"within {en}." in texts.get("en", "late_ticket", within=en, number="1", when="noon")


@pytest.mark.parametrize(
    ("zh", "en", "says"),
    [
        ("a: 甲\nb: 乙", "a: A", r"differ in \['b'\]"),
        ("a: 1", "a: A", "must map"),
        ("- a", "a: A", "must map"),
    ],
)
def test_texts_load_raises_when_the_files_do_not_agree(tmp_path: Path, zh: str, en: str, says: str) -> None:
    (tmp_path / "zh.yml").write_text(zh, encoding="utf-8")
    (tmp_path / "en.yml").write_text(en, encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        Texts.load(tmp_path)


def test_texts_load_raises_when_there_is_no_chinese(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no zh\.yml"):
        Texts.load(tmp_path)
