"""How replies about checklists and missing details are scored: no model is asked."""

import pytest

from bench.understanding_figures import figures, names_missing, says_missing, starts_checklist

PAUSE = {"gold": ["jd2023-07"], "words": ["歇业备案", "Pausing a business"]}
PHONE = {"gold": ["qp2025-46"], "words": ["电话", "phone"]}


def reply(kind: str, entry: str, text: str) -> dict:
    return {"kind": kind, "entries": [entry], "reply": text, "parts": [], "confidence": 1.0}


def test_checklist_counts_as_begun_when_its_title_and_first_step_are_shown():
    assert starts_checklist(PAUSE, reply("form", "jd2023-07", "歇业备案（嘉定区），第 1 步，共 3 步：歇业"))
    assert starts_checklist(PAUSE, reply("form", "jd2023-07", "Pausing a business (Jiading), step 1 of 3"))


@pytest.mark.parametrize(
    ("kind", "entry", "text"),
    [
        ("answer", "jd2023-07", "暂时不经营又不想注销的可以走歇业备案。"),
        ("form", "jd2023-07", "在嘉定开公司（嘉定区），第 1 步，共 7 步"),
        ("form", "jd2023-07", "按您说的算：嘉定区。符合的有："),
        ("form", "qp2025-31", "歇业备案，第 1 步"),
    ],
)
def test_checklist_does_not_count_as_begun_when_something_else_was_shown(kind: str, entry: str, text: str):
    assert not starts_checklist(PAUSE, reply(kind, entry, text))


@pytest.mark.parametrize(
    "text",
    [
        "有个工作室。地址和电话，这份文件没有写。",
        "有个工作室。地址，这份文件没有写。\n您问的电话，这份文件没有写具体，要准信可以找人工。",
        "There is a studio. The paper does not print its phone number.",
    ],
)
def test_detail_counts_as_named_when_a_sentence_says_that_it_is_not_written(text: str):
    assert names_missing(PHONE, reply("answer", "qp2025-46", text))


@pytest.mark.parametrize(
    ("kind", "entry", "text"),
    [
        ("answer", "qp2025-46", "可以打电话问。地址，这份文件没有写。"),
        ("answer", "qp2025-39", "电话，这份文件没有写。"),
        ("not_covered", "qp2025-46", "我的资料里没有写电话。"),
    ],
)
def test_detail_does_not_count_as_named_when_it_is_not_the_one_asked_for(kind: str, entry: str, text: str):
    assert not names_missing(PHONE, reply(kind, entry, text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("降到1%以下。", False),
        ("一起缴掉。包括哪几种税，这份文件没有写。", False),
        ("一起缴掉。\n您问的时间，这份文件没有写具体，要准信可以找人工。", True),
        ("一起繳掉。\n您問的時間，這份文件沒有寫具體，要準信可以找人工。", True),
        ("This document does not say how long; a person can tell you for sure.", True),
    ],
)
def test_said_to_be_missing_only_by_the_sentence_that_is_added(text: str, said: bool):
    assert says_missing(reply("answer", "jd14-09", text)) == said


def test_figures_hold_each_kind_to_its_own_measure():
    given = {"kind": "detail_given", "gold": ["jd14-09"], "words": ["30分钟"]}
    pairs = [
        ({**PAUSE, "kind": "guided"}, reply("form", "jd2023-07", "歇业备案，第 1 步")),
        ({"kind": "not_guided", "gold": ["jd2023-07"]}, reply("form", "jd2023-07", "歇业备案，第 1 步")),
        ({**PHONE, "kind": "detail"}, reply("choices", "qp2025-46", "您要问的是不是下面的？")),
        (given, reply("answer", "jd14-09", "从5个工作日缩短到30分钟。")),
        (given, reply("answer", "jd14-09", "您问的时间，这份文件没有写具体，要准信可以找人工。")),
    ]
    reached = {figure.name: (figure.value, figure.count, figure.met) for figure in figures(pairs)}
    assert reached["guided: the checklist begun"] == (1.0, 1, True)
    assert reached["guided: begun where one fact was asked"] == (1.0, 1, False)
    assert reached["missing detail: named as missing"] == (0.0, 1, False)
    assert reached["given detail: told"] == (0.5, 2, False)
    assert reached["given detail: said to be missing"] == (0.5, 2, False)
