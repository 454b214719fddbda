import { createPinia, type Pinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type App, createApp } from 'vue';
import { createMemoryHistory, createRouter } from 'vue-router';
import { teamApi } from '../src/api/instance';
import type { Ticket } from '../src/api/tickets';
import TicketDetail from '../src/components/tickets/TicketDetail.vue';
import { zh } from '../src/locales/zh';
import { useTickets } from '../src/stores/tickets';
import { useTime } from '../src/stores/time';
import { at, T0, ticket } from './make';

let pinia: Pinia;
let app: App | undefined;

/** What the page says of whether the visitor was told; null when it says nothing. */
function toldIn(part: Partial<Ticket>): string | null {
  useTickets().detail = { ticket: ticket(part), events: [] };
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/c/:id?', name: 'desk', component: { template: '<i />' } }],
  });
  app = createApp(TicketDetail).use(pinia).use(router);
  const root = document.body.appendChild(document.createElement('div'));
  app.mount(root);
  const term = [...root.querySelectorAll('dt')].find((each) => each.textContent === zh.tickets.fields.told);
  return term?.nextElementSibling?.textContent ?? null;
}

beforeEach(() => {
  pinia = createPinia();
  setActivePinia(pinia);
  useTime().now = T0;
  vi.spyOn(teamApi, 'people').mockResolvedValue([]);
  vi.spyOn(teamApi, 'departments').mockResolvedValue([]);
});
afterEach(() => {
  app?.unmount();
  document.body.replaceChildren();
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
