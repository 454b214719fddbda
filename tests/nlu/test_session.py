import os

from bot.nlu.session import InProcessActions, fold, newest_model


def test_fold_joins_text_and_custom_when_they_are_one_utterance():
    elements = [
        {"recipient_id": "a", "text": "答", "buttons": [{"title": "x", "payload": "/y"}]},
        {"recipient_id": "a", "custom": {"type": "answer"}},
        {"recipient_id": "a", "text": "再见"},
    ]
    assert fold(elements) == [
        {"text": "答", "buttons": [{"title": "x", "payload": "/y"}], "custom": {"type": "answer"}},
        {"text": "再见"},
    ]


def test_fold_keeps_customs_apart_when_two_follow_each_other():
    assert fold([{"custom": {"type": "a"}}, {"custom": {"type": "b"}}]) == [
        {"custom": {"type": "a"}}, {"custom": {"type": "b"}},
    ]  # fmt: skip


def test_newest_model_is_the_one_written_last(tmp_path):
    for age, name in ((300, "b.tar.gz"), (100, "a.tar.gz"), (50, "c.txt")):
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (1_700_000_000 - age, 1_700_000_000 - age))
    assert newest_model(tmp_path).name == "a.tar.gz"
    assert newest_model(tmp_path / "b.tar.gz").name == "b.tar.gz"


def test_newest_model_is_none_when_the_folder_is_empty_or_missing(tmp_path):
    assert newest_model(tmp_path) is None
    assert newest_model(tmp_path / "nowhere") is None


async def test_in_process_endpoint_calls_the_function_it_was_given():
    calls = []

    async def run(call):
        calls.append(call)
        return {"events": [], "responses": []}

    answer = await InProcessActions(run).request(json={"next_action": "x"}, method="post")
    assert (calls, answer) == ([{"next_action": "x"}], {"events": [], "responses": []})
