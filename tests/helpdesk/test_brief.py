"""What whoever helps sees first: the brief, and which message is the question."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.helpdesk import rules
from bot.helpdesk.models import BotReply, Sender, Update

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def test_find_handoff_finds_it_when_it_is_among_the_replies() -> None:
    handoff = BotReply("handoff", "转人工", {"reason": "asked"})
    assert rules.find_handoff([BotReply("text", "稍等", {}), handoff]) is handoff
    assert rules.find_handoff([BotReply("text", "好", {})]) is None


def turn(text: str, *replies: tuple[str, dict[str, Any]]) -> rules.Turn:
    return rules.Turn(text, replies)


OFFERED = {"id": "m-1", "title": "歇业备案", "score": 0.9}
ANSWERED: tuple[str, dict[str, Any]] = ("answer", {"entries": [OFFERED]})
CALL: tuple[str, dict[str, Any]] = ("ticket", {"action": "create", "own_question": False})
SORRY: tuple[str, dict[str, Any]] = ("not_covered", {"related": [], "own_question": False})
CALL_ABOUT: tuple[str, dict[str, Any]] = ("ticket", {"action": "create", "own_question": True})


def test_a_no_to_an_answer_is_not_the_question() -> None:
    said = [turn("先不干了怎么办", ANSWERED), turn("这个勿是我要额", SORRY), turn("转人工", ("handoff", {}))]
    assert rules.find_question(said, "asked") == "先不干了怎么办"
    assert rules.asked_last(said[:2]) == "先不干了怎么办"


def test_build_brief_finds_the_question_when_a_person_was_asked_for_later() -> None:
    said = [
        turn("你好", ("chitchat", {})),
        turn("先不干了怎么办", ANSWERED),
        turn("转人工", ("handoff", {"reason": "asked"})),
    ]
    brief = rules.build_brief(said, "asked", [("所在区", "嘉定区"), ("电话", None)], [{"id": "m-2"}])
    assert brief == {
        "question": "先不干了怎么办",
        "facts": [{"label": "所在区", "value": "嘉定区"}],
        "offered": [{"id": "m-1", "title": "歇业备案"}],
        "reason": "asked",
        "suggestions": [{"id": "m-2"}],
    }


@pytest.mark.parametrize(
    ("said", "reason", "question"),
    [
        ([turn("转人工", ("handoff", {}))], "asked", "转人工"),
        ([turn("问题", ANSWERED), turn("我要投诉", ("handoff", {}))], "complaint", "我要投诉"),
        ([turn("问题", ANSWERED), turn("助手没回的问题")], "unresolved", "助手没回的问题"),
        ([], "asked", ""),
        ([turn("回电", CALL), turn("现在", ("handoff", {}))], "asked", "现在"),
    ],
    ids=["nothing before", "the trigger is the question", "assistant away", "nothing said", "a call only"],
)
def test_find_question_takes_the_last_message_when_it_refers_to_nothing_earlier(
    said: list[rules.Turn], reason: str, question: str
) -> None:
    assert rules.find_question(said, reason) == question


def test_matter_of_a_request_is_nothing_when_only_a_person_was_asked_for() -> None:
    wish = turn("转人工", ("handoff", {}))
    assert rules.find_matter([wish], "asked") is None
    assert rules.find_matter([turn("担保费率多少", ANSWERED), wish], "asked") == "担保费率多少"
    assert rules.find_matter([wish], "complaint") == "转人工"
    assert rules.find_matter([], "asked") is None


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ([turn("问题", ANSWERED), turn("回电", CALL)], "问题"),
        ([turn("问题", ANSWERED), turn("商标的事，回电", CALL_ABOUT)], "商标的事，回电"),
        ([turn("问题", ANSWERED), turn("谢谢", ("chitchat", {}))], "问题"),
        ([turn("回电", CALL)], ""),
        ([], ""),
    ],
    ids=["a call about it", "a call about something else", "talk after it", "nothing before", "nothing said"],
)
def test_question_asked_last_is_the_one_that_was_taken_for_one(said: list[rules.Turn], question: str) -> None:
    assert rules.asked_last(said) == question


def test_build_brief_names_a_measure_once_when_offered_twice() -> None:
    said = [turn("一", ANSWERED), turn("二", ANSWERED)]
    assert rules.build_brief(said, "asked", [], [])["offered"] == [{"id": "m-1", "title": "歇业备案"}]


def test_turns_pairs_replies_with_what_they_answer_when_the_visitor_types_on() -> None:
    def update(seq: int, who: str, text: str, reply_to: int | None = None) -> Update:
        kind = "answer" if who == "bot" else "text"
        sender = Sender(who)  # type: ignore[arg-type]
        return Update("c1", seq, kind, sender, "public", text, {}, NOW, reply_to=reply_to)

    found = rules.turns(
        [
            update(1, "visitor", "一"),
            update(2, "visitor", "二"),
            update(3, "bot", "答一", reply_to=1),
            update(4, "system", "提示"),
        ]
    )
    assert found == [turn("一", ("answer", {})), turn("二")]
