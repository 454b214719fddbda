export const FIRST_DELAY_MS = 500;
export const LONGEST_DELAY_MS = 15_000;

/** Milliseconds before attempt number `attempt` (from 0): doubling, at most 15 s, the upper half of it by chance. */
export function backoff(attempt: number, random: number): number {
  const full = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
  return Math.round(full / 2 + (full / 2) * random);
}
