import json

import pytest

from bot.knowledge.enterprise import read_facts

MOTORS = "嘉定的厂，想拿专利换贷款，再招一批技工，符合哪些"
COLD = "青浦做冷链的，想换大冷库，有什么政策"
CHECKLIST = [{"entity": "checklist", "value": "demo_close"}]
SURE = [("demo-02", "担保费率", 0.9)]


@pytest.fixture
def mixed(act, mixed_knowledge):
    return act


def step_of(number, step="checklist"):
    return {"guide": {"form": step, "checklist": "demo_close", "step": number}}


async def asked(act, text=COLD):
    return (await act("action_eligibility", intent="describe_enterprise", text=text)).slots


async def test_description_is_answered_with_what_fits_and_why(mixed):
    result = await mixed("action_eligibility", intent="describe_enterprise", text=MOTORS)
    custom = result.custom
    assert (custom["type"], custom["form"], custom["step"]) == ("form", "eligibility", 1)
    assert [entry["id"] for entry in custom["entries"]] == ["mix-jobs", "mix-patent"]
    assert custom["entries"][1]["why"] == "您要办贷款、知识产权；就是嘉定区的措施"
    assert custom["may_fit"][0]["id"] == "mix-loan"
    assert (custom["may_fit"][0]["district"], custom["may_fit"][0]["missing"]) == ("青浦区", ["企业有多大"])
    assert custom["facts"]["district"] == "jiading"
    assert custom["known"].startswith("按您说的算：嘉定区、制造业、")
    assert custom["question"].startswith("再问一句：企业有多大")
    assert result.text.startswith(f"{custom['known']}\n符合的有：\n1. 招工服务（嘉定区）：您要办")
    assert result.text.endswith(custom["question"])
    assert {citation["entry"] for citation in custom["citations"]} == {"mix-jobs", "mix-patent"}


async def test_description_opens_a_question_with_buttons_to_choose_skip_or_leave(mixed):
    result = await mixed("action_eligibility", intent="describe_enterprise", text=MOTORS)
    assert result.custom["asks"][0] == "sizes"
    assert result.slots["guide"]["asking"] == "sizes"
    titles = [title for title, _ in result.buttons]
    assert titles[:2] == ["招聘会", "质押融资"]
    assert titles[-2:] == ["跳过", "不填了"]
    chosen = dict(result.buttons)["小型企业"]
    assert chosen.startswith("/describe_enterprise{")
    assert json.loads(chosen.removeprefix("/describe_enterprise")) == {"fact": "sizes", "value": "small"}


async def test_button_of_the_form_adds_its_fact(mixed):
    slots = await asked(mixed, MOTORS)
    entities = [{"entity": "fact", "value": "sizes"}, {"entity": "value", "value": "small"}]
    result = await mixed("action_eligibility", intent="describe_enterprise", text="/describe_enterprise",
                         entities=entities, slots=slots)  # fmt: skip
    assert "mix-loan" in [entry["id"] for entry in result.custom["entries"]]
    assert result.custom["may_fit"] == []


async def test_typed_reply_to_the_open_question_adds_its_fact_whatever_the_intent(mixed):
    slots = await asked(mixed, MOTORS)
    result = await mixed("action_answer", intent="nlu_fallback", text="四十来号人", slots=slots)
    assert "mix-loan" in [entry["id"] for entry in result.custom["entries"]]
    assert result.custom["facts"]["headcount"] == 40


@pytest.mark.parametrize(("text", "intent"), [("不知道", "deny"), ("跳过", "nlu_fallback"), ("没有", "deny")])
async def test_skipped_question_is_not_asked_again(mixed, text, intent):
    slots = await asked(mixed, MOTORS)
    action = "action_deny" if intent == "deny" else "action_answer"
    result = await mixed(action, intent=intent, text=text, slots=slots)
    assert result.custom["type"] == "form"
    assert "sizes" not in result.custom["asks"]


async def test_question_in_between_is_answered_and_the_form_offered_again(mixed):
    slots = await asked(mixed, MOTORS)
    found = [("mix-cold", "冷库", 0.9)]
    result = await mixed("action_answer", measures=found, text="对了，哪里有冷库可以租呢？", slots=slots)
    assert result.custom["type"] == "answer"
    assert result.text.endswith("刚才算到一半，点「接着算」继续。")
    assert result.buttons[:2] == [("接着算", "/continue_form"), ("不填了", "/leave_form")]
    assert "guide" not in result.slots
    again = await mixed("action_continue_form", intent="continue_form", text="/continue_form", slots=slots)
    assert again.slots["guide"]["asking"] == "sizes"


@pytest.mark.parametrize("text", ["算了", "不填了", "不想弄了", "never mind"])
async def test_form_is_left_when_the_visitor_says_so(mixed, text):
    slots = await asked(mixed, MOTORS)
    result = await mixed("action_deny", intent="deny", text=text, slots=slots)
    assert (result.custom["form"], result.custom["step"]) == ("eligibility", "left")
    assert result.slots["guide"] is None


