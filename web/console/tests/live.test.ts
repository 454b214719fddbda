import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { api, repliesApi, teamApi } from '../src/api/instance';
import { shortTime } from '../src/lib/clock';
import { newPending } from '../src/lib/outbox';
import { zh } from '../src/locales/zh';
import { useAlerts } from '../src/stores/alerts';
import { useLive } from '../src/stores/live';
import { useOutbox } from '../src/stores/outbox';
import { useQueue } from '../src/stores/queue';
import { useSession } from '../src/stores/session';
import { useTickets } from '../src/stores/tickets';
import { at, conversation, request } from './make';

/** The server's end of the staff WebSocket. */
class Line {
  static readonly OPEN = 1;
  static last: Line;
  readyState = Line.OPEN;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;

  constructor() {
    Line.last = this;
  }
  readonly send = vi.fn();
  readonly close = vi.fn();
  say(push: unknown): void {
    this.onmessage?.({ data: JSON.stringify(push) });
  }
}

beforeEach(async () => {
  vi.stubGlobal('WebSocket', Line);
  setActivePinia(createPinia());
  localStorage.clear();
  useSession().staff = { id: 'h1', username: 'lin', name: '林晓', role: 'helper', department: null };
  vi.spyOn(api, 'conversations').mockResolvedValue([]);
  vi.spyOn(api, 'conversation').mockResolvedValue({ conversation: conversation(), request: request(), brief: null });
  vi.spyOn(api, 'updates').mockResolvedValue({ updates: [], last_seq: 0 });
  vi.spyOn(api, 'helpRequests').mockResolvedValue([]);
  vi.spyOn(teamApi, 'offers').mockResolvedValue({ offers: [], alerts: [] });
  vi.spyOn(teamApi, 'invitations').mockResolvedValue([]);
  vi.spyOn(repliesApi, 'list').mockResolvedValue([]);
  vi.spyOn(teamApi, 'topics').mockResolvedValue([]);
  useLive().start();
  await vi.waitFor(() => expect(api.conversations).toHaveBeenCalled());
  vi.mocked(api.conversations).mockClear();
});

afterEach(() => {
  useLive().stop();
  vi.unstubAllGlobals();
});

it('reads my conversations when the server says they changed, not when anybody takes a request', async () => {
  const [first, second] = [request(), request({ id: 'r2', conversation_id: 'c2' })];
  Line.last.say({ type: 'queue', requests: [first, second], total: 2 });
  Line.last.say({ type: 'queue', requests: [second], total: 1 });
  expect(useQueue().requests.map((it) => it.id)).toEqual(['r2']);
  expect(api.conversations).not.toHaveBeenCalled();
  Line.last.say({ type: 'mine', conversations: [{ conversation_id: 'c1', role: 'owner' }] });
  await vi.waitFor(() => expect(api.conversations).toHaveBeenCalledWith(true));
});

describe('leaving the page', () => {
  const leave = () => {
    const event = new Event('beforeunload', { cancelable: true });
    window.dispatchEvent(event);
    return event.defaultPrevented;
  };

  it('is asked about only while something unsent is not kept', () => {
    vi.spyOn(api, 'send').mockReturnValue(new Promise(() => undefined));
    expect(leave()).toBe(false);
    useOutbox().send('c1', '您好', 'public');
    expect(leave()).toBe(false);
    for (const item of useOutbox().items) item.kept = false;
    expect(leave()).toBe(true);
    useLive().stop();
    expect(leave()).toBe(false);
  });

  it('another page’s replies are heard of until then', () => {
    const item = newPending('c1', { client_message_id: 'm1', text: '您好', visibility: 'public' }, Date.now());
    vi.spyOn(api, 'send').mockReturnValue(new Promise(() => undefined));
    localStorage.setItem('bangban.outbox.h1.m1', JSON.stringify(item));
    window.dispatchEvent(Object.assign(new Event('storage'), { key: 'bangban.outbox.h1.m1', storageArea: localStorage }));
    expect(useOutbox().items.map((it) => it.text)).toEqual(['您好']);
  });
});

it('a ticket’s reminder is said on the page, and on the desktop when the page is not looked at', () => {
  const notify = vi.spyOn(useAlerts(), 'notify');
  const refresh = vi.spyOn(useTickets(), 'refresh').mockReturnValue(undefined);
  Line.last.say({ type: 'tickets' });
  expect([refresh.mock.calls.length, document.querySelector('.el-message')]).toEqual([1, null]);
  Line.last.say({ type: 'tickets', reminder: { ticket_id: 't1', number: '20260105-0001', kind: 'due', due_at: at(3600) } });
  const text = zh.tickets.reminders.due('20260105-0001', shortTime(at(3600)));
  expect(document.querySelector('.el-message--warning')?.textContent).toContain(text);
  expect(notify).toHaveBeenCalledWith(text, '', 't1', expect.any(Function));
  expect(refresh).toHaveBeenCalledTimes(2);
});
