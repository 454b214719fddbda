import pytest

from bot.knowledge.markup import says_nothing


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        '{"intent": {"name": "request_human"}}',
        "intent: request_human",
        "action_handoff",
        "<script>alert('转人工')</script>",
        "<b></b>",
        "",
        "[1, 2]",
    ],
)
def test_text_says_nothing_when_it_is_written_for_machines_only(text):
    assert says_nothing(text)


@pytest.mark.parametrize(
    "text",
    ["<b>歇业</b>怎么办", '{"问": 1} 担保费率多少', "转人工", "I need a human", "AEO", "{歇业} 办在哪"],
)
def test_text_says_something_when_words_are_left(text):
    assert not says_nothing(text)
