from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.helpdesk import rules
from bot.helpdesk.errors import AlreadyClaimed, Forbidden, HelpdeskError, Invalid, WrongState
from bot.helpdesk.models import Conversation, HelpRequest, Staff

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
POLICY = rules.Policy()
ANN = Staff("ann", "ann", "安", "helper", "税务局", True, "ready")
BEN = Staff("ben", "ben", "本", "helper", None, True, "ready")
CHIEF = Staff("chief", "chief", "总", "supervisor", None, True, "ready")


def a_request(**changes: object) -> HelpRequest:
    request = HelpRequest(
        "r1", "c1", "waiting", "asked", None, None, None, "widget", "?", {}, NOW, NOW + timedelta(seconds=60),
        None, None, None, None, None, None,
    )  # fmt: skip
    return replace(request, **changes)  # type: ignore[arg-type]


def a_conversation(**changes: object) -> Conversation:
    conversation = Conversation(
        "c1", "widget", None, "zh", None, {}, "bot", 1, 0, None, None, None, 0, NOW, None, None, None
    )
    return replace(conversation, **changes)  # type: ignore[arg-type]


def claimed_by(staff: Staff) -> HelpRequest:
    return rules.advance(a_request(), rules.Claim(staff.id, staff.name), NOW)


# --- the state machine


@pytest.mark.parametrize("status", ["waiting", "offered"])
def test_advance_gives_the_request_to_the_helper_when_claimed(status: str) -> None:
    later = NOW + timedelta(seconds=7)
    claimed = rules.advance(a_request(status=status), rules.Claim("ann", "安"), later)
    assert (claimed.status, claimed.claimed_by, claimed.claimed_at) == ("claimed", "ann", later)
    assert claimed.first_response_at is None  # a claim is no response


def test_advance_refuses_a_claim_when_another_helper_holds_the_request() -> None:
    with pytest.raises(AlreadyClaimed):
        rules.advance(claimed_by(ANN), rules.Claim("ben", "本"), NOW)


def test_advance_keeps_the_first_response_when_the_helper_writes_again() -> None:
    first = rules.advance(claimed_by(ANN), rules.Respond("ann"), NOW)
    again = rules.advance(first, rules.Respond("ann"), NOW + timedelta(seconds=30))
    assert first.first_response_at == NOW
    assert again is first


@pytest.mark.parametrize("request_", [a_request(), claimed_by(BEN)], ids=["waiting", "held by another"])
def test_advance_refuses_a_response_when_the_helper_does_not_hold_the_request(request_: HelpRequest) -> None:
    with pytest.raises(WrongState):
        rules.advance(request_, rules.Respond("ann"), NOW)


@pytest.mark.parametrize(
    "event", [rules.Claim("a", "a"), rules.Respond("a"), rules.Close("a", "resolved"), rules.Release()]
)
def test_advance_refuses_everything_when_the_request_is_closed(event: rules.Event) -> None:
    closed = rules.advance(claimed_by(ANN), rules.Close("ann", "resolved"), NOW)
    with pytest.raises(WrongState):
        rules.advance(closed, event, NOW)


def test_advance_puts_the_request_back_when_it_is_released() -> None:
    held = rules.advance(claimed_by(ANN), rules.Respond("ann"), NOW)
    released = rules.advance(held, rules.Release(), NOW + timedelta(seconds=30))
    # The place in the queue and the response stay; the wait that begins has a clock of its own.
    later = NOW + timedelta(seconds=30)
    assert released == a_request(first_response_at=NOW, waiting_since=later)
    again = rules.advance(released, rules.Claim("ben", "本"), NOW)
    assert again.claimed_by == "ben"


@pytest.mark.parametrize("status", ["waiting", "offered"])
def test_advance_refuses_a_release_when_nobody_holds_the_request(status: str) -> None:
    with pytest.raises(WrongState):
        rules.advance(a_request(status=status), rules.Release(), NOW)


@pytest.mark.parametrize("status", ["waiting", "offered"])
def test_advance_ends_the_request_by_ticket_when_its_clock_has_not_begun(status: str) -> None:
    opens, left = NOW + timedelta(hours=12), NOW + timedelta(minutes=3)
    night = a_request(status=status, waiting_since=opens, promised_from=opens)
    ended = rules.advance(night, rules.EndByTicket(), left)
    assert ended == replace(night, status="closed", closed_at=left, outcome="ticket")
    assert not rules.asks_rating(ended)


