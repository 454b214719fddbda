import pytest

from bot.knowledge.pinyin import PinyinReader
from bot.knowledge.sounds import sound_grams, split_pinyin, syllables

TEXTS = [
    "营业执照怎么办理",
    "我想办个执照",
    "信用修复要多久",
    "网上申请营业执照",
    "办证要几天",
    "证照联办",
    "想租厂房",
] * 3


@pytest.mark.parametrize(
    ("word", "parts"),
    [("zhizhao", ("zhi", "zhao")), ("xian", ("xian",)), ("aeo", None), ("business", None), ("", ())],
)
def test_split_pinyin_gives_syllables_or_nothing(word, parts):
    assert split_pinyin(word) == parts


def test_syllables_are_the_same_when_a_wrong_homophone_or_pinyin_is_written():
    assert syllables("证照联办") == syllables("正照连办") == syllables("zhengzhao lianban")


def test_syllables_keep_english_and_numbers_whole():
    assert syllables("AEO 3个月") == ["aeo", "3", "ge", "yue"]


def test_sound_grams_count_runs_up_to_three():
    assert sound_grams("办证") == {"ban": 1, "zheng": 1, "ban zheng": 1}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("wo xiang ban zhizhao", "我想办执照"),
        ("xinyong xiufu 要 duojiu", "信用修复 要 多久"),
        ("How do I open a shop?", "How do I open a shop?"),
        ("AEO 怎么申请", "AEO 怎么申请"),
        ("发到 base64 里", "发到 base64 里"),
        ("想租厂房", "想租厂房"),
        ("", ""),
    ],
)
def test_reader_writes_pinyin_as_characters_and_leaves_the_rest(written, read):
    assert PinyinReader.of(TEXTS).read(written) == read


def test_reader_reads_the_same_when_stored_and_made_again():
    reader = PinyinReader.of(TEXTS)
    again = PinyinReader.from_arrays(reader.arrays())
    assert again.read("zhengzhao lianban") == reader.read("zhengzhao lianban") == "证照联办"
