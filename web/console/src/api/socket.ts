/** The staff WebSocket: reconnects by itself, notices a dead line, and says in which state it is. */
import { backoff } from '../lib/backoff';
import type { ClientPush, ServerPush } from './pushes';

export type LinkState = 'connecting' | 'open' | 'closed';

/** The heartbeat of presence (docs/protocol.md). */
export const PING_EVERY_MS = 20_000;
/** Two pings without any word from the server: the line is dead although nobody said so. */
export const SILENCE_MS = 45_000;

export interface SocketHooks {
  onPush(push: ServerPush): void;
  onState(state: LinkState): void;
  /** With every heartbeat: what else must be said again from time to time. */
  onBeat?(): void;
}

/**
 * Time comes from outside: call `tick` about twice a second. Nothing here holds a timer, because browsers slow
 * the timers of a hidden page down so far that the heartbeat of presence would be missed.
 */
export class StaffSocket {
  private socket: WebSocket | null = null;
  private wanted = false;
  private attempts = 0;
  private retryAt = 0;
  private heardAt = 0;
  private pingAt = 0;

  constructor(
    private readonly open: () => WebSocket,
    private readonly hooks: SocketHooks,
    private readonly now: () => number = Date.now,
    private readonly random: () => number = Math.random,
  ) {}

  start(): void {
    this.wanted = true;
    this.attempts = 0;
    this.connect();
  }

  stop(): void {
    this.wanted = false;
    this.drop();
    this.hooks.onState('closed');
  }

  /** Try at once: the network is back, or the page was brought to the front. */
  hurry(): void {
    if (!this.wanted || this.socket) return;
    this.attempts = 0;
    this.connect();
  }

  send(push: ClientPush): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(push));
  }

  tick(): void {
    if (!this.wanted) return;
    const now = this.now();
    if (!this.socket) {
      if (now >= this.retryAt) this.connect();
    } else if (now - this.heardAt > SILENCE_MS) {
      this.lost();
    } else if (now >= this.pingAt && this.socket.readyState === WebSocket.OPEN) {
      this.pingAt = now + PING_EVERY_MS;
      this.send({ type: 'ping' });
      this.hooks.onBeat?.();
    }
  }

  private connect(): void {
    this.drop();
    this.hooks.onState('connecting');
    this.heardAt = this.pingAt = this.now();
    const socket = this.open();
    this.socket = socket;
    socket.onopen = () => this.opened();
    socket.onmessage = (event: MessageEvent) => this.heard(event.data);
    socket.onclose = () => this.lost();
  }

  private opened(): void {
    this.heardAt = this.now();
    this.hooks.onState('open');
  }

  private heard(data: unknown): void {
    this.heardAt = this.now();
    // Only a word from the server counts as success: one that accepts and hangs up is not asked at full speed.
    this.attempts = 0;
    const push = parsePush(data);
    if (push) this.hooks.onPush(push);
  }

  private lost(): void {
    this.drop();
    this.retryAt = this.now() + backoff(this.attempts++, this.random);
    this.hooks.onState('connecting');
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}

function parsePush(data: unknown): ServerPush | null {
  if (typeof data !== 'string') return null;
  try {
    const value = JSON.parse(data) as Partial<ServerPush> | null;
    return typeof value?.type === 'string' ? (value as ServerPush) : null;
  } catch {
    return null;
  }
}

export function staffSocketUrl(location: Pick<Location, 'protocol' | 'host'>): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/staff/ws`;
}
