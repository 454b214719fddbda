import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.replies import PAYLOADS, MalformedReply, read_replies
from tests.server.running import ANSWER, HANDOFF

TYPES = {
    "answer": ANSWER,
    "handoff": HANDOFF,
    "not_covered": {"type": "not_covered", "related": ["a"]},
    "choices": {"type": "choices", "options": [{"entry": "a", "label": "甲"}]},
    "closing": {"type": "closing", "resolved": True},
    "ticket": {"type": "ticket", "number": "T1"},
    "form": {"type": "form", "form": "checklist", "step": 1, "entries": [{"id": "a", "score": 1.0}]},
    "out_of_scope": {"type": "out_of_scope"},
    "chitchat": {"type": "chitchat"},
}


def test_every_type_has_an_example_here():
    assert set(TYPES) == set(PAYLOADS)


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_reply_has_kind_and_payload_when_a_custom_follows_its_text(kind: str):
    (reply,) = read_replies(
        [{"recipient_id": "x", "text": "话"}, {"recipient_id": "x", "custom": TYPES[kind]}]
    )
    assert (reply.kind, reply.text) == (kind, "话")
    assert reply.payload == {key: value for key, value in TYPES[kind].items() if key != "type"}


def test_text_is_one_reply_when_it_was_split_at_blank_lines():
    (reply,) = read_replies([{"text": "第一段"}, {"text": "第二段"}, {"custom": ANSWER}])
    assert reply.text == "第一段\n\n第二段"


def test_texts_stay_apart_when_no_custom_joins_them():
    assert [reply.text for reply in read_replies([{"text": "一"}, {"text": "二"}])] == ["一", "二"]


def test_each_custom_takes_the_text_before_it_when_there_are_several():
    replies = read_replies([{"text": "一"}, {"custom": ANSWER}, {"text": "二"}, {"custom": TYPES["closing"]}])
    assert [(reply.kind, reply.text) for reply in replies] == [("answer", "一"), ("closing", "二")]


def test_buttons_keep_their_commands_when_they_come_with_the_text():
    (reply,) = read_replies(
        [
            {"text": "哪个？", "buttons": [{"title": "甲", "payload": "/choose{}"}]},
            {"custom": TYPES["choices"]},
        ]
    )
    assert reply.buttons == (("甲", "/choose{}"),)
    assert "buttons" not in reply.payload


def test_reply_has_no_text_when_only_a_custom_came():
    (reply,) = read_replies([{"custom": TYPES["chitchat"]}])
    assert (reply.kind, reply.text) == ("chitchat", None)


@pytest.mark.parametrize(
    "custom",
    [
        {},
        {"type": None},
        {"type": ["answer"]},
        {"type": "fact"},
        {**ANSWER, "entries": []},
        {**ANSWER, "entries": [{"id": 5, "score": 0.1}]},
        {**ANSWER, "confidence": "high"},
        {**ANSWER, "confidence": float("nan")},
        {"type": "answer"},
        {**HANDOFF, "reason": "mood"},
        {"type": "closing"},
        {"type": "closing", "resolved": "yes"},
        {"type": "choices", "options": []},
        {"type": "not_covered", "related": "a"},
        {"type": "form", "step": 1, "entries": []},
        {"type": "form", "form": "checklist", "step": "gone", "entries": []},
        {"type": "form", "form": "eligibility", "step": 1, "entries": [{"title": "甲"}]},
    ],
)
def test_reply_is_malformed_when_its_custom_does_not_fit(custom: dict):
    with pytest.raises(MalformedReply):
        read_replies([{"text": "话"}, {"custom": custom}])


def test_error_does_not_quote_the_reply():
    with pytest.raises(MalformedReply) as caught:
        read_replies([{"custom": {**ANSWER, "confidence": "vertraulich"}}])
    assert "vertraulich" not in str(caught.value)


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["text", "custom", "buttons", "type", "title", "payload"]), inner
            )
        ),
    )
)
def test_anything_else_is_malformed_and_never_a_crash(raw: object):
    try:
        replies = read_replies(raw)
    except MalformedReply:
        return
    assert all(reply.kind == "text" or reply.kind in PAYLOADS for reply in replies)


@pytest.mark.parametrize("more", [{"phone": "1" * 33}, {"phone": 138}, {"when": "午" * 201}])
def test_reply_is_malformed_when_the_form_would_not_take_what_it_fills_in(more: dict):
    with pytest.raises(MalformedReply):
        read_replies([{"text": "话"}, {"custom": {"type": "ticket", "action": "create", **more}}])
