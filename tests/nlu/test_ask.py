import asyncio
import json

import pytest

from bot.cli import ask
from bot.cli.ask import BadLine, Question, parse_line, readable, summarise


def test_line_is_read_with_what_was_said_before():
    line = '{"id": 7, "text": " 怎么办 ", "district": "嘉定区", "before": ["担保费率多少"]}'
    assert parse_line(line) == Question(7, "怎么办", "jiading", ("担保费率多少",))


def test_leading_slash_is_removed_so_that_it_is_no_command():
    assert parse_line('{"id": 1, "text": "//request_human"}').text == "request_human"


SLASHES = ("／restart", " ／/ \t/restart", "\u200b/restart", "\ufeff\x00／restart")


@pytest.mark.parametrize("text", SLASHES)
def test_command_is_only_text_when_slashes_of_any_kind_go_before_it(text):
    assert parse_line(json.dumps({"id": 1, "text": text})).text == "restart"


@pytest.mark.parametrize("text", ["", "  ", " / ", "／／"])
def test_line_is_a_question_without_words_when_its_text_is_blank(text):
    assert parse_line(json.dumps({"id": 1, "text": text})).text == ""


def test_lone_surrogates_are_replaced_when_a_text_has_them():
    assert parse_line('{"id": 1, "text": "税\\ud800怎么报"}').text == "税\ufffd怎么报"


NO_QUESTIONS = (
    "x",
    "[]",
    "{}",
    '{"id": 1}',
    '{"id": 1, "text": 5}',
    '{"text": "a"}',
    '{"id": 1, "text": "a", "before": "b"}',
    '{"id": 1, "text": "a", "before": [1]}',
    '{"id": 1, "text": "a", "district": 3}',
)


@pytest.mark.parametrize("line", NO_QUESTIONS)
def test_line_is_refused_when_it_is_no_question(line):
    with pytest.raises(BadLine):
        parse_line(line)


def summary(custom, intent="ask_tax"):
    return summarise(Question("q", "问", None, ()), intent, 0.9, [{"text": "答", "custom": custom}])


def test_summary_of_an_answer_has_entries_citations_and_confidence():
    custom = {
        "type": "answer", "entries": [{"id": f"e{n}"} for n in range(7)], "confidence": 0.87654,
        "citations": [
            {"document": "法", "number": "1号", "section": "第1条", "date": "2024-01-01", "entry": "e0"},
        ],
    }  # fmt: skip
    value = summary(custom)
    assert value["kind"] == "answer"
    assert value["entries"] == ["e0", "e1", "e2", "e3", "e4"]
    assert value["parts"] == [{"text": "问", "entries": value["entries"]}]
    assert value["citations"] == [{"document": "法", "section": "第1条"}]
    assert value["confidence"] == 0.8765
    assert value["reply"] == "答\n来源：《法》（1号）第1条，2024-01-01"


def test_source_has_no_empty_brackets_when_the_document_has_no_number():
    cited = {"document": "案例", "number": "", "section": "排名18", "date": "2023", "entry": "e0"}
    value = summary({"type": "answer", "entries": [], "confidence": 0.9, "citations": [cited]})
    assert value["reply"] == "答\n来源：《案例》排名18，2023"


@pytest.mark.parametrize(
    ("locale", "line"),
    [
        ("en", "答\nSource: 《税务案例》 1号 第1条 2024-01-01"),
        ("zh-hant", "答\n來源：《稅務案例》（1號）第1條，2024-01-01"),
    ],
)
def test_source_is_named_in_the_language_of_the_reply(locale, line):
    cited = {"document": "税务案例", "number": "1号", "section": "第1条", "date": "2024-01-01", "entry": "e0"}
    element = {"text": "答", "custom": {"type": "answer", "entries": [], "citations": [cited]}}
    value = summarise(Question("q", "问", None, ()), "ask_tax", 0.9, [element], locale=locale)
    assert value["reply"] == line
    assert value["citations"] == [{"document": "税务案例", "section": "第1条"}]


def test_summary_names_each_entry_once_when_two_options_share_it():
    options = [{"entry": "e1", "label": "甲"}, {"entry": "e1", "label": "乙"}]
    custom = {"type": "choices", "options": options}
    assert summary(custom)["entries"] == ["e1"]


def test_summary_kind_is_handoff_when_a_yes_accepted_a_person():
    assert summary({"type": "handoff", "reason": "asked"}, "affirm")["kind"] == "handoff"


@pytest.mark.parametrize("kind", ["choices", "not_covered"])
def test_summary_confidence_is_the_best_score_when_nothing_was_answered(kind):
    value = summarise(Question("q", "问", None, ()), "ask_tax", 0.9, [{"custom": {"type": kind}}], 0.31)
    assert value["confidence"] == 0.31


