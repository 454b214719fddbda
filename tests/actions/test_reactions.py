"""What a yes or a no to a reply leads to."""

import pytest

from tests.actions.found import OFFERED, SURE


@pytest.mark.parametrize(("before", "denials"), [("demo-01", 0), ("demo-02", 1)])
async def test_denials_start_afresh_only_when_another_entry_is_answered(act, before, denials):
    slots = {"answered_entry": before, "denials": 1}
    result = await act("action_answer", measures=SURE, slots=slots)
    assert result.slots.get("denials", 1) == denials


async def test_denials_go_on_when_a_choice_is_pressed(act):
    entities = [{"entity": "entry", "value": "demo-02"}, {"entity": "point", "value": "首贷贴息"}]
    result = await act("action_choose", intent="choose", entities=entities, slots={"denials": 1})
    assert result.slots["denials"] == 1


async def test_first_denial_offers_what_else_was_near(act):
    result = await act("action_deny", intent="deny", slots={"offered": OFFERED, "answered": True})
    assert result.response == "utter_sorry_choices"
    assert result.custom["options"] == [{"entry": "demo-01", "label": "歇业备案"}]
    assert result.custom["own_question"] is False
    assert result.slots["denials"] == 1


async def test_first_denial_offers_a_person_when_choices_were_all_wrong(act):
    result = await act("action_deny", intent="deny", slots={"offered": OFFERED, "answered": False})
    assert (result.response, result.custom["type"]) == ("utter_sorry", "not_covered")
    assert result.custom["own_question"] is False


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
