/** At which step of the ladder each call was told of, so that it is told of again only when it has climbed. */
import { type KeyValueStore, readJson, writeJson } from './drafts';

export interface Told {
  level: number;
  /** Local time, epoch milliseconds. */
  at: number;
}

/** By subject. */
export type ToldMap = Map<string, Told>;

/** What was never seen to end, as when the page was closed, is forgotten after this time, milliseconds. */
export const FORGET_MS = 12 * 3_600_000;

const keyOf = (staffId: string) => `bangban.told.${staffId}`;

function isTold(value: unknown): value is Record<string, Told> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((it: Partial<Told> | null) => typeof it?.level === 'number' && typeof it.at === 'number');
}

/** All tabs of one person share the record, so that a reload or a second tab repeats nothing. */
export function readTold(store: KeyValueStore, staffId: string, now: number): ToldMap {
  const told = readJson(store, keyOf(staffId), isTold) ?? {};
  return new Map(Object.entries(told).filter(([, it]) => now - it.at < FORGET_MS));
}

export function writeTold(store: KeyValueStore, staffId: string, told: ToldMap): void {
  writeJson(store, keyOf(staffId), told.size > 0 ? Object.fromEntries(told) : null);
}

/** Whether something is new, or has climbed since it was told of. */
export function isNews(told: ToldMap, subject: string, level: number): boolean {
  const before = told.get(subject);
  return before === undefined || level > before.level;
}
