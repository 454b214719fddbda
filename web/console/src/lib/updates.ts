/** A conversation's list of updates: kept by `seq`, never double, and what can be read off it. */
import type { Update } from '../api/types';

/** Joins two lists by `seq`, ascending. What arrives later replaces what was held. */
export function mergeUpdates(held: readonly Update[], incoming: readonly Update[]): Update[] {
  if (incoming.length === 0) return held as Update[];
  const bySeq = new Map(held.map((update) => [update.seq, update]));
  for (const update of incoming) bySeq.set(update.seq, update);
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** The last `seq` up to which nothing is missing: where to go on reading. */
export function contiguousSeq(updates: readonly Update[]): number {
  let seq = 0;
  for (const update of updates) {
    if (update.seq !== seq + 1) break;
    seq = update.seq;
  }
  return seq;
}

export function isInternal(update: Update): boolean {
  return update.payload?.visibility === 'internal';
}

/** Notices that colleagues leave each other; the visitor never sees them. */
const STAFF_NOTICES: unknown[] = ['transfer_note', 'invite_note', 'shift_note'];

/** A notice for staff alone. */
export function isStaffNotice(update: Update): boolean {
  return update.kind === 'notice' && STAFF_NOTICES.includes(update.payload?.code);
}

export function isPublicHelperMessage(update: Update): boolean {
  return update.sender?.kind === 'helper' && update.kind !== 'notice' && !isInternal(update);
}

/** Until a place is remembered, what came before the helper's own last message counts as seen. */
export function seenByAnswer(updates: readonly Update[]): number {
  const answered = updates.findLast((update) => update.sender?.kind === 'helper');
  return answered?.seq ?? 0;
}

/** Visitor messages after `seen`: the only ones somebody waits to have read. */
export function unreadCount(updates: readonly Update[], seen: number): number {
  return updates.filter((update) => update.seq > seen && update.sender?.kind === 'visitor').length;
}

/** When the visitor began to wait for the next answer; null when the helper (or the bot) spoke last. */
export function visitorWaitsSince(updates: readonly Update[]): string | null {
  let since: string | null = null;
  for (const update of updates) {
    if (update.sender?.kind === 'visitor') since ??= update.at;
    else if (update.sender?.kind === 'bot' || isPublicHelperMessage(update)) since = null;
  }
  return since;
}

/** The newest public line with text: what the list of conversations shows. */
export function lastSpoken(updates: readonly Update[]): Update | null {
  return updates.findLast((update) => update.text !== null && update.kind !== 'notice' && !isInternal(update)) ?? null;
}

/** `seq` of the helper's newest public message that the visitor has read; 0 when there is none. */
export function lastReadOwn(updates: readonly Update[], visitorReadSeq: number): number {
  const read = updates.findLast((update) => update.seq <= visitorReadSeq && isPublicHelperMessage(update));
  return read?.seq ?? 0;
}
