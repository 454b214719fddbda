import pytest

from bot.knowledge.asking import asks, surely_asks


@pytest.mark.parametrize(
    "text", ["怎么办", "要多久", "通关快不快", "谁管?", "what is it", "有没有补贴", "是否收费"]
)
def test_text_surely_asks_when_it_has_words_of_a_question(text):
    assert surely_asks(text)
    assert asks(text)


@pytest.mark.parametrize("text", ["十几个人", "都没有", "那么", "四十来号人吧"])
def test_text_only_perhaps_asks_when_a_reply_may_have_its_words(text):
    assert not surely_asks(text)
    assert asks(text)


@pytest.mark.parametrize("text", ["四十来号人", "做冷链的", "不填了"])
def test_text_asks_nothing_when_it_has_none_of_them(text):
    assert not asks(text)
