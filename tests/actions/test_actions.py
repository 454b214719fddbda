import json
from pathlib import Path

import pytest
import yaml

from actions.decision import ANSWER, MOST_CHOICES, OFFER, decide
from actions.inprocess import registered
from bot.knowledge.conditions import VOCABULARY
from bot.knowledge.details import ASKED
from bot.knowledge.ranked import Ranked
from bot.knowledge.ranker import confidence

ROOT = Path(__file__).resolve().parents[2]
SURE = [("demo-02", "担保费率", 0.9), ("demo-01", "歇业备案", 0.2), ("demo-03", "联合报装", 0.001)]
PLAUSIBLE = [("demo-02", "担保费率", 0.6)]
UNSURE = [("demo-02", "担保费率", 0.4), ("demo-01", "歇业备案", 0.3), ("demo-03", "联合报装", 0.01)]
UNKNOWN = [("demo-02", "担保费率", 0.1), ("demo-01", "歇业备案", 0.02)]
OFFERED = [{"id": i, "point": p, "score": s} for i, p, s in SURE]


async def test_answer_gives_words_source_and_entries_when_sure(act):
    result = await act("action_answer", measures=SURE, intent="ask_financing")
    assert result.response == "utter_answer"
    assert result.custom == {
        "type": "answer", "confidence": round(confidence(0.9), 4),
        "entries": [
            {"id": "demo-02", "point": "担保费率", "score": 0.9, "title": "融资更给力"},
            {"id": "demo-01", "point": "歇业备案", "score": 0.2, "title": "准入退出更便利"},
        ],
        "citations": [{"document": "示例区优化营商环境办法", "number": "示例〔2024〕1号", "section": "第2条",
                       "date": "2024-03-01", "entry": "demo-02"}],
    }  # fmt: skip
    assert result.text == "担保费率从1.5%-3%降到1%以下。"
    assert result.slots["answered"] is True
    assert result.slots["topic"] == "financing"
    assert result.slots["offered"][0] == {"id": "demo-02", "point": "担保费率", "score": 0.9}


async def test_answer_offers_choices_when_unsure(act):
    result = await act("action_answer", measures=UNSURE)
    assert result.custom == {
        "type": "choices",
        "options": [{"entry": "demo-02", "label": "担保费率"}, {"entry": "demo-01", "label": "歇业备案"}],
    }
    label, payload = result.buttons[0]
    assert label == "担保费率"
    assert payload.startswith("/choose{")
    assert json.loads(payload.removeprefix("/choose")) == {"entry": "demo-02", "point": "担保费率"}
    assert result.slots["answered"] is False


async def test_answer_says_not_covered_and_names_what_is_near(act):
    result = await act("action_answer", measures=UNKNOWN)
    assert result.response == "utter_not_covered_near"
    assert result.custom == {"type": "not_covered", "related": ["demo-02"]}


async def test_answer_says_not_covered_when_nothing_was_found(act):
    result = await act("action_answer", measures=(), intent="nlu_fallback")
    assert (result.response, result.custom) == ("utter_not_covered", {"type": "not_covered", "related": []})


async def test_answer_leaves_out_entries_the_knowledge_base_lost(act):
    result = await act("action_answer", measures=[("gone-01", "x", 0.99), *SURE])
    assert [entry["id"] for entry in result.custom["entries"]] == ["demo-02", "demo-01"]


async def test_answer_of_another_district_is_said_to_be_that(act):
    sure = [("demo-02", "担保费率", 0.98)]
    result = await act("action_answer", measures=sure, metadata={"district": "qingpu"})
    assert result.response == "utter_answer_unheld"
    assert result.text.startswith("我手上还没有青浦区的资料，下面是嘉定区的做法")


async def test_answer_is_plain_when_the_district_is_the_visitors(act):
    result = await act("action_answer", measures=SURE, metadata={"district": "jiading"})
    assert result.response == "utter_answer"


async def test_answer_of_another_district_is_as_sure_as_any(act):
    measures = [("demo-02", "担保费率", ANSWER + 0.05)]
    result = await act("action_answer", measures=measures, slots={"district": "qingpu"})
    assert result.custom["confidence"] == pytest.approx(confidence(ANSWER + 0.05), abs=1e-4)


async def test_answer_of_another_district_does_not_claim_that_none_is_held_when_one_is(act, two_districts):
    measures = [("demo-02", "担保费率", 0.98)]
    result = await act("action_answer", measures=measures, metadata={"district": "qingpu"})
    assert result.response == "utter_answer_elsewhere"


