/** Figures as they are printed. What has no base has no value: a dash, never a zero. */
import type { StaffingBasis } from '../api/reports';
import { words } from '../locales';

/** The share of requests that shall have a first answer within the promised time. */
export const GOAL = 0.95;

/** `95%`, with one digit after the point when it says something: `95.3%`. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return '–';
  const value = Math.round(share * 1000) / 10;
  return `${Number.isInteger(value) ? value : value.toFixed(1)}%`;
}

/** Seconds up to two minutes, then minutes. */
export function secondsText(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '–';
  if (seconds < 120) return words.reports.seconds(Math.round(seconds * 10) / 10);
  return words.reports.minutes(Math.round(seconds / 6) / 10);
}

/** Within how many seconds an answer may be advised for: the usual ones and the promised one, in order. */
export function withinChoices(promised: number | undefined): number[] {
  return [...new Set([30, 60, 90, 120, ...(promised === undefined ? [] : [promised])])].sort((a, b) => a - b);
}

/** What of the promise goes to picking up, and what is left for the wait for a place. */
export function promiseText(basis: StaffingBasis, seconds: number): string {
  const { pickup_seconds: pickup, place_seconds: left, pickups, pickups_needed: needed } = basis;
  if (pickup === null) return words.staffing.pickupUnknown(seconds, pickups, needed);
  if (left === null) return words.staffing.pickupTooLong(seconds, secondsText(pickup), pickups);
  return words.staffing.pickup(seconds, secondsText(pickup), secondsText(left), pickups);
}

/** `4.6`, or a dash. */
export function decimal(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toFixed(1);
}
