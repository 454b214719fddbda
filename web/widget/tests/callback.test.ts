import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BangbanWidget, TAG } from '../element';
import { type FakeLink, type World, fromVisitor, notice, settle, update } from './fakes';
import { mount, unmount, within } from './mounted';

customElements.define(TAG, BangbanWidget);

let world: World;
let element: BangbanWidget;
let link: FakeLink;

beforeEach(async () => {
  ({ world, element } = mount());
  world.session.setOpen(true);
  link = await world.begin('担保费率多少');
});
afterEach(() => unmount(element));

const { all, one, shown } = within(() => element);
const give = (...updates: ReturnType<typeof update>[]): void =>
  link.give(...updates.map((each) => ({ type: 'update', update: each }) as const));
const value = (testid: string): string => one<HTMLInputElement>(testid).value;
const focused = (): Element | null => element.shadowRoot?.activeElement ?? null;
const CALL = { action: 'create', source: 'callback', question: '担保费率多少', phone: '13800000000', when: '下午' };
const offer = (seq: number, more: Record<string, unknown> = {}): ReturnType<typeof update> =>
  update(seq, { kind: 'ticket', text: '请留下电话', payload: { ...CALL, ...more } });
function wait(seq: number): void {
  link.state('queue');
  give(update(seq, { kind: 'handoff' }), notice(seq + 1, 'queued'));
}

describe('the form for a call', () => {
  it('is filled in with the question and with what was said of the call', async () => {
    give(fromVisitor(1), offer(2));
    expect(one('contact').textContent).toContain('请人回电');
    expect([value('contact-text'), value('contact-reach'), value('contact-when')]).toEqual([
      '担保费率多少',
      '13800000000',
      '下午',
    ]);
    one('contact-submit').closest('form')?.requestSubmit();
    await settle();
    expect(world.http.left).toEqual([{ contact: { phone: '13800000000', when: '下午' }, description: '担保费率多少' }]);
    give(notice(3, 'ticket_created', { ticket_id: 't1', number: '20260105-0001' }));
    expect(all('contact')).toHaveLength(0);
  });

  it('is empty where nothing was said, but for the visitor of the page', () => {
    world.session.settings.visitor = { phone: '021-69530000' };
    give(offer(1, { question: null, phone: null, when: null }));
    expect([value('contact-text'), value('contact-reach'), value('contact-when')]).toEqual(['', '021-69530000', '']);
  });

  it('is put away by a click and comes with the next wish', () => {
    give(offer(1));
    one('contact-put-away').click();
    expect(all('contact')).toHaveLength(0);
    expect(focused()).toBe(one('input'));
    give(fromVisitor(2), offer(3));
    expect(all('contact')).toHaveLength(1);
  });

  it('goes when a person is asked for instead', () => {
    give(offer(1));
    wait(2);
    expect(all('contact')).toHaveLength(0);
  });

  it('leaves the question to the server when the queue was left and something else was asked', () => {
    give(fromVisitor(1), update(2, { kind: 'handoff' }), notice(3, 'queued', { question: '社保能缓缴吗' }));
    give(notice(4, 'closed', { outcome: 'abandoned', ask_rating: false }), offer(5, { question: null }));
    expect(value('contact-text')).toBe('社保能缓缴吗');
    give(fromVisitor(6), offer(7, { question: null }));
    expect([value('contact-text'), value('contact-reach')]).toEqual(['', '13800000000']);
  });

  it('cannot be put away where it is the only way to be heard', () => {
    link.state('queue');
    give(notice(1, 'off_hours', { next_start: null, callback: true, question: '社保能缓缴吗' }));
    expect(value('contact-text')).toBe('社保能缓缴吗');
    expect(all('contact-put-away')).toHaveLength(0);
  });
});

describe('the link to be called back', () => {
  it('asks the assistant while that answers', () => {
    one('callback').click();
    expect(link.of('send').map(({ text }) => text)).toEqual(['担保费率多少', '请给我回个电话']);
    expect(all('contact')).toHaveLength(0);
    give(offer(1));
    expect(shown('callback')).toBe(false);
  });

  it('opens the form beside the wait, with the focus in it, and leaves the wait as it is', () => {
    wait(1);
    expect(shown('callback')).toBe(false);
    one('queue-callback').click();
    expect(focused()).toBe(one('contact-reach'));
    expect([shown('queue'), shown('queue-callback')]).toEqual([true, false]);
    expect(link.of('send')).toHaveLength(1);
    one('contact-put-away').click();
    expect(all('contact')).toHaveLength(0);
    expect(shown('queue-callback')).toBe(true);
    one('queue-callback').click();
    expect(all('contact')).toHaveLength(1);
  });

  it('opens the form beside the wait with the question asked, and with what an offer before heard of the call', () => {
    give(fromVisitor(1), offer(2), update(3, { kind: 'handoff' }), notice(4, 'queued', { question: '社保能缓缴吗' }));
    link.state('queue');
    one('queue-callback').click();
    expect([value('contact-text'), value('contact-reach'), value('contact-when')]).toEqual(['社保能缓缴吗', '13800000000', '下午']);
  });

  it('opens an empty form beside the wait when only a person was asked for since the last matter was settled', () => {
    give(fromVisitor(1), offer(2), notice(3, 'ticket_created', { ticket_id: 't1', number: '20260105-0001' }));
    give(update(4, { kind: 'handoff' }), notice(5, 'queued', { question: null }));
    link.state('queue');
    one('queue-callback').click();
    expect([value('contact-text'), value('contact-reach'), value('contact-when')]).toEqual(['', '', '']);
  });

  it('stands under what was said last, though that is for staff only', () => {
    wait(1);
    give(update(3, { kind: 'hidden', text: null, sender: null }));
    one('queue-callback').click();
    expect(all('contact')).toHaveLength(1);
  });

  it('keeps the form of a broken promise, and what was entered, when the wait is given up for it', () => {
    wait(1);
    give(notice(3, 'late', { callback: true }));
    one<HTMLInputElement>('contact-reach').value = '1380';
    link.state('bot');
    give(notice(4, 'closed', { outcome: 'abandoned', ask_rating: false }));
    expect(value('contact-reach')).toBe('1380');
    give(notice(5, 'helper_joined', { name: '陈' }));
    expect(all('contact')).toHaveLength(0);
  });

  it('keeps what was entered when the promise is broken meanwhile, and when the wait is given up for it', () => {
    wait(1);
    one('queue-callback').click();
    one<HTMLInputElement>('contact-reach').value = '1380';
    give(notice(3, 'late', { callback: true }));
    expect(value('contact-reach')).toBe('1380');
    link.state('bot');
    give(notice(4, 'closed', { outcome: 'abandoned', ask_rating: false }));
    expect(value('contact-reach')).toBe('1380');
    give(notice(5, 'ticket_created', { ticket_id: 't1', number: '20260105-0001' }));
    expect(all('contact')).toHaveLength(0);
    expect(shown('callback')).toBe(true);
  });

  it('goes when a helper is there to be asked', () => {
    wait(1);
    one('queue-callback').click();
    link.state('helper');
    give(notice(3, 'helper_joined', { name: '陈', department: null }));
    expect(all('contact')).toHaveLength(0);
    expect([shown('callback'), shown('queue-callback')]).toEqual([false, false]);
  });
});
