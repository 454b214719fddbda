"""What is not a question for this service: another city's matter, what is out of scope, pleasantries."""

import pytest

from tests.actions.found import PLAUSIBLE, SURE, UNKNOWN


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
