"""What replies about tickets need of the store, filled in before they are saved.

The assistant knows none. 「我的工单到哪了」: its reply only says that tickets were asked about; here they are
found and put into words. 「给我回个电话」: its reply offers the form; here the question it is about is found.
"""

from dataclasses import replace

from bot.helpdesk.models import JSON, BotReply, Conversation
from bot.helpdesk.rules import asked_last, offers_ticket, turns
from bot.helpdesk.storage import messages, pushes
from bot.helpdesk.storage import tickets as storage
from bot.helpdesk.texts import Texts
from bot.helpdesk.tickets.models import Ticket
from bot.helpdesk.times import in_words, stamp
from bot.helpdesk.work import Work

RECENT_MESSAGES = 20  # how far back a question is looked for
_SHOWN = 5
#: Channels that know who somebody is, for conversations that are, or go on, there. On the widget alone
#: anybody may give any telephone number, so there a key opens nothing and only the tickets of the
#: conversation itself are shown.
_CHANNELS_THAT_KNOW = ("wechat",)

_LINES = {
    "resolved": "ticket_line_settled",
    "closed": "ticket_line_settled",
    "cancelled": "ticket_line_cancelled",
}


async def completed(work: Work, reply: BotReply, asked_in: int) -> BotReply:
    """``reply``, to the message with seq ``asked_in``, with what it needs of tickets or questions."""
    if offers_ticket(reply.kind, reply.payload):
        question = await _question(work, asked_in, itself=reply.payload.get("own_question") is True)
        return replace(reply, payload={**reply.payload, "question": question})
    return await _with_tickets(work, reply) if reply.kind == "ticket" else reply


async def _question(work: Work, asked_in: int, *, itself: bool) -> str | None:
    """What a ticket would be about: the message ``itself``, or the question before it, if any."""
    recent = await messages.newest(work.connection, work.conversation.id, RECENT_MESSAGES)
    said = turns([update for update in recent if update.seq <= asked_in])
    return (said[-1].text if itself and said else asked_last(said)) or None


async def _with_tickets(work: Work, reply: BotReply) -> BotReply:
    number = reply.payload.get("number")
    known = await _known(work)
    shown = [ticket for ticket in known if number in (None, ticket.number)][:_SHOWN]
    payload = {**reply.payload, "tickets": [as_shown(ticket) for ticket in shown]}
    text = in_text(shown, str(number) if number else None, work.conversation.locale, work.texts)
    return replace(reply, text=text, payload=payload)


async def _known(work: Work) -> list[Ticket]:
    conversation: Conversation = work.conversation
    for channel in _CHANNELS_THAT_KNOW if conversation.visitor_key else ():
        here = (work.connection, conversation.id, channel)
        if conversation.channel == channel or await pushes.has_address(*here):
            theirs = await storage.of_visitor(work.connection, str(conversation.visitor_key), channel)
            if theirs:
                return theirs
    return await storage.of_conversation(work.connection, conversation.id)


def in_text(shown: list[Ticket], number: str | None, locale: str, texts: Texts) -> str:
    """Where the tickets stand, in words; ``number`` is the one that was asked about, if any."""
    if shown:
        return "\n".join(_line(ticket, locale, texts) for ticket in shown)
    return texts.get(locale, "ticket_unknown", number=number) if number else texts.get(locale, "ticket_none")


def _line(ticket: Ticket, locale: str, texts: Texts) -> str:
    code = _LINES.get(ticket.status, "ticket_line")
    return texts.get(
        locale,
        code,
        number=ticket.number,
        title=ticket.title,
        status=texts.get(locale, f"ticket_status_{ticket.status}"),
        department=ticket.department,
        due_at=in_words(texts, locale, ticket.due_at),
        result=ticket.result,
    )


def as_shown(ticket: Ticket) -> JSON:
    """A ticket as its visitor is shown it."""
    resolved_at = ticket.resolved_at
    return {
        "id": ticket.id,
        "number": ticket.number,
        "status": ticket.status,
        "department": ticket.department,
        "title": ticket.title,
        "created_at": stamp(ticket.created_at),
        "contact_due_at": stamp(ticket.contact_due_at),
        "due_at": stamp(ticket.due_at),
        "resolved_at": stamp(resolved_at) if resolved_at else None,
        "result": ticket.result,
    }
