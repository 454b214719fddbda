/** Up to which `seq` the helper has looked at each conversation; survives a reload. */
import { type KeyValueStore, readJson, writeJson } from './drafts';

export type SeenMap = Record<string, number>;

const keyOf = (staffId: string) => `bangban.seen.${staffId}`;

function isSeenMap(value: unknown): value is SeenMap {
  return typeof value === 'object' && value !== null && Object.values(value).every((seq) => typeof seq === 'number');
}

export function readSeen(store: KeyValueStore, staffId: string): SeenMap {
  return readJson(store, keyOf(staffId), isSeenMap) ?? {};
}

/** Keeps only the conversations still of interest, so that the record does not grow for ever. */
export function writeSeen(store: KeyValueStore, staffId: string, seen: SeenMap, keep: readonly string[]): void {
  const kept = keep.flatMap((id) => (id in seen ? [[id, seen[id]] as const] : []));
  writeJson(store, keyOf(staffId), Object.fromEntries(kept));
}