@pytest.mark.parametrize(
    ("said", "widget", "before", "response"),
    [
        (None, "jiading", "qingpu", "utter_answer"),
        ("qingpu", "jiading", None, "utter_answer_unheld"),
        (None, None, "qingpu", "utter_answer_unheld"),
        ("nowhere", "jiading", None, "utter_answer"),
    ],
)
async def test_district_is_said_now_or_the_widgets_or_said_before(act, said, widget, before, response):
    entities = [{"entity": "district", "value": said}] if said else []
    result = await act("action_answer", measures=SURE, entities=entities, metadata={"district": widget},
                       slots={"district": before})  # fmt: skip
    assert result.response == response


@pytest.mark.parametrize(
    ("metadata", "text"), [({"locale": "en"}, "问"), ({"locale": "zh"}, "how much is the fee")]
)
async def test_reply_is_english_when_asked_so_or_asked_in_english(act, metadata, text):
    result = await act("action_answer", measures=SURE, metadata=metadata, text=text)
    assert result.response == "utter_answer_en"


@pytest.mark.parametrize(
    ("read", "response"),
    [("担保费率多少", "utter_answer"), ("danbao feilv duoshao", "utter_answer_en")],
)
async def test_pinyin_is_answered_in_chinese_when_the_pipeline_could_read_it(act, read, response):
    written = [{"event": "user", "text": "danbao feilv duoshao"}]
    assert (await act("action_answer", measures=SURE, text=read, events=written)).response == response


@pytest.mark.parametrize(
    ("text", "seen", "metadata", "locale"),
    [
        ("/request_human", "zh", "en", "zh"),
        ('/choose{"entry": "demo-02"}', None, "zh", "zh"),
        ("/affirm", "en", "zh", "en"),
        ("/affirm", None, "en", "en"),
        ("12345", "en", "zh", "en"),
        ("怎么办", "en", "zh", "zh"),
    ],
)
async def test_language_is_of_the_last_typed_text(act, text, seen, metadata, locale):
    slots, metadata = {"locale_seen": seen}, {"locale": metadata}
    result = await act("action_handoff", text=text, slots=slots, metadata=metadata)
    assert result.response == "utter_handoff_asked" + ("_en" if locale == "en" else "")
    assert result.slots["locale_seen"] == locale


async def test_buttons_to_refuse_come_after_the_options(act):
    result = await act("action_answer", measures=UNSURE)
    assert [payload.split("{")[0] for _, payload in result.buttons] == [
        "/choose", "/choose", "/deny", "/request_human"
    ]  # fmt: skip


@pytest.mark.parametrize("action", ["action_answer", "action_deny"])
async def test_person_is_remembered_as_offered_and_a_yes_hands_off(act, action):
    offered = await act(action, intent="deny", slots={"topic": "tax"})
    assert offered.slots["person_offered"] is True
    result = await act("action_close", intent="affirm", slots={"person_offered": True, "topic": "tax"})
    assert (result.custom["reason"], result.custom["department"]) == ("asked", "税务局")
    assert result.slots["person_offered"] is False


async def test_offered_person_is_forgotten_when_another_reply_follows(act):
    result = await act("action_answer", measures=SURE, slots={"person_offered": True})
    assert result.slots["person_offered"] is False


async def test_answer_has_the_topic_of_its_point_whatever_the_intent_was(act):
    result = await act("action_answer", measures=SURE, intent="nlu_fallback", slots={"topic": "tax"})
    assert result.slots["topic"] == "financing"


@pytest.mark.parametrize(("before", "denials"), [("demo-01", 0), ("demo-02", 1)])
async def test_denials_start_afresh_only_when_another_entry_is_answered(act, before, denials):
    slots = {"answered_entry": before, "denials": 1}
    result = await act("action_answer", measures=SURE, slots=slots)
    assert result.slots.get("denials", 1) == denials


async def test_denials_go_on_when_a_choice_is_pressed(act):
    entities = [{"entity": "entry", "value": "demo-02"}, {"entity": "point", "value": "首贷贴息"}]
    result = await act("action_choose", intent="choose", entities=entities, slots={"denials": 1})
    assert result.slots["denials"] == 1


async def test_choice_is_answered_with_certainty(act):
    entities = [{"entity": "entry", "value": "demo-02"}, {"entity": "point", "value": "首贷贴息"}]
    result = await act("action_choose", intent="choose", entities=entities)
    assert result.custom["entries"] == [
        {"id": "demo-02", "point": "首贷贴息", "score": 1.0, "title": "融资更给力"}
    ]
    assert result.slots["topic"] == "policy"


async def test_choice_is_answered_with_the_measure_when_the_point_is_gone(act):
    entities = [{"entity": "entry", "value": "demo-02"}, {"entity": "point", "value": "旧名字"}]
    result = await act("action_choose", intent="choose", entities=entities)
    assert result.text == "担保费率降到1%以下。首次贷款有贴息。"
    assert result.custom["entries"][0]["point"] is None


