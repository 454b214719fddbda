/** Whether the result of a ticket settles the matter. */
import type { VerdictItem } from '../select';
import { h, setHidden } from './dom';
import type { Context, ItemView } from './message';

export function verdictView(first: VerdictItem, { session, texts }: Context): ItemView<VerdictItem> {
  const failed = h('p', { class: 'form-error', role: 'alert', hidden: true }, texts.rateFailed);
  const answer = (label: string, testid: string, resolved: boolean): HTMLButtonElement =>
    h('button', { type: 'button', class: 'choice', 'data-testid': testid, onclick: () => void send(resolved) }, label);
  const both = [answer(texts.rateYes, 'ticket-yes', true), answer(texts.rateNo, 'ticket-no', false)];
  const node = h(
    'div',
    { class: 'card', 'data-testid': 'verdict' },
    h('div', { class: 'rate-title' }, texts.ticketTitle(first.number)),
    h('div', { class: 'choices', role: 'group', 'aria-label': texts.ticketTitle(first.number) }, ...both),
    failed,
  );
  async function send(resolved: boolean): Promise<void> {
    setHidden(failed, true);
    both.forEach((button) => (button.disabled = true));
    const refused = await session.rateTicket(first.ticket, { resolved, stars: null });
    // When it went well, the notice of the verdict takes the place of the question.
    both.forEach((button) => (button.disabled = refused === null));
    setHidden(failed, refused === null);
  }
  return { node, update: () => undefined };
}
