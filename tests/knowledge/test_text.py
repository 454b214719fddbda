import pytest

from bot.knowledge.text import letters, mostly_latin, normalise
from bot.knowledge.words import Words


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("１％以下　ＡＢＣ", "1%以下 ABC"),
        ("執照變更 怎麼辦", "执照变更怎么办"),
        ("  担保\n费率\t多少 ", "担保费率多少"),
        ("talk to   a human", "talk to a human"),
        ("", ""),
    ],
)
def test_normalise_gives_one_spelling(written, plain):
    assert normalise(written) == plain


def test_normalise_is_stable_when_repeated():
    text = normalise("請幫我　轉接專員，ＯＫ？")
    assert normalise(text) == text


def test_letters_leave_out_punctuation_and_case():
    assert letters("OK，好的！ 1%") == "ok好的1"


@pytest.mark.parametrize(
    ("text", "latin"), [("Can I talk to a human", True), ("ok", False), ("AEO 怎么办", False)]
)
def test_mostly_latin_when_english_is_written(text, latin):
    assert mostly_latin(text) is latin


def test_words_compare_highest_with_the_same_text():
    words = Words.of("letters", ["担保费率多少", "歇业备案", "水电报装"])
    scores = words.compare("担保费率多少")
    assert scores.argmax() == 0
    assert scores[0] == pytest.approx(1, abs=1e-5)


def test_words_compare_is_zero_when_nothing_is_shared():
    assert not Words.of("letters", ["担保费率多少"]).compare("xyz").any()
    assert not Words.of("letters", ["担保费率多少"]).compare("").any()


def test_words_compare_the_same_when_stored_and_read_back():
    words = Words.of("letters", ["担保费率多少", "歇业备案", "备案费用"])
    again = Words.from_arrays(words.arrays())
    assert (again.compare("备案多少") == words.compare("备案多少")).all()
