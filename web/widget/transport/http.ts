/** The calls of docs/protocol.md that go over plain HTTP. The token is the only key, so no cookies are sent. */
import type { Helper, Leave, Owner, Place, Profile, Rating, Update, Wechat, WechatCode } from '../protocol';
import { isRecord, toHelper, toPlace, toProblem, toUpdate, toWechat, toWechatCode } from '../protocol';

/** An answer of the server that is not a success; `status` 0: no answer at all. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(`${status} ${code}`);
  }

  /** Trying the same again later may work. */
  get passing(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

export interface StartRequest {
  channel: 'widget';
  district?: string;
  page?: string;
  profile?: Profile;
  locale?: string;
}

/** What a poll brings: what is new, and where a visitor stands who waits. */
export interface News {
  updates: Update[];
  place: Place | null;
}

export interface Http {
  start(request: StartRequest): Promise<{ conversation_id: string; token: string }>;
  /** Opens the conversation of a link that was sent in WeChat; its code works once. */
  goOn(code: string, token: string | null): Promise<{ conversation_id: string; token: string }>;
  conversation(token: string): Promise<{ owner: Owner; helper: Helper | null; wechat: Wechat }>;
  /** A code that goes on with the conversation in WeChat. */
  wechatCode(token: string): Promise<WechatCode>;
  updates(token: string, after: number, wait: number, cancel?: AbortSignal): Promise<News>;
  /** The picture that came with a message. */
  picture(token: string, seq: number): Promise<Blob>;
  message(token: string, id: string, text: string): Promise<number>;
  rate(token: string, rating: Rating): Promise<void>;
  leave(token: string, message: Leave): Promise<void>;
  /** Waits for a person no longer. */
  leaveQueue(token: string, seq: number | null): Promise<void>;
  rateTicket(token: string, ticket: string, rating: Rating): Promise<void>;
}

const TIMEOUT_MS = 12_000;

interface Call {
  method?: string;
  token?: string;
  body?: unknown;
  timeout?: number;
  cancel?: AbortSignal;
}

type Reader<T> = (response: Response) => Promise<T>;

async function parse(response: Response): Promise<Record<string, unknown>> {
  const raw: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new HttpError(response.status, toProblem(raw).code);
  return typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>) : {};
}

/** Only what browsers show as a picture and as nothing else. */
const PICTURE = /^image\/(png|jpeg|gif|webp)$/;

async function toPicture(response: Response): Promise<Blob> {
  if (!response.ok) await parse(response);
  const picture = await response.blob();
  if (!PICTURE.test(picture.type)) throw new HttpError(response.status, 'internal');
  return picture;
}

async function request<T>(fetcher: typeof fetch, url: string, call: Call, read: Reader<T>): Promise<T> {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), call.timeout ?? TIMEOUT_MS);
  call.cancel?.addEventListener('abort', () => control.abort());
  const headers: Record<string, string> = {};
  if (call.token !== undefined) headers.Authorization = `Bearer ${call.token}`;
  if (call.body !== undefined) headers['Content-Type'] = 'application/json';
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  try {
    const method = call.method ?? 'GET';
    return await read(await fetcher(url, { method, headers, body, credentials: 'omit', signal: control.signal }));
  } catch (error) {
    throw error instanceof HttpError ? error : new HttpError(0, 'unreachable');
  } finally {
    clearTimeout(timer);
  }
}

export function createHttp(server: string, fetcher: typeof fetch): Http {
  const call = (path: string, options: Call): Promise<Record<string, unknown>> =>
    request(fetcher, `${server}/api/visitor/${path}`, options, parse);
  return {
    async start(body) {
      const { conversation_id: id, token } = await call('conversations', { method: 'POST', body });
      if (typeof id !== 'string' || typeof token !== 'string') throw new HttpError(500, 'internal');
      return { conversation_id: id, token };
    },
    async goOn(code, before) {
      const body = before === null ? { code } : { code, token: before };
      const { conversation_id: id, token } = await call('continue', { method: 'POST', body });
      if (typeof id !== 'string' || typeof token !== 'string') throw new HttpError(500, 'internal');
      return { conversation_id: id, token };
    },
    async conversation(token) {
      const { owner, helper, wechat } = await call('conversation', { token });
      const known = owner === 'queue' || owner === 'helper' ? owner : 'bot';
      return { owner: known, helper: toHelper(helper), wechat: toWechat(wechat) };
    },
    async wechatCode(token) {
      const code = toWechatCode(await call('wechat-code', { method: 'POST', token }));
      if (code === null) throw new HttpError(500, 'internal');
      return code;
    },
    async updates(token, after, wait, cancel) {
      const timeout = wait * 1000 + TIMEOUT_MS;
      const { updates, queue } = await call(`updates?after=${after}&wait=${wait}`, { token, timeout, cancel });
      return {
        updates: Array.isArray(updates) ? updates.flatMap((raw) => toUpdate(raw) ?? []) : [],
        place: isRecord(queue) ? toPlace(queue) : null,
      };
    },
    picture: (token, seq) => request(fetcher, `${server}/api/visitor/attachment?seq=${seq}`, { token }, toPicture),
    async message(token, id, text) {
      const body = { client_message_id: id, text };
      return Number((await call('messages', { method: 'POST', token, body })).seq);
    },
    async rate(token, rating) {
      await call('rating', { method: 'POST', token, body: rating });
    },
    async leave(token, message) {
      await call('tickets', { method: 'POST', token, body: message });
    },
    async leaveQueue(token, seq) {
      await call(seq === null ? 'queue/leave' : `queue/leave?seq=${seq}`, { method: 'POST', token });
    },
    async rateTicket(token, ticket, rating) {
      await call(`tickets/${encodeURIComponent(ticket)}/rating`, { method: 'POST', token, body: rating });
    },
  };
}
