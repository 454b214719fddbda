/** Stand-ins for what lies outside: the server's side of a socket, HTTP, storage. */
import { vi } from 'vitest';
import type { ClientFrame, Leave, Place, Rating, ServerFrame, Update, Wechat, WechatCode } from '../protocol';
import { Session } from '../session';
import type { Settings } from '../settings';
import { createMemory } from '../storage';
import { type Http, HttpError, type News, type StartRequest } from '../transport/http';
import { Connection, type ConnectionEvents } from '../transport/connection';
import type { Link, LinkEvents } from '../transport/link';

export function update(seq: number, patch: Partial<Update> = {}): Update {
  const sender = { kind: 'bot', name: '帮办助手', department: null } as const;
  const at = new Date(Date.UTC(2026, 0, 5, 9, 0, seq)).toISOString();
  return { seq, kind: 'text', sender, text: `t${seq}`, payload: {}, at, client_message_id: null, ...patch };
}

export const visitor = { kind: 'visitor', name: null, department: null } as const;
export const helper = { kind: 'helper', name: '陈晓岚', department: '市场监管局' } as const;

export const fromVisitor = (seq: number, id: string | null = null, text = `v${seq}`): Update =>
  update(seq, { sender: visitor, client_message_id: id, text });

export const notice = (seq: number, code: string, more: Record<string, unknown> = {}): Update =>
  update(seq, { kind: 'notice', sender: { kind: 'system', name: null, department: null }, text: null, payload: { code, ...more } });

/** A link whose far end the test plays. */
export class FakeLink implements Link {
  sent: ClientFrame[] = [];
  closed = false;
  constructor(
    readonly events: LinkEvents,
    readonly kind: 'socket' | 'poll',
  ) {}
  send(frame: ClientFrame): void {
    this.sent.push(frame);
  }
  close(): void {
    this.closed = true;
  }
  of<T extends ClientFrame['type']>(type: T): Extract<ClientFrame, { type: T }>[] {
    return this.sent.filter((frame): frame is Extract<ClientFrame, { type: T }> => frame.type === type);
  }
  give(...frames: ServerFrame[]): void {
    frames.forEach((frame) => this.events.frame(frame));
  }
  state(owner: 'bot' | 'queue' | 'helper' = 'bot', wechat: Wechat = 'none'): void {
    this.give({ type: 'state', owner, helper: null, wechat });
  }
}

/** The server says no: to the message `id`, or without one to whatever carries none. */
export const refuse = (link: FakeLink, code: string, id?: string): void =>
  link.give({ type: 'error', error: { code, message: '' }, client_message_id: id });

/** HTTP whose answers are set by the test: a number is a status (0: no answer at all). */
export class FakeHttp implements Http {
  started: StartRequest[] = [];
  startStatus = 201;
  /** Sets the conversations of this server apart from those of another fake. */
  prefix = 'c';
  conversationStatus = 200;
  messageStatus = 200;
  messages: [string, string][] = [];
  ratings: Rating[] = [];
  left: Leave[] = [];
  leaveStatus = 201;
  ticketRatings: [string, Rating][] = [];
  asked: { after: number; wait: number }[] = [];
  answer: (after: number, wait: number) => Promise<Update[]> = () => new Promise(() => undefined);

