import pytest

from bot.script import is_traditional, to_traditional


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("個體戶想轉成公司，要先註銷嗎", True),
        ("水電", True),
        ("个体户想转成公司", False),
        ("公司", False),
        ("Company", False),
        ("", False),
        ("台灣公司", True),
    ],
)
def test_script_is_told_from_the_characters(text, expected):
    assert is_traditional(text) is expected


def test_text_becomes_traditional_and_the_rest_stays():
    assert to_traditional("歇业备案 ABC 30%") == "歇業備案 ABC 30%"
