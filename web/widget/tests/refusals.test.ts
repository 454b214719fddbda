import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeLink, World, fromVisitor, refuse, update } from './fakes';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const statuses = (world: World): string[] => world.session.state.outbox.map(({ id, status }) => `${id} ${status}`);
const isKept = (world: World, id: string): boolean => world.local.map.has(`bangban:https://help.example:unsent:${id}`);
const sentIds = (link: FakeLink): string[] => link.of('send').map((frame) => frame.client_message_id);

describe('a refused message', () => {
  it('fails visibly and is not sent again by a reload', async () => {
    const world = new World();
    const link = await world.begin();
    refuse(link, 'bad_request', 'm1');
    expect(statuses(world)).toEqual(['m1 failed']);
    expect(isKept(world, 'm1')).toBe(false);
  });

  it('is sent again by the retry button under the same id', async () => {
    const world = new World();
    const link = await world.begin();
    refuse(link, 'bad_request', 'm1');
    world.session.retry('m1');
    expect(sentIds(link)).toEqual(['m1', 'm1']);
  });

  it.each(['too_many_requests', 'unavailable', 'internal'])('goes again by itself, later and later, after %s', async (code) => {
    const world = new World();
    const link = await world.begin();
    refuse(link, code, 'm1');
    expect(statuses(world)).toEqual(['m1 sending']);
    expect(isKept(world, 'm1')).toBe(true);
    expect(sentIds(link)).toEqual(['m1']);
    await vi.advanceTimersByTimeAsync(250);
    expect(sentIds(link)).toEqual(['m1', 'm1']);
    refuse(link, code, 'm1');
    await vi.advanceTimersByTimeAsync(499);
    expect(sentIds(link)).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(sentIds(link)).toEqual(['m1', 'm1', 'm1']);
    link.give({ type: 'ack', client_message_id: 'm1', seq: 1 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sentIds(link)).toHaveLength(3);
    expect(world.links).toHaveLength(1);
  });

  it('keeps the connection that answers, however long the server is busy', async () => {
    const world = new World();
    const link = await world.begin();
    for (let attempt = 0; attempt < 12; attempt += 1) {
      refuse(link, 'unavailable', 'm1');
      await vi.advanceTimersByTimeAsync(8000);
    }
    expect(world.links).toEqual([link]);
    expect(sentIds(link).length).toBeGreaterThan(8);
  });

  it('goes again after a reconnect too, once', async () => {
    const world = new World();
    const link = await world.begin();
    refuse(link, 'unavailable', 'm1');
    link.events.down();
    await vi.advanceTimersByTimeAsync(1000);
    world.link.events.up();
    await vi.advanceTimersByTimeAsync(5000);
    expect(sentIds(world.link)).toEqual(['m1']);
  });

  it('is not overtaken by what is said while it waits', async () => {
    const world = new World();
    const link = await world.begin();
    refuse(link, 'unavailable', 'm1');
    world.session.send('还有');
    expect(sentIds(link)).toEqual(['m1', 'm1', 'm2']);
  });
});

describe('a refused resume', () => {
  it.each(['unavailable', 'not_found'])('is asked again with a pause after %s, until the state comes', async (code) => {
    const world = new World();
    const link = await world.begin();
    link.give({ type: 'ack', client_message_id: 'm1', seq: 1 });
    link.events.down();
    await vi.advanceTimersByTimeAsync(1000);
    const next = world.link;
    next.events.up();
    refuse(next, code);
    expect(next.of('resume')).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(250);
    expect(next.of('resume')).toHaveLength(2);
    next.state();
    refuse(next, code);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(next.of('resume')).toHaveLength(2);
  });

  it('of a gap is asked again', async () => {
    const world = new World();
    const link = await world.begin();
    link.give({ type: 'update', update: fromVisitor(1, 'm1') }, { type: 'update', update: update(3) });
    refuse(link, 'unavailable');
    await vi.advanceTimersByTimeAsync(250);
    expect(link.of('resume').slice(1)).toEqual([{ type: 'resume', after: 1 }, { type: 'resume', after: 1 }]);
  });
});