@pytest.mark.parametrize("entities", [[], [{"entity": "entry", "value": "gone-01"}]])
async def test_choice_is_not_covered_when_the_entry_is_gone(act, entities):
    result = await act("action_choose", intent="choose", entities=entities)
    assert result.custom == {"type": "not_covered", "related": []}


async def test_handoff_names_the_department_of_the_last_question(act):
    result = await act("action_handoff", intent="request_human", slots={"topic": "tax"})
    expected = {"type": "handoff", "reason": "asked", "topic": "tax", "department": "税务局"}
    assert (result.response, result.custom) == ("utter_handoff_asked", expected)


async def test_handoff_names_no_department_when_nothing_was_asked(act):
    result = await act("action_handoff", intent="request_human")
    assert result.custom == {"type": "handoff", "reason": "asked", "topic": None, "department": None}


@pytest.mark.parametrize(
    ("ranking", "measures", "text", "topic"),
    [
        ([("ask_tax", 0.2)], UNKNOWN, "问", "tax"),
        ([("ask_tax", 0.1)], SURE, "问", "financing"),
        ([("ask_tax", 0.1)], UNKNOWN, "接司法局的人", "dispute"),
        ([("ask_tax", 0.1)], UNKNOWN, "歇业备案,转人工", "registration"),
        ([("ask_tax", 0.1)], UNKNOWN, "转人工", "credit"),
    ],
)
async def test_handoff_takes_the_topic_its_message_names(act, ranking, measures, text, topic):
    slots = {"topic": "credit"}
    result = await act("action_handoff", intent="request_human", ranking=ranking, measures=measures,
                       text=text, slots=slots)  # fmt: skip
    assert result.custom["topic"] == topic


async def test_complaint_is_handed_off_when_it_is_about_the_service(act):
    result = await act("action_complaint", intent="complaint", measures=UNKNOWN)
    assert (result.custom["type"], result.custom["reason"]) == ("handoff", "complaint")


async def test_complaint_is_answered_when_it_is_a_question_with_an_answer(act):
    result = await act("action_complaint", intent="complaint", measures=SURE)
    assert result.custom["type"] == "answer"


async def test_first_denial_offers_what_else_was_near(act):
    result = await act("action_deny", intent="deny", slots={"offered": OFFERED, "answered": True})
    assert result.response == "utter_sorry_choices"
    assert result.custom["options"] == [{"entry": "demo-01", "label": "歇业备案"}]
    assert result.slots["denials"] == 1


async def test_first_denial_offers_a_person_when_choices_were_all_wrong(act):
    result = await act("action_deny", intent="deny", slots={"offered": OFFERED, "answered": False})
    assert (result.response, result.custom["type"]) == ("utter_sorry", "not_covered")


async def test_second_denial_hands_off_as_unresolved(act):
    result = await act("action_deny", intent="deny", slots={"denials": 1, "topic": "financing"})
    assert result.custom == {
        "type": "handoff", "reason": "unresolved", "topic": "financing", "department": "金融办"
    }  # fmt: skip
    assert result.slots["denials"] == 0


async def test_affirm_closes_when_an_answer_stands(act):
    result = await act("action_close", intent="affirm", slots={"answered": True, "denials": 1})
    assert (result.response, result.custom) == ("utter_closing", {"type": "closing", "resolved": True})
    kept = {"person_offered": False, "locale_seen": "zh"}
    assert result.slots == {"denials": 0, "answered": False, "offered": None, **kept}


async def test_affirm_closes_nothing_when_nothing_was_answered(act):
    result = await act("action_close", intent="affirm", slots={"answered": False})
    assert (result.response, result.custom) == ("utter_acknowledge", {"type": "chitchat"})


@pytest.mark.parametrize("action", ["action_answer", "action_out_of_scope"])
async def test_another_citys_matter_is_refused_when_a_measure_fits_it_well(act, action):
    result = await act(action, measures=SURE, text="无锡担保费率是多少补贴")
    assert result.custom == {"type": "out_of_scope"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("歇业备案，手把手带我走一遍", "form"),
        ("杭州歇业备案，手把手带我走一遍", "out_of_scope"),
        ("手把手带我走一遍杭州歇业备案", "out_of_scope"),
    ],
)
async def test_checklist_is_not_opened_when_it_is_another_citys(act, text, kind):
    assert (await act("action_answer", measures=SURE, text=text)).custom["type"] == kind


async def test_another_place_is_answered_when_the_question_before_was_across_the_border(act):
    leaning = {"measures": SURE, "text": "那浙江呢"}
    assert (await act("action_answer", **leaning)).custom == {"type": "out_of_scope"}
    result = await act("action_answer", **leaning, leans_on="电子证在江苏查车认吗")
    assert result.custom["type"] == "answer"


