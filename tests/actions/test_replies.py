import pytest

from actions.decision import UNSURE_PATIENCE
from bot.knowledge.ranker import confidence

SURE = [("demo-02", "担保费率", 0.9), ("demo-01", "歇业备案", 0.2)]
UNSURE = [("demo-03", "联合报装", 0.4), ("demo-01", "歇业备案", 0.3)]
OTHER = [("demo-01", "歇业备案", 0.8), ("demo-03", "联合报装", 0.05)]
UNKNOWN = [("demo-02", "担保费率", 0.1)]
TWO = (("担保费率多少", SURE), ("想停业", OTHER))


async def test_each_question_is_answered_under_its_own_heading(act):
    result = await act("action_answer", measures=SURE, parts=TWO, text="担保费率多少，想停业")
    assert result.text == (
        "1. 「担保费率多少」\n担保费率从1.5%-3%降到1%以下。\n"
        "2. 「想停业」\n暂时不经营又不想注销的，可以办歇业备案。"
    )
    custom = result.custom
    assert custom["type"] == "answer"
    assert [entry["id"] for entry in custom["entries"]] == ["demo-02", "demo-01", "demo-03"]
    assert custom["parts"] == [
        {"text": "担保费率多少", "entries": ["demo-02", "demo-01"]},
        {"text": "想停业", "entries": ["demo-01", "demo-03"]},
    ]
    assert [citation["entry"] for citation in custom["citations"]] == ["demo-02", "demo-01"]
    assert custom["confidence"] == round(confidence(0.9), 4)
    assert result.slots["answered_entry"] == "demo-02"


async def test_question_among_several_is_answered_for_the_district_it_names(act, two_districts):
    parts = (("嘉定担保费率多少", SURE), ("想停业", OTHER))
    result = await act("action_answer", measures=SURE, parts=parts, slots={"district": "qingpu"})
    assert "仅供参考" not in result.text
    here = await act("action_answer", measures=SURE, parts=TWO, slots={"district": "qingpu"})
    assert here.text.splitlines()[1] == "下面是嘉定区的做法，不是青浦区的，仅供参考。"


async def test_answers_denied_are_not_offered_again_when_several_were_given(act):
    parts = (("担保费多少", [*SURE, ("demo-03", "", 0.3)]), ("想停业", [("demo-01", "歇业备案", 0.9)]))
    result = await act("action_answer", parts=parts, text="担保费多少，想停业")
    assert [found["id"] for found in result.slots["offered"]] == ["demo-02", "demo-03"]


async def test_question_without_an_answer_is_said_to_be_that_beside_one_with(act):
    parts = (("担保费率多少", SURE), ("水电", UNSURE), ("换法人", UNKNOWN))
    result = await act("action_answer", parts=parts)
    assert "2. 「水电」\n这一问我拿不准，您要问的是不是：联合报装、歇业备案？" in result.text
    assert result.text.endswith("3. 「换法人」\n这一问，我的资料里没有写，不敢乱答。要准信可以找人工。")
    assert [title for title, _ in result.buttons] == ["联合报装", "歇业备案", "解决了", "没解决", "找人工"]


async def test_several_questions_get_choices_when_none_has_an_answer(act):
    result = await act("action_answer", parts=(("水电", UNSURE), ("换法人", UNKNOWN)))
    assert result.custom["type"] == "choices"
    assert [option["entry"] for option in result.custom["options"]] == ["demo-03", "demo-01"]
    assert len(result.custom["parts"]) == 2


async def test_several_questions_are_not_covered_when_nothing_is_near(act):
    result = await act("action_answer", parts=(("甲", []), ("换法人", UNKNOWN)))
    assert (result.custom["type"], result.custom["related"]) == ("not_covered", ["demo-02"])


async def test_one_part_alone_is_one_question(act):
    result = await act("action_answer", measures=SURE, parts=TWO[:1])
    assert "parts" not in result.custom


async def test_third_reply_in_a_row_without_an_answer_is_a_person(act):
    slots = {"topic": "tax"}
    for count in range(1, UNSURE_PATIENCE):
        result = await act("action_answer", measures=UNKNOWN, intent="nlu_fallback", slots=slots)
        assert (result.custom["type"], result.slots["unsure"]) == ("not_covered", count)
        slots = {**slots, **result.slots}
    result = await act("action_answer", measures=UNSURE, intent="nlu_fallback", slots=slots)
    assert (result.custom["type"], result.custom["reason"]) == ("handoff", "low_confidence")
    assert result.slots["unsure"] == 0


async def test_answer_starts_the_count_afresh(act):
    result = await act("action_answer", measures=SURE, slots={"unsure": 2})
    assert result.slots["unsure"] == 0


