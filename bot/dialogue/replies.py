"""The assistant's replies, from what its REST channel returns to typed ``BotReply`` records.

Rasa sends text, buttons and custom payload of one utterance as neighbouring elements, and splits a text at
its blank lines; here they become one reply again. Whatever does not fit is a failure of the assistant and is
never shown.
"""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.helpdesk.models import BotReply


class MalformedReply(Exception):
    """The assistant answered with something this server does not understand."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)


class _Entry(_Part):
    id: str = Field(min_length=1, max_length=200)
    point: str | None = None
    score: float = Field(allow_inf_nan=False)


class _Citation(_Part):
    document: str
    section: str | None = None


class _Answer(_Part):
    entries: list[_Entry] = Field(min_length=1, max_length=20)
    citations: list[_Citation] = Field(max_length=40)
    confidence: float = Field(allow_inf_nan=False)


class _Option(_Part):
    entry: str | None = None
    label: str = Field(min_length=1)


class _Choices(_Part):
    options: list[_Option] = Field(min_length=1, max_length=20)


class _NotCovered(_Part):
    related: list[str] = Field(max_length=40)


class _Handoff(_Part):
    reason: Literal["asked", "unresolved", "low_confidence", "complaint", "sensitive"]
    topic: str | None = None
    department: str | None = None


class _Closing(_Part):
    resolved: bool


class _Ticket(_Part):
    phone: str | None = Field(default=None, max_length=32)
    when: str | None = Field(default=None, max_length=200)


class _Form(_Part):
    form: Literal["eligibility", "checklist"]
    step: int | Literal["left", "done"]
    entries: list[_Entry] = Field(max_length=20)
    citations: list[_Citation] = Field(default=[], max_length=40)


PAYLOADS: dict[str, type[_Part]] = {
    "answer": _Answer,
    "choices": _Choices,
    "not_covered": _NotCovered,
    "handoff": _Handoff,
    "closing": _Closing,
    "ticket": _Ticket,
    "form": _Form,
    "out_of_scope": _Part,
    "chitchat": _Part,
}


class _Button(_Part):
    title: str = Field(min_length=1, max_length=200)
    payload: str = Field(min_length=1, max_length=2000)


class _Element(_Part):
    text: str | None = Field(default=None, max_length=20_000)
    buttons: list[_Button] = Field(default=[], max_length=20)
    custom: dict[str, Any] | None = None


def read_replies(raw: Any) -> list[BotReply]:
    """The replies in ``raw``, a decoded response. Raises MalformedReply, also when there is none."""
    try:
        elements = [_Element.model_validate(each) for each in _listed(raw)]
        replies = [_reply(group) for group in _utterances(elements)]
    except ValidationError as error:
        raise MalformedReply(error.errors(include_input=False)[0]["type"]) from None
    if not replies:
        raise MalformedReply("no_reply")
    return replies


def _listed(raw: Any) -> list[Any]:
    if not isinstance(raw, list) or len(raw) > 50:
        raise MalformedReply("not_a_list")
    return raw


def _utterances(elements: Sequence[_Element]) -> list[list[_Element]]:
    """Group the elements: a custom belongs to the texts before it that no other custom has taken."""
    groups: list[list[_Element]] = []
    loose: list[_Element] = []
    for element in elements:
        loose.append(element)
        if element.custom is not None:
            groups.append(loose)
            loose = []
    return groups + [[element] for element in loose]


def _reply(group: Sequence[_Element]) -> BotReply:
    text = "\n\n".join(element.text for element in group if element.text) or None
    buttons = tuple((button.title, button.payload) for element in group for button in element.buttons)
    custom = group[-1].custom
    if custom is None and text is None:
        raise MalformedReply("empty_element")
    kind, payload = ("text", {}) if custom is None else _typed(custom)
    return BotReply(kind=kind, text=text, payload=payload, buttons=buttons)


def _typed(custom: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    kind = custom.get("type")
    model = PAYLOADS.get(kind) if isinstance(kind, str) else None
    if kind is None or model is None:
        raise MalformedReply("unknown_type")
    payload = {name: value for name, value in custom.items() if name != "type"}
    model.model_validate(payload)
    return kind, payload
