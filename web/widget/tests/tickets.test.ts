import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BangbanWidget, TAG } from '../element';
import { isOffHours, items } from '../select';
import { toContact } from '../view/contact';
import { type FakeLink, type World, notice, settle, update } from './fakes';
import { mount, unmount, within } from './mounted';

customElements.define(TAG, BangbanWidget);

let world: World;
let element: BangbanWidget;
let link: FakeLink;

beforeEach(async () => {
  ({ world, element } = mount());
  world.session.setOpen(true);
  link = await world.begin('转人工');
});
afterEach(() => unmount(element));

const { all, one } = within(() => element);
const give = (...updates: ReturnType<typeof update>[]): void =>
  link.give(...updates.map((each) => ({ type: 'update', update: each }) as const));
const fill = (testid: string, text: string): void => void (one<HTMLInputElement>(testid).value = text);
async function submit(): Promise<void> {
  one('contact-submit').closest('form')?.requestSubmit();
  await settle();
}
const problem = (): string => element.shadowRoot?.querySelector('.contact .form-error:not([hidden])')?.textContent ?? '';
const OFF = { next_start: '2026-01-06T01:00:00Z', callback: true };
const resolved = (seq: number): ReturnType<typeof update> =>
  notice(seq, 'ticket_resolved', { ticket_id: 't1', number: '20260105-0001', ask_rating: true });

describe('a message left', () => {
  it('is offered while nobody is on duty, and goes with what was entered', async () => {
    give(notice(1, 'off_hours', OFF));
    fill('contact-text', ' 补缴社保 ');
    fill('contact-name', '李');
    fill('contact-reach', '13800000000');
    await submit();
    expect(world.http.left).toEqual([{ contact: { name: '李', phone: '13800000000' }, description: '补缴社保' }]);
    give(notice(2, 'ticket_created', { ticket_id: 't1', number: '20260105-0001' }));
    expect(all('contact')).toHaveLength(0);
  });

  it('is offered as a callback when the promise was broken', () => {
    give(notice(1, 'queued'), notice(2, 'late', { callback: true }));
    expect(one('contact').textContent).toContain('不想等了');
  });

  it('is not offered any more once a helper is there', () => {
    give(notice(1, 'late', { callback: true }), notice(2, 'helper_joined', { name: '陈', department: null }));
    expect(all('contact')).toHaveLength(0);
  });

  it('is offered when the assistant asks for it', () => {
    give(update(1, { kind: 'ticket', payload: { action: 'create' } }));
    expect(all('contact')).toHaveLength(1);
    give(update(2, { kind: 'ticket', payload: { action: 'status', tickets: [] } }));
    expect(all('contact')).toHaveLength(1);
  });

  it.each([
    [400, '请写明要办的事'],
    [0, '没有登记成功'],
    [429, '没有登记成功'],
  ])('keeps what was entered when the server says %i', async (status, words) => {
    world.http.leaveStatus = status;
    give(notice(1, 'off_hours', OFF));
    fill('contact-reach', 'x');
    await submit();
    expect(problem()).toContain(words);
    expect(one<HTMLInputElement>('contact-reach').value).toBe('x');
    expect(one<HTMLButtonElement>('contact-submit').disabled).toBe(false);
    world.http.leaveStatus = 201;
    fill('contact-reach', 'li@example.com');
    await submit();
    expect(problem()).toBe('');
    expect(world.http.left).toEqual([{ contact: { email: 'li@example.com' } }]);
  });

  it('takes a phone or an address from the same field', () => {
    expect(toContact('', ' a@b.cn ', '')).toEqual({ email: 'a@b.cn' });
    expect(toContact(' 李 ', '021-1', '下午')).toEqual({ name: '李', phone: '021-1', when: '下午' });
    expect(toContact('', '', '')).toEqual({});
  });
});

describe('off hours', () => {
  it('shows no clock of a minute, until people are called again', () => {
    link.state('queue');
    give(notice(1, 'off_hours', OFF));
    expect(isOffHours(world.session.state)).toBe(true);
    expect(one('queue').hasAttribute('hidden')).toBe(true);
    give(notice(2, 'queued'));
    expect(isOffHours(world.session.state)).toBe(false);
    expect(one('queue').hasAttribute('hidden')).toBe(false);
  });
});

