/** Where the visitor's tickets stand, a card each: what it is about, how far it has come, by when or with what result. */
import type { Texts } from '../locales/zh';
import type { ShownTicket } from '../payload';
import type { TicketItem } from '../select';
import { h } from './dom';
import { linkify } from './linkify';
import type { Context, ItemView } from './message';

/** How many of the three steps a status has reached; a cancelled ticket goes nowhere. */
const REACHED: Record<string, number> = { open: 1, assigned: 1, in_progress: 2, reopened: 2, resolved: 3, closed: 3 };

/** Deadlines are those of the office, wherever its visitor is; its words in the conversation say the same. */
function moment(at: string, texts: Texts): string {
  const clock = { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false } as const;
  return new Intl.DateTimeFormat(texts.lang, { ...clock, timeZone: 'Asia/Shanghai' }).format(new Date(at));
}

function line(name: string, value: string): HTMLElement {
  return h('div', {}, h('dt', {}, name), h('dd', {}, value));
}

function steps(reached: number, texts: Texts): HTMLElement {
  const piece = (name: string, at: number): HTMLElement => {
    const current = at === reached - 1 ? { 'aria-current': 'step' } : {};
    return h('li', { ...(at < reached ? { class: 'done' } : {}), ...current }, name);
  };
  return h('ol', { class: 'ticket-steps' }, ...texts.ticketSteps.map(piece));
}

function card(ticket: ShownTicket, texts: Texts): HTMLElement {
  const { number, title, status, department, dueAt, result } = ticket;
  const settled = REACHED[status] === 3;
  const due = dueAt !== null && !settled && status !== 'cancelled' && !Number.isNaN(Date.parse(dueAt));
  const lines = [
    department === null ? null : line(texts.ticketDepartment, department),
    due ? line(texts.ticketDue, moment(dueAt, texts)) : null,
  ];
  return h(
    'li',
    { class: 'ticket', 'data-testid': 'ticket-card', 'data-status': status },
    h('div', { class: 'ticket-head' }, h('span', { class: 'ticket-number' }, `${texts.ticket} ${number}`), h('span', { class: 'tag' }, texts.ticketStatuses[status] ?? status)),
    title === '' ? null : h('div', { class: 'ticket-title' }, title),
    REACHED[status] === undefined ? null : steps(REACHED[status], texts),
    h('dl', {}, ...lines),
    result === null ? null : h('p', { class: 'ticket-result' }, ...linkify(result)),
  );
}

export function ticketCards(list: ShownTicket[], texts: Texts): HTMLElement {
  return h('ul', { class: 'tickets' }, ...list.map((ticket) => card(ticket, texts)));
}

/** The card that stands where the ticket was registered, and moves on with it. */
export function ticketView(first: TicketItem, { texts }: Context): ItemView<TicketItem> {
  const node = h('div', { class: 'card' }, ticketCards([first.ticket], texts));
  let { status } = first.ticket;
  function update({ ticket }: TicketItem): void {
    if (ticket.status === status) return;
    ({ status } = ticket);
    node.replaceChildren(ticketCards([ticket], texts));
  }
  return { node, update };
}
