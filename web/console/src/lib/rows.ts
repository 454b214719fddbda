/** A list of updates as rows on the page: days apart, runs of one voice together, new ones marked. */
import type { Update } from '../api/types';
import { dayKey } from './clock';
import { type Voice, voiceOf } from './describe';

export type Row =
  | { type: 'day'; key: string; at: string }
  | { type: 'new'; key: string }
  | { type: 'update'; key: string; update: Update; voice: Voice; leads: boolean };

/** A pause of this length starts a new run, milliseconds. */
const RUN_MS = 3 * 60_000;

function continues(before: Update | null, update: Update, voice: Voice): boolean {
  if (!before || voiceOf(before) !== voice || before.sender?.name !== update.sender?.name) return false;
  return Date.parse(update.at ?? '') - Date.parse(before.at ?? '') < RUN_MS;
}

/** `seen`: the mark goes before the first visitor message after it; null for no mark. */
export function buildRows(updates: readonly Update[], seen: number | null): Row[] {
  const rows: Row[] = [];
  let before: Update | null = null;
  let marked = seen === null;
  for (const update of updates) {
    if (update.kind === 'hidden') continue;
    if (update.at && (!before?.at || dayKey(before.at) !== dayKey(update.at))) {
      rows.push({ type: 'day', key: `day-${update.seq}`, at: update.at });
      before = null;
    }
    if (!marked && update.seq > (seen ?? 0) && update.sender?.kind === 'visitor') {
      rows.push({ type: 'new', key: 'new' });
      marked = true;
      before = null;
    }
    const voice = voiceOf(update);
    rows.push({ type: 'update', key: `u-${update.seq}`, update, voice, leads: !continues(before, update, voice) });
    before = update;
  }
  return rows;
}