describe('the result of a ticket', () => {
  it('is judged once, by a click', async () => {
    give(resolved(1));
    one('ticket-no').click();
    await settle();
    expect(world.http.ticketRatings).toEqual([['t1', { resolved: false, stars: null }]]);
    expect(one<HTMLButtonElement>('ticket-yes').disabled).toBe(true);
    give(notice(2, 'ticket_updated', { ticket_id: 't1', number: '20260105-0001', status: 'reopened' }));
    expect(all('verdict')).toHaveLength(0);
  });

  it('can be judged again when that failed', async () => {
    world.http.leaveStatus = 503;
    give(resolved(1));
    one('ticket-yes').click();
    await settle();
    expect(one('verdict').querySelector('.form-error')?.hasAttribute('hidden')).toBe(false);
    expect(one<HTMLButtonElement>('ticket-yes').disabled).toBe(false);
  });

  it('is asked about for each ticket apart', () => {
    give(resolved(1), notice(2, 'ticket_resolved', { ticket_id: 't2', number: '20260105-0002', ask_rating: true }));
    expect(items(world.session.state).filter(({ type }) => type === 'verdict')).toHaveLength(2);
    give(notice(3, 'ticket_rated', { ticket_id: 't1', number: '20260105-0001', resolved: true, stars: null }));
    expect(one('verdict').textContent).toContain('20260105-0002');
  });
});

describe('tickets asked about', () => {
  const TICKET = {
    id: 't1', number: '20260105-0001', status: 'in_progress', department: '规划资源局', title: '厂房分割转让',
    created_at: '2026-01-05T01:00:00Z', due_at: '2026-01-12T09:30:00Z', result: null,
  };
  const asked = (seq: number, ...tickets: unknown[]): ReturnType<typeof update> =>
    update(seq, { kind: 'ticket', text: '工单 20260105-0001：正在办理', payload: { action: 'status', tickets } });

  it('are cards with how far each has come and until when it is done, in the time of the office', () => {
    give(asked(1, TICKET));
    const card = one('ticket-card');
    expect(card.dataset.status).toBe('in_progress');
    for (const words of ['20260105-0001', '厂房分割转让', '规划资源局', '1月12日 17:30']) expect(card.textContent).toContain(words);
    expect([...card.querySelectorAll('.done')].map((step) => step.textContent)).toEqual(['已登记', '办理中']);
    expect(card.querySelector('[aria-current="step"]')?.textContent).toBe('办理中');
  });

  it('have their result instead of a deadline once settled, and never as markup', () => {
    give(asked(1, { ...TICKET, status: 'resolved', result: '<b>可以</b>' }));
    expect(one('ticket-card').textContent).toContain('<b>可以</b>');
    expect(one('ticket-card').textContent).not.toContain('预计办结');
  });

  it('have no steps when cancelled', () => {
    give(asked(1, { ...TICKET, status: 'cancelled' }));
    expect(one('ticket-card').querySelectorAll('li')).toHaveLength(0);
  });

  it('are told in words when there is no card to show', () => {
    give(asked(1, null, { title: '没有编号' }));
    expect(all('ticket-card')).toHaveLength(0);
    expect(all('message').map((message) => message.textContent).join()).toContain('正在办理');
  });
});

describe('a ticket registered', () => {
  const of = (seq: number, code: string, more: Record<string, unknown> = {}): ReturnType<typeof update> =>
    notice(seq, code, { ticket_id: 't1', number: '20260105-0001', ...more });

  it('stands as a card that moves on with what is said of it', () => {
    give(of(1, 'ticket_created', { due_at: '2026-01-12T09:30:00Z' }));
    expect(one('ticket-card').dataset.status).toBe('open');
    expect(one('ticket-card').textContent).toContain('1月12日 17:30');
    give(of(2, 'ticket_updated', { status: 'in_progress' }), notice(3, 'ticket_updated', { ticket_id: 't2', status: 'cancelled' }));
    expect(one('ticket-card').dataset.status).toBe('in_progress');
    give(of(4, 'ticket_resolved', { ask_rating: true }), of(5, 'ticket_rated', { resolved: false, stars: null }));
    expect(one('ticket-card').dataset.status).toBe('resolved');
    give(of(6, 'ticket_updated', { status: 'reopened' }));
    expect(one('ticket-card').dataset.status).toBe('reopened');
  });

  it('needs a number to be shown', () => {
    give(notice(1, 'ticket_created', { ticket_id: 't1' }));
    expect(all('ticket-card')).toHaveLength(0);
  });
});
