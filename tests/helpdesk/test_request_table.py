"""Every event of a help request in every state it can be in.

An event that is added gets a line in EVENTS and one in TABLE.
"""

from copy import deepcopy
from datetime import timedelta
from typing import get_args

import pytest

from bot.helpdesk import rules
from bot.helpdesk.errors import AlreadyClaimed, HelpdeskError, WrongState
from tests.helpdesk.makers import NOW, a_request

CLAIMED = rules.advance(a_request(), rules.Claim("ann", "安"), NOW)
#: One request of every status; a claimed one is another matter once its helper has spoken.
STATES = {
    "before hours": a_request(waiting_since=NOW + timedelta(hours=1)),
    "waiting": a_request(),
    "offered": a_request(status="offered"),
    "silent": CLAIMED,
    "answered": rules.advance(CLAIMED, rules.Respond("ann"), NOW),
    "closed": rules.advance(CLAIMED, rules.Close("ann", "resolved"), NOW),
}
EVENTS: dict[str, rules.Event] = {
    "claim": rules.Claim("ben", "本"),
    "claim again": rules.Claim("ann", "安"),
    "respond": rules.Respond("ann"),
    "respond as another": rules.Respond("ben"),
    "respond beside the owner": rules.Respond("ben", participant=True),
    "close": rules.Close("ann", "resolved"),
    "release": rules.Release(),
    "move": rules.Move("ben", "本"),
    "move to the owner": rules.Move("ann", "安"),
    "redirect": rules.Redirect("人社局"),
    "end by ticket": rules.EndByTicket(),
    "leave the queue": rules.Abandon(),
}
#: What each event makes of each of STATES, in their order: the status after it, or the error it raises.
TABLE: dict[str, tuple[str | type[HelpdeskError], ...]] = {
    "claim": ("claimed", "claimed", "claimed", AlreadyClaimed, AlreadyClaimed, WrongState),
    "claim again": ("claimed", "claimed", "claimed", AlreadyClaimed, AlreadyClaimed, WrongState),
    "respond": (WrongState, WrongState, WrongState, "claimed", "claimed", WrongState),
    "respond as another": (WrongState, WrongState, WrongState, WrongState, WrongState, WrongState),
    "respond beside the owner": (WrongState, WrongState, WrongState, "claimed", "claimed", WrongState),
    "close": ("closed", "closed", "closed", "closed", "closed", WrongState),
    "release": (WrongState, WrongState, WrongState, "waiting", "waiting", WrongState),
    "move": ("claimed", "claimed", "claimed", "claimed", "claimed", WrongState),
    "move to the owner": ("claimed", "claimed", "claimed", WrongState, WrongState, WrongState),
    "redirect": ("waiting", "waiting", "waiting", "waiting", "waiting", WrongState),
    "end by ticket": ("closed", WrongState, WrongState, WrongState, WrongState, WrongState),
    "leave the queue": ("closed", "closed", "closed", WrongState, WrongState, WrongState),
}


def test_table_names_every_event_and_state() -> None:
    assert {type(event) for event in EVENTS.values()} == set(get_args(rules.Event))
    assert list(TABLE) == list(EVENTS)
    assert {len(row) for row in TABLE.values()} == {len(STATES)}
    assert {request.status for request in STATES.values()} == {*rules.OPEN_STATUSES, "closed"}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", EVENTS)
def test_request_moves_only_as_the_table_says(state: str, name: str) -> None:
    before, event, later = STATES[state], EVENTS[name], NOW + timedelta(seconds=20)
    as_it_was = deepcopy(before)
    expected = TABLE[name][list(STATES).index(state)]
    if isinstance(expected, str):
        assert rules.advance(before, event, later).status == expected
    else:
        with pytest.raises(expected) as refused:
            rules.advance(before, event, later)
        assert type(refused.value) is expected
    assert before == as_it_was


@pytest.mark.parametrize("name", ["respond", "respond beside the owner"])
def test_response_changes_nothing_when_the_request_was_answered(name: str) -> None:
    answered = STATES["answered"]
    assert rules.advance(answered, EVENTS[name], NOW + timedelta(seconds=20)) is answered
