import { describe, expect, it } from 'vitest';
import { ServerClock } from '../src/lib/serverClock';
import { T0 } from './make';

const iso = (ms: number): string => new Date(ms).toISOString();
const header = (ms: number): string => new Date(ms).toUTCString();

describe('the server clock', () => {
  it('trusts the local clock when nothing is known', () => {
    expect(new ServerClock().now(T0)).toBe(T0);
  });

  it('finds the offset within half a second when several Date headers were seen', () => {
    const clock = new ServerClock();
    const offset = -95_300;
    for (let i = 0; i < 20; i += 1) {
      const start = T0 + i * 1370;
      clock.sampleHeader(header(start + 20 + offset), start, start + 40);
    }
    expect(Math.abs(clock.offset - offset)).toBeLessThan(500);
  });

  it('is exact to the travel time when a stamp of our own request was seen', () => {
    const clock = new ServerClock();
    clock.sampleStamp(iso(T0 + 60_050), T0, T0 + 100);
    expect(Math.abs(clock.offset - 60_000)).toBeLessThanOrEqual(50);
  });

  it('is never earlier than what has already happened', () => {
    const clock = new ServerClock();
    clock.observePast(iso(T0 + 40_000), T0);
    expect(clock.now(T0)).toBe(T0 + 40_000);
    clock.observePast(iso(T0 - 40_000), T0);
    expect(clock.now(T0)).toBe(T0 + 40_000);
  });

  it('starts anew when a clock was set meanwhile', () => {
    const clock = new ServerClock();
    clock.sampleStamp(iso(T0), T0 - 50, T0 + 50);
    clock.sampleStamp(iso(T0 + 3_600_000), T0 - 50, T0 + 50);
    expect(Math.abs(clock.offset - 3_600_000)).toBeLessThanOrEqual(50);
  });

  it('ignores a missing or unreadable header', () => {
    const clock = new ServerClock();
    clock.sampleHeader(null, T0, T0);
    clock.sampleHeader('gestern', T0, T0);
    clock.sampleStamp(null, T0, T0);
    expect(clock.offset).toBe(0);
  });
});