async def test_out_of_scope_says_what_it_is_for(act):
    result = await act("action_out_of_scope", intent="out_of_scope", measures=UNKNOWN)
    assert (result.response, result.custom) == ("utter_out_of_scope", {"type": "out_of_scope"})


@pytest.mark.parametrize(("measures", "kind"), [(SURE, "answer"), (PLAUSIBLE, "choices")])
async def test_out_of_scope_gives_way_when_search_may_know(act, measures, kind):
    result = await act("action_out_of_scope", intent="out_of_scope", measures=measures)
    assert result.custom["type"] == kind


@pytest.mark.parametrize("intent", ["greet", "thank", "goodbye", "smalltalk"])
async def test_chitchat_replies_by_intent(act, intent):
    result = await act("action_chitchat", intent=intent)
    assert (result.response, result.custom) == (f"utter_{intent}", {"type": "chitchat"})


@pytest.mark.parametrize(("intent", "slot", "value"), [("greet", "answered", False), ("thank", "denials", 0)])
async def test_pleasantry_settles_what_it_should(act, intent, slot, value):
    result = await act("action_chitchat", intent=intent, slots={"answered": True, "denials": 1})
    assert result.slots[slot] == value


@pytest.mark.parametrize(
    ("scores", "kind", "count"),
    [
        ([], "not_covered", 0),
        ([ANSWER], "answer", 1),
        ([ANSWER - 0.01], "choices", 1),
        ([OFFER], "choices", 1),
        ([OFFER - 0.01], "not_covered", 1),
        ([0.3, 0.29, 0.28, 0.27], "choices", MOST_CHOICES),
        ([0.01], "not_covered", 0),
    ],
)
def test_decision_follows_the_best_score(scores, kind, count):
    decision = decide([Ranked(f"e{n}", "p", score) for n, score in enumerate(scores)])
    assert (decision.kind, len(decision.ranked)) == (kind, count)


def test_domain_names_exactly_the_actions_there_are():
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    assert set(domain["actions"]) == registered()


def responses():
    found = {}
    for file in (ROOT / "data" / "responses").glob("*.yml"):
        found.update(yaml.safe_load(file.read_text("utf-8"))["responses"])
    return found


def test_every_response_has_its_english_twin_with_the_same_buttons():
    found = responses()
    chinese = {name for name in found if not name.endswith("_en")}
    assert {f"{name}_en" for name in chinese} == set(found) - chinese
    for name in chinese:
        buttons, twin = (found[each][0].get("buttons", []) for each in (name, f"{name}_en"))
        assert [button["payload"] for button in buttons] == [button["payload"] for button in twin], name


def test_no_response_has_a_blank_line_which_channels_would_split():
    assert not [name for name, variants in responses().items() for each in variants if "\n\n" in each["text"]]


def test_no_action_says_what_has_no_response():
    import re

    source = "".join(file.read_text("utf-8") for file in (ROOT / "actions").glob("*.py"))
    said = set(re.findall(r"""\.(?:say|phrase|buttons)\(\s*["\'](\w+)""", source))
    said |= {"answer", "answer_elsewhere", "answer_unheld", "choices", "sorry_choices", "after_choices"}
    said |= {f"handoff_{reason}" for reason in re.findall(r'hand_over\(\w+, "(\w+)"', source)}
    said |= {"greet", "thank", "goodbye", "smalltalk", "checklist_next", "checklist_finish"}
    said |= {"checklist_back", "checklist_stuck", "resume_eligibility", "resume_checklist"}
    said |= {f"detail_{detail}" for detail in ASKED}
    said |= {"eligibility_fits", "eligibility_may_fit"}
    said |= {f"why_{kind}" for kind in (*VOCABULARY, "district", "content", "near")}
    said |= {f"{what}_{kind}" for what in ("ask", "missing") for kind in (*VOCABULARY, "district")}
    assert {f"utter_{name}" for name in said} == {name for name in responses() if not name.endswith("_en")}


# --- tickets ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("我的工单到哪了", None),
        ("工单20260105-0001", "20260105-0001"),
        ("查20260105－0001", "20260105-0001"),
        ("202601050001", "20260105-0001"),
        ("20260105 - 0001 这个", "20260105-0001"),
        ("电话13800000000", None),
        ("120260105-0001", None),
    ],
)
async def test_ticket_action_says_which_ticket_was_asked_about(act, text, number):
    result = await act("action_ticket", intent="ask_ticket", text=text)
    assert result.custom == {"type": "ticket", "action": "status", "number": number}
    assert result.response == "utter_ticket"


async def test_handoff_after_a_ticket_question_names_no_topic(act):
    result = await act("action_handoff", intent="ask_ticket", ranking=[("ask_tax", 0.2)])
    assert result.custom["topic"] == "tax"