  private static check(status: number): void {
    const codes: Record<number, string> = { 400: 'bad_request', 401: 'not_authenticated', 409: 'wrong_state', 429: 'too_many_requests' };
    if (status < 200 || status > 299) throw new HttpError(status, codes[status] ?? `e${status}`);
  }
  goOn(): Promise<{ conversation_id: string; token: string }> {
    return Promise.reject(new HttpError(404, 'not_found'));
  }
  async start(request: StartRequest): Promise<{ conversation_id: string; token: string }> {
    await Promise.resolve();
    this.started.push(request);
    FakeHttp.check(this.startStatus);
    const number = this.started.length;
    return { conversation_id: `${this.prefix}${number}`, token: `token-${this.prefix}${number}` };
  }
  codes: (WechatCode | null)[] = [];
  async wechatCode(): Promise<WechatCode> {
    await Promise.resolve();
    const next = this.codes.shift();
    if (!next) throw new HttpError(503, 'unavailable');
    return next;
  }
  async conversation(): Promise<{ owner: 'bot'; helper: null; wechat: 'none' }> {
    await Promise.resolve();
    FakeHttp.check(this.conversationStatus);
    return { owner: 'bot', helper: null, wechat: 'none' };
  }
  place: Place | null = null;
  async updates(_token: string, after: number, wait: number): Promise<News> {
    this.asked.push({ after, wait });
    return { updates: await this.answer(after, wait), place: this.place };
  }
  pictures: (Blob | null)[] = [];
  async picture(): Promise<Blob> {
    await Promise.resolve();
    const next = this.pictures.shift();
    if (!next) throw new HttpError(503, 'unavailable');
    return next;
  }
  async message(_token: string, id: string, text: string): Promise<number> {
    await Promise.resolve();
    FakeHttp.check(this.messageStatus);
    return this.messages.push([id, text]);
  }
  async rate(_token: string, rating: Rating): Promise<void> {
    await Promise.resolve();
    this.ratings.push(rating);
  }
  async leave(_token: string, message: Leave): Promise<void> {
    await Promise.resolve();
    FakeHttp.check(this.leaveStatus);
    this.left.push(message);
  }
  /** The seq of the wait that was left, for each time. */
  queueLeft: (number | null)[] = [];
  async leaveQueue(_token: string, seq: number | null): Promise<void> {
    await Promise.resolve();
    FakeHttp.check(this.leaveStatus);
    this.queueLeft.push(seq);
  }
  async rateTicket(_token: string, ticket: string, rating: Rating): Promise<void> {
    await Promise.resolve();
    FakeHttp.check(this.leaveStatus);
    this.ticketRatings.push([ticket, rating]);
  }
}

export const settings = (patch: Partial<Settings> = {}): Settings => ({
  server: 'https://help.example',
  district: 'jiading',
  locale: 'zh',
  title: null,
  visitor: null,
  page: 'https://shop.example/',
  ...patch,
});

export class FakeArea {
  readonly map = new Map<string, string>();
  get length(): number {
    return this.map.size;
  }
  getItem = (key: string): string | null => this.map.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.map.set(key, value);
  removeItem = (key: string): void => void this.map.delete(key);
  key = (index: number): string | null => [...this.map.keys()][index] ?? null;
}

/** A session with a real connection over fake links, and handles on everything around it. */
export class World {
  readonly http = new FakeHttp();
  readonly links: FakeLink[] = [];
  readonly session: Session;
  private ids = 0;

  constructor(
    readonly local = new FakeArea(),
    readonly tab = new FakeArea(),
    idPrefix = 'm',
  ) {
    const open = (kind: 'socket' | 'poll') => (events: LinkEvents) => {
      const link = new FakeLink(events, kind);
      this.links.push(link);
      return link;
    };
    this.session = new Session({
      settings: settings(),
      memory: createMemory('https://help.example', local, tab),
      http: this.http,
      random: () => 0,
      newId: () => `${idPrefix}${(this.ids += 1)}`,
      connect: (token: string, events: ConnectionEvents) =>
        new Connection({ token, http: this.http, random: () => 0, events, socket: open('socket'), poll: open('poll') }),
    });
  }

  get link(): FakeLink {
    const link = this.links[this.links.length - 1];
    if (!link) throw new Error('no link was opened');
    return link;
  }

  /** Sends a first message and lets the conversation come up. */
  async begin(text = '你好'): Promise<FakeLink> {
    this.session.restore();
    this.session.send(text);
    await settle();
    this.link.events.up();
    this.link.state();
    return this.link;
  }
}

/** Lets promises that are ready run; time does not move. */
export async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}