@pytest.mark.parametrize("intent", ["affirm", "deny"])
def test_summary_kind_is_the_reaction_when_the_message_is_one(intent):
    assert summary({"type": "closing", "resolved": True}, intent)["kind"] == intent


def test_summary_has_the_parts_when_several_questions_were_answered():
    parts = [{"text": "甲", "entries": ["e1", "e2"]}, {"text": "乙", "entries": ["e3"]}]
    entries = [{"id": "e1"}, {"id": "e3"}, {"id": "e2"}]
    custom = {"type": "answer", "entries": entries, "citations": [], "confidence": 0.9, "parts": parts}
    assert summary(custom)["parts"] == parts
    assert summary(custom)["entries"] == ["e1", "e3", "e2"]


def test_summary_lists_what_fits_and_may_fit_by_score():
    entries = [{"id": "e1", "score": 0.9}, {"id": "e2", "score": 0.3}]
    custom = {"type": "form", "entries": entries, "may_fit": [{"id": "e3", "score": 0.5}]}
    assert (summary(custom)["kind"], summary(custom)["entries"]) == ("form", ["e1", "e3", "e2"])


@pytest.mark.parametrize(
    ("custom", "kind"),
    [
        ({"type": "form", "entries": []}, "form"),
        ({"type": "handoff", "reason": "sensitive"}, "handoff"),
        ({"type": "handoff", "reason": "unresolved"}, "deny"),
    ],
)
def test_summary_kind_is_no_reaction_when_a_form_or_an_alarm_took_the_message(custom, kind):
    assert summary(custom, "deny")["kind"] == kind


def test_readable_reply_shows_source_near_entries_and_buttons():
    citation = {"document": "法", "number": "1号", "section": "第1条", "date": "2024-01-01", "entry": "a"}
    entries = [{"id": "a"}, {"id": "b", "title": "融资", "point": "贴息"}]
    custom = {"type": "answer", "entries": entries, "citations": [citation]}
    element = {"text": "答", "custom": custom, "buttons": [{"title": "解决了", "payload": "/affirm"}]}
    assert list(readable([element])) == [
        "答", "来源：《法》（1号）第1条，2024-01-01", "  相近：融资 · 贴息（b）", "  [解决了]",
    ]  # fmt: skip


class FakeAssistant:
    def __init__(self, folder):
        pass

    async def ask(self, question):
        if question.text == "坏":
            raise RuntimeError("broken")
        return {"id": question.id}, []


def test_batch_answers_good_lines_and_names_bad_ones(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(ask, "Assistant", FakeAssistant)
    lines = ['{"id": "a", "text": "甲"}\n', "nonsense\n", "\n", '{"id": "b", "text": "乙"}\n']
    lines = [line.encode() for line in lines]
    assert asyncio.run(ask.run_batch(tmp_path, lines)) == 2
    out, err = capsys.readouterr()
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["a", "b"]
    assert "第 2 行" in err and "第 3 行" not in err


def test_batch_goes_on_when_one_question_fails(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(ask, "Assistant", FakeAssistant)
    lines = ['{"id": "a", "text": "坏"}'.encode(), '{"id": "\\ud800", "text": "乙"}'.encode()]
    assert asyncio.run(ask.run_batch(tmp_path, lines)) == 1
    out, err = capsys.readouterr()
    first, second = map(json.loads, out.splitlines())
    assert (first["id"], first["kind"], second["id"]) == ("a", "not_covered", "\ud800")
    assert "第 1 行" in err and "broken" in err


def test_batch_names_the_line_when_it_is_not_utf8(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(ask, "Assistant", FakeAssistant)
    lines = ['{"id": 1, "text": "怎么办"}'.encode("gbk"), b'{"id": 2, "text": "tax"}']
    assert asyncio.run(ask.run_batch(tmp_path, lines)) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["id"] == 2 and "第 1 行" in err


@pytest.mark.parametrize("arguments", [[], ["问题", "--batch", "x"]])
def test_call_is_refused_when_it_is_not_one_of_text_and_batch(arguments):
    with pytest.raises(SystemExit) as caught:
        ask.main(arguments)
    assert caught.value.code == 2


def test_missing_batch_file_is_named(capsys, tmp_path):
    assert ask.main(["--batch", str(tmp_path / "none.jsonl")]) == 2
    assert "none.jsonl" in capsys.readouterr().err


def test_missing_model_says_how_to_train(capsys, tmp_path):
    assert ask.main(["你好", "--model", str(tmp_path)]) == 1
    assert "./bangban train" in capsys.readouterr().err


def test_kind_is_handoff_when_the_visitor_wishes_to_be_called():
    assert summary({"type": "ticket", "action": "create"}, "request_human")["kind"] == "handoff"
    assert summary({"type": "ticket", "action": "status"}, "ticket_status")["kind"] == "ticket"
