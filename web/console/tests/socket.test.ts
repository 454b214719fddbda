import { beforeEach, describe, expect, it } from 'vitest';
import { PING_EVERY_MS, SILENCE_MS, StaffSocket, staffSocketUrl } from '../src/api/socket';
import type { ServerPush } from '../src/api/pushes';

class FakeSocket {
  readyState = 0;
  sent: string[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  closed = false;

  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.closed = true;
    this.readyState = 3;
  }
  accept(): void {
    this.readyState = WebSocket.OPEN;
    this.onopen?.();
  }
  say(push: unknown): void {
    this.onmessage?.({ data: JSON.stringify(push) });
  }
  breakOff(): void {
    this.readyState = 3;
    this.onclose?.();
  }
}

let now: number;
let sockets: FakeSocket[];
let pushes: ServerPush[];
let states: string[];
let socket: StaffSocket;

const latest = (): FakeSocket => sockets.at(-1) as FakeSocket;
const advance = (milliseconds: number): void => {
  now += milliseconds;
  socket.tick();
};

beforeEach(() => {
  now = 1_000_000;
  sockets = [];
  pushes = [];
  states = [];
  const open = () => {
    sockets.push(new FakeSocket());
    return latest() as unknown as WebSocket;
  };
  const hooks = { onPush: (push: ServerPush) => pushes.push(push), onState: (state: string) => states.push(state) };
  socket = new StaffSocket(open, hooks, () => now, () => 1);
});

describe('the staff socket', () => {
  it('pings at once and then every twenty seconds', () => {
    socket.start();
    latest().accept();
    advance(500);
    advance(PING_EVERY_MS - 1);
    expect(latest().sent).toEqual(['{"type":"ping"}']);
    advance(1);
    expect(latest().sent).toHaveLength(2);
  });

  it('hands on what it can read and overlooks what it cannot', () => {
    socket.start();
    latest().accept();
    latest().say({ type: 'typing', conversation_id: 'c1' });
    latest().onmessage?.({ data: 'not json' });
    latest().onmessage?.({ data: new ArrayBuffer(2) });
    expect(pushes).toEqual([{ type: 'typing', conversation_id: 'c1' }]);
  });

  it('comes back with growing pauses when refused, and quickly again after a word from the server', () => {
    socket.start();
    latest().breakOff();
    advance(499);
    expect(sockets).toHaveLength(1);
    advance(1);
    expect(sockets).toHaveLength(2);
    latest().accept();
    latest().breakOff();
    advance(999);
    expect(sockets).toHaveLength(2);
    advance(1);
    latest().accept();
    latest().say({ type: 'pong' });
    latest().breakOff();
    advance(500);
    expect(sockets).toHaveLength(4);
  });

  it('drops a line that has gone silent', () => {
    socket.start();
    latest().accept();
    const silent = latest();
    advance(SILENCE_MS);
    expect(silent.closed).toBe(false);
    advance(1);
    expect(silent.closed).toBe(true);
    expect(states.at(-1)).toBe('connecting');
  });

  it('hurries when the network is back instead of waiting out its pause', () => {
    socket.start();
    latest().breakOff();
    socket.hurry();
    expect(sockets).toHaveLength(2);
    socket.hurry();
    expect(sockets).toHaveLength(2);
  });

  it('stays away once stopped', () => {
    socket.start();
    latest().accept();
    socket.stop();
    advance(120_000);
    socket.hurry();
    expect(sockets).toHaveLength(1);
    expect(states.at(-1)).toBe('closed');
  });

  it('sends nothing on a line that is not open', () => {
    socket.start();
    socket.send({ type: 'typing', conversation_id: 'c1' });
    expect(latest().sent).toEqual([]);
  });
});

it('is encrypted when the page is', () => {
  expect(staffSocketUrl({ protocol: 'https:', host: 'h' })).toBe('wss://h/api/staff/ws');
  expect(staffSocketUrl({ protocol: 'http:', host: 'h:1' })).toBe('ws://h:1/api/staff/ws');
});
