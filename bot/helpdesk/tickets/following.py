"""Going to the visitor in their conversation, to follow a ticket up."""

from dataclasses import replace
from uuid import uuid4

from bot.helpdesk import rules
from bot.helpdesk.errors import WrongState
from bot.helpdesk.models import Actor, HelpRequest, Staff
from bot.helpdesk.storage import people, requests
from bot.helpdesk.tickets.basis import TicketUseCases
from bot.helpdesk.tickets.models import UNSETTLED, Ticket
from bot.helpdesk.tickets.rules import check_may_handle
from bot.helpdesk.work import Work


class FollowUps(TicketUseCases):
    """The use case of who works on a ticket and talks to its visitor. Errors: ``bot.helpdesk.errors``."""

    async def talk(self, staff: Staff, ticket_id: str) -> HelpRequest:
        """Become the owner of the ticket's conversation, as if its visitor had been taken from the queue.

        Who owns it already goes on. Raises ``WrongState`` for a settled ticket and for a conversation that is
        not the bot's (who waits is claimed, who is being helped is somebody else's), ``AtCapacity``,
        ``Forbidden`` and ``NotFound``.
        """
        async with self._locked(ticket_id) as (work, ticket):
            check_may_handle(ticket, staff)
            newest = await requests.newest_of(work.connection, work.conversation.id)
            if newest and newest.status == "claimed" and newest.claimed_by == staff.id:
                return newest
            if ticket.status not in UNSETTLED or work.conversation.owner != "bot":
                raise WrongState("the ticket is settled, or its visitor talks with a person or waits for one")
            await self._check_room(work, staff)
            request = await _request(work, ticket, staff)
            await _hold(work, request, staff)
            return request


async def _request(work: Work, ticket: Ticket, staff: Staff) -> HelpRequest:
    brief = await work.brief(rules.FOLLOW_UP, [])
    return HelpRequest(
        id=uuid4().hex,
        conversation_id=ticket.conversation_id,
        status="claimed",
        reason=rules.FOLLOW_UP,
        topic=ticket.topic,
        department=ticket.department,
        district=ticket.district,
        channel=work.conversation.channel,
        question=ticket.description,
        brief={**brief, "question": ticket.description},
        requested_at=work.now,
        deadline_at=rules.deadline(work.now, work.policy),
        claimed_at=work.now,
        claimed_by=staff.id,
        claimed_by_name=staff.name,
        # Nobody waits for a first answer, so no minute runs: it is staff who came.
        first_response_at=work.now,
        closed_at=None,
        outcome=None,
    )


async def _hold(work: Work, request: HelpRequest, staff: Staff) -> None:
    actor = Actor("staff", staff.id)
    await requests.create(work.connection, request)
    await work.record(None, replace(request, status="waiting"), "requested", actor, rules.FOLLOW_UP)
    await work.record(request, request, "claimed", actor, "claimed")
    await people.engage(work.connection, staff.id, work.now)
    await people.mark_seen(work.connection, staff.id, work.now)
    await work.hand_over("helper", "claimed", staff)
    await work.introduce("helper_joined", staff)
