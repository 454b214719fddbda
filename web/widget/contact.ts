/** The form to leave a message that becomes a ticket: where it stands, and what it is filled in with. */
import { lastWhere } from './lists';
import { field, isClosed } from './payload';
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

const isOffer = ({ kind, payload }: Update): boolean =>
  kind === 'notice' ? payload.callback === true : kind === 'ticket' && payload.action === 'create';

/** Who left the queue may have done so for the call, and keeps what they have entered. */
const ends = ({ kind, payload }: Update): boolean =>
  kind === 'notice' ? ENDS.includes(payload.code) && payload.outcome !== 'abandoned' : kind === 'handoff';

/** What was said before it is settled, or goes on in a ticket. */
const isOver = (update: Update): boolean => update.kind === 'notice' && update.payload.code !== 'helper_joined' && ends(update);

/**
 * What the offer of a call and the notice of the wait have heard, the newest of each, up to the update `seq`.
 * Who left the queue and asked on may mean what they asked then, which the server knows: no question is given.
 */
function saidUpTo(seq: number, updates: readonly Update[]): ContactItem['said'] {
  const before = updates.filter((update) => update.seq <= seq);
  const over = lastWhere(before, isOver)?.seq ?? 0;
  const told = before.filter((update) => update.seq > over && (update.kind === 'notice' || isOffer(update)));
  const newest = (name: string, after = 0): string | null => {
    const update = lastWhere(told, (each) => each.seq > after && field(each, name) !== null);
    return update ? field(update, name) : null;
  };
  const left = lastWhere(before, isClosed)?.seq ?? 0;
  const askedOn = before.some((update) => update.seq > left && update.sender?.kind === 'visitor');
  return { question: newest('question', askedOn ? left : 0), phone: newest('phone'), when: newest('when') };
}

function offered({ seq, kind, payload }: Update, updates: readonly Update[]): ContactItem {
  const why = kind === 'ticket' ? 'callback' : payload.code === 'late' ? 'late' : 'off_hours';
  return { type: 'contact', key: `c${seq}`, seq, why, said: saidUpTo(seq, updates) };
}

/** The form, if there is one: the visitor's own is not taken away by an offer, lest what was entered be lost. */
export function contactItem({ updates, wished, declined }: State): ContactItem | null {
  if (wished !== null && !updates.some((update) => update.seq > wished && ends(update)))
    return { type: 'contact', key: `w${wished}`, seq: wished, why: 'callback', said: saidUpTo(wished, updates) };
  const last = lastWhere(updates, (update) => isOffer(update) || ends(update));
  return last && isOffer(last) && last.seq > declined ? offered(last, updates) : null;
}

/** Whether a call may be asked for: a helper who is there is asked, and a form that is open is enough. */
export const offersCall = (state: State): boolean => state.owner !== 'helper' && contactItem(state) === null;
