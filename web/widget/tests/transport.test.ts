import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ServerFrame } from '../protocol';
import { backoff } from '../transport/backoff';
import { Connection, SOCKET_AGAIN_MS, SOCKET_FAILURES } from '../transport/connection';
import { HttpError, createHttp } from '../transport/http';
import { PAUSE_MS, QUEUE_SECONDS, openPoll } from '../transport/poll';
import { OPENING_MS, PING_MS, SILENCE_MS, openSocket, socketUrl } from '../transport/socket';
import { FakeHttp, FakeLink, settle, update } from './fakes';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('backoff', () => {
  it('doubles up to 15 seconds', () => {
    expect([0, 1, 2, 5, 30].map((attempt) => backoff(attempt, 1))).toEqual([500, 1000, 2000, 15000, 15000]);
  });

  it('spreads clients over the upper half of the delay', () => {
    expect([0, 0.5, 1].map((random) => backoff(2, random))).toEqual([1000, 1500, 2000]);
  });
});

function connection(http = new FakeHttp()) {
  const links: FakeLink[] = [];
  const told: string[] = [];
  const open = (kind: 'socket' | 'poll') => (events: FakeLink['events']) => {
    const link = new FakeLink(events, kind);
    links.push(link);
    return link;
  };
  const it = new Connection({
    token: 't', http, random: () => 1, socket: open('socket'), poll: open('poll'),
    events: {
      status: (status) => told.push(status),
      up: () => told.push('up'),
      frame: (frame) => told.push(frame.type),
      refused: () => told.push('refused'),
    },
  });
  it.start();
  const last = (): FakeLink => links[links.length - 1] as FakeLink;
  return { it, links, told, last, http };
}

async function fail(world: ReturnType<typeof connection>): Promise<void> {
  world.last().events.down();
  await settle();
}