async def test_form_is_closed_by_a_handoff(mixed):
    slots = await asked(mixed, MOTORS)
    result = await mixed("action_handoff", intent="request_human", text="转人工", slots=slots)
    assert (result.custom["type"], result.slots["guide"]) == ("handoff", None)


async def test_form_asks_for_needs_first_when_nothing_was_said(mixed):
    result = await mixed("action_eligibility", intent="describe_enterprise", text="我们能享受什么政策")
    assert (result.custom["entries"], result.custom["asks"][0]) == ([], "needs")
    assert result.text.startswith("再问一句：您眼下最想办成什么")


async def test_form_ends_after_three_questions(mixed):
    slots = await asked(mixed, "我们能享受什么政策")
    for _ in range(3):
        skip = [{"entity": "fact", "value": slots["guide"]["asking"]}, {"entity": "value", "value": "skip"}]
        result = await mixed("action_eligibility", text="/describe_enterprise", entities=skip, slots=slots)
        slots = result.slots
    assert slots["guide"] is None
    assert ("没解决", "/deny") in result.buttons


async def test_district_of_the_widget_counts_when_none_was_said(mixed):
    result = await mixed("action_eligibility", text="我们想贷款", metadata={"district": "jiading"})
    assert result.custom["facts"]["district"] == "jiading"


async def test_description_in_english_is_answered_in_english(mixed):
    text = "We are a factory in Jiading and want to borrow money on our patents. What fits us?"
    result = await mixed("action_eligibility", intent="describe_enterprise", text=text)
    assert result.custom["entries"][0]["title"] == "Patents as security"
    assert "you want" in result.text and not any("\u4e00" <= letter <= "\u9fff" for letter in result.text)
    assert (result.buttons[0][0], result.buttons[0][1][:7]) == ("Borrowing on patents", "/choose")
    assert result.buttons[-1][0] == "Leave the form"


async def test_what_fits_can_be_denied_like_an_answer(mixed):
    slots = await asked(mixed, MOTORS)
    result = await mixed("action_deny", intent="deny", text="这些都不对头", slots={**slots, "guide": None})
    assert result.response == "utter_sorry_choices"
    assert result.custom["options"][0]["entry"] == "mix-patent"


async def test_checklist_starts_at_its_first_step(act):
    result = await act("action_checklist", intent="start_checklist", text="歇业一步步带我办")
    assert result.custom == {
        "type": "form", "form": "checklist", "checklist": "demo_close", "step": 1, "of": 3,
        "title": "停业一件事",
        "entries": [{"id": "demo-01", "point": "网上登记", "score": 1.0, "title": "网上登记"}],
        "citations": [{"document": "示例区优化营商环境办法", "number": "示例〔2024〕1号", "section": "第1条",
                       "date": "2024-03-01", "entry": "demo-01"}],
    }  # fmt: skip
    assert result.text == "停业一件事（嘉定区），第 1 步，共 3 步：网上登记\n设立、变更、注销都能在网上办。"
    assert [title for title, _ in result.buttons] == ["下一步", "这步有问题", "结束"]
    assert result.slots["guide"] == {"form": "checklist", "checklist": "demo_close", "step": 1}


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        (None, "停业一件事（青浦区），第 1 步"),
        ("qingpu", "停业一件事（青浦区），第 1 步"),
        ("jiading", "下面是青浦区的做法，不是嘉定区的，仅供参考。"),
    ],
)
async def test_checklist_says_whose_it_is_when_it_is_another_districts(act, two_districts, asked, first):
    metadata = {"district": asked}
    result = await act("action_checklist", text="歇业一步步带我办", metadata=metadata)
    assert result.text.startswith(first)
    onward = await act("action_checklist", text="下一步", metadata=metadata, slots=result.slots)
    assert "停业一件事" in onward.text.splitlines()[0]


async def test_checklist_is_heard_in_words_whatever_the_intent(act):
    result = await act("action_answer", intent="ask_registration", measures=SURE, text="带我一步步办歇业")
    assert (result.custom["form"], result.custom["step"]) == ("checklist", 1)


@pytest.mark.parametrize(
    "text",
    ["歇业的手续一样样列给我", "停业先做什么后做什么", "给我一份停业的办事清单", "歇业流程过一遍",
     "按步骤来办歇业", "歇业从第一步讲起", "停业要办的排个次序",
     "可以一步一步带我办歇业吗", "歇业的步骤，开始吧", "停业分几步，教我办", "歇业的步骤清单"],
)  # fmt: skip
async def test_wish_to_be_led_is_heard_in_many_words(act, text):
    result = await act("action_answer", intent="ask_registration", measures=SURE, text=text)
    assert (result.custom.get("form"), result.custom.get("step")) == ("checklist", 1)


