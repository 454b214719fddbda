/** Tickets: the list under a filter, page by page, and the one that is open. */
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { ticketsApi } from '../api/instance';
import type { Ticket, TicketDetail, TicketDraft, TicketFilter, TicketMove } from '../api/tickets';
import { useTopics } from './topics';

const NO_FILTER: TicketFilter = { status: '', department: '', mine: false, late: false, q: '' };

export const useTickets = defineStore('tickets', () => {
  const filter = ref<TicketFilter>({ ...NO_FILTER });
  const list = ref<Ticket[]>([]);
  const next = ref<string | null>(null);
  const loaded = ref(false);
  const failed = ref<unknown>(null);
  const detail = ref<TicketDetail | null>(null);
  const detailFailed = ref<unknown>(null);
  /** Rises with every question, so that only the newest one's answer counts. */
  let asked = 0;
  let wanted = '';

  async function load(): Promise<void> {
    const turn = (asked += 1);
    try {
      const page = await ticketsApi.list(filter.value);
      if (turn !== asked) return;
      list.value = page.tickets;
      useTopics().need(page.tickets.map((ticket) => ticket.topic));
      next.value = page.next;
      failed.value = null;
    } catch (error) {
      if (turn === asked) failed.value = error;
    } finally {
      if (turn === asked) loaded.value = true;
    }
  }

  async function more(): Promise<void> {
    if (next.value === null) return;
    const turn = (asked += 1);
    const page = await ticketsApi.list(filter.value, next.value);
    if (turn !== asked) return;
    const known = new Set(list.value.map((ticket) => ticket.id));
    list.value = [...list.value, ...page.tickets.filter((ticket) => !known.has(ticket.id))];
    next.value = page.next;
  }

  async function open(id: string | null): Promise<void> {
    wanted = id ?? '';
    detailFailed.value = null;
    if (detail.value?.ticket.id !== id) detail.value = null;
    if (!id) return;
    try {
      const found = await ticketsApi.detail(id);
      if (wanted === id) detail.value = found;
    } catch (error) {
      if (wanted === id) detailFailed.value = error;
    }
  }

  async function move(id: string, step: TicketMove): Promise<void> {
    const ticket = await ticketsApi.move(id, step);
    list.value = list.value.map((other) => (other.id === id ? ticket : other));
    if (wanted === id) await open(id);
  }

  async function create(draft: TicketDraft): Promise<Ticket> {
    const ticket = await ticketsApi.create(draft);
    if (loaded.value) void load();
    return ticket;
  }

  /** Something changed on the server: read again what is on the page. */
  function refresh(): void {
    if (loaded.value) void load();
    if (wanted) void open(wanted);
  }

  const filtered = computed(() => Object.values(filter.value).some(Boolean));

  return { filter, filtered, list, next, loaded, failed, detail, detailFailed, load, more, open, move, create, refresh };
});