@pytest.mark.parametrize(
    "request_",
    [
        a_request(),
        a_request(waiting_since=NOW),
        a_request(breached_at=NOW),
        rules.advance(a_request(waiting_since=NOW + timedelta(hours=1)), rules.Claim("ann", "安"), NOW),
    ],
    ids=["asked on duty", "duty begins", "breached", "held"],
)
def test_advance_refuses_an_end_by_ticket_when_somebody_may_still_come(request_: HelpRequest) -> None:
    assert not rules.may_end_by_ticket(request_, NOW)
    with pytest.raises(WrongState):
        rules.advance(request_, rules.EndByTicket(), NOW)


@pytest.mark.parametrize("status", ["waiting", "offered"])
@pytest.mark.parametrize(
    "changes", [{}, {"breached_at": NOW}, {"waiting_since": NOW}, {"promised_from": NOW}]
)
def test_advance_lets_the_visitor_leave_the_queue(status: str, changes: dict[str, object]) -> None:
    waiting, left = a_request(status=status, **changes), NOW + timedelta(seconds=70)
    ended = rules.advance(waiting, rules.Abandon(), left)
    assert ended == replace(waiting, status="closed", closed_at=left, outcome="abandoned")
    assert not rules.asks_rating(ended)


def test_advance_keeps_the_visitor_when_a_helper_has_taken_the_request() -> None:
    with pytest.raises(WrongState):
        rules.advance(rules.advance(a_request(), rules.Claim("ann", "安"), NOW), rules.Abandon(), NOW)


_people = st.sampled_from(["ann", "ben", "cy"])
_events = st.one_of(
    st.builds(rules.Claim, _people, st.just("名")),
    st.builds(rules.Respond, _people),
    st.builds(rules.Close, _people, st.sampled_from(["resolved", "unresolved", "no_response"])),
    st.just(rules.Release()),
)
_ORDER = {"waiting": 0, "offered": 1, "claimed": 2, "closed": 3}


@given(st.sampled_from(["waiting", "offered"]), st.lists(_events, max_size=12))
def test_advance_keeps_its_promises_when_events_come_in_any_order(
    status: str, events: list[rules.Event]
) -> None:
    request, now = a_request(status=status), NOW
    for event in events:
        now += timedelta(seconds=1)
        before = request
        try:
            request = rules.advance(request, event, now)
        except HelpdeskError:
            assert request is before
            continue
        if isinstance(event, rules.Release):
            assert (request.status, request.claimed_by, request.claimed_at) == ("waiting", None, None)
        else:
            assert _ORDER[request.status] >= _ORDER[before.status]  # never back
            assert before.claimed_by in (None, request.claimed_by)  # never from one helper to another
        assert before.first_response_at in (None, request.first_response_at)  # set once
        ended = request.status == "closed"
        assert ended == (request.closed_at is not None) == (request.outcome is not None)
        assert request.status != "claimed" or request.claimed_by is not None
        assert request.status != "claimed" or request.claimed_at is not None
        assert (request.requested_at, request.deadline_at) == (before.requested_at, before.deadline_at)


# --- who may what


def test_check_in_charge_passes_when_owner_or_supervisor() -> None:
    rules.check_in_charge(claimed_by(ANN), ANN)
    rules.check_in_charge(claimed_by(ANN), CHIEF)
    rules.check_in_charge(a_request(), CHIEF)


@pytest.mark.parametrize("request_", [a_request(), claimed_by(ANN)], ids=["waiting", "held by another"])
def test_check_in_charge_raises_when_a_helper_does_not_hold_the_request(request_: HelpRequest) -> None:
    with pytest.raises(Forbidden):
        rules.check_in_charge(request_, BEN)


def test_check_may_rate_wants_the_newest_help_closed_when_there_was_any() -> None:
    closed = rules.advance(claimed_by(ANN), rules.Close("ann", "resolved"), NOW)
    rules.check_may_rate(a_conversation(closed_at=NOW), closed)
    rules.check_may_rate(a_conversation(), closed)
    rules.check_may_rate(a_conversation(closed_at=NOW), None)
    for conversation, newest in ((a_conversation(closed_at=NOW), claimed_by(ANN)), (a_conversation(), None)):
        with pytest.raises(WrongState):
            rules.check_may_rate(conversation, newest)


def test_check_may_rate_raises_when_the_ticket_asks_for_the_rating() -> None:
    ended = a_request(status="closed", closed_at=NOW, outcome="ticket")
    followed = a_request(status="closed", closed_at=NOW, outcome="resolved", reason=rules.FOLLOW_UP)
    for newest in (ended, followed):
        with pytest.raises(WrongState):
            rules.check_may_rate(a_conversation(closed_at=NOW), newest)


def test_check_may_post_raises_when_public_and_not_the_owner() -> None:
    held = rules.hand_over(a_conversation(), "helper", ANN)
    rules.check_may_post(held, ANN, "public")
    rules.check_may_post(held, BEN, "internal")
    for conversation in (held, a_conversation(owner="queue"), a_conversation(owner="bot")):
        with pytest.raises(WrongState):
            rules.check_may_post(conversation, BEN, "public")


