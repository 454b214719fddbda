import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError, NetworkError, StaffApi } from '../src/api/client';
import { at, request, T0 } from './make';

interface Call { url: string; init: RequestInit }

let calls: Call[];
let answers: (Response | Error)[];
let now: number;
let api: StaffApi;

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers });
const session = { staff: { id: 'h1', username: 'z', name: '张敏', role: 'helper', department: null }, csrf: 'tok', presence: 'ready' };
const refusal = (status: number, code: string) => json(status, { error: { code, message: '不行' } });
const headerOf = (index: number, name: string) => new Headers(calls[index]?.init.headers).get(name);

beforeEach(() => {
  calls = [];
  answers = [];
  now = T0;
  const fetcher = (url: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    calls.push({ url: url as string, init: init ?? {} });
    const answer = answers.shift();
    return answer instanceof Response ? Promise.resolve(answer) : Promise.reject(answer ?? new TypeError('no answer'));
  };
  api = new StaffApi(fetcher, () => now);
});

describe('the staff api', () => {
  it('sends the token of the login with writes and not with reads', async () => {
    answers = [json(200, session), json(200, { presence: 'busy' }), json(200, { requests: [] })];
    await api.login('z', 'pw');
    await api.setPresence('busy');
    await api.helpRequests(['waiting', 'offered']);
    expect([1, 2].map((index) => headerOf(index, 'X-CSRF-Token'))).toEqual(['tok', null]);
    expect(calls[2]?.url).toBe('/api/staff/help-requests?status=waiting%2Coffered');
  });

  it('fetches a new token and tries once more when the old one is refused', async () => {
    api.csrf = 'old';
    answers = [refusal(403, 'csrf'), json(200, session), json(201, { seq: 4 })];
    const message = { client_message_id: 'm1', text: '您好', visibility: 'public' } as const;
    expect(await api.send('c1', message)).toBe(4);
    expect(headerOf(2, 'X-CSRF-Token')).toBe('tok');
    expect(calls[0]?.init.body).toBe(calls[2]?.init.body);
  });

  it('gives a conversation back with a write', async () => {
    api.csrf = 'tok';
    answers = [json(200, { request: request({ conversation_id: 'c/1' }) })];
    expect((await api.release('c/1')).status).toBe('waiting');
    expect(calls[0]).toMatchObject({ url: '/api/staff/conversations/c%2F1/release', init: { method: 'POST' } });
    expect(headerOf(0, 'X-CSRF-Token')).toBe('tok');
  });

  it('gives up when the new token is refused too', async () => {
    answers = [refusal(403, 'csrf'), json(200, session), refusal(403, 'csrf')];
    await expect(api.setPresence('busy')).rejects.toMatchObject({ code: 'csrf' });
    expect(calls).toHaveLength(3);
  });

  it('tells of the end of the session on any 401 but that of a login', async () => {
    let ended = 0;
    api.onUnauthenticated = () => (ended += 1);
    answers = [refusal(401, 'not_authenticated'), refusal(401, 'not_authenticated')];
    await expect(api.login('z', 'bad')).rejects.toBeInstanceOf(ApiError);
    expect(ended).toBe(0);
    await expect(api.updates('c1', 0)).rejects.toBeInstanceOf(ApiError);
    expect(ended).toBe(1);
  });

  it('passes on the code and the sentence of the server', async () => {
    answers = [refusal(409, 'already_claimed')];
    await expect(api.claim('r1')).rejects.toMatchObject({ status: 409, code: 'already_claimed', message: '不行' });
  });

  it('tells no answer from a refusal, and a page of a proxy from an answer', async () => {
    answers = [new TypeError('failed'), new Response('<html>', { status: 502 }), new Response('<html>', { status: 200 })];
    await expect(api.conversations(true)).rejects.toBeInstanceOf(NetworkError);
    await expect(api.conversations(true)).rejects.toMatchObject({ status: 502, code: 'unavailable' });
    await expect(api.conversations(true)).rejects.toBeInstanceOf(NetworkError);
  });

  it('learns the server time from the Date header and from its own claim', async () => {
    answers = [json(200, { requests: [] }, { Date: new Date(T0 + 100_000).toUTCString() })];
    await api.helpRequests(['waiting']);
    expect(Math.abs(api.now() - (T0 + 100_000))).toBeLessThanOrEqual(1000);
    answers = [json(200, { request: request({ claimed_at: at(100.25) }) })];
    await api.claim('r1');
    expect(api.now()).toBe(T0 + 100_250);
  });
});
