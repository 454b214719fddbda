/** Replies and pictures that outlive their page, and two pages of one person. */
import 'fake-indexeddb/auto';
import { createPinia, type Pinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import { ApiError, NetworkError } from '../src/api/client';
import { api } from '../src/api/instance';
import type { OutgoingMessage } from '../src/api/types';
import ConversationItem from '../src/components/ConversationItem.vue';
import UserMenu from '../src/components/UserMenu.vue';
import { KEEP_MS } from '../src/lib/drafts';
import { KeptReplies } from '../src/lib/keptReplies';
import { newPending } from '../src/lib/outbox';
import { zh } from '../src/locales/zh';
import { shelve, shelved, unshelve } from '../src/services/pictureShelf';
import { useDesk } from '../src/stores/desk';
import { useOutbox } from '../src/stores/outbox';
import { usePictures } from '../src/stores/pictures';
import { useSession } from '../src/stores/session';
import { MemoryStore } from './memory';
import { conversation, T0, update } from './make';
import { all, byTestid, usePage } from './mounted';

const show = usePage();
/** What the server has, by id; a doubled id is one message. */
let saved: Map<string, string>;
let attempts: string[];

function post(message: Pick<OutgoingMessage, 'client_message_id' | 'text'>): Promise<number> {
  attempts.push(message.text);
  saved.set(message.client_message_id, message.text);
  return Promise.resolve(saved.size);
}

/** Another page of the browser; what comes after happens there. */
function page(): { outbox: ReturnType<typeof useOutbox>; pictures: ReturnType<typeof usePictures>; pinia: Pinia } {
  const pinia = createPinia();
  setActivePinia(pinia);
  vi.spyOn(useDesk(), 'sync').mockResolvedValue(undefined);
  return { outbox: useOutbox(), pictures: usePictures(), pinia };
}

/** The browser's locks among its pages. */
function locks(): unknown {
  const last = new Map<string, Promise<unknown>>();
  return {
    request: (name: string, work: () => Promise<unknown>) => {
      const turn = (last.get(name) ?? Promise.resolve()).then(work, work);
      last.set(name, turn);
      return turn;
    },
  };
}

/** What a browser tells the other pages after one wrote. */
function told(outbox: ReturnType<typeof useOutbox>, key: string): void {
  outbox.changedElsewhere({ key, storageArea: localStorage } as unknown as StorageEvent);
}

const keys = () => Object.keys(localStorage).filter((key) => key.startsWith('bangban.outbox.'));
const texts = () => [...saved.values()];
const picture = (name: string) => new File([name], name, { type: 'image/png' });
const names = async () => (await shelved()).map(([, it]) => it.name);

beforeEach(() => {
  saved = new Map();
  attempts = [];
  vi.spyOn(useDesk(), 'sync').mockResolvedValue(undefined);
});

afterEach(async () => {
  vi.unstubAllGlobals();
  for (const [id] of await shelved()) await unshelve(id);
});

describe('a reply not sent yet', () => {
  const offline = () => vi.spyOn(api, 'send').mockRejectedValue(new NetworkError(null));
  const online = () => vi.mocked(api.send).mockImplementation((_, message) => post(message));

  it('goes from the next page when its own was closed, in the order of writing', async () => {
    offline();
    const first = page();
    first.outbox.begin('h1');
    first.outbox.send('c1', '先', 'public');
    first.outbox.send('c1', '后', 'internal');
    expect([first.outbox.atRisk, keys().length]).toEqual([false, 2]);
    online();
    const next = page();
    next.outbox.begin('h1');
    await vi.waitFor(() => expect(keys()).toEqual([]));
    expect(texts()).toEqual(['先', '后']);
  });

  it('is never shown to somebody else, and nothing of it stays', () => {
    offline();
    const first = page();
    first.outbox.begin('h1');
    first.outbox.send('c1', '您好', 'public');
    const next = page();
    next.outbox.begin('h2');
    expect([next.outbox.items, keys()]).toEqual([[], []]);
  });

  it('is sent once when two pages of the same person hold it', async () => {
    vi.spyOn(navigator, 'locks', 'get').mockReturnValue(locks() as LockManager);
    offline();
    const first = page();
    first.outbox.begin('h1');
    first.outbox.send('c1', '您好', 'public');
    await vi.waitFor(() => expect(first.outbox.items[0]?.state).toBe('retrying'));
    const second = page();
    online();
    second.outbox.begin('h1');
    expect(second.outbox.items).toHaveLength(1);
    first.outbox.resume();
    await vi.waitFor(() => expect([first.outbox.unsent, second.outbox.unsent]).toEqual([[], []]));
    expect(attempts).toEqual(['您好']);
  });

  it('shows in the other page, goes from there, and disappears in both', async () => {
    offline();
    const [first, second] = [page(), page()];
    first.outbox.begin('h1');
    second.outbox.begin('h1');
    first.outbox.send('c1', '您好', 'public');
    const [key = ''] = keys();
    online();
    told(second.outbox, key);
    expect(second.outbox.waitingIn('c1').map((item) => item.text)).toEqual(['您好']);
    await vi.waitFor(() => expect(second.outbox.unsent).toEqual([]));
    told(first.outbox, key);
    expect([first.outbox.items, texts()]).toEqual([[], ['您好']]);
  });

  it('that was discarded in another page is not sent from this one', async () => {
    offline();
    const [first, second] = [page(), page()];
    first.outbox.begin('h1');
    first.outbox.send('c1', '算了', 'public');
    await vi.waitFor(() => expect(first.outbox.items[0]?.state).toBe('retrying'));
    second.outbox.begin('h1');
    second.outbox.discard({ client_message_id: first.outbox.items[0]?.client_message_id ?? '' });
    online();
    first.outbox.resume();
    await vi.waitFor(() => expect(first.outbox.items).toEqual([]));
    expect(attempts).toEqual([]);
  });

  it('written long ago waits for a decision, and goes when that is to send it', async () => {
    vi.spyOn(api, 'send').mockImplementation((_, message) => post(message));
    const kept = new KeptReplies(localStorage, 'h1');
    kept.keep(newPending('c1', { client_message_id: 'old', text: '昨天', visibility: 'public' }, Date.now() - 7_200_000));
    const { outbox } = page();
    outbox.begin('h1');
    outbox.resume();
    expect(outbox.items[0]).toMatchObject({ state: 'failed', error: zh.conversation.stale });
    expect(attempts).toEqual([]);
    const [old] = outbox.items;
    if (old) outbox.retry(old);
    await vi.waitFor(() => expect(keys()).toEqual([]));
    expect(texts()).toEqual(['昨天']);
  });

  it('that failed for the network is not sent the morning after, when the same page goes on', async () => {
    offline();
    const { outbox } = page();
    outbox.begin('h1');
    outbox.send('c1', '昨天', 'public');
    await vi.waitFor(() => expect(outbox.items[0]?.state).toBe('retrying'));
    online();
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 14 * 3_600_000);
    outbox.resume();
    expect(outbox.items[0]).toMatchObject({ state: 'failed', refused: true, error: zh.conversation.stale });
    expect(new KeptReplies(localStorage, 'h1').all()[0]?.refused).toBe(true);
    expect(attempts).toEqual([]);
  });

  it('is marked in the list of conversations when it was refused, wherever one looks', async () => {
    vi.spyOn(api, 'send').mockRejectedValue(new ApiError(409, 'wrong_state', ''));
    show(ConversationItem, { conversation: conversation({ id: 'c1' }), mine: true });
    useOutbox().begin('h1');
    useOutbox().send('c1', '您好', 'public');
    await vi.waitFor(() => expect(byTestid('unsent')?.textContent).toBe(zh.mine.unsent(1)));
  });

  it('is kept no longer once the talk shows it', async () => {
    const kept = new KeptReplies(localStorage, 'h1');
    kept.keep(newPending('c1', { client_message_id: 'old', text: '到了', visibility: 'public' }, Date.now() - 7_200_000));
    const { outbox } = page();
    outbox.begin('h1');
    const log = { request: null, brief: null, ready: true, error: null, typingUntil: 0 };
    useDesk().logs.c1 = { ...log, updates: [update(1, 'helper', '到了', { client_message_id: 'old' })] };
    await nextTick();
    expect([outbox.items, keys()]).toEqual([[], []]);
  });

  it('is at risk when the browser does not keep it, until it is sent', async () => {
    offline();
    vi.stubGlobal('localStorage', Object.assign(new MemoryStore(), { broken: true }));
    const { outbox } = page();
    outbox.begin('h1');
    outbox.send('c1', '您好', 'public');
    expect(outbox.atRisk).toBe(true);
    await vi.waitFor(() => expect(outbox.items[0]?.state).toBe('retrying'));
    online();
    outbox.resume();
    await vi.waitFor(() => expect(texts()).toEqual(['您好']));
    await vi.waitFor(() => expect(outbox.atRisk).toBe(false));
  });

  it('is swept after days, and anything that is none is no entry', () => {
    const kept = new KeptReplies(localStorage, 'h1');
    kept.keep(newPending('c1', { client_message_id: 'a', text: '旧', visibility: 'public' }, T0));
    kept.keep(newPending('c1', { client_message_id: 'b', text: '新', visibility: 'public' }, T0 + 1000));
    localStorage.setItem('bangban.outbox.h1.c', '{"text":7}');
    kept.sweep(T0 + KEEP_MS + 1);
    expect(kept.all().map((item) => item.text)).toEqual(['新']);
    expect(keys()).toHaveLength(1);
  });
});

