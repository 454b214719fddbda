import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BangbanWidget, TAG } from '../element';
import { type FakeLink, type World, fromVisitor, notice, settle, update } from './fakes';
import { mount, unmount, within } from './mounted';

customElements.define(TAG, BangbanWidget);

let world: World;
let element: BangbanWidget;
let link: FakeLink;

const give = (...updates: ReturnType<typeof update>[]): void =>
  link.give(...updates.map((each) => ({ type: 'update', update: each }) as const));

beforeEach(async () => {
  ({ world, element } = mount());
  world.session.setOpen(true);
  link = await world.begin('转人工');
  give(update(1, { kind: 'handoff' }), notice(2, 'queued'));
});
afterEach(() => unmount(element));

const { one, shown } = within(() => element);
const focused = (): string | undefined => (element.shadowRoot?.activeElement as HTMLElement | null)?.dataset.testid;
async function leave(): Promise<void> {
  one('queue-leave').click();
  one('queue-leave-yes').click();
  await settle();
}

describe('leaving the queue', () => {
  it('is asked once more, and staying is as easy', () => {
    expect([shown('queue-leave'), shown('queue-leave-yes')]).toEqual([true, false]);
    one('queue-leave').click();
    expect([shown('queue-leave'), focused()]).toEqual([false, 'queue-leave-yes']);
    expect(one('queue').textContent).toContain('不再等候人工了吗？');
    one('queue-leave-no').click();
    expect([shown('queue-leave'), focused()]).toEqual([true, 'queue-leave']);
    expect(world.http.queueLeft).toEqual([]);
  });

  it('is done by the server, whose notice ends the wait', async () => {
    await leave();
    expect(world.http.queueLeft).toEqual([2]);
    expect(focused()).toBe('input');
    give(notice(3, 'closed', { outcome: 'abandoned', ask_rating: false }));
    expect(shown('queue')).toBe(false);
    expect(world.session.state.owner).toBe('bot');
    give(notice(4, 'queued'));
    expect([shown('queue-leave'), shown('queue-leave-yes')]).toEqual([true, false]);
  });

  it('names the wait that is left, and none that is over', async () => {
    give(notice(3, 'closed', { outcome: 'abandoned', ask_rating: false }), update(4, { text: '好的' }));
    link.state('queue');
    await leave();
    give(update(5, { kind: 'handoff' }), notice(6, 'queued'), fromVisitor(7));
    await leave();
    expect(world.http.queueLeft).toEqual([null, 6]);
  });

  it('says so when it did not work, and can be tried again', async () => {
    world.http.leaveStatus = 429;
    await leave();
    expect(one('queue').textContent).toContain('没有退出成功，请再试一次');
    expect(focused()).toBe('queue-leave-yes');
    world.http.leaveStatus = 204;
    one('queue-leave-yes').click();
    await settle();
    expect(world.http.queueLeft).toEqual([2]);
  });

  it('is no failure when a helper was faster', async () => {
    world.http.leaveStatus = 409;
    await leave();
    expect(one('queue').textContent).not.toContain('没有退出成功');
  });
});
