import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { api, repliesApi, teamApi } from '../src/api/instance';
import { useLive } from '../src/stores/live';
import { useQueue } from '../src/stores/queue';
import { useSession } from '../src/stores/session';
import { conversation, request } from './make';

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
