/** What administration works out before it asks the server. */
import type { Department, Span, Threshold } from '../api/admin';

/** The department and those that step in for it, in order; a circle ends where it closes. */
export function fallbackChain(departments: readonly Department[], name: string): string[] {
  const chain = [name];
  for (;;) {
    const next = departments.find((it) => it.name === chain.at(-1))?.fallback;
    if (!next || chain.includes(next)) return chain;
    chain.push(next);
  }
}

const isTime = (text: string) => /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/.test(text);

/** Whether a week's spans are well formed: each ends after it starts, and none of a day overlap. */
export function spansFit(spans: readonly Span[]): boolean {
  const ordered = [...spans].sort((a, b) => a.weekday - b.weekday || a.starts.localeCompare(b.starts));
  return ordered.every((span, index) => {
    const before = ordered[index - 1];
    const apart = !before || before.weekday !== span.weekday || before.ends <= span.starts;
    return isTime(span.starts) && isTime(span.ends) && span.starts < span.ends && apart;
  });
}

/** `09:00-12:00, 13:30-17:30` as spans; nothing is a closed day; null when it cannot be read. */
export function parseSpans(text: string): [string, string][] | null {
  const parts = text.split(/[,，;；\s]+/).filter(Boolean);
  const spans: [string, string][] = [];
  for (const part of parts) {
    const match = /^(\d{1,2}):(\d\d)\s*[-–~至]\s*(\d{1,2}):(\d\d)$/.exec(part);
    if (!match) return null;
    const [, h1 = '', m1 = '', h2 = '', m2 = ''] = match;
    spans.push([`${h1.padStart(2, '0')}:${m1}`, `${h2.padStart(2, '0')}:${m2}`]);
  }
  return spansFit(spans.map(([starts, ends]) => ({ weekday: 1, starts, ends }))) ? spans : null;
}

export function spansText(spans: readonly (readonly [string, string])[]): string {
  return spans.map(([starts, ends]) => `${starts.slice(0, 5)}–${ends.slice(0, 5)}`).join('，');
}

export type ThresholdGroup = 'ladder' | 'dispatch' | 'wait' | 'tickets' | 'other';

const LADDER = ['first_response_seconds', 'widen_seconds', 'warn_seconds', 'fallback_seconds', 'reclaim_seconds', 'claim_grace_seconds'];
const DISPATCH = [
  'offer_seconds', 'widen_offers', 'helper_capacity', 'presence_fresh_seconds', 'absent_seconds', 'warmup_seconds',
  'warmup_limit', 'claims_beyond_capacity', 'outsiders_help', 'transfer_seconds', 'invite_seconds',
];

export function groupOf(name: string): ThresholdGroup {
  if (LADDER.includes(name)) return 'ladder';
  if (DISPATCH.includes(name)) return 'dispatch';
  if (name.startsWith('ticket_')) return 'tickets';
  return name.startsWith('wait_') ? 'wait' : 'other';
}

export function isWithin(threshold: Threshold, value: number): boolean {
  return Number.isFinite(value) && value >= (threshold.minimum ?? -Infinity) && value <= (threshold.maximum ?? Infinity);
}
