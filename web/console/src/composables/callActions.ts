import { words } from '../locales';
import { inform, report } from '../services/report';
import { type Call, useCalls } from '../stores/calls';
import { useClaim } from './claim';
import { useVisit } from './visit';

export interface CallActions {
  accept: (call: Call | undefined) => Promise<void>;
  decline: (call: Call | undefined) => Promise<void>;
}

/** What the two buttons of a call do, by its kind. */
export function useCallActions(): CallActions {
  const calls = useCalls();
  const visit = useVisit();
  const claim = useClaim();

  async function accept(call: Call | undefined): Promise<void> {
    if (!call) return;
    if (call.kind === 'invitation') return join(call);
    if (call.kind === 'alert' && call.alert.reason === 'mine_silent') return visit(call.request.conversation_id);
    await claim(call.request);
  }

  async function join(call: Extract<Call, { kind: 'invitation' }>): Promise<void> {
    try {
      const done = await calls.answer(call.invitation.id, 'accept');
      if (!done) return inform(words.team.invitations.taken, 'warning');
      await visit(call.invitation.conversation_id);
      inform(words.team.invitations.accepted);
    } catch (error) {
      report(error);
    }
  }

  async function decline(call: Call | undefined): Promise<void> {
    if (!call || call.kind === 'alert') return;
    try {
      if (call.kind === 'offer') {
        await calls.decline(call.offer);
        return inform(words.team.offers.declined);
      }
      const done = await calls.answer(call.invitation.id, 'refuse');
      inform(done ? words.team.invitations.refused : words.team.invitations.over);
    } catch (error) {
      report(error);
    }
  }

  return { accept, decline };
}
