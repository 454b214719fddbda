import pytest
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.knowledge.conversation import Topic
from bot.nlu.earlier import earlier_messages
from bot.nlu.intent_check import IntentCheck
from bot.nlu.measure_retriever import LEANS_ON, MEASURES, topic_of
from bot.nlu.question_check import QuestionCheck


def tracker_of(*said: tuple[str, str]) -> DialogueStateTracker:
    """A conversation in which these messages with their intents were said."""
    tracker = DialogueStateTracker("c", [])
    for text, intent in said:
        tracker.update(ActionExecuted("action_listen"))
        tracker.update(UserUttered(text, {"name": intent}))
    return tracker


@pytest.mark.parametrize(
    ("name", "confidence", "score", "leans_on", "corrected"),
    [
        ("out_of_scope", 0.7, 0.6, "歇业备案", True),
        ("out_of_scope", 0.97, 0.9, "歇业备案", False),
        ("request_human", 1.0, 0.9, "宽带垄断谁管", False),
        ("request_human", 0.8, 0.9, None, True),
        ("request_human", 0.8, 0.3, None, False),
        ("smalltalk", 0.7, 0.9, "歇业备案", False),
        ("greet", 0.9, 0.9, "歇业备案", False),
        ("complaint", 0.6, 0.9, None, False),
        ("out_of_scope", 0.7, 0.1, "歇业备案", False),
    ],
)
def test_check_takes_a_message_for_a_question_when_search_knows_more_than_the_classifier(
    run, storage, name, confidence, score, leans_on, corrected
):
    intent = {"name": name, "confidence": confidence}
    found = [{"id": "a", "point": "p", "score": score}]
    message = Message({TEXT: "那要怎么弄", INTENT: intent, MEASURES: found, LEANS_ON: leans_on})
    run(QuestionCheck, storage).process([message])
    assert (message.get(INTENT)["name"] == "nlu_fallback") is corrected


@pytest.mark.parametrize(
    ("intent", "before", "topic"),
    [
        (("follow_up", 0.6), "ask_tax", Topic.SAME),
        (("follow_up", 0.4), "ask_tax", Topic.UNKNOWN),
        (("ask_talent", 0.9), "ask_tax", Topic.OTHER),
        (("ask_tax", 0.9), "ask_tax", Topic.UNKNOWN),
        (("ask_talent", 0.5), "ask_tax", Topic.UNKNOWN),
        (("out_of_scope", 0.7), "ask_tax", Topic.OTHER),
        (("out_of_scope", 0.99), "ask_tax", Topic.NONE),
        (("deny", 0.99), "ask_tax", Topic.UNKNOWN),
        ((None, 0.0), None, Topic.UNKNOWN),
    ],
)
def test_topic_is_told_from_the_intent_and_the_one_before(intent, before, topic):
    assert topic_of({"name": intent[0], "confidence": intent[1]}, before) is topic


def test_earlier_messages_are_the_last_two_questions_when_others_were_said_between():
    tracker = tracker_of(
        ("你好", "greet"), ("贷款贴息", "ask_financing"), ("/choose", "choose"),
        ("歇业备案", "ask_registration"), ("好的", "affirm"), ("转人工", "request_human"),
    )  # fmt: skip
    assert [(each.text, each.intent) for each in earlier_messages(tracker)] == [
        ("贷款贴息", "ask_financing"),
        ("歇业备案", "ask_registration"),
    ]


def test_earlier_messages_are_none_when_there_is_no_tracker():
    assert earlier_messages(None) == []


@pytest.mark.parametrize(
    ("said", "name"), [([], "ask_tax"), ([("歇业备案", "ask_registration")], "follow_up")]
)
def test_follow_up_is_believed_when_something_was_asked_before(run, storage, said, name):
    ranking = [{"name": "follow_up", "confidence": 0.6}, {"name": "ask_tax", "confidence": 0.4}]
    message = Message({TEXT: "要几天", INTENT: ranking[0], "intent_ranking": ranking})
    run(IntentCheck, storage).process([message], tracker_of(*said))
    assert message.get(INTENT)["name"] == name
    assert message.get(INTENT)["confidence"] == pytest.approx(1.0 if name == "ask_tax" else 0.6)
