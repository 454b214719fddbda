"""What a question is answered with, for whom and in which language: answer, choices, or not covered."""

import json

import pytest

from actions.decision import ANSWER, MOST_CHOICES, OFFER, decide
from bot.knowledge.ranked import Ranked
from bot.knowledge.ranker import confidence
from tests.actions.found import SURE, UNKNOWN, UNSURE


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
    assert result.text.startswith("我手上还没有青浦区的资料，下面是嘉定区的做法")


async def test_answer_is_plain_when_the_district_is_the_visitors(act):
    result = await act("action_answer", measures=SURE, metadata={"district": "jiading"})
    assert "仅供参考" not in result.text


async def test_answer_of_another_district_is_as_sure_as_any(act):
    measures = [("demo-02", "担保费率", ANSWER + 0.05)]
    result = await act("action_answer", measures=measures, slots={"district": "qingpu"})
    assert result.custom["confidence"] == pytest.approx(confidence(ANSWER + 0.05), abs=1e-4)


async def test_answer_of_another_district_does_not_claim_that_none_is_held_when_one_is(act, two_districts):
    measures = [("demo-02", "担保费率", 0.98)]
    result = await act("action_answer", measures=measures, metadata={"district": "qingpu"})
    assert result.text.startswith("下面是嘉定区的做法，不是青浦区的，仅供参考。\n")


@pytest.mark.parametrize(
    ("said", "widget", "before", "elsewhere"),
    [
        (None, "jiading", "qingpu", False),
        ("qingpu", "jiading", None, True),
        (None, None, "qingpu", True),
        ("nowhere", "jiading", None, False),
    ],
)
async def test_district_is_said_now_or_the_widgets_or_said_before(act, said, widget, before, elsewhere):
    entities = [{"entity": "district", "value": said}] if said else []
    result = await act("action_answer", measures=SURE, entities=entities, metadata={"district": widget},
                       slots={"district": before})  # fmt: skip
    assert ("我手上还没有青浦区的资料" in result.text) is elsewhere


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


async def test_answer_has_the_topic_of_its_point_whatever_the_intent_was(act):
    result = await act("action_answer", measures=SURE, intent="nlu_fallback", slots={"topic": "tax"})
    assert result.slots["topic"] == "financing"


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


@pytest.mark.parametrize(
    ("text", "score", "ids"),
    [
        ("嘉定的厂，想招技工，也要贷款，专利能换钱吗", 0.9, ["mix-patent", "mix-jobs"]),
        ("嘉定的厂，想招技工，也要贷款，专利能换钱吗", 0.3, ["mix-patent", "mix-jobs"]),
        ("专利能换钱吗", 0.9, ["mix-patent"]),
    ],
)
async def test_answer_lists_what_fits_too_when_the_question_tells_of_the_enterprise(
    act, mixed_knowledge, text, score, ids
):
    custom = (await act("action_answer", measures=[("mix-patent", "质押融资", score)], text=text)).custom
    listed = [each["entry"] for each in custom["options"]] if "options" in custom else custom["entries"]
    assert [each if isinstance(each, str) else each["id"] for each in listed][:2] == ids


@pytest.mark.parametrize(
    ("text", "score", "kind"),
    [
        ("how much is the guarantee fee", 0.4, "answer"),
        ("how much is the guarantee fee", 0.3, "choices"),
        ("担保费率多少", 0.4, "choices"),
        ("danbao feilv duoshao", 0.4, "choices"),
    ],
)
async def test_english_question_is_answered_from_a_lower_score(act, text, score, kind):
    read = "担保费率多少" if text.startswith("danbao") else text
    written = [{"event": "user", "text": text}]
    found = [("demo-02", "担保费率", score)]
    result = await act("action_answer", measures=found, text=read, events=written)
    assert result.custom["type"] == kind
