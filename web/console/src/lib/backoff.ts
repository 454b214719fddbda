/** Delay in milliseconds before attempt `attempt` (0, 1, …): doubling, capped, with up to a quarter of jitter. */
export function backoff(attempt: number, random: () => number = Math.random, base = 500, cap = 15_000): number {
  const full = Math.min(cap, base * 2 ** Math.min(attempt, 16));
  return Math.round(full * (0.75 + random() * 0.25));
}
