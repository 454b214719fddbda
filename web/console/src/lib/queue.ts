/** The help queue as a list: order, and when it must be heard. */
import type { HelpRequest, Presence } from '../api/types';
import type { Urgency } from './clock';

/** Earliest deadline first, then who asked first; the id settles the rest so that rows never swap. */
export function orderQueue(requests: readonly HelpRequest[]): HelpRequest[] {
  return requests
    .filter((request) => request.status === 'waiting' || request.status === 'offered')
    .sort(
      (a, b) =>
        Date.parse(a.deadline_at) - Date.parse(b.deadline_at) ||
        Date.parse(a.requested_at) - Date.parse(b.requested_at) ||
        a.id.localeCompare(b.id),
    );
}

export type RingState = 'idle' | 'ringing' | 'muted' | 'away' | 'blocked';

export interface RingFacts {
  /** What asks for this person: offers, alerts that ring, invitations. */
  calls: number;
  muted: boolean;
  presence: Presence;
  /** Whether the browser lets the page make sound yet. */
  unlocked: boolean;
}

export function ringState(facts: RingFacts): RingState {
  if (facts.muted) return 'muted';
  if (!facts.unlocked) return 'blocked';
  if (facts.presence === 'away') return 'away';
  return facts.calls > 0 ? 'ringing' : 'idle';
}

/** Milliseconds between two chimes: the longer somebody waits, the closer together. */
export function chimePeriod(urgency: Urgency): number {
  return { calm: 3500, soon: 2500, late: 1800 }[urgency];
}

/** Reasons that are marked, because the first words to such a visitor matter most. */
export function isGrave(reason: string): boolean {
  return reason === 'complaint' || reason === 'sensitive';
}

/** The first line of a question that says anything. */
export function firstLine(text: string): string {
  return text.split(/\r?\n/).map((line) => line.trim()).find(Boolean) ?? '';
}
