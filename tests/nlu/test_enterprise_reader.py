import pytest
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.enterprise_reader import EnterpriseReader

COLD = "青浦，做冷链的，四十来号人，想换大冷库"
COLDER = "青浦，做冷链的，想换大冷库"
QUESTION = "公司先不干了但不想注销怎么办"


@pytest.fixture
def read(storage, run):
    component = run(EnterpriseReader, storage)

    def call(text, *intents):
        ranking = [{"name": name, "confidence": confidence} for name, confidence in intents]
        message = Message({TEXT: text, "intent": ranking[0] if ranking else None, "intent_ranking": ranking})
        return component.process([message])[0]

    return call


def test_reader_puts_the_facts_on_the_message_as_json(read):
    found = read(COLD, ("ask_premises", 0.6)).as_dict(only_output_properties=True)["enterprise"]
    assert (found["district"], found["headcount"]) == ("qingpu", 40)
    assert list(found["industries"]) == ["cold_chain"]


@pytest.mark.parametrize(
    ("text", "intents", "best"),
    [
        (COLD, [("ask_premises", 0.6), ("describe_enterprise", 0.2)], "describe_enterprise"),
        (COLD, [("ask_premises", 0.9), ("describe_enterprise", 0.01)], "describe_enterprise"),
        (COLDER, [("ask_premises", 0.9), ("describe_enterprise", 0.06)], "describe_enterprise"),
        (COLDER, [("ask_premises", 0.9), ("describe_enterprise", 0.01)], "ask_premises"),
        (COLD, [("request_human", 0.5), ("describe_enterprise", 0.4)], "request_human"),
        (QUESTION, [("describe_enterprise", 0.6), ("ask_registration", 0.3)], "ask_registration"),
        (QUESTION, [("ask_registration", 0.6), ("describe_enterprise", 0.3)], "ask_registration"),
        (
            "我们公司能享受什么政策",
            [("describe_enterprise", 0.6), ("ask_policy", 0.3)],
            "describe_enterprise",
        ),
        ("x", [("describe_enterprise", 0.6)], "describe_enterprise"),
    ],
)
def test_description_needs_plain_words_or_some_of_both_the_words_and_the_classifier(
    read, text, intents, best
):
    message = read(text, *intents)
    assert message.get("intent")["name"] == best
    assert message.get("intent_ranking")[0]["name"] == best


def test_reader_leaves_a_buttons_command_alone(read):
    message = read('/describe_enterprise{"fact": "sizes"}', ("describe_enterprise", 1.0))
    assert message.get("enterprise") is None
    assert message.get("intent")["name"] == "describe_enterprise"


def test_reader_says_nothing_of_the_intent_when_there_is_none(read):
    assert read("").get("intent") is None
