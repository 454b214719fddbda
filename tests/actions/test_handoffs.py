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
