import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, NetworkError } from '../src/api/client';
import { api } from '../src/api/instance';
import type { HelpRequest, OutgoingMessage, Update } from '../src/api/types';
import { returnPath } from '../src/router';
import { errorText } from '../src/services/report';
import { useComposer } from '../src/stores/composer';
import { useDesk } from '../src/stores/desk';
import { useOutbox } from '../src/stores/outbox';
import { useQueue } from '../src/stores/queue';
import { useSession } from '../src/stores/session';
import { conversation, request, update } from './make';

/** The server's side of one conversation, in pages of two. */
let saved: Update[];

function post(message: OutgoingMessage): number {
  const again = saved.find((it) => it.client_message_id === message.client_message_id);
  if (again) return again.seq;
  const { client_message_id, text, visibility } = message;
  saved.push(update(saved.length + 1, 'helper', text, { client_message_id, payload: { visibility } }));
  return saved.length;
}

beforeEach(() => {
  setActivePinia(createPinia());
  sessionStorage.clear();
  localStorage.clear();
  saved = [];
  const detail = () => ({ conversation: conversation({ last_seq: saved.length }), request: request(), brief: null });
  vi.spyOn(api, 'conversation').mockImplementation(() => Promise.resolve(detail()));
  vi.spyOn(api, 'conversations').mockImplementation(() => Promise.resolve([detail().conversation]));
  vi.spyOn(api, 'updates').mockImplementation((_, after) =>
    Promise.resolve({ updates: saved.filter((it) => it.seq > after).slice(0, 2), last_seq: saved.length }),
  );
});

describe('the desk', () => {
  const say = (text: string) => saved.push(update(saved.length + 1, 'visitor', text));

  it('reads a conversation page by page, and later only what is new', async () => {
    const desk = useDesk();
    desk.begin('h1');
    for (const text of '一二三四五') say(text);
    await desk.open('c1');
    expect(desk.logs.c1?.updates.map((it) => it.seq)).toEqual([1, 2, 3, 4, 5]);
    say('六');
    await desk.changed('c1', 6);
    expect(vi.mocked(api.updates).mock.lastCall).toEqual(['c1', 5]);
    expect(desk.logs.c1?.updates.map((it) => it.text).join('')).toBe('一二三四五六');
  });

  it('misses nothing when told of a change while reading, and doubles nothing', async () => {
    const desk = useDesk();
    desk.begin('h1');
    say('一');
    await desk.open('c1');
    say('二');
    const first = desk.changed('c1', 2);
    say('三');
    await Promise.all([first, desk.changed('c1', 3), desk.changed('c1', 3)]);
    expect(desk.logs.c1?.updates.map((it) => it.text).join('')).toBe('一二三');
  });

  it('counts unread until it is looked at, also after a reload', async () => {
    const desk = useDesk();
    desk.begin('h1');
    say('一');
    await desk.loadMine();
    expect(desk.unreadOf('c1')).toBe(1);
    desk.markSeen('c1');
    say('二');
    await desk.changed('c1', 2);
    expect(desk.unreadTotal).toBe(1);
    setActivePinia(createPinia());
    const reloaded = useDesk();
    reloaded.begin('h1');
    await reloaded.loadMine();
    expect(reloaded.unreadOf('c1')).toBe(1);
  });

  it('does not read conversations nobody opened here', async () => {
    const desk = useDesk();
    desk.begin('h1');
    await desk.changed('c9', 3);
    expect(api.updates).not.toHaveBeenCalled();
  });

  it('asks for the owner again when a notice tells of a change', async () => {
    const desk = useDesk();
    desk.begin('h1');
    say('一');
    await desk.loadMine();
    vi.mocked(api.conversation).mockResolvedValue({ conversation: conversation({ owner: 'queue', helper: null }), request: null, brief: null });
    vi.mocked(api.conversations).mockResolvedValue([]);
    saved.push(update(2, 'system', null, { payload: { code: 'helper_returned_to_queue' } }));
    await desk.changed('c1', 2);
    expect(desk.isMine('c1')).toBe(false);
    expect(desk.mine).toEqual([]);
  });
});

describe('a release', () => {
  beforeEach(() => saved.push(update(1, 'visitor', '一')));

  it('takes the conversation off my list even when it cannot be read anew', async () => {
    const desk = useDesk();
    desk.begin('h1');
    await desk.loadMine();
    expect(desk.mine).toHaveLength(1);
    vi.spyOn(api, 'release').mockResolvedValue(request({ status: 'waiting' }));
    vi.mocked(api.conversation).mockRejectedValue(new NetworkError(null));
    await desk.release('c1');
    expect(desk.mine).toEqual([]);
    expect(desk.isMine('c1')).toBe(false);
    expect(desk.logs.c1?.request?.status).toBe('waiting');
  });

  it('changes nothing when the server refuses it', async () => {
    const desk = useDesk();
    desk.begin('h1');
    await desk.loadMine();
    vi.spyOn(api, 'release').mockRejectedValue(new ApiError(409, 'wrong_state', ''));
    await expect(desk.release('c1')).rejects.toBeInstanceOf(ApiError);
    expect(desk.mine).toHaveLength(1);
  });
});

