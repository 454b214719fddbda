"""Who is nudged about what a use case did: collected while it works, published after the commit."""

from collections.abc import Iterable

from bot.helpdesk.live import STAFF_TOPIC, conversation_topic, staff_topic
from bot.helpdesk.models import JSON, Conversation, HelpRequest, Invitation, Staff
from bot.helpdesk.rules.absence import CONNECTION_LOST


class Nudging:
    """The nudges of one transaction on one conversation."""

    conversation: Conversation
    nudges: list[tuple[str, JSON]]

    def tell_offers(self, staff_id: str) -> None:
        """Nudge a desk: what rings there has changed."""
        self.nudges.append((staff_topic(staff_id), {"type": "offers"}))

    def tell_company(self, staff_id: str) -> None:
        """Nudge somebody who came into the conversation or left it; the visitor sees a notice."""
        self.nudges.append((staff_topic(staff_id), {"type": "mine"}))

    def tell_invited(self, invitation: Invitation) -> None:
        """Nudge whom an invitation concerns."""
        told: JSON = {"type": "invitations"}
        self.nudges += [
            (staff_topic(each), told) for each in (invitation.invited_by, invitation.to_staff) if each
        ]
        if invitation.to_department:
            self.nudges.append((STAFF_TOPIC, {**told, "department": invitation.to_department}))

    def tell_moved(
        self,
        request: HelpRequest,
        event: str,
        whom: Iterable[str | None],
        *,
        by: Staff | None = None,
        to: Staff | None = None,
        reason: str = "",
    ) -> None:
        """Tell staff that a conversation left them or came to them."""
        message = {
            "type": "moved",
            "conversation_id": request.conversation_id,
            "request_id": request.id,
            "event": event,
            "by": person_json(by),
            "to": person_json(to),
            "reason": reason,
        }
        self.nudges += [(staff_topic(each), message) for each in dict.fromkeys(whom) if each]

    def tell_lost(self, request: HelpRequest) -> None:
        """Tell the helper whose connection has ended, should they hear it, and those who oversee."""
        self.tell_moved(request, CONNECTION_LOST, [request.claimed_by])
        message: JSON = {
            "type": CONNECTION_LOST,
            "conversation_id": request.conversation_id,
            "request_id": request.id,
            "department": request.department,
            "helper": {"id": request.claimed_by, "name": request.claimed_by_name},
        }
        self.nudges.append((STAFF_TOPIC, message))

    def all_nudges(self, first_seq: int) -> list[tuple[str, JSON]]:
        """What to publish once committed; ``first_seq`` is ``last_seq`` as it was at the start."""
        conversation = self.conversation
        if conversation.last_seq == first_seq:
            return self.nudges
        changed = {"type": "changed", "conversation_id": conversation.id, "last_seq": conversation.last_seq}
        topic = conversation_topic(conversation.id)
        return [(topic, {"type": "changed"}), (STAFF_TOPIC, changed), *self.nudges]


def person_json(staff: Staff | None) -> JSON | None:
    """A member of staff as a push names them."""
    return {"id": staff.id, "name": staff.name, "department": staff.department} if staff else None
