/** How long somebody has waited, how urgent that is, and how it is written. Times are epoch milliseconds. */
import type { HelpRequest, Update } from '../api/types';
import { isPublicHelperMessage } from './updates';

export type Urgency = 'calm' | 'soon' | 'late';

/** A warning after half of the promised time; when all of it has passed, the promise is broken. */
export const SOON_SHARE = 0.5;

export interface WaitClock {
  elapsed: number;
  text: string;
  urgency: Urgency;
  /** Seconds until the deadline, never more than were promised; negative once it has passed. */
  remaining: number;
  /** Share of the allowed time that is used up, 0 to 1. */
  used: number;
}

export function secondsSince(at: string, now: number): number {
  return Math.max(0, Math.floor((now - Date.parse(at)) / 1000));
}

export function urgencyOf(used: number, remaining: number): Urgency {
  if (remaining <= 0) return 'late';
  return used >= SOON_SHARE ? 'soon' : 'calm';
}

const pad = (value: number) => String(value).padStart(2, '0');

/** `00:07`, `12:34`, and from an hour on `1:02:03`. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const rest = `${pad(Math.floor((whole % 3600) / 60))}:${pad(whole % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

export function waitClock(request: Pick<HelpRequest, 'requested_at' | 'deadline_at'>, now: number): WaitClock {
  const start = Date.parse(request.requested_at);
  const end = Date.parse(request.deadline_at);
  const elapsed = secondsSince(request.requested_at, now);
  // The clocks are guessed to within a second: at the start that must not add to the promise.
  const remaining = Math.min(Math.ceil((end - now) / 1000), Math.round((end - start) / 1000));
  const used = end > start ? Math.min(1, Math.max(0, (now - start) / (end - start))) : 1;
  return { elapsed, text: formatClock(elapsed), urgency: urgencyOf(used, remaining), remaining, used };
}

/** Whether the request's clock still runs: a claim is no response, only a public helper message is. */
export function awaitsFirstResponse(request: HelpRequest | null, updates: readonly Update[]): boolean {
  if (!request || request.status === 'closed' || request.first_response_at) return false;
  const since = Date.parse(request.requested_at);
  return !updates.some((update) => isPublicHelperMessage(update) && Date.parse(update.at ?? '') >= since);
}

const DAY_MS = 86_400_000;

/** Local calendar day of a time, for separators between days. */
export function dayKey(at: string): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

/** Days between the local calendar day of `at` and that of `now`: 0 today, 1 yesterday. */
export function daysAgo(at: string, now: number): number {
  const midnight = (value: number) => new Date(value).setHours(0, 0, 0, 0);
  return Math.round((midnight(now) - midnight(Date.parse(at))) / DAY_MS);
}

export function timeOfDay(at: string): string {
  const date = new Date(at);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

/** `01-05 09:30`; with the year only when it is another one. */
export function shortTime(at: string, now: number = Date.now()): string {
  const date = new Date(at);
  const day = `${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  const year = date.getFullYear() === new Date(now).getFullYear() ? '' : `${date.getFullYear()}-`;
  return `${year}${day} ${timeOfDay(at)}`;
}

/** As `shortTime`, to the second: a minute's steps happen within seconds of each other. */
export function exactTime(at: string, now: number = Date.now()): string {
  return `${shortTime(at, now)}:${String(new Date(at).getSeconds()).padStart(2, '0')}`;
}

/** Local calendar day `days` away from `now`, as date fields want it: `2026-01-05`. */
export function dateField(now: number, days = 0): string {
  const date = new Date(now);
  date.setDate(date.getDate() + days);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}
