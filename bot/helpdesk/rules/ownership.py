"""Who owns a conversation, and who may do what in it."""

from collections.abc import Collection
from dataclasses import replace

from bot.helpdesk.errors import Forbidden, WrongState
from bot.helpdesk.models import Conversation, HelpRequest, Owner, Role, Staff, Visibility
from bot.helpdesk.rules.requests import asks_rating

OVERSEERS: tuple[Role, ...] = ("supervisor", "administrator")
CLAIMERS: tuple[Role, ...] = ("helper", *OVERSEERS)


def check_in_charge(request: HelpRequest, staff: Staff) -> None:
    """Raise ``Forbidden`` unless ``staff`` holds the request or oversees the service."""
    if request.claimed_by != staff.id and staff.role not in OVERSEERS:
        raise Forbidden("only the helper who holds the request, or a supervisor, may do this")


def check_oversees(staff: Staff) -> None:
    """Raise ``Forbidden`` unless ``staff`` is a supervisor or an administrator."""
    if staff.role not in OVERSEERS:
        raise Forbidden("only a supervisor may do this")


def check_may_rate(conversation: Conversation, newest: HelpRequest | None) -> None:
    """Raise ``WrongState`` before there is anything to rate.

    Help stays open to rating after the visitor has typed on, until they ask for a person again. What ended by
    a ticket, or followed one up, is rated with the ticket's result; who left the queue unanswered met nobody.
    """
    if newest is not None and not asks_rating(newest):
        raise WrongState("there is no help to rate here")
    if newest.status != "closed" if newest else conversation.closed_at is None:
        raise WrongState("it can be rated once it is closed")


def hand_over(conversation: Conversation, owner: Owner, staff: Staff | None = None) -> Conversation:
    """The conversation under its new owner, one epoch later.

    Raises ``WrongState`` when a helper takes over without being named, or anyone else with a name.
    """
    if (owner == "helper") != (staff is not None):
        raise WrongState("exactly the owner 'helper' needs a member of staff")
    return replace(
        conversation,
        owner=owner,
        owner_epoch=conversation.owner_epoch + 1,
        helper_id=staff.id if staff else None,
        helper_name=staff.name if staff else None,
        helper_department=staff.department if staff else None,
    )


def accepts_bot_reply(conversation: Conversation, asked_epoch: int) -> bool:
    """Whether a bot reply asked for under ``asked_epoch`` may still appear."""
    return conversation.owner == "bot" and conversation.owner_epoch == asked_epoch


def check_may_post(
    conversation: Conversation,
    staff: Staff,
    visibility: Visibility,
    participants: Collection[str] = (),
) -> None:
    """Raise ``WrongState`` for public text by anyone but the owner and ``participants`` (ids of staff).

    Internal notes are open to all staff.
    """
    if visibility == "internal":
        return
    if conversation.owner != "helper" or staff.id not in {conversation.helper_id, *participants}:
        raise WrongState("only the helper who holds the conversation can write to the visitor")