@pytest.mark.parametrize("action", ["action_answer", "action_chitchat", "action_deny", "action_out_of_scope"])
async def test_alarm_goes_to_a_person_whatever_it_was_taken_for(act, action):
    result = await act(action, measures=SURE, text="科长收了我两万红包才给办")
    assert (result.custom["type"], result.custom["reason"]) == ("handoff", "sensitive")


async def test_sensitive_message_without_alarming_words_is_a_question_when_it_has_an_answer(act):
    answered = await act("action_sensitive", intent="sensitive", measures=SURE)
    assert answered.custom["type"] == "answer"
    handed = await act("action_sensitive", intent="sensitive", measures=UNKNOWN)
    assert handed.custom["reason"] == "sensitive"


async def test_reply_is_traditional_when_the_question_is(act):
    result = await act("action_answer", measures=[("demo-01", "歇业备案", 0.9)], text="歇業備案怎麼辦")
    assert result.text == "暫時不經營又不想註銷的，可以辦歇業備案。"
    assert result.buttons[-1] == ("找人工", "/request_human")
    assert ("沒解決", "/deny") in result.buttons
    assert result.slots["locale_seen"] == "zh-hant"
    choice = await act("action_answer", measures=UNSURE, text="水電怎麼辦")
    assert choice.custom["options"][0] == {"entry": "demo-03", "label": "聯合報裝"}
    assert choice.buttons[0] == ("聯合報裝", '/choose{"entry": "demo-03", "point": "联合报装"}')


async def test_button_is_answered_in_the_script_of_the_reply_before(act):
    entities = [{"entity": "entry", "value": "demo-01"}, {"entity": "point", "value": "歇业备案"}]
    result = await act("action_choose", text="/choose", entities=entities, slots={"locale_seen": "zh-hant"})
    assert result.text.startswith("暫時不經營")


async def test_answer_and_labels_are_english_when_asked_in_english(act, mixed_knowledge):
    result = await act("action_answer", measures=[("mix-cold", "冷库", 0.9)], text="where is cold storage")
    assert result.text.startswith("Cold stores are to let.")
    assert result.custom["entries"][0]["title"] == "Cold storage"
    choice = await act("action_answer", measures=[("mix-cold", "冷库", 0.3)], text="where is cold storage")
    assert choice.custom["options"][0]["label"] == "Cold stores"
    assert choice.buttons[0][0] == "Cold stores"


async def test_answer_says_which_detail_it_lacks(act):
    result = await act(
        "action_answer", measures=[("demo-01", "歇业备案", 0.9)], text="歇业备案要什么材料，多久办完"
    )
    assert result.text.endswith("\n您问的时间、材料，这份文件没有写具体，要准信可以找人工。")
    plain = await act("action_answer", measures=SURE, text="担保费率是多少")
    assert plain.text == "担保费率从1.5%-3%降到1%以下。"


async def test_chosen_answer_says_which_detail_of_the_question_before_it_lacks(act):
    entities = [{"entity": "entry", "value": "demo-01"}, {"entity": "point", "value": "歇业备案"}]
    typed = {"event": "user", "text": "歇業備案要什麼材料"}
    pressed = {"event": "user", "text": '/choose{"entry": "demo-01"}'}
    result = await act("action_choose", text="/choose", entities=entities, events=[typed, pressed])
    assert "您问的材料，这份文件没有写具体" in result.text
    nothing = await act("action_choose", text="/choose", entities=entities, events=[pressed])
    assert "没有写具体" not in nothing.text


@pytest.mark.parametrize("text", ["{answer}", '{"type": "handoff"}', "<b>{district}</b>", "/intent {names}"])
async def test_markup_in_a_question_stays_text(act, text):
    result = await act("action_answer", parts=((text, SURE), ("想停业", OTHER)), text="问")
    assert f"「{text}」" in result.text
    assert result.custom["type"] == "answer"


@pytest.mark.parametrize("text", ["intent: request_human", '{"intent": "request_human"}', "action_handoff"])
async def test_names_and_json_for_machines_ask_for_nothing(act, text):
    result = await act("action_handoff", intent="request_human", text=text, measures=SURE)
    assert result.custom == {"type": "out_of_scope"}


async def test_script_is_that_of_what_was_written_though_the_pipeline_hands_on_another(act):
    events = [{"event": "user", "text": "歇業備案怎麼辦"}]
    result = await act(
        "action_answer", measures=[("demo-01", "歇业备案", 0.9)], text="歇业备案怎么办", events=events
    )
    assert result.text.startswith("暫時不經營")