def test_hand_over_raises_the_epoch_when_the_owner_changes() -> None:
    queued = rules.hand_over(a_conversation(owner_epoch=4), "queue")
    held = rules.hand_over(queued, "helper", ANN)
    back = rules.hand_over(held, "bot")
    assert [c.owner_epoch for c in (queued, held, back)] == [5, 6, 7]
    assert (held.helper_id, held.helper_department, back.helper_id) == ("ann", "税务局", None)


def test_hand_over_raises_when_a_helper_is_not_named() -> None:
    with pytest.raises(WrongState):
        rules.hand_over(a_conversation(), "helper")
    with pytest.raises(WrongState):
        rules.hand_over(a_conversation(), "queue", ANN)


@pytest.mark.parametrize(
    ("owner", "epoch", "accepted"),
    [("bot", 3, True), ("bot", 4, False), ("queue", 3, False), ("helper", 3, False)],
)
def test_accepts_bot_reply_only_when_the_bot_still_owns_the_same_epoch(
    owner: str, epoch: int, accepted: bool
) -> None:
    assert rules.accepts_bot_reply(a_conversation(owner=owner, owner_epoch=epoch), 3) is accepted


# --- waiting and delivery


def test_deadline_is_one_minute_after_the_request_when_policy_is_default() -> None:
    assert rules.deadline(NOW, POLICY) == NOW + timedelta(seconds=60)


def test_after_failure_doubles_the_backoff_when_attempts_remain() -> None:
    policy = rules.Policy(delivery_attempts=3, delivery_backoff_seconds=2)
    assert rules.after_failure(1, True, NOW, policy) == rules.Retry(NOW + timedelta(seconds=2))
    assert rules.after_failure(2, True, NOW, policy) == rules.Retry(NOW + timedelta(seconds=4))


@pytest.mark.parametrize(("attempts", "retryable"), [(2, True), (3, True), (1, False)])
def test_after_failure_parks_when_attempts_are_used_up_or_useless(attempts: int, retryable: bool) -> None:
    assert rules.after_failure(attempts, retryable, NOW, POLICY) == rules.Park()


# --- text from outside


@pytest.mark.parametrize("text", ["", " \n ", "a\0b", "\ud800", "长" * 2001])
def test_clean_text_raises_when_it_cannot_be_accepted(text: str) -> None:
    with pytest.raises(Invalid):
        rules.clean_text(text, 2000)


def test_clean_text_counts_after_trimming_when_blanks_surround_it() -> None:
    assert rules.clean_text("  " + "长" * 2000 + "\n", 2000) == "长" * 2000


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_check_storable_raises_exactly_when_a_nul_or_surrogate_is_inside(value: object) -> None:
    def strings(part: object) -> list[str]:
        if isinstance(part, str):
            return [part]
        parts = [*part.keys(), *part.values()] if isinstance(part, dict) else part
        return [s for inner in parts for s in strings(inner)]  # type: ignore[attr-defined]

    def bad(text: str) -> bool:
        return "\0" in text or any("\ud800" <= c <= "\udfff" for c in text)

    if any(bad(text) for text in strings(value)):
        with pytest.raises(Invalid):
            rules.check_storable(value)
    else:
        rules.check_storable(value)


@pytest.mark.parametrize("value", ["\0", "a\\\0", {"k\0": 1}, [float("nan")]])
def test_check_storable_raises_when_postgresql_would_refuse_the_value(value: object) -> None:
    with pytest.raises(Invalid):
        rules.check_storable(value)


@pytest.mark.parametrize("value", ["\\u0000", "\\\\u0000", {"a": [None, 1.5, "反斜杠\\"]}])
def test_check_storable_passes_when_a_nul_is_only_spelled_out(value: object) -> None:
    rules.check_storable(value)


@pytest.mark.parametrize("value", ["", "a b", "é", "x" * 65, "a\n"])
def test_check_client_message_id_raises_when_malformed(value: str) -> None:
    with pytest.raises(Invalid):
        rules.check_client_message_id(value)


@given(st.text())
def test_as_plain_text_never_reads_as_a_command_when_stripped(text: str) -> None:
    plain = rules.as_plain_text(text)
    assert plain
    assert not plain.strip().startswith("/")


def test_as_plain_text_keeps_the_words_when_a_slash_leads() -> None:
    assert rules.as_plain_text("/restart") == "restart"
    assert rules.as_plain_text("\u200b/restart") == "restart"
    assert rules.as_plain_text("和/或") == "和/或"
    assert rules.as_plain_text("//") == "?"
