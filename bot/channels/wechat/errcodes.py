"""What each errcode of WeChat means for what was to be sent. A pure function.

Source: WeChat's "全局返回码" and the return codes of "客服消息". HTTP 200 says nothing: the errcode does.
"""

from dataclasses import dataclass
from typing import Literal

Action = Literal[
    "sent",  # WeChat has it
    "renew",  # the access token is not valid (any more): a new one, and once more
    "stop",  # this visitor cannot be reached: unknown, or no subscriber
    "window_closed",  # the 48 hours, or the minute, are over
    "quota_used",  # all sends of the window are used
    "split",  # the text is too long
    "slow_down",  # the account calls too often
    "upload_again",  # the picture is not, or no longer, with WeChat
    "back_off",  # WeChat is busy, or the network failed
    "alarm",  # the account or its settings are not right: a person must act
    "reject",  # this very message can never be sent
]

#: This kind of account may not send menus; words it may.
MENU_NOT_ALLOWED = 40200

_ACTIONS: dict[int, Action] = {
    0: "sent",
    -1: "back_off",
    40001: "renew",
    40014: "renew",
    42001: "renew",
    40003: "stop",
    43004: "stop",
    43019: "stop",
    45015: "window_closed",
    45047: "quota_used",
    45002: "split",
    45009: "slow_down",
    45011: "slow_down",
    40007: "upload_again",
    48001: "alarm",
    40164: "alarm",
    MENU_NOT_ALLOWED: "alarm",
    40013: "alarm",
    40125: "alarm",
    40243: "alarm",
    50002: "alarm",
    61024: "alarm",
}
# The daily quota of a call is used up (45009), or the minute's (45011).
_PAUSES = {45009: 600.0, 45011: 60.0}
_BACK_OFF_SECONDS = (1.0, 4.0, 15.0, 60.0, 300.0)
MOST_ATTEMPTS = 6
# Nothing of WeChat's: the call itself failed.
NO_CONNECTION, NO_ANSWER, BAD_ANSWER, NO_PICTURE = -1001, -1002, -1003, -1004


@dataclass(frozen=True)
class Decision:
    """What to do; ``pause_seconds`` before the next try, by anybody when it is ``account_wide``."""

    action: Action
    pause_seconds: float = 0.0
    account_wide: bool = False


def decide(errcode: int, attempts: int) -> Decision:
    """What follows from ``errcode`` after attempt number ``attempts`` (from 1)."""
    action = (
        "back_off" if errcode in (NO_CONNECTION, NO_ANSWER, BAD_ANSWER) else _ACTIONS.get(errcode, "reject")
    )
    pause = _BACK_OFF_SECONDS[min(attempts, len(_BACK_OFF_SECONDS)) - 1]
    match action:
        case "slow_down":
            return Decision(action, _PAUSES[errcode], account_wide=True)
        case "alarm":
            return Decision(action, max(pause, 60.0), account_wide=errcode != MENU_NOT_ALLOWED)
        case "back_off" | "renew":
            return Decision(action, pause)
        case _:
            return Decision(action)


def may_retry(decision: Decision, attempts: int) -> bool:
    """Whether to try again by and by. A busy account waits as long as it takes; the others are given up."""
    if decision.action == "slow_down":
        return True
    return decision.action in ("back_off", "renew", "alarm") and attempts < MOST_ATTEMPTS


def reason(errcode: int) -> str:
    """A short code for the outbox and the logs."""
    names = {
        NO_CONNECTION: "no_connection",
        NO_ANSWER: "no_answer",
        BAD_ANSWER: "bad_answer",
        -1: "busy",
        NO_PICTURE: "no_picture",
    }
    return names.get(errcode, f"errcode_{errcode}")