async def test_long_story_asks_for_something_of_its_own(act):
    story = "我们店打算停业半年，房东不肯退押金，去年的账也没有理清，" * 2 + "一步步来的话贷款能不能续"
    assert (await act("action_answer", measures=SURE, text=story)).custom["type"] == "answer"


@pytest.mark.parametrize(
    "text",
    ["歇业的流程走一遍要多久", "歇业要不要看负面清单", "停业要列入豁免清单的条件", "给个材料清单，停业",
     "停业的人一项一项查我们", "嘉定的免罚清单，停业给一份清单", "停业按步骤要几天", "歇业第一步要什么材料"],
)  # fmt: skip
async def test_asking_for_one_fact_opens_no_checklist(act, text):
    assert (await act("action_answer", measures=SURE, text=text)).custom["type"] == "answer"


@pytest.mark.parametrize("text", ["歇业有没有人手把手教", "窗口的人肯一步步教我办歇业吗"])
async def test_asking_whether_somebody_leads_through_it_is_a_question(act, text):
    result = await act("action_answer", measures=SURE, text=text)
    assert result.custom["type"] == "answer"


async def test_question_that_names_no_checklist_is_a_question(act):
    result = await act("action_checklist", intent="start_checklist", measures=SURE, text="一步步教我贷款")
    assert result.custom["type"] == "answer"


MOVES = [("下一步", 1, 2), ("继续吧", 2, 3), ("上一步", 2, 1), ("next", 1, 2), ("上一步", 1, 1)]


@pytest.mark.parametrize(("text", "at", "to"), MOVES)
async def test_checklist_moves_by_typed_words(act, text, at, to):
    result = await act("action_answer", intent="nlu_fallback", text=text, slots=step_of(at))
    assert result.custom["step"] == to


async def test_checklist_moves_by_its_buttons(act):
    first = await act("action_checklist", text="歇业一步步带我办")
    payload = dict(first.buttons)["下一步"]
    said = json.loads(payload.removeprefix("/start_checklist"))
    entities = [{"entity": name, "value": value} for name, value in said.items()]
    second = await act("action_checklist", text=payload, entities=entities, slots=first.slots)
    assert second.custom["step"] == 2
    assert [title for title, _ in second.buttons] == ["下一步", "上一步", "这步有问题", "结束"]


async def test_checklist_ends_after_its_last_step(act):
    last = await act("action_answer", text="下一步", slots=step_of(2))
    assert last.buttons[0][0] == "走完了"
    done = await act("action_answer", text="下一步", slots=step_of(3))
    assert (done.custom["step"], done.slots["guide"], done.slots["answered"]) == ("done", None, True)


async def test_step_with_a_problem_can_be_asked_about_freely(act):
    entities = [*CHECKLIST, {"entity": "step", "value": "help"}]
    result = await act("action_checklist", text="/start_checklist", entities=entities, slots=step_of(2))
    assert result.response == "utter_checklist_help" and "歇业备案" in result.text
    answer = await act("action_answer", measures=SURE, text="担保费率是多少", slots=step_of(2))
    assert answer.custom["type"] == "answer"
    assert answer.buttons[0] == ("接着办", "/continue_form")
    again = await act("action_continue_form", text="/continue_form", slots=step_of(2))
    assert again.custom["step"] == 2


async def test_checklist_is_left_by_its_button(act):
    result = await act("action_leave_form", intent="leave_form", text="/leave_form", slots=step_of(2))
    assert (result.custom["step"], result.slots["guide"]) == ("left", None)


async def test_answer_offers_the_checklist_its_point_belongs_to(act):
    result = await act("action_answer", measures=[("demo-01", "歇业备案", 0.9)])
    assert result.buttons[0] == ("一步步办：停业一件事", '/start_checklist{"checklist": "demo_close"}')
    other = await act("action_answer", measures=SURE)
    assert "一步步办" not in str(other.buttons)


async def test_checklist_that_is_gone_is_left(act):
    slots = {"guide": {"form": "checklist", "checklist": "gone", "step": 1}}
    result = await act("action_continue_form", text="/continue_form", slots=slots)
    assert result.custom["step"] == "left"


def test_facts_of_these_tests_are_what_they_seem():
    assert set(read_facts(MOTORS).needs) == {"loan", "ip", "hiring", "skills"}


@pytest.mark.parametrize(("score", "kind"), [(0.9, "answer"), (0.4, "form")])
async def test_description_taken_for_a_question_is_told_what_fits_when_there_is_no_answer(mixed, score, kind):
    result = await mixed("action_answer", measures=[("mix-patent", "质押融资", score)], text=MOTORS)
    assert result.custom["type"] == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [("四十来号人", "form"), ("跳过", "form"), ("转人工", "handoff"), ("换个人来", "handoff")],
)
async def test_short_reply_is_a_request_for_a_person_only_when_it_names_one(mixed, text, kind):
    slots = await asked(mixed, MOTORS)
    result = await mixed("action_handoff", intent="request_human", text=text, slots=slots)
    assert result.custom["type"] == kind
