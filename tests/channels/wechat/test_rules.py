"""Quota, errcodes, splitting, planning, wording: the rules of the channel."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechat import errcodes, plan, quota, split, wording
from bot.channels.wechat.plan import Piece, Stop, Waiting
from bot.channels.wechat.quota import Allowance, Grant
from bot.channels.wechat.render import Shown

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


# --- quota ---


def test_nothing_may_be_sent_when_the_visitor_never_acted():
    assert quota.allowance(Grant(), NOW) == Allowance(0, None, 0)


def test_message_allows_five_sends_for_48_hours():
    grant = quota.granted_by_message(Grant(), NOW)
    assert quota.allowance(grant, NOW) == Allowance(5, NOW + timedelta(hours=48), 1)
    assert quota.allowance(grant, after(48 * 3600 - 1)).remaining == 5
    assert quota.allowance(grant, after(48 * 3600)) == Allowance(0, None, 0)


def test_event_allows_three_sends_for_a_minute_and_keeps_none():
    grant = quota.granted_by_event(Grant(), NOW)
    assert quota.allowance(grant, after(59)) == Allowance(3, after(60), 0)
    assert quota.allowance(grant, after(60)) == Allowance(0, None, 0)


def test_window_that_lapses_first_is_used_first():
    grant = quota.granted_by_event(quota.granted_by_message(Grant(), NOW), NOW)
    for _ in range(3):
        grant = quota.spend(grant, NOW)
    assert (grant.event_used, grant.message_used) == (3, 0)
    assert quota.spend(grant, NOW).message_used == 1


def test_new_message_begins_anew_and_does_not_add_up():
    grant = quota.spend(quota.granted_by_message(Grant(), NOW), NOW)
    assert quota.allowance(grant, NOW).remaining == 4
    assert quota.allowance(quota.granted_by_message(grant, after(5)), after(5)).remaining == 5


def test_what_wechat_says_is_believed_until_the_visitor_acts():
    grant = quota.granted_by_message(Grant(), NOW)
    assert quota.allowance(quota.used_up(grant), NOW).remaining == 0
    assert quota.allowance(quota.closed(grant), NOW) == Allowance(0, None, 0)
    assert quota.allowance(quota.granted_by_message(quota.used_up(grant), NOW), NOW).remaining == 5


@given(st.lists(st.sampled_from(["message", "event", "spend", "wait"]), max_size=60))
def test_no_window_ever_gives_more_than_it_allows(steps: list[str]):
    grant, now, in_message, in_event = Grant(), NOW, 0, 0
    for step in steps:
        if step == "message":
            grant, in_message = quota.granted_by_message(grant, now), 0
        elif step == "event":
            grant, in_event = quota.granted_by_event(grant, now), 0
        elif step == "wait":
            now += timedelta(seconds=45)
        elif quota.allowance(grant, now).remaining:
            before, grant = grant, quota.spend(grant, now)
            in_message += grant.message_used - before.message_used
            in_event += grant.event_used - before.event_used
        assert in_message <= 5 and in_event <= 3
        assert 0 <= quota.allowance(grant, now).remaining <= 8


# --- errcodes ---


ERRCODES = {
    0: "sent",
    40001: "renew",
    40014: "renew",
    42001: "renew",
    40003: "stop",
    43004: "stop",
    45015: "window_closed",
    45047: "quota_used",
    45002: "split",
    45009: "slow_down",
    45011: "slow_down",
    40007: "upload_again",
    -1: "back_off",
    48001: "alarm",
    40164: "alarm",
    40200: "alarm",
    40013: "alarm",
    40125: "alarm",
    99999: "reject",
    errcodes.NO_ANSWER: "back_off",
    errcodes.NO_CONNECTION: "back_off",
    errcodes.BAD_ANSWER: "back_off",
    43019: "stop",
    40243: "alarm",
    50002: "alarm",
    61024: "alarm",
    errcodes.NO_PICTURE: "reject",
}


@pytest.mark.parametrize(("code", "action"), ERRCODES.items())
def test_errcode_is_handled_as_it_deserves(code: int, action: str):
    assert errcodes.decide(code, 1).action == action


def test_every_errcode_that_is_known_has_its_test():
    assert set(errcodes._ACTIONS) <= set(ERRCODES)


def test_pauses_grow_and_tries_end_when_wechat_stays_busy():
    pauses = [errcodes.decide(-1, attempt).pause_seconds for attempt in range(1, 9)]
    assert pauses == sorted(pauses) and pauses[0] >= 1
    assert errcodes.may_retry(errcodes.decide(-1, 1), 1)
    assert not errcodes.may_retry(errcodes.decide(-1, 6), errcodes.MOST_ATTEMPTS)
    assert not errcodes.may_retry(errcodes.decide(43004, 1), 1)


def test_whole_account_pauses_when_it_called_too_often_or_is_not_let_in():
    assert errcodes.decide(45011, 1).account_wide and errcodes.decide(45011, 1).pause_seconds == 60
    assert errcodes.decide(45009, 1).pause_seconds > 60
    assert errcodes.decide(40164, 1).account_wide
    assert not errcodes.decide(-1, 1).account_wide
    assert errcodes.may_retry(errcodes.decide(45009, 1), 100)


def test_reason_is_a_short_code():
    assert [errcodes.reason(c) for c in (-1, 45015, errcodes.NO_ANSWER)] == [
        "busy",
        "errcode_45015",
        "no_answer",
    ]


# --- splitting ---

WORDS = st.text(alphabet=st.sampled_from("a1 好，。\n👨‍👩‍👧🏽é\u0301️"), max_size=200)


@given(WORDS, st.integers(20, 120))
def test_parts_are_the_text_again_and_each_fits(text: str, limit: int):
    parts = split.parts(text, limit)
    assert "".join(parts) == text
    assert all(part and split.size(part) <= limit for part in parts)


def test_cut_falls_on_a_sentence_when_there_is_a_good_one():
    text = "第一句话说完了。第二句话还没有说完就到了"
    assert split.first_part(text, 40) == "第一句话说完了。"


def test_chinese_text_is_cut_between_characters_at_2048_bytes():
    parts = split.parts("办" * 1000)
    assert [len(part) for part in parts] == [682, 318]


def test_joined_emoji_stays_whole_when_it_straddles_the_limit():
    family = "👨‍👩‍👧"
    assert split.first_part("abcd" * 5 + family, 30) == "abcd" * 5
    assert split.first_part("e\u0301" * 10, 8).endswith("\u0301")


def test_cutting_ends_when_the_limit_is_absurd():
    assert split.parts("好好", 1) == ["好", "好"]


# --- planning ---

FIVE, TWO, ONE = (Allowance(n, after(100), 1) for n in (5, 2, 1))


def waiting(*texts: str, closes: bool = False, done: int = 0) -> list[Waiting]:
    last = len(texts) - 1
    return [
        Waiting(n, n + 10, Shown(text, closes=closes and n == last), done if n == 0 else 0)
        for n, text in enumerate(texts)
    ]


def piece(found: Piece | Stop) -> Piece:
    assert isinstance(found, Piece)
    return found


def test_short_messages_are_merged_into_one():
    found = piece(plan.next_piece(waiting("一", "二", "三"), FIVE))
    assert found == Piece("一\n\n二\n\n三", ((0, None), (1, None), (2, None)))


def test_long_text_is_cut_and_its_progress_kept():
    text = "办" * 1000
    first = piece(plan.next_piece(waiting(text), FIVE))
    assert (len(first.text), first.progress) == (682, ((0, 682),))
    second = piece(plan.next_piece(waiting(text, done=682), FIVE))
    assert (second.text, second.progress) == ("办" * 318, ((0, None),))


def test_message_that_does_not_fit_any_more_waits_for_the_next():
    found = piece(plan.next_piece(waiting("短", "办" * 682), FIVE))
    assert found.progress == ((0, None),)


def test_last_send_is_kept_when_nothing_closes():
    assert plan.next_piece(waiting("在吗"), ONE) == Stop("quota_kept")


def test_last_send_carries_the_closing_and_what_was_held_back():
    found = piece(plan.next_piece(waiting("最后一句", "本次帮办已结束", closes=True), ONE))
    assert (found.text, found.closing_seq) == ("最后一句\n\n本次帮办已结束", 11)


def test_closing_goes_alone_when_the_rest_does_not_fit():
    found = piece(plan.next_piece(waiting("办" * 650, "本次帮办已结束", closes=True), ONE))
    assert (found.text, found.progress) == ("本次帮办已结束", ((1, None),))


def test_visitor_is_asked_to_write_before_the_kept_send_is_reached():
    assert piece(plan.next_piece(waiting("请带上执照"), TWO)).hint
    assert not piece(plan.next_piece(waiting("请带上执照"), FIVE)).hint
    assert not piece(plan.next_piece(waiting("本次帮办已结束", closes=True), TWO)).hint
    long = piece(plan.next_piece(waiting("办" * 682), TWO))
    assert long.hint and split.size(long.text) <= split.LIMIT_BYTES - plan.HINT_BYTES


@pytest.mark.parametrize(
    ("allowed", "reason"), [(Allowance(0, None), "window_closed"), (Allowance(0, after(9), 0), "quota_used")]
)
def test_nothing_is_sent_when_nothing_is_left(allowed: Allowance, reason: str):
    assert plan.next_piece(waiting("在吗", closes=True), allowed) == Stop(reason)  # type: ignore[arg-type]


def test_window_of_a_minute_is_used_to_its_end():
    assert piece(plan.next_piece(waiting("您好"), Allowance(1, after(9), 0))).text == "您好"


def test_picture_goes_alone_and_in_its_turn():
    items = [*waiting("看图"), Waiting(7, 17, Shown("", picture=True)), *waiting("看到了吗")]
    assert piece(plan.next_piece(items, FIVE)).progress == ((0, None),)
    assert piece(plan.next_piece(items[1:], FIVE)) == Piece("", ((7, None),), picture_seq=17)
    assert plan.passive_piece(items[1:]) is None


@given(
    st.lists(st.text(alphabet="好a。\n", min_size=1, max_size=1500), min_size=1, max_size=6), st.booleans()
)
def test_everything_arrives_once_and_in_order_when_the_window_stays_open(texts: list[str], closes: bool):
    items, sent = waiting(*texts, closes=closes), {n: 0 for n in range(len(texts))}
    while items:
        found = piece(plan.next_piece(items, FIVE))
        assert split.size(found.text) <= split.LIMIT_BYTES
        for row, characters in found.progress:
            assert row == min(each.row for each in items)
            if characters is None:
                items = items[1:]
            else:
                assert characters > sent[row]
                sent[row] = characters
                items = [Waiting(row, items[0].seq, items[0].shown, characters), *items[1:]]


# --- wording ---


@pytest.mark.parametrize(
    "text",
    [
        "人工",
        "转人工",
        "我要人工",
        "人工客服",
        "找人工",
        "请转人工客服",
        "人工服务",
        "转接人工",
        "真人",
        "找个真人",
        "帮我转一下人工",
        "麻烦帮我转人工，谢谢",
        "能不能转人工？",
        "我想找客服",
        "接人工！",
        "人 工",
        "转人工吧",
        "联系工作人员",
        "帮办员",
        "我要找帮办员",
        "人工坐席",
        "Human please",
        "talk to a person",
        "I want to talk to a human",
        "ＡＧＥＮＴ",
    ],
)
def test_wish_for_a_person_is_heard_in_any_usual_wording(text: str):
    assert wording.asks_for_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "外国人工作许可怎么办",
        "人工费太高了怎么办",
        "你是人工还是机器人",
        "客服电话多少",
        "歇业备案，转人工",
        "好",
        "",
        "personnel",
    ],
)
def test_question_that_only_contains_the_word_is_left_alone(text: str):
    assert not wording.asks_for_person(text)


@pytest.mark.parametrize(
    "text",
    ["不等了", "我不想等了", "算了，不等了", "不排了", "取消排队", "取消排隊", "退出排队", "不想再等了",
     "不用人工了，谢谢", "Stop waiting, please", "leave the queue"],
)  # fmt: skip
def test_wish_to_wait_no_longer_is_heard(text: str):
    assert wording.leaves_queue(text)


@pytest.mark.parametrize(
    "text",
    ["营业执照不等了能先开业吗", "等了", "排队要多久", "大厅取消排队叫号了吗", "不用人工审核的有哪些", "",
     "不用排队吧", "不用等了吧？", "我不用排队？",
     "don't stop waiting for me", "不等了" * 9],
)  # fmt: skip
def test_sentence_that_only_contains_it_leaves_nothing(text: str):
    assert not wording.leaves_queue(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("２", 2),
        ("3.", 3),
        ("选1", 1),
        ("第二个", 2),
        ("③", 3),
        ("一", 1),
        (" 4 ", None),
        ("0", None),
        ("12", None),
        ("1个问题", None),
        ("第一", 1),
        ("", None),
    ],
)
def test_number_is_read_as_a_choice_when_it_says_nothing_else(text: str, number: int | None):
    assert wording.chosen_number(text, 3) == number


@given(st.integers(1, 99_999_999), st.integers(1, 5))
def test_rating_id_leads_back_to_closing_and_stars(seq: int, stars: int):
    tapped = wording.Tapped(wording.conversation_number("c1"), seq, stars)
    assert wording.rated_by(wording.rating_id("c1", seq, stars)) == tapped


@pytest.mark.parametrize("menu_id", ["", "5", "30", "36", "x15", "１５", "9" * 11])
def test_foreign_menu_id_is_no_rating(menu_id: str):
    assert wording.rated_by(menu_id) is None


def test_stars_say_whether_it_is_settled():
    assert [wording.settled(stars) for stars in (1, 2, 3, 4, 5)] == [False, False, True, True, True]
