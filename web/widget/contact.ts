/** The form to leave a message that becomes a ticket: where it stands, and what it is filled in with. */
import { lastWhere } from './lists';
import { field } from './payload';
import type { Update } from './protocol';
import type { State } from './state';

/** Why it is offered: the promise was broken, nobody is on duty, or the visitor wishes to be called. */
export interface ContactItem {
  type: 'contact';
  key: string;
  /** It stands after the update with this seq. */
  seq: number;
  why: 'late' | 'off_hours' | 'callback';
  /** What the visitor has said already; null where nothing was. */
  said: { question: string | null; phone: string | null; when: string | null };
}

/** What makes an offer to leave a message pointless: it was taken, or somebody is there after all. */
const ENDS: readonly unknown[] = ['ticket_created', 'helper_joined', 'closed'];
const NOTHING = { question: null, phone: null, when: null };

const isOffer = ({ kind, payload }: Update): boolean =>
  kind === 'notice' ? payload.callback === true : kind === 'ticket' && payload.action === 'create';

/** Who left the queue may have done so for the call, and keeps what they have entered. */
const ends = ({ kind, payload }: Update): boolean =>
  kind === 'notice' ? ENDS.includes(payload.code) && payload.outcome !== 'abandoned' : kind === 'handoff';

function offered(offer: Update): ContactItem {
  const { seq, kind, payload } = offer;
  const why = kind === 'ticket' ? 'callback' : payload.code === 'late' ? 'late' : 'off_hours';
  const said = { question: field(offer, 'question'), phone: field(offer, 'phone'), when: field(offer, 'when') };
  return { type: 'contact', key: `c${seq}`, seq, why, said: kind === 'ticket' ? said : NOTHING };
}

/** The form, if there is one: the visitor's own is not taken away by an offer, lest what was entered be lost. */
export function contactItem({ updates, wished, declined }: State): ContactItem | null {
  if (wished !== null && !updates.some((update) => update.seq > wished && ends(update)))
    return { type: 'contact', key: `w${wished}`, seq: wished, why: 'callback', said: NOTHING };
  const last = lastWhere(updates, (update) => isOffer(update) || ends(update));
  return last && isOffer(last) && last.seq > declined ? offered(last) : null;
}

/** Whether a call may be asked for: a helper who is there is asked, and a form that is open is enough. */
export const offersCall = (state: State): boolean => state.owner !== 'helper' && contactItem(state) === null;
