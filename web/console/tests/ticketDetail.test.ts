import { beforeEach, expect, it, vi } from 'vitest';
import { teamApi } from '../src/api/instance';
import type { Ticket } from '../src/api/tickets';
import TicketDetail from '../src/components/tickets/TicketDetail.vue';
import { zh } from '../src/locales/zh';
import { useTickets } from '../src/stores/tickets';
import { useTime } from '../src/stores/time';
import { at, T0, ticket } from './make';
import { usePage } from './mounted';

const show = usePage();

/** What the page says of whether the visitor was told; null when it says nothing. */
function toldIn(part: Partial<Ticket>): string | null {
  useTickets().detail = { ticket: ticket(part), events: [] };
  const root = show(TicketDetail);
  const term = [...root.querySelectorAll('dt')].find((each) => each.textContent === zh.tickets.fields.told);
  return term?.nextElementSibling?.textContent ?? null;
}

beforeEach(() => {
  useTime().now = T0;
  vi.spyOn(teamApi, 'people').mockResolvedValue([]);
  vi.spyOn(teamApi, 'departments').mockResolvedValue([]);
});

it('says when the visitor was told the result', () => {
  expect(toldIn({ status: 'resolved', resolved_at: at(0), told_at: at(0) })).toMatch(/\d\d:\d\d/);
});

it.each(['resolved', 'closed'] as const)('says of a %s ticket that its result was not delivered', (status) => {
  expect(toldIn({ status, resolved_at: at(0), told_at: null })).toBe('未送达');
});

it('says nothing of it before there is a result', () => {
  expect(toldIn({ status: 'in_progress' })).toBeNull();
});
