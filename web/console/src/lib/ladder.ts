/** How near a request is to breaking the promise, by the ladder of docs/help-engine.md. */
import type { HelpRequest } from '../api/types';

export type Tone = 'jade' | 'lime' | 'amber' | 'orange' | 'red';

const TONES: Tone[] = ['jade', 'lime', 'amber', 'orange', 'red'];
/** The step from which a request counts as about to be late. */
const LATE_SOON = 2;
/** The step at which the promise is broken. */
export const BREACHED = 4;

/** The level by the server, never below what the own clock already shows: a lost push must not look calm. */
export function levelOf(request: Pick<HelpRequest, 'level' | 'deadline_at'>, now: number): number {
  const passed = now >= Date.parse(request.deadline_at) ? BREACHED : 0;
  return Math.max(0, Math.min(BREACHED, Math.max(request.level, passed)));
}

export function toneOf(level: number): Tone {
  return TONES[level] ?? 'red';
}

/** Waiting or held without an answer, and close to the deadline; past it, it is late. */
export function isNearlyLate(request: HelpRequest, now: number): boolean {
  if (request.first_response_at !== null || request.status === 'closed') return false;
  const level = levelOf(request, now);
  return level >= LATE_SOON && level < BREACHED;
}

/** Whole seconds until a time, never below zero; null when there is none. */
export function secondsLeft(at: string | null, now: number): number | null {
  return at === null ? null : Math.max(0, Math.ceil((Date.parse(at) - now) / 1000));
}
