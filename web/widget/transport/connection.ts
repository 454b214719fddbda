/** Keeps one link up: backoff, long polling where WebSockets do not get through, and noticing a refused token. */
import type { ClientFrame, ServerFrame } from '../protocol';
import type { Link as LinkStatus } from '../state';
import { backoff } from './backoff';
import { type Http, HttpError } from './http';
import type { Link, LinkEvents } from './link';

/** WebSockets in a row that failed while HTTP worked, before polling takes over. */
export const SOCKET_FAILURES = 3;
/** After polling this long a WebSocket gets another chance. */
export const SOCKET_AGAIN_MS = 120_000;

export interface ConnectionEvents {
  status(status: LinkStatus): void;
  /** A link is up: resume, then send what is unsent. */
  up(): void;
  frame(frame: ServerFrame): void;
  /** The server does not know the token (any more). */
  refused(): void;
}

export interface ConnectionParts {
  token: string;
  http: Http;
  socket: (events: LinkEvents) => Link;
  poll: (events: LinkEvents) => Link;
  random: () => number;
  events: ConnectionEvents;
}

export class Connection {
  private link: Link | null = null;
  private isUp = false;
  private heard = false;
  private stopped = false;
  private attempts = 0;
  private socketFailures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly parts: ConnectionParts) {}

  start(): void {
    this.open();
  }

  stop(): void {
    this.stopped = true;
    this.release();
  }

  /** False when there is no link; the caller keeps what must not be lost and sends it at the next `up`. */
  send(frame: ClientFrame): boolean {
    if (!this.isUp || !this.link) return false;
    this.link.send(frame);
    return true;
  }

  /** The network is back or the visitor looks again: do not sit out the delay. */
  hurry(): void {
    if (this.link || this.stopped) return;
    this.attempts = 0;
    this.open();
  }

  /** The link looks up but does not do its work: take a new one. */
  restart(): void {
    if (!this.stopped) this.open();
  }

  private get polling(): boolean {
    return this.socketFailures >= SOCKET_FAILURES;
  }

  private release(): void {
    clearTimeout(this.timer);
    this.link?.close();
    this.link = null;
    this.isUp = false;
  }

  private open(): void {
    this.release();
    this.heard = false;
    const events: LinkEvents = {
      up: () => this.onUp(),
      frame: (frame) => this.onFrame(frame),
      down: () => this.onDown(),
    };
    this.link = this.polling ? this.parts.poll(events) : this.parts.socket(events);
    this.parts.events.status('connecting');
  }

  private onUp(): void {
    this.isUp = true;
    if (this.polling) this.timer = setTimeout(() => this.trySocketAgain(), SOCKET_AGAIN_MS);
    this.parts.events.status('online');
    this.parts.events.up();
  }

  private onFrame(frame: ServerFrame): void {
    if (frame.type === 'error' && frame.error.code === 'not_authenticated') return this.refuse();
    if (frame.type !== 'error' && !this.heard) {
      this.heard = true;
      this.attempts = 0;
      if (!this.polling) this.socketFailures = 0;
    }
    this.parts.events.frame(frame);
  }

  private onDown(): void {
    const silent = !this.heard;
    this.release();
    if (silent && !this.polling) void this.probe();
    else this.wait();
  }

  /** A failed handshake does not say why: ask over HTTP. */
  private async probe(): Promise<void> {
    try {
      await this.parts.http.conversation(this.parts.token);
      this.socketFailures += 1;
    } catch (error) {
      if (error instanceof HttpError && error.status === 401) return this.refuse();
    }
    if (this.stopped || this.link) return;
    if (this.polling) this.open();
    else this.wait();
  }

  private wait(): void {
    if (this.stopped) return;
    this.parts.events.status('waiting');
    this.timer = setTimeout(() => this.open(), backoff(this.attempts, this.parts.random()));
    this.attempts += 1;
  }

  private trySocketAgain(): void {
    this.socketFailures = SOCKET_FAILURES - 1;
    this.open();
  }

  private refuse(): void {
    if (this.stopped) return;
    this.stop();
    this.parts.events.refused();
  }
}