describe('a chosen picture', () => {
  async function choose(...files: string[]): Promise<ReturnType<typeof usePictures>> {
    const { pictures } = page();
    await pictures.begin('h1');
    pictures.add('c1', files.map(picture));
    expect(pictures.atRisk).toBe(true);
    await vi.waitFor(() => expect(pictures.atRisk).toBe(false));
    return pictures;
  }

  it('is there on the next page with its bytes, and goes under the same id', async () => {
    const [before] = (await choose('a.png', 'b.png')).items;
    const sent = vi.spyOn(api, 'sendPicture').mockResolvedValue(5);
    const { pictures } = page();
    await pictures.begin('h1');
    expect(pictures.of('c1').map((item) => [item.file.name, item.file.type, item.state])).toEqual([
      ['a.png', 'image/png', 'chosen'], ['b.png', 'image/png', 'chosen'],
    ]);
    expect(await pictures.items[0]?.file.text()).toBe('a.png');
    await pictures.send('c1', 'public');
    expect(sent.mock.calls[0]?.[1]).toBe(before?.id);
    await vi.waitFor(async () => expect(await names()).toEqual([]));
    expect(pictures.items).toEqual([]);
  });

  it('is never shown to somebody else, and nothing of it stays', async () => {
    await choose('a.png');
    const { pictures } = page();
    await pictures.begin('h2');
    expect(pictures.items).toEqual([]);
    await vi.waitFor(async () => expect(await names()).toEqual([]));
  });

  it('that was being sent when the page went is sent on, as what it was', async () => {
    const first = await choose('a.png');
    vi.spyOn(api, 'sendPicture').mockReturnValueOnce(new Promise(() => undefined)).mockResolvedValue(5);
    void first.send('c1', 'internal');
    await vi.waitFor(async () => expect((await shelved())[0]?.[1].sentAs).toBe('internal'));
    const { pictures } = page();
    await pictures.begin('h1');
    await vi.waitFor(() => expect(vi.mocked(api.sendPicture).mock.calls.map((call) => call[3])).toEqual(['internal', 'internal']));
    await vi.waitFor(() => expect(pictures.items).toEqual([]));
  });

  it('that was only chosen stays where it is when another goes on, and each goes as it was meant', async () => {
    const first = await choose('note.png', 'public.png', 'chosen.png');
    for (const [id, it] of await shelved()) {
      const sentAs = ({ 'note.png': 'internal', 'public.png': 'public' } as const)[it.name] ?? null;
      await shelve(id, { ...it, sentAs });
    }
    expect(first.items).toHaveLength(3);
    const sent = vi.spyOn(api, 'sendPicture').mockResolvedValue(5);
    const { pictures } = page();
    await pictures.begin('h1');
    await vi.waitFor(() => expect(pictures.items.map((item) => [item.file.name, item.state])).toEqual([['chosen.png', 'chosen']]));
    expect(sent.mock.calls.map((call) => [(call[2] as File).name, call[3]])).toEqual([['note.png', 'internal'], ['public.png', 'public']]);
  });

  it('is not sent again from a page that still showed it', async () => {
    const first = await choose('a.png');
    const second = page().pictures;
    await second.begin('h1');
    const sent = vi.spyOn(api, 'sendPicture').mockResolvedValue(5);
    await first.send('c1', 'public');
    await vi.waitFor(async () => expect(await names()).toEqual([]));
    await second.send('c1', 'public');
    expect([sent.mock.calls.length, second.items]).toEqual([1, []]);
  });

  it('leaves the reply box once the talk shows it', async () => {
    const pictures = await choose('a.png');
    const log = { request: null, brief: null, ready: true, error: null, typingUntil: 0 };
    useDesk().logs.c1 = { ...log, updates: [update(1, 'helper', '[图片]', { client_message_id: pictures.items[0]?.id ?? '' })] };
    await nextTick();
    expect(pictures.items).toEqual([]);
  });

  it('stays after a refusal, and is not sent by itself on the next page', async () => {
    const first = await choose('a.png');
    const sent = vi.spyOn(api, 'sendPicture').mockRejectedValue(new ApiError(413, 'too_large', ''));
    await first.send('c1', 'public');
    await vi.waitFor(async () => expect((await shelved())[0]?.[1].sentAs).toBeNull());
    const { pictures } = page();
    await pictures.begin('h1');
    expect([pictures.items[0]?.state, sent.mock.calls.length]).toEqual(['chosen', 1]);
  });

  it('is at risk for as long as the browser does not keep it', async () => {
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    const { pictures } = page();
    await pictures.begin('h1');
    pictures.add('c1', [picture('a.png')]);
    await vi.waitFor(() => expect(IDBObjectStore.prototype.put).toHaveBeenCalled());
    expect(pictures.atRisk).toBe(true);
  });
});

