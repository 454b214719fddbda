/** The staff API of docs/protocol.md, typed. One place for CSRF, time-outs, errors and the server's clock. */
import { ServerClock } from '../lib/serverClock';
import type * as t from './types';

/** The server refused: `message` is its own sentence. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** No answer at all: no network, a time-out, or something between us and the server. */
export class NetworkError extends Error {
  constructor(cause: unknown) {
    super('network', { cause });
    this.name = 'NetworkError';
  }
}

const TIMEOUT_MS = 15_000;
/** A picture on a slow line. */
const UPLOAD_TIMEOUT_MS = 60_000;

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface CallOptions {
  body?: unknown;
  /** Bytes to send as they are, in place of a body of JSON. */
  raw?: Blob;
  timeout?: number;
  query?: Query;
  signal?: AbortSignal | undefined;
  /** Answering 401 is this call's own business (login). */
  quiet401?: boolean;
}

export class StaffApi {
  readonly clock = new ServerClock();
  csrf: string | null = null;
  /** Called on any 401: the session is over. */
  onUnauthenticated: () => void = () => undefined;

  constructor(
    private readonly fetcher: typeof fetch = (...args) => fetch(...args),
    private readonly localNow: () => number = Date.now,
  ) {}

  now(): number {
    return this.clock.now(this.localNow());
  }

  login(username: string, password: string): Promise<t.SessionReply> {
    return this.session(this.call('POST', '/login', { body: { username, password }, quiet401: true }));
  }

  /** Who is logged in; rejects with 401 when nobody is. */
  me(): Promise<t.SessionReply> {
    return this.session(this.call('GET', '/me', { quiet401: true }));
  }

  async logout(): Promise<void> {
    await this.call('POST', '/logout', { quiet401: true });
  }

  async setPresence(status: t.Presence): Promise<t.Presence> {
    return (await this.call<{ presence: t.Presence }>('PUT', '/presence', { body: { status } })).presence;
  }

  async helpRequests(status: t.RequestStatus[]): Promise<t.HelpRequest[]> {
    const query = { status: status.join(',') };
    return (await this.call<{ requests: t.HelpRequest[] }>('GET', '/help-requests', { query })).requests;
  }

  async claim(requestId: string): Promise<t.HelpRequest> {
    const start = this.localNow();
    const path = `/help-requests/${encodeURIComponent(requestId)}/claim`;
    const { request } = await this.call<{ request: t.HelpRequest }>('POST', path, { body: {} });
    this.clock.sampleStamp(request.claimed_at, start, this.localNow());
    return request;
  }

  async conversations(mine: boolean): Promise<t.Conversation[]> {
    const query = { mine: mine ? '1' : null };
    return (await this.call<{ conversations: t.Conversation[] }>('GET', '/conversations', { query })).conversations;
  }

  conversation(id: string): Promise<t.ConversationDetail> {
    return this.call('GET', `/conversations/${encodeURIComponent(id)}`);
  }

  wechat(id: string): Promise<t.WechatState> {
    return this.call('GET', `/conversations/${id}/wechat`);
  }

  wechatAccount(): Promise<t.WechatAccount> {
    return this.call('GET', '/wechat');
  }

  updates(id: string, after: number): Promise<t.UpdatesPage> {
    return this.call('GET', `/conversations/${encodeURIComponent(id)}/updates`, { query: { after: String(after) } });
  }

  async send(id: string, message: t.OutgoingMessage): Promise<number> {
    const path = `/conversations/${encodeURIComponent(id)}/messages`;
    return (await this.call<{ seq: number }>('POST', path, { body: message })).seq;
  }

  /** Sends a picture; like `send`, the same id again changes nothing. */
  async sendPicture(id: string, messageId: string, picture: Blob, visibility: t.Visibility): Promise<number> {
    const path = `/conversations/${encodeURIComponent(id)}/pictures`;
    const query = { client_message_id: messageId, visibility };
    return (await this.call<{ seq: number }>('POST', path, { query, raw: picture, timeout: UPLOAD_TIMEOUT_MS })).seq;
  }

  async close(id: string, outcome: t.Outcome): Promise<t.HelpRequest> {
    const path = `/conversations/${encodeURIComponent(id)}/close`;
    return (await this.call<{ request: t.HelpRequest }>('POST', path, { body: { outcome } })).request;
  }

  /** Gives a conversation back to the queue, where anyone may claim it. */
  async release(id: string): Promise<t.HelpRequest> {
    const path = `/conversations/${encodeURIComponent(id)}/release`;
    return (await this.call<{ request: t.HelpRequest }>('POST', path, { body: {} })).request;
  }

  async search(q: string, district: string | null, signal?: AbortSignal): Promise<t.KnowledgeResult[]> {
    const options = { query: { q, district }, signal };
    return (await this.call<{ results: t.KnowledgeResult[] }>('GET', '/knowledge/search', options)).results;
  }

  private async session(reply: Promise<t.SessionReply>): Promise<t.SessionReply> {
    const session = await reply;
    this.csrf = session.csrf;
    return session;
  }

  /** One call of the staff API; rejects with ApiError or NetworkError. */
  async call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
    try {
      return await this.once<T>(method, path, options);
    } catch (error) {
      // Another tab logged in again and the token changed: fetch the new one and try once more.
      if (!(error instanceof ApiError && error.code === 'csrf')) throw error;
      await this.me();
      return this.once<T>(method, path, options);
    }
  }

  private async once<T>(method: string, path: string, options: CallOptions): Promise<T> {
    const start = this.localNow();
    const response = await this.reach(urlOf(path, options.query), this.requestOf(method, options));
    this.clock.sampleHeader(response.headers.get('Date'), start, this.localNow());
    if (response.ok) return this.bodyOf<T>(response);
    const error = await errorOf(response);
    if (error.status === 401 && !options.quiet401) this.onUnauthenticated();
    throw error;
  }

  private async reach(url: string, init: RequestInit): Promise<Response> {
    try {
      return await this.fetcher(url, init);
    } catch (cause) {
      throw new NetworkError(cause);
    }
  }

  private requestOf(method: string, options: CallOptions): RequestInit {
    const headers: Record<string, string> = { Accept: 'application/json' };
    if (options.body !== undefined) headers['Content-Type'] = 'application/json';
    if (method !== 'GET' && this.csrf) headers['X-CSRF-Token'] = this.csrf;
    const timeout = AbortSignal.timeout(options.timeout ?? TIMEOUT_MS);
    const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' };
    init.signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
    if (options.body !== undefined) init.body = JSON.stringify(options.body);
    if (options.raw) init.body = options.raw;
    return init;
  }

  private async bodyOf<T>(response: Response): Promise<T> {
    if (response.status === 204) return undefined as T;
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw new NetworkError(cause);
    }
  }
}

/** What is null, empty or false is left out. */
export function urlOf(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '' && value !== false) {
      params.set(name, value === true ? '1' : String(value));
    }
  }
  const text = params.toString();
  return `/api/staff${path}${text ? `?${text}` : ''}`;
}

/** The server's error shape; a page of some proxy in between counts as "unavailable". */
async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => null)) as Partial<t.ErrorBody> | null;
  const code = body?.error?.code ?? 'unavailable';
  return new ApiError(response.status, code, body?.error?.message ?? '');
}
