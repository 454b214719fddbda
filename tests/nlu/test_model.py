"""The newest trained model itself, talked to as visitors do."""

import json
from pathlib import Path

import pytest

from bot.nlu.session import Session, newest_model, quieten

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = [
    json.loads(line)
    for line in (ROOT / "tests" / "understanding" / "questions.jsonl").read_text("utf-8").splitlines()
]
JUDGED = ("answer", "handoff", "not_covered")
METADATA = {"district": None, "channel": "test", "locale": "zh"}
UNCOVERED_WITH_MEASURE = 0.1  # at most this share of what is not covered may be answered with a measure


@pytest.fixture(scope="module")
def session():
    from actions.inprocess import run_action

    model = newest_model(ROOT / "models")
    assert model is not None, "no model in models/: train first"
    quieten()
    return Session.open(model, run_action)


@pytest.fixture
def talk(session, request):
    """What the assistant says to the last of these messages, in a conversation of their own."""

    async def call(*texts):
        replies = [await session.say(f"{request.node.name}-{texts}", text, METADATA) for text in texts]
        return replies[-1].elements[0]["custom"]

    return call


def first(custom):
    return custom["entries"][0]["id"] if custom["type"] == "answer" else None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("我的工单到哪了", None),
        ("工单20260105-0001", "20260105-0001"),
        ("帮我看下上回登记的工单办得咋样", None),
        ("where does my ticket stand", None),
    ],
)
async def test_model_hears_a_question_about_a_ticket(talk, text, number):
    assert await talk(text) == {"type": "ticket", "action": "status", "number": number}


@pytest.mark.parametrize("text", ["怎么开票", "税务登记要多久", "有没有补贴", "办到一半材料丢了怎么办"])
async def test_model_takes_no_other_question_for_one_about_a_ticket(talk, text):
    assert (await talk(text))["type"] != "ticket"


@pytest.mark.parametrize(
    ("text", "entry", "point"),
    [("公司先不干了但不想注销怎么办", "jd2023-07", "歇业"), ("担保费率现在多少", "jd2023-02", "担保")],
)
async def test_model_answers_with_its_source_when_the_measure_is_known(talk, text, entry, point):
    custom = await talk(text)
    assert first(custom) == entry
    assert point in custom["entries"][0]["point"]
    assert custom["citations"][0]["entry"] == entry


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("转人工", None),
        ("歇业备案，转人工", "registration"),
        ("担保费率我想找人问一下", "financing"),
        ("歇业备案的事我想找个人问", "registration"),
    ],
)
async def test_model_hands_off_when_a_person_is_asked_for(talk, text, topic):
    custom = await talk(text)
    assert (custom["type"], custom["reason"], custom["topic"]) == ("handoff", "asked", topic)


async def test_model_hands_off_when_a_call_is_asked_for_in_english(talk):
    assert (await talk("can someone call me about guarantee fee"))["type"] == "handoff"


@pytest.mark.parametrize("text", ["人工费太高了怎么办", "人工智能企业有什么支持", "这里是人工还是机器人"])
async def test_model_does_not_hand_off_when_the_word_means_something_else(talk, text):
    assert (await talk(text))["type"] != "handoff"


async def test_model_hands_off_as_unresolved_when_two_answers_are_denied(talk):
    custom = await talk("担保费率现在多少", "不是这个", "还是没解决")
    assert (custom["type"], custom["reason"]) == ("handoff", "unresolved")


@pytest.mark.parametrize("yes", ["可以", "好的", "需要", "要", "好", "好的，帮我找", "请吧"])
async def test_model_hands_off_when_an_offered_person_is_accepted(talk, yes):
    custom = await talk("换法人要什么材料", yes)
    assert (custom["type"], custom["reason"]) == ("handoff", "asked")


async def test_model_does_not_answer_what_no_measure_says(talk):
    assert (await talk("换法人要什么材料"))["type"] in ("not_covered", "choices")


@pytest.mark.parametrize("text", ["", "…", "？？？", "1", '{"a":1}'])
async def test_model_says_not_covered_when_there_is_nothing_to_understand(talk, text):
    assert (await talk(text))["type"] == "not_covered"


async def test_model_replies_as_to_text_when_a_slash_is_full_width(talk):
    assert (await talk("／restart"))["type"]


async def test_model_greets_back(talk):
    assert (await talk("你好"))["type"] == "chitchat"


@pytest.fixture(scope="module")
def results(session):
    """Each question of the set with what the assistant says to it."""
    import asyncio

    async def ask(question):
        for text in [*question["before"], question["text"]]:
            reply = await session.say(question["id"], text, {**METADATA, "district": question["district"]})
        return question, reply.elements[0]["custom"]

    async def ask_all():
        return [await ask(question) for question in QUESTIONS if question["kind"] in JUDGED]

    return asyncio.run(ask_all())


def share(values):
    values = list(values)
    return sum(values) / len(values)


def test_clear_questions_get_the_right_measure_first(results):
    asked = [(q, c) for q, c in results if q["kind"] == "answer" and q["noise"] is None]
    assert share(first(custom) in question["gold"] for question, custom in asked) >= 0.85


def test_requests_for_a_person_are_recognised(results):
    assert share(c["type"] == "handoff" for q, c in results if q["kind"] == "handoff") >= 0.9


def test_uncovered_questions_are_rarely_answered_with_a_measure(results):
    answered = share(c["type"] == "answer" for q, c in results if q["kind"] == "not_covered")
    assert answered <= UNCOVERED_WITH_MEASURE
