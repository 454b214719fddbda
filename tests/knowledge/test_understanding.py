"""How a message is taken apart, with made-up rankings: a piece's score and measure are set by its words."""

import numpy as np
import pytest

from bot.knowledge.parts import ending
from bot.knowledge.ranked import Ranked
from bot.knowledge.understanding import MOST_CUTS, Understanding

MATTERS = {"歇业": "pause", "宽带": "broadband", "担保": "loan", "信用": "credit"}


class Reader:
    def read(self, text):
        return text


class Ranking:
    """Knows four matters; a text about several is about the first, less surely; so is a long one."""

    def __init__(self):
        self.districts, self.reader = dict.fromkeys(MATTERS.values(), "jiading"), Reader()

    def rank(self, text, vector, limit, named=None, district=None):
        words = sorted(filter(text.__contains__, MATTERS), key=text.index)
        found = [MATTERS[word] for word in words]
        score = 0.9 / len(found) * min(1, 30 / len(text)) if found else 0.02
        return [Ranked(matter, "p", score) for matter in found or ["loan"]][:limit]


class Encoder:
    def __init__(self):
        self.encoded = 0

    def questions(self, texts):
        self.encoded += len(texts)
        return np.ones((len(texts), 2))


@pytest.fixture
def understand():
    understanding = Understanding(Ranking(), Encoder())
    return lambda text: understanding.understand(text, 5)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("歇业怎么办？宽带归谁管？担保费多少？", ["歇业怎么办", "宽带归谁管", "担保费多少？"]),
        ("歇业怎么办，宽带归谁管，另外担保费多少", ["歇业怎么办", "宽带归谁管", "另外担保费多少"]),
        (
            "歇业怎么办；宽带归谁管；担保费多少；信用怎么修",
            ["歇业怎么办", "宽带归谁管", "担保费多少", "信用怎么修"],
        ),
        ("歇业怎么办，要多久", []),
    ],
)
def test_message_has_one_part_a_question_when_it_asks_several(understand, text, parts):
    assert [part.text for part in understand(text).parts] == parts


def test_question_asked_twice_stays_one_part_when_another_stands_between(understand):
    parts = understand("歇业怎么办；宽带归谁管；歇业要什么").parts
    assert len({part.ranked[0].id for part in parts}) == len(parts) == 2


class Sure(Ranking):
    """As sure of many matters as of one, and takes the same words at another place for another point."""

    def rank(self, text, vector, limit, named=None, district=None):
        return [Ranked(found.id, text[:6], 0.9) for found in super().rank(text, vector, limit)]


def test_message_costs_a_bounded_number_of_encodings_when_it_asks_very_many():
    encoder = Encoder()
    words = list(MATTERS)
    text = "？".join(f"{words[number % 4]}第{number}件怎么办" for number in range(60))
    Understanding(Sure(), encoder).understand(text, 5)
    assert encoder.encoded <= 1 + 7 * 2 * MOST_CUTS


def test_best_of_each_part_comes_first_when_there_are_several(understand):
    ranked = understand("歇业怎么办？宽带归谁管？担保费多少？").ranked
    assert {found.id for found in ranked[:3]} == {"pause", "broadband", "loan"}


STORY = (
    "我们公司在这条街上开了八年了，去年生意一直还可以，今年开春以后客人越来越少，房东又要涨房租，员工走了好几个，家里人也不支持我继续做下去。"
    * 2
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{STORY}歇业怎么办？", "pause"),
        (f"{STORY}担保没人肯做。歇业怎么办？", "pause"),
        (f"{STORY}歇业怎么办？日子难过。", "pause"),
        (f"{STORY}担保没人肯做。日子难过。", "loan"),
    ],
)
def test_last_sentence_is_read_alone_when_a_long_story_says_little(understand, text, found):
    assert understand(text).ranked[0].id == found


def test_story_is_found_as_surely_as_its_last_sentence(understand):
    assert understand(f"{STORY}歇业怎么办？").ranked[0].score == understand("歇业怎么办").ranked[0].score


@pytest.mark.parametrize(
    ("text", "last"),
    [
        (f"{STORY}歇业怎么办？", "歇业怎么办"),
        ("开店了。歇业怎么办？", None),
        (STORY.replace("。", "，"), None),
    ],
)
def test_ending_is_the_last_sentence_when_the_message_is_long(text, last):
    assert ending(text) == last