describe('the outbox', () => {
  const texts = () => saved.map((it) => it.text);
  const idle = (outbox: ReturnType<typeof useOutbox>) => vi.waitFor(() => expect(outbox.items).toEqual([]));

  it('saves once what was sent again because the answer was lost', async () => {
    vi.spyOn(api, 'send').mockImplementationOnce((_, message) => {
      post(message);
      return Promise.reject(new NetworkError(null));
    }).mockImplementation((_, message) => Promise.resolve(post(message)));
    const outbox = useOutbox();
    outbox.begin('h1');
    outbox.send('c1', '您好', 'public');
    await vi.waitFor(() => expect(outbox.items[0]?.state).toBe('retrying'));
    outbox.resume();
    await idle(outbox);
    expect(texts()).toEqual(['您好']);
  });

  it('keeps the order in which messages were written', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    vi.spyOn(api, 'send').mockImplementation(async (_, message) => {
      if (message.text === '先') await gate;
      return post(message);
    });
    const outbox = useOutbox();
    outbox.begin('h1');
    outbox.send('c1', '先', 'public');
    outbox.send('c1', '后', 'public');
    release();
    await idle(outbox);
    expect(texts()).toEqual(['先', '后']);
  });

  it('takes up after a reload what had not gone', async () => {
    vi.spyOn(api, 'send').mockRejectedValue(new ApiError(401, 'not_authenticated', ''));
    const before = useOutbox();
    before.begin('h1');
    before.send('c1', '没发出', 'internal');
    await vi.waitFor(() => expect(api.send).toHaveBeenCalled());
    vi.mocked(api.send).mockImplementation((_, message) => Promise.resolve(post(message)));
    setActivePinia(createPinia());
    const after = useOutbox();
    after.begin('h1');
    await idle(after);
    expect(saved.map((it) => [it.text, it.payload?.visibility])).toEqual([['没发出', 'internal']]);
    expect(Object.keys(localStorage).filter((key) => key.startsWith('bangban.outbox.'))).toEqual([]);
  });

  it('stops at a refusal, shows it, and lets the next message go', async () => {
    vi.spyOn(api, 'send').mockImplementation((_, message) =>
      message.text === '拒' ? Promise.reject(new ApiError(409, 'wrong_state', '已由他人接待')) : Promise.resolve(post(message)),
    );
    const outbox = useOutbox();
    outbox.begin('h1');
    outbox.send('c1', '拒', 'public');
    outbox.send('c1', '行', 'public');
    await vi.waitFor(() => expect(texts()).toEqual(['行']));
    await vi.waitFor(() => expect(outbox.items).toHaveLength(1));
    expect(outbox.items[0]).toMatchObject({ text: '拒', state: 'failed', error: '已由他人接待' });
    outbox.resume();
    expect(api.send).toHaveBeenCalledTimes(2);
  });
});

describe('the queue', () => {
  it('removes and reports a request somebody else took', async () => {
    vi.spyOn(api, 'claim').mockRejectedValue(new ApiError(409, 'already_claimed', ''));
    vi.spyOn(api, 'helpRequests').mockResolvedValue([request({ id: 'r2' })]);
    const queue = useQueue();
    queue.replace([request({ id: 'r1' }), request({ id: 'r2' })]);
    expect(await queue.claim(request({ id: 'r1' }))).toBe('taken');
    expect(queue.requests.map((it) => it.id)).toEqual(['r2']);
    expect(queue.claiming).toBeNull();
  });

  it('claims one at a time, so that a double press takes one visitor', async () => {
    vi.spyOn(api, 'claim').mockImplementation((id) => Promise.resolve(request({ id, conversation_id: `c-${id}` })));
    const queue = useQueue();
    const [first, second] = await Promise.all([queue.claim(request({ id: 'r1' })), queue.claim(request({ id: 'r2' }))]);
    expect(first).toEqual({ conversationId: 'c-r1' });
    expect(second).toBeNull();
  });

  it('believes a push over an older answer that comes late', async () => {
    let answer: (requests: HelpRequest[]) => void = () => undefined;
    vi.spyOn(api, 'helpRequests').mockReturnValue(new Promise((resolve) => (answer = resolve)));
    const queue = useQueue();
    const loading = queue.load();
    queue.replace([request({ id: 'new' })]);
    answer([request({ id: 'old' })]);
    await loading;
    expect(queue.requests.map((it) => it.id)).toEqual(['new']);
  });
});

describe('the session', () => {
  it('is over after a 401 and unknown when the server cannot be reached', async () => {
    const session = useSession();
    vi.spyOn(api, 'me').mockRejectedValueOnce(new NetworkError(null)).mockRejectedValueOnce(new ApiError(401, 'not_authenticated', ''));
    await session.restore();
    expect(session.phase).toBe('unreachable');
    await session.restore();
    expect(session.phase).toBe('out');
    expect(session.expired).toBe(false);
  });

  it('takes back a presence the server refuses', async () => {
    const session = useSession();
    session.presence = 'ready';
    vi.spyOn(api, 'setPresence').mockRejectedValue(new ApiError(503, 'unavailable', ''));
    await expect(session.setPresence('busy')).rejects.toBeInstanceOf(ApiError);
    expect(session.presence).toBe('ready');
  });
});

it('keeps each conversation’s draft across a reload', () => {
  const before = useComposer();
  before.begin('h1');
  before.open('c1');
  before.insert('c1', '答复一');
  before.insert('c1', '答复二');
  setActivePinia(createPinia());
  const after = useComposer();
  after.begin('h1');
  after.open('c1');
  expect(after.draftOf('c1').text).toBe('答复一\n\n答复二');
});

it('returns after login to a place of the console only', () => {
  expect([undefined, 'https://evil.example', '//evil.example', '/c/1'].map(returnPath)).toEqual(['/c', '/c', '/c', '/c/1']);
});

it('tells an error in the staff’s language', () => {
  expect(errorText(new ApiError(409, 'wrong_state', '会话已结束'))).toBe('会话已结束');
  expect(errorText(new ApiError(503, 'unavailable', 'The search is not available.'))).toBe('服务暂时不可用，请稍后再试。');
  expect(errorText(new NetworkError(null))).toBe('网络不通，请检查连接后再试。');
});