describe('logging out', () => {
  const press = async (testid: string) => {
    byTestid(testid)?.click();
    await nextTick();
  };

  beforeEach(() => {
    useSession().staff = { id: 'h1', username: 'lin', name: '林晓', role: 'helper', department: null };
    vi.spyOn(api, 'logout').mockResolvedValue(undefined);
    vi.spyOn(api, 'send').mockRejectedValue(new NetworkError(null));
    useOutbox().begin('h1');
    show(UserMenu);
  });

  it('asks nothing when everything is sent', async () => {
    await press('logout');
    expect([all('sure'), vi.mocked(api.logout).mock.calls.length]).toEqual([[], 1]);
  });

  it('asks first when something is not sent, and clears it once that is agreed to', async () => {
    useOutbox().send('c1', '您好', 'public');
    await press('logout');
    await vi.waitFor(() => expect(document.body.textContent).toContain(zh.top.unsent(1)));
    expect(keys()).toHaveLength(1);
    expect(api.logout).not.toHaveBeenCalled();
    document.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }));
    await vi.waitFor(() => expect(useSession().phase).toBe('out'));
    expect([keys(), useOutbox().items]).toEqual([[], []]);
  });

  it('clears nothing when the server cannot be told', async () => {
    vi.mocked(api.logout).mockRejectedValue(new NetworkError(null));
    useOutbox().send('c1', '您好', 'public');
    await press('logout');
    await vi.waitFor(() => expect(document.querySelector('form')).not.toBeNull());
    document.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }));
    await vi.waitFor(() => expect(document.body.textContent).toContain(zh.errors.network));
    expect(keys()).toHaveLength(1);
  });
});
