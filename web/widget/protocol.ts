/** The visitor's side of docs/protocol.md: what goes over the wire, and reading it without trusting it. */

export type Owner = 'bot' | 'queue' | 'helper';

export interface Helper {
  name: string;
  department: string | null;
}

export interface Sender {
  kind: 'visitor' | 'bot' | 'helper' | 'system';
  name: string | null;
  department: string | null;
}

export type Payload = Record<string, unknown>;

export interface Update {
  seq: number;
  kind: string;
  sender: Sender | null;
  text: string | null;
  payload: Payload;
  at: string | null;
  client_message_id: string | null;
}

export interface Profile {
  name?: string;
  phone?: string;
  company?: string;
}

export interface Rating {
  resolved: boolean;
  stars: number | null;
  comment?: string;
}

/** How to reach the visitor: a phone or an e-mail address is needed. */
export interface Contact {
  name?: string;
  phone?: string;
  email?: string;
  when?: string;
}

/** A message that becomes a ticket; without a description it is about what was asked last. */
export interface Leave {
  contact: Contact;
  description?: string;
}

/** Going on in WeChat: not to be had, to be had, or under way. */
export type Wechat = 'none' | 'offered' | 'linked';

/** A code that leads to WeChat: `qr` to be scanned, `code` to be sent to `account`, each once. */
export interface WechatCode {
  qr: { size: number; path: string };
  code: string;
  account: string | null;
  /** Seconds from now. */
  expiresIn: number;
}

export interface Problem {
  code: string;
  message: string;
}

/** What the widget sends. `label` of a choice stays here: it is the text where only HTTP is to be had. */
export type ClientFrame =
  | { type: 'send'; client_message_id: string; text: string }
  | { type: 'choose'; client_message_id: string; seq: number; option: string; label: string }
  | { type: 'resume'; after: number }
  | { type: 'typing' }
  | { type: 'read'; seq: number }
  | ({ type: 'rate' } & Rating)
  | { type: 'ping' };

export type ServerFrame =
  | { type: 'ack'; client_message_id: string; seq: number }
  | { type: 'update'; update: Update }
  | {
      type: 'queue'; position: number; promise_seconds?: number;
      wait_seconds: number | null; wait_low_seconds?: number | null; wait_high_seconds?: number | null;
    }
  | { type: 'typing'; who: 'bot' | 'helper' }
  | { type: 'read'; seq: number }
  | { type: 'state'; owner: Owner; helper: Helper | null; wechat: Wechat }
  | { type: 'pong' }
  | { type: 'error'; error: Problem; client_message_id?: string };

export const MAX_TEXT = 2000;

/** Codes that say nothing about what was asked: the same may succeed a little later. */
const PASSING: readonly string[] = ['too_many_requests', 'unavailable', 'internal'];
export const isPassing = (code: string): boolean => PASSING.includes(code);

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const OWNERS: readonly unknown[] = ['bot', 'queue', 'helper'];
const SENDERS: readonly unknown[] = ['visitor', 'bot', 'helper', 'system'];

function toSender(raw: unknown): Sender | null {
  if (!isRecord(raw) || !SENDERS.includes(raw.kind)) return null;
  return { kind: raw.kind as Sender['kind'], name: text(raw.name), department: text(raw.department) };
}

export function toHelper(raw: unknown): Helper | null {
  return isRecord(raw) && typeof raw.name === 'string' ? { name: raw.name, department: text(raw.department) } : null;
}

export const toWechat = (raw: unknown): Wechat => (isRecord(raw) ? (raw.linked === true ? 'linked' : 'offered') : 'none');

/** Nothing but the strokes of squares may be drawn. */
const PATH = /^[Mhvz\d -]{1,20000}$/;

export function toWechatCode(raw: Record<string, unknown>): WechatCode | null {
  const { qr, code, account, expires_in: expiresIn } = raw;
  if (!isRecord(qr) || !isCount(qr.size) || typeof qr.path !== 'string' || !PATH.test(qr.path)) return null;
  if (typeof code !== 'string' || !isCount(expiresIn)) return null;
  return { qr: { size: qr.size, path: qr.path }, code, account: text(account), expiresIn };
}

/** An update from JSON; null when it is none (no usable `seq` or `kind`). */
export function toUpdate(raw: unknown): Update | null {
  if (!isRecord(raw) || !isCount(raw.seq) || raw.seq < 1 || typeof raw.kind !== 'string') return null;
  return {
    seq: raw.seq,
    kind: raw.kind,
    sender: toSender(raw.sender),
    text: text(raw.text),
    payload: isRecord(raw.payload) ? raw.payload : {},
    at: text(raw.at),
    client_message_id: text(raw.client_message_id),
  };
}

export function toProblem(raw: unknown): Problem {
  const error = isRecord(raw) && isRecord(raw.error) ? raw.error : {};
  return { code: text(error.code) ?? 'internal', message: text(error.message) ?? '' };
}

/** Where a waiting visitor stands. */
export type Place = Extract<ServerFrame, { type: 'queue' }>;

export function toPlace(raw: Record<string, unknown>): Place | null {
  const seconds = (value: unknown): number | null => (typeof value === 'number' ? value : null);
  const { position, promise_seconds: promised, wait_seconds: wait, wait_low_seconds: low, wait_high_seconds: high } = raw;
  if (!isCount(position)) return null;
  const place: Place = { type: 'queue', position, wait_seconds: seconds(wait) };
  if (typeof promised === 'number' && promised > 0) place.promise_seconds = promised;
  if (seconds(low) === null || seconds(high) === null) return place;
  return { ...place, wait_low_seconds: seconds(low), wait_high_seconds: seconds(high) };
}

type Reader = (raw: Record<string, unknown>) => ServerFrame | null;

const READERS = new Map<string, Reader>(Object.entries({
  ack: ({ client_message_id: id, seq }) =>
    typeof id === 'string' && isCount(seq) ? { type: 'ack', client_message_id: id, seq } : null,
  update: (raw) => {
    const update = toUpdate(raw.update);
    return update && { type: 'update', update };
  },
  queue: toPlace,
  typing: ({ who }) => (who === 'bot' || who === 'helper' ? { type: 'typing', who } : null),
  read: ({ seq }) => (isCount(seq) ? { type: 'read', seq } : null),
  state: ({ owner, helper, wechat }) =>
    OWNERS.includes(owner)
      ? { type: 'state', owner: owner as Owner, helper: toHelper(helper), wechat: toWechat(wechat) }
      : null,
  pong: () => ({ type: 'pong' }),
  error: (raw) => ({ type: 'error', error: toProblem(raw), client_message_id: text(raw.client_message_id) ?? undefined }),
} satisfies Record<string, Reader>));

/** A frame of the server from the text of a WebSocket message; null for anything unknown or malformed. */
export function readFrame(data: unknown): ServerFrame | null {
  let raw: unknown;
  try {
    raw = JSON.parse(String(data));
  } catch {
    return null;
  }
  if (!isRecord(raw) || typeof raw.type !== 'string') return null;
  const reader = READERS.get(raw.type);
  return reader ? reader(raw) : null;
}