describe('Connection', () => {
  it('waits longer after each failure and starts over once it has heard the server', async () => {
    const world = connection();
    world.http.conversationStatus = 0;
    await fail(world);
    await vi.advanceTimersByTimeAsync(499);
    expect(world.links).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(world.links).toHaveLength(2);
    await fail(world);
    await vi.advanceTimersByTimeAsync(999);
    expect(world.links).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    world.last().events.up();
    world.last().give({ type: 'pong' });
    await fail(world);
    await vi.advanceTimersByTimeAsync(500);
    expect(world.links).toHaveLength(4);
  });

  it('turns to polling after three sockets that failed while HTTP worked', async () => {
    const world = connection();
    for (let count = 0; count < SOCKET_FAILURES; count += 1) {
      await fail(world);
      await vi.advanceTimersByTimeAsync(15_000);
    }
    expect(world.links.map(({ kind }) => kind)).toEqual(['socket', 'socket', 'socket', 'poll']);
  });

  it('stays with sockets while the server is simply away', async () => {
    const world = connection();
    world.http.conversationStatus = 0;
    for (let count = 0; count < 6; count += 1) {
      await fail(world);
      await vi.advanceTimersByTimeAsync(15_000);
    }
    expect(world.links.every(({ kind }) => kind === 'socket')).toBe(true);
  });

  it('tries a socket again after polling for a while', async () => {
    const world = connection();
    for (let count = 0; count < SOCKET_FAILURES; count += 1) {
      await fail(world);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    world.last().events.up();
    await vi.advanceTimersByTimeAsync(SOCKET_AGAIN_MS);
    expect(world.last().kind).toBe('socket');
  });

  it('reports a refused token once and stops', async () => {
    const world = connection();
    world.http.conversationStatus = 401;
    await fail(world);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(world.told.filter((what) => what === 'refused')).toHaveLength(1);
    expect(world.links).toHaveLength(1);
  });

  it('hurries when asked while it waits, and never opens a second link', async () => {
    const world = connection();
    world.it.hurry();
    expect(world.links).toHaveLength(1);
    await fail(world);
    world.it.hurry();
    expect(world.links).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(world.links).toHaveLength(2);
  });

  it('sends only over a link that is up', () => {
    const world = connection();
    expect(world.it.send({ type: 'ping' })).toBe(false);
    world.last().events.up();
    expect(world.it.send({ type: 'ping' })).toBe(true);
  });

  it('opens nothing after stop', async () => {
    const world = connection();
    world.it.stop();
    expect(world.last().closed).toBe(true);
    world.it.hurry();
    world.it.restart();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(world.links).toHaveLength(1);
  });
});

class FakeSocket {
  static readonly OPEN = 1;
  static made: FakeSocket[] = [];
  readyState = 0;
  sent: string[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  constructor(readonly url: string) {
    FakeSocket.made.push(this);
  }
  send(data: string): void {
    this.sent.push(data);
  }
  close(): void {
    this.closed = true;
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
}

function socket() {
  const told: string[] = [];
  const events = { up: () => told.push('up'), down: () => told.push('down'), frame: (frame: ServerFrame) => told.push(frame.type) };
  const link = openSocket('wss://x/', events, FakeSocket as unknown as typeof WebSocket);
  return { link, told, far: FakeSocket.made[FakeSocket.made.length - 1] as FakeSocket };
}

describe('openSocket', () => {
  it('takes the token in the address, escaped, and wss where the page is https', () => {
    expect(socketUrl('https://h.example', 'a/b')).toBe('wss://h.example/api/visitor/ws?token=a%2Fb');
    expect(socketUrl('http://127.0.0.1:8000', 't')).toBe('ws://127.0.0.1:8000/api/visitor/ws?token=t');
  });

  it('gives up a socket that does not open', () => {
    const { told, far } = socket();
    vi.advanceTimersByTime(OPENING_MS);
    expect(told).toEqual(['down']);
    expect(far.closed).toBe(true);
  });

  it('pings, and drops a connection that has gone silent, once', () => {
    const { told, far } = socket();
    far.open();
    vi.advanceTimersByTime(PING_MS);
    expect(far.sent).toEqual(['{"type":"ping"}']);
    vi.advanceTimersByTime(SILENCE_MS + PING_MS);
    expect(told).toEqual(['up', 'down']);
  });

  it('stays up while the server answers', () => {
    const { told, far } = socket();
    far.open();
    for (let count = 0; count < 10; count += 1) {
      vi.advanceTimersByTime(PING_MS);
      far.onmessage?.({ data: '{"type":"pong"}' });
    }
    expect(told).not.toContain('down');
  });

  it('keeps the label of a choice to itself and ignores what it cannot read', () => {
    const { link, told, far } = socket();
    far.open();
    link.send({ type: 'choose', client_message_id: 'a', seq: 1, option: 'o', label: '好' });
    expect(JSON.parse(far.sent[0] ?? '')).toEqual({ type: 'choose', client_message_id: 'a', seq: 1, option: 'o' });
    far.onmessage?.({ data: 'nonsense' });
    far.onmessage?.({ data: '{"type":"constructor"}' });
    expect(told).toEqual(['up']);
  });
});

function poll(http = new FakeHttp()) {
  const told: ServerFrame[] = [];
  let downs = 0;
  const link = openPoll(http, 't', { up: () => link.send({ type: 'resume', after: 2 }), down: () => (downs += 1), frame: (frame) => told.push(frame) });
  return { link, told, http, downs: () => downs };
}

describe('openPoll', () => {
  it('asks after the last seq it has, first without waiting', async () => {
    const http = new FakeHttp();
    const answers = [[update(3)], [update(4)]];
    http.answer = () => (answers.length > 0 ? Promise.resolve(answers.shift() ?? []) : new Promise(() => undefined));
    const { told } = poll(http);
    await settle();
    expect(http.asked.map(({ after }) => after)).toEqual([2, 3, 4]);
    expect(http.asked[0]?.wait).toBe(0);
    expect(told.map((frame) => (frame.type === 'update' ? frame.update.seq : frame.type))).toEqual([3, 'state', 4]);
  });

  it('says where the visitor stands', async () => {
    const http = new FakeHttp();
    http.place = { type: 'queue', position: 3, wait_seconds: 40 };
    const answers = [[update(3)]];
    http.answer = () => (answers.length > 0 ? Promise.resolve(answers.shift() ?? []) : new Promise(() => undefined));
    const { told } = poll(http);
    await settle();
    expect(told).toContainEqual({ type: 'queue', position: 3, wait_seconds: 40 });
    expect(http.asked.map(({ wait }) => wait)).toEqual([0, QUEUE_SECONDS]);
  });

  it('does not storm a server that answers at once with nothing', async () => {
    const http = new FakeHttp();
    http.answer = () => Promise.resolve([]);
    const { link } = poll(http);
    await vi.advanceTimersByTimeAsync(PAUSE_MS * 5);
    expect(http.asked.length).toBeLessThan(9);
    link.close();
  });

  it('sends messages one after the other and acknowledges them', async () => {
    const { link, told, http } = poll();
    await settle();
    link.send({ type: 'send', client_message_id: 'a', text: '一' });
    link.send({ type: 'choose', client_message_id: 'b', seq: 1, option: 'o', label: '二' });
    link.send({ type: 'rate', resolved: true, stars: 3 });
    await settle();
    expect(http.messages).toEqual([['a', '一'], ['b', '二']]);
    expect(http.ratings).toEqual([{ resolved: true, stars: 3 }]);
    expect(told).toEqual([{ type: 'ack', client_message_id: 'a', seq: 1 }, { type: 'ack', client_message_id: 'b', seq: 2 }]);
  });

  it('reports a refused message as an error of that message', async () => {
    const { link, told, http, downs } = poll();
    http.messageStatus = 413;
    link.send({ type: 'send', client_message_id: 'a', text: '一' });
    await settle();
    expect(told).toEqual([{ type: 'error', error: { code: 'e413', message: '' }, client_message_id: 'a' }]);
    expect(downs()).toBe(0);
  });

  it('goes down once when the server is gone', async () => {
    const http = new FakeHttp();
    http.answer = () => Promise.reject(new HttpError(0, 'unreachable'));
    const { downs } = poll(http);
    await settle();
    expect(downs()).toBe(1);
  });

  it('hands on a refused token', async () => {
    const http = new FakeHttp();
    http.answer = () => Promise.reject(new HttpError(401, 'not_authenticated'));
    const { told } = poll(http);
    await settle();
    expect(told).toMatchObject([{ type: 'error', error: { code: 'not_authenticated' } }]);
  });
});

describe('createHttp', () => {
  const answering = (status: number, body: string) => vi.fn(() => Promise.resolve(new Response(body, { status })));

  it('sends the token as bearer and never cookies', async () => {
    const fetcher = answering(200, '{"updates":[{"seq":1,"kind":"text"},{"bad":1}],"last_seq":1,"queue":{"position":2,"wait_seconds":null}}');
    const { updates, place } = await createHttp('https://h.example', fetcher as unknown as typeof fetch).updates('t', 0, 20);
    expect(updates.map(({ seq }) => seq)).toEqual([1]);
    expect(place).toEqual({ type: 'queue', position: 2, wait_seconds: null });
    const [url, init] = fetcher.mock.calls[0] as unknown as [string, RequestInit];
    expect(url).toBe('https://h.example/api/visitor/updates?after=0&wait=20');
    expect(init).toMatchObject({ credentials: 'omit', headers: { Authorization: 'Bearer t' } });
  });

  it('names the wait that is left when it is known', async () => {
    const fetcher = vi.fn(() => Promise.resolve(new Response(null, { status: 204 })));
    const http = createHttp('', fetcher as unknown as typeof fetch);
    await http.leaveQueue('t', 7);
    await http.leaveQueue('t', null);
    const called = (fetcher.mock.calls as unknown as [string][]).map(([url]) => url);
    expect(called).toEqual(['/api/visitor/queue/leave?seq=7', '/api/visitor/queue/leave']);
  });

  it('turns an error answer into its code and status', async () => {
    const fetcher = answering(429, '{"error":{"code":"too_many_requests","message":"x"}}');
    const call = createHttp('', fetcher as unknown as typeof fetch).message('t', 'a', 'x');
    await expect(call).rejects.toMatchObject({ status: 429, code: 'too_many_requests', passing: false });
  });

  it('calls a broken connection and a page that is not JSON passing', async () => {
    const broken = createHttp('', () => Promise.reject(new TypeError('failed')));
    await expect(broken.conversation('t')).rejects.toMatchObject({ status: 0, passing: true });
    const gateway = createHttp('', answering(502, '<html>') as unknown as typeof fetch);
    await expect(gateway.conversation('t')).rejects.toMatchObject({ status: 502, passing: true });
  });

  it('gives up a call that gets no answer', async () => {
    const hanging = ((_url: string, init: RequestInit) =>
      new Promise((_resolve, reject) => init.signal?.addEventListener('abort', () => reject(new Error('aborted'))))) as typeof fetch;
    const call = createHttp('', hanging).conversation('t');
    const outcome = expect(call).rejects.toMatchObject({ status: 0 });
    await vi.advanceTimersByTimeAsync(12_000);
    await outcome;
  });
});
