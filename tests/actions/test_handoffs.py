"""When a person takes over, and with which topic; what is asked about tickets."""

import pytest

from tests.actions.found import SURE, UNKNOWN


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
        ([("ask_tax", 0.1)], SURE, "担保的事找人问", "financing"),
        ([("ask_tax", 0.1)], SURE, "转人工", "credit"),
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
    result = await act("action_ticket", intent="ticket_status", text=text)
    assert result.custom == {"type": "ticket", "action": "status", "number": number}
    assert result.response == "utter_ticket"


async def test_handoff_takes_the_next_likely_topic_when_a_ticket_was_asked_about(act):
    result = await act("action_handoff", intent="ticket_status", ranking=[("ask_tax", 0.2)])
    assert result.custom["topic"] == "tax"


WISH = {"type": "ticket", "action": "create", "source": "callback", "topic": None, "department": None,
        "phone": None, "when": None, "own_question": False}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("能不能给我回个电话", {}),
        ("登记一下，让人联系我", {}),
        ("我现在没空，下午给我打过来", {"when": "下午"}),
        ("下午三点打我手机，13800138000", {"when": "下午三点", "phone": "13800138000"}),
    ],
)
async def test_form_for_a_call_is_offered_when_one_is_wished_for(act, text, said):
    result = await act("action_handoff", intent="request_human", text=text)
    assert (result.response, result.custom) == ("utter_ticket_callback", {**WISH, **said})
    assert result.buttons == [("现在就找人工", "/request_human")]
    assert result.slots["answered"] is False


@pytest.mark.parametrize(
    ("slots", "ranking", "measures", "text", "expected"),
    [
        ({"topic": "tax"}, (), UNKNOWN, "给我回个电话", ("tax", "税务局", False)),
        ({"topic": "tax"}, (), SURE, "担保费率怎么算，给我回个电话", ("financing", "金融办", True)),
        ({"topic": "tax"}, (), SURE, "给我回个电话", ("financing", "金融办", False)),
        ({"topic": "tax"}, (), UNKNOWN, "我打字慢，给我回个电话", ("tax", "税务局", False)),
        ({}, (), UNKNOWN, "商标的事请人打给我", (None, None, True)),
        ({}, [("ask_talent", 0.3)], UNKNOWN, "落户的事请人打给我", ("talent", "人社局", True)),
    ],
)
async def test_call_is_about_what_the_message_names_or_else_the_last_question(
    act, slots, ranking, measures, text, expected
):
    result = await act("action_handoff", intent="request_human", text=text, slots=slots, ranking=ranking,
                       measures=measures)  # fmt: skip
    assert (result.custom["topic"], result.custom["department"], result.custom["own_question"]) == expected


async def test_call_is_about_the_question_before_when_the_message_was_read_with_that(act):
    text = "登记一下，让人联系我"
    result = await act(
        "action_handoff", intent="request_human", text=text, measures=SURE, leans_on="担保费率"
    )
    assert (result.custom["topic"], result.custom["own_question"]) == ("financing", False)


async def test_form_for_a_call_comes_with_an_apology_when_its_words_are_angry(act):
    angry = {"ranking": [("complaint", 0.5)], "text": "气死了，让人给我回个电话"}
    result = await act("action_handoff", intent="request_human", **angry)
    assert (result.response, result.custom) == ("utter_ticket_callback_sorry", WISH)
    result = await act("action_complaint", intent="complaint", text="气死了，让人给我回个电话", measures=SURE)
    assert result.custom["action"] == "create"


async def test_form_for_a_call_is_in_the_language_of_the_wish(act):
    result = await act("action_handoff", intent="request_human", text="please call me back")
    assert (result.response, result.buttons[0][0]) == ("utter_ticket_callback_en", "Talk to a person now")
    result = await act("action_handoff", intent="request_human", text="請給我回個電話")
    assert "回電話" in result.text and "登記後" in result.text


async def test_form_for_a_call_is_offered_when_a_guide_is_open(act):
    guide = {"form": "eligibility", "facts": {}, "asked": [], "question": None}
    result = await act(
        "action_handoff", intent="request_human", text="下午给我打过来", slots={"guide": guide}
    )
    assert result.custom["type"] == "ticket"


@pytest.mark.parametrize("text", ["转人工", "客服电话多少", "打给你们，号码", "/request_human"])
async def test_person_is_asked_for_now_when_no_call_is_wished_for(act, text):
    result = await act("action_handoff", intent="request_human", text=text)
    assert (result.custom["type"], result.custom["reason"]) == ("handoff", "asked")
