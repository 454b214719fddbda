"""Several people and one conversation: transfer, three-party, taking over, the end of a shift.

One of them is accountable at any time, the owner; until somebody else has accepted, the owner stays.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from bot.helpdesk import rules
from bot.helpdesk.errors import AlreadyClaimed, Forbidden, Invalid, NotFound, WrongState
from bot.helpdesk.live import STAFF_TOPIC, staff_topic
from bot.helpdesk.models import Actor, HelpRequest, Invitation, InvitationKind, InvitationStatus, Staff
from bot.helpdesk.rules.people import is_available
from bot.helpdesk.storage import conversations, directory, invitations, people, requests
from bot.helpdesk.storage import staff as accounts
from bot.helpdesk.usecases import UseCases, found_request, found_staff
from bot.helpdesk.work import Work


@dataclass(frozen=True)
class Target:
    """Whom something goes to: a member of staff or a department, one of the two."""

    staff_id: str | None = None
    department: str | None = None

    def __post_init__(self) -> None:
        if (self.staff_id is None) == (self.department is None):
            raise Invalid("name either a member of staff or a department")


class Team(UseCases):
    """Use cases of several people in one conversation. Errors: ``bot.helpdesk.errors``."""

    # --- asking -----------------------------------------------------------------------------------------

    async def invite(
        self, kind: InvitationKind, conversation_id: str, staff: Staff, target: Target, note: str = ""
    ) -> Invitation:
        """Ask somebody to take the conversation over (``transfer``) or to ``join`` it.

        Raises ``NotFound`` and ``Invalid`` for an unknown target, ``WrongState`` when it cannot come.
        """
        note = rules.clean_text(note, self._policy.note_limit) if note.strip() else ""
        async with self._work(conversation_id) as work:
            request = await self._held(work)
            rules.check_in_charge(request, staff)
            await self._check_target(work, request, target, kind)
            seconds = self._policy.transfer_seconds if kind == "transfer" else self._policy.invite_seconds
            record = Invitation(
                uuid4().hex, kind, conversation_id, request.id, staff.id, target.staff_id, target.department,
                note, "pending", work.now, work.now + timedelta(seconds=seconds),
            )  # fmt: skip
            if not await invitations.create(work.connection, record):
                raise WrongState("a transfer of this conversation is pending already")
            actor, to = Actor("staff", staff.id), target.staff_id or target.department
            await work.record(request, request, f"{kind}_asked", actor, "asked", to=to)
            await work.note("transfer_note" if kind == "transfer" else "invite_note", staff, note)
            work.tell_invited(record)
            return record

    async def _held(self, work: Work) -> HelpRequest:
        request = await requests.newest_of(work.connection, work.conversation.id)
        if request is None or request.status != "claimed":
            raise WrongState("no helper holds this conversation")
        return request

    async def _check_target(
        self, work: Work, request: HelpRequest, target: Target, kind: InvitationKind
    ) -> None:
        if target.department is not None:
            await self._check_department(work, target.department)
            if not await self._anyone_of(work, target.department, {request.claimed_by}):
                raise WrongState("nobody of this department is ready now")
            if await invitations.pending_in(
                work.connection, request.conversation_id, target.department, kind
            ):
                raise WrongState("they were asked already")
            return
        to = await found_staff(work.connection, str(target.staff_id))
        if to.id == request.claimed_by:
            raise WrongState("they hold the conversation already")
        if not await self._available(work, to, busy_too=kind == "join"):
            raise WrongState("they are not there now")
        beside = await invitations.participants(work.connection, [work.conversation.id])
        pending = await invitations.pending_in(work.connection, work.conversation.id, to.id, kind)
        if pending or (kind == "join" and to.id in {each.person.id for each in beside}):
            raise WrongState("they were asked, or are in the conversation, already")

    async def _check_department(self, work: Work, name: str) -> None:
        known = await directory.departments(work.connection)
        if not (known[name].active if name in known else await people.has_staff(work.connection, name)):
            raise Invalid("unknown department")

    async def _anyone_of(self, work: Work, department: str, but: Collection[str | None]) -> bool:
        states = await people.states(work.connection)
        return any(
            state.department == department
            and state.id not in but
            and is_available(state, self._policy, work.now, busy_too=False)
            for state in states
        )

    async def _available(self, work: Work, staff: Staff, *, busy_too: bool) -> bool:
        states = {state.id: state for state in await people.states(work.connection)}
        return is_available(states[staff.id], self._policy, work.now, busy_too=busy_too)

    # --- answering --------------------------------------------------------------------------------------

    async def accept(self, invitation_id: str, staff: Staff) -> Invitation:
        """Take over, or join. Raises ``AlreadyClaimed`` when a colleague was faster, ``WrongState``.

        ``AtCapacity`` when a transfer is more than they may hold: it is still pending then.
        """
        asked = await self._asked_of(invitation_id, staff)
        async with self._work(asked.conversation_id) as work:
            accepted = await invitations.decide(
                work.connection, asked.id, "accepted", staff.id, None, work.now
            )
            if accepted is None:
                raise await self._why_ended(work, asked.id)
            request = await found_request(work.connection, asked.help_request_id)
            if accepted.kind == "transfer":
                await self._check_room(work, staff)
                await work.move(request, staff, Actor("staff", staff.id), "transferred", "accepted")
                whom = [request.claimed_by, staff.id]
                work.tell_moved(request, "transferred", whom, by=staff, to=staff)
            else:
                await self._join(work, request, staff, accepted.invited_by)
            work.tell_invited(accepted)
            return accepted

    async def _why_ended(self, work: Work, invitation_id: str) -> AlreadyClaimed | WrongState:
        ended = await invitations.get(work.connection, invitation_id)
        if ended and ended.status == "accepted":
            return AlreadyClaimed("a colleague has accepted already")
        return WrongState("the invitation has ended")

    async def _join(self, work: Work, request: HelpRequest, staff: Staff, by: str | None) -> None:
        if request.status != "claimed" or request.claimed_by == staff.id:
            raise WrongState("the conversation cannot be joined now")
        if not await invitations.join(work.connection, work.conversation.id, staff.id, by, work.now):
            raise WrongState("you are in the conversation already")
        await work.record(request, request, "joined", Actor("staff", staff.id), "accepted", by=by)
        await work.introduce("specialist_joined", staff)
        work.tell_company(staff.id)

    async def _asked_of(self, invitation_id: str, staff: Staff) -> Invitation:
        async with self._database.transaction() as connection:
            found = await invitations.get(connection, invitation_id)
        mine = found and (
            found.to_staff == staff.id
            or (found.to_department is not None and found.to_department == staff.department)
        )
        if found is None or not mine or (found.to_department and found.invited_by == staff.id):
            raise NotFound("no such invitation")
        return found

    async def refuse(self, invitation_id: str, staff: Staff, reason: str = "") -> Invitation:
        """Say no; the conversation stays with its owner.

        What a department is asked is pending for the colleagues until nobody is left of those who are ready.
        """
        asked = await self._asked_of(invitation_id, staff)
        if asked.to_department is not None and await self._dismiss(asked, asked.to_department, staff):
            return asked
        return await self._end(asked, staff, "refused", reason)

    async def _dismiss(self, asked: Invitation, department: str, staff: Staff) -> bool:
        """Not shown to ``staff`` any more; whether somebody of their department is left to be asked."""
        async with self._work(asked.conversation_id) as work:
            found = await invitations.get(work.connection, asked.id)
            if found is None or found.status != "pending":
                raise WrongState("the invitation has ended")
            await invitations.dismiss(work.connection, asked.id, staff.id, work.now)
            work.nudges.append((staff_topic(staff.id), {"type": "invitations"}))
            request = await found_request(work.connection, asked.help_request_id)
            said_no = await invitations.dismissed_by(work.connection, asked.id)
            return await self._anyone_of(work, department, {*said_no, request.claimed_by, asked.invited_by})

    async def cancel(self, invitation_id: str, staff: Staff) -> Invitation:
        """Take back what one asked, or as an overseer what anybody asked."""
        async with self._database.transaction() as connection:
            found = await invitations.get(connection, invitation_id)
        if found is None:
            raise NotFound("no such invitation")
        if found.invited_by != staff.id and staff.role not in rules.OVERSEERS:
            raise Forbidden("only who asked, or a supervisor, may take it back")
        return await self._end(found, staff, "cancelled", "")

    async def _end(self, asked: Invitation, staff: Staff, status: str, reason: str) -> Invitation:
        reason = rules.clean_text(reason, self._policy.note_limit) if reason.strip() else ""
        async with self._work(asked.conversation_id) as work:
            how: InvitationStatus = "refused" if status == "refused" else "cancelled"
            ended = await invitations.decide(
                work.connection, asked.id, how, staff.id, reason or None, work.now
            )
            if ended is None:
                raise WrongState("the invitation has ended")
            request = await found_request(work.connection, asked.help_request_id)
            actor = Actor("staff", staff.id)
            await work.record(request, request, f"{ended.kind}_{how}", actor, reason or how)
            work.tell_invited(ended)
            work.tell_moved(request, how, [ended.invited_by, ended.to_staff], by=staff, reason=reason)
            return ended

    # --- coming, going, handing over --------------------------------------------------------------------

    async def leave(self, conversation_id: str, staff: Staff) -> None:
        """Go, as a participant. Raises ``WrongState`` for the owner and for who is not in it."""
        async with self._work(conversation_id) as work:
            if not await invitations.leave(work.connection, conversation_id, staff.id, work.now):
                raise WrongState("only who was called into the conversation can leave it")
            await work.introduce("specialist_left", staff)
            work.tell_company(staff.id)
            request = await requests.newest_of(work.connection, conversation_id)
            if request:
                await work.record(request, request, "left", Actor("staff", staff.id), "left")

    async def hand_over(self, conversation_id: str, staff: Staff, to_id: str, *, stay: bool) -> HelpRequest:
        """Make a participant the owner; with ``stay`` the former owner stays beside them."""
        async with self._work(conversation_id) as work:
            request = await self._held(work)
            rules.check_in_charge(request, staff)
            beside = await invitations.participants(work.connection, [conversation_id])
            if to_id not in {each.person.id for each in beside}:
                raise WrongState("only who is in the conversation can be handed it")
            to = await found_staff(work.connection, to_id)
            moved = await work.move(request, to, Actor("staff", staff.id), "handed_over", "handed_over")
            former = str(request.claimed_by)
            if stay:
                await invitations.join(work.connection, conversation_id, former, to.id, work.now)
            work.tell_company(former)
            work.tell_moved(request, "handed_over", [former, to.id], by=staff, to=to)
            return moved

    async def take_over(self, conversation_id: str, staff: Staff, reason: str = "") -> HelpRequest:
        """An overseer becomes the owner, whoever holds it or nobody."""
        rules.check_oversees(staff)
        async with self._work(conversation_id) as work:
            request = await self._open(work)
            return await self._give(work, request, staff, staff, "taken_over", reason)

    async def reassign(
        self, conversation_id: str, staff: Staff, target: Target, reason: str = ""
    ) -> HelpRequest:
        """An overseer gives it to somebody who is ready, at once, or into a department's queue."""
        rules.check_oversees(staff)
        async with self._work(conversation_id) as work:
            request = await self._open(work)
            if target.department is not None:
                await self._check_department(work, target.department)
                actor, why = Actor("staff", staff.id), self._reason(reason)
                redirected = await work.redirect(request, target.department, actor, why)
                work.tell_moved(request, "redirected", [request.claimed_by], by=staff, reason=reason)
                return redirected
            to = await found_staff(work.connection, str(target.staff_id))
            if not await self._available(work, to, busy_too=False):
                raise WrongState("they are not ready now")
            return await self._give(work, request, to, staff, "reassigned", reason)

    async def _open(self, work: Work) -> HelpRequest:
        request = await requests.newest_of(work.connection, work.conversation.id)
        if request is None or request.status == "closed":
            raise WrongState("there is no open help request")
        return request

    async def _give(
        self, work: Work, request: HelpRequest, to: Staff, by: Staff, event: str, reason: str
    ) -> HelpRequest:
        moved = await work.move(request, to, Actor("staff", by.id), event, self._reason(reason))
        work.tell_moved(request, event, [request.claimed_by, to.id], by=by, to=to, reason=reason)
        return moved

    def _reason(self, reason: str) -> str:
        return rules.clean_text(reason, self._policy.note_limit) if reason.strip() else "none_given"

    async def end_shift(
        self, staff: Staff, *, of: str | None = None, to: str | None = None, note: str = ""
    ) -> list[tuple[str, Staff | None]]:
        """Go away and leave nobody alone: every conversation goes to ``to``, or back into the queue.

        ``of``: somebody else's shift, for overseers. Returns where each conversation went, None the queue.
        """
        leaving, heir = await self._shift(staff, of, to)
        moved: list[tuple[str, Staff | None]] = []
        seen: set[str] = set()
        # Again until nothing new is found: a claim may be on its way while the list is worked through.
        while held := [each for each in await self._declare_away(leaving) if each not in seen]:
            for conversation_id in held:
                async with self._work(conversation_id) as work:
                    if await self._pass_on(work, leaving, heir, staff, note):
                        moved.append((conversation_id, heir))
            seen |= set(held)
        return moved

    async def _shift(self, staff: Staff, of: str | None, to: str | None) -> tuple[Staff, Staff | None]:
        if of is not None and of != staff.id:
            rules.check_oversees(staff)
        async with self._database.transaction() as connection:
            leaving = staff if of in (None, staff.id) else await people.find(connection, str(of))
            heir = await people.find(connection, to) if to is not None else None
            states = {state.id: state for state in await people.states(connection)}
        if leaving is None or (to is not None and heir is None):
            raise NotFound("no such member of staff")
        if heir is not None and heir.id == leaving.id:
            raise WrongState("a shift is handed over to somebody else")
        if heir and not is_available(states[heir.id], self._policy, self._clock(), busy_too=False):
            raise WrongState("they are not ready now")
        return leaving, heir

    async def _declare_away(self, leaving: Staff) -> list[str]:
        async with self._database.transaction() as connection:
            await accounts.declare(connection, leaving.id, "away", self._clock())
            held = [each.id for each in await conversations.held_by(connection, leaving.id)]
        told = {"type": "presence", "staff_id": leaving.id, "status": "away"}
        await self._live.publish(STAFF_TOPIC, told)
        return held

    async def _pass_on(self, work: Work, leaving: Staff, heir: Staff | None, by: Staff, note: str) -> bool:
        if work.conversation.helper_id != leaving.id:
            if await invitations.leave(work.connection, work.conversation.id, leaving.id, work.now):
                await work.introduce("specialist_left", leaving)
                work.tell_company(leaving.id)
            return False
        request, actor = await self._held(work), Actor("staff", by.id)
        await work.note("shift_note", leaving, self._reason(note) if note.strip() else "")
        if heir is None:
            await work.release(request, actor, "shift_ended")
        else:
            await work.move(request, heir, actor, "handed_over", "shift_ended")
        work.tell_moved(request, "handed_over", [leaving.id, heir.id if heir else None], by=by, to=heir)
        return True
