import { describe, expect, it } from 'vitest';
import { backoff } from '../src/lib/backoff';
import { DraftStore } from '../src/lib/drafts';
import { commandOf, isSendKey, type KeyPress } from '../src/lib/keys';
import { citationText, insertInto, replyText } from '../src/lib/knowledge';
import { isPending, newMessageId, newPending, unconfirmed, worthRetrying } from '../src/lib/outbox';
import { MemoryStore } from './memory';
import { T0, update } from './make';

describe('drafts', () => {
  it('come back for the same helper and conversation only', () => {
    const store = new MemoryStore();
    new DraftStore(store, 'h1').save('c1', { text: '您好', visibility: 'internal' });
    expect(new DraftStore(store, 'h1').load('c1')).toMatchObject({ text: '您好', visibility: 'internal' });
    expect(new DraftStore(store, 'h1').load('c2').text).toBe('');
    expect(new DraftStore(store, 'h2').load('c1').text).toBe('');
  });

  it('leave nothing behind once empty', () => {
    const store = new MemoryStore();
    const drafts = new DraftStore(store, 'h1');
    drafts.save('c1', { text: '您好', visibility: 'public' });
    drafts.save('c1', { text: '', visibility: 'public' });
    expect(store.values.size).toBe(0);
  });

  it('start empty when the store is broken or holds something else', () => {
    const store = new MemoryStore();
    store.values.set('bangban.draft.h1.c1', '{"text":7}');
    store.values.set('bangban.draft.h1.c2', 'not json');
    const drafts = new DraftStore(store, 'h1');
    expect([drafts.load('c1').text, drafts.load('c2').text]).toEqual(['', '']);
    store.broken = true;
    expect(() => drafts.save('c1', { text: '您好', visibility: 'public' })).not.toThrow();
    expect(drafts.load('c1').text).toBe('');
  });
});

describe('messages on their way', () => {
  const pending = (id: string, seq: number | null = null) => ({
    ...newPending('c1', { client_message_id: id, text: '您好', visibility: 'public' }, T0), seq,
  });

  it('give way to the update that carries their id', () => {
    const updates = [update(1, 'helper', '您好', { client_message_id: 'a' })];
    expect(unconfirmed([pending('a'), pending('b')], updates).map((item) => item.client_message_id)).toEqual(['b']);
  });

  it('give way once their seq has been read, and stay while it is ahead', () => {
    expect(unconfirmed([pending('a', 1)], [update(1, 'helper', '您好')])).toEqual([]);
    expect(unconfirmed([pending('a', 2)], [update(1, 'visitor', '好')])).toHaveLength(1);
  });

  it('go again after a lost line or a fault of the server, not after a refusal', () => {
    expect([null, 429, 500, 503].every(worthRetrying)).toBe(true);
    expect([400, 403, 404, 409, 413].some(worthRetrying)).toBe(false);
  });

  it('have an id as the protocol wants it, each its own', () => {
    const ids = Array.from({ length: 50 }, newMessageId);
    expect(ids.every((id) => /^[A-Za-z0-9_-]{1,64}$/.test(id))).toBe(true);
    expect(new Set(ids).size).toBe(50);
  });

  it('are taken up from a store only when they are what they should be', () => {
    expect(isPending(pending('a'))).toBe(true);
    expect([isPending({ text: 'x' }), isPending([]), isPending(null), isPending(7)]).toEqual([false, false, false, false]);
  });
});

it('waits longer each time, up to a limit, never all at the same moment', () => {
  expect([0, 1, 2, 30].map((n) => backoff(n, () => 1))).toEqual([500, 1000, 2000, 15_000]);
  expect(backoff(2, () => 0)).toBe(1500);
});

const press = (part: Partial<KeyPress>): KeyPress => ({
  key: '', code: '', altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, isComposing: false, ...part,
});

describe('keys', () => {
  it('send on Enter, also with Ctrl or ⌘, not with Shift or Alt', () => {
    const enter = { key: 'Enter', code: 'Enter' };
    expect([{}, { ctrlKey: true }, { metaKey: true }].every((part) => isSendKey(press({ ...enter, ...part })))).toBe(true);
    expect([{ shiftKey: true }, { altKey: true }].some((part) => isSendKey(press({ ...enter, ...part })))).toBe(false);
  });

  it('belong to the input method while it composes', () => {
    expect(isSendKey(press({ key: 'Enter', isComposing: true }))).toBe(false);
    expect(isSendKey(press({ key: 'Enter', keyCode: 229 }))).toBe(false);
    expect(commandOf(press({ key: 'c', code: 'KeyC', isComposing: true }), false)).toBeNull();
  });

  it('insert or, with Shift, claim by number, whatever character Alt makes of the digit', () => {
    expect(commandOf(press({ key: '™', code: 'Digit2', altKey: true }), true)).toEqual({ do: 'insert-suggestion', index: 1 });
    expect(commandOf(press({ key: '@', code: 'Digit2', altKey: true, shiftKey: true }), true)).toEqual({ do: 'claim', index: 1 });
    expect(commandOf(press({ key: '4', code: 'Digit4', altKey: true }), true)).toBeNull();
    expect(commandOf(press({ key: '0', code: 'Digit0', altKey: true }), true)).toBeNull();
  });

  it('claim the first with C, but not while typing, copying or with AltGr', () => {
    expect(commandOf(press({ key: 'c', code: 'KeyC' }), false)).toEqual({ do: 'claim', index: 0 });
    expect(commandOf(press({ key: 'c', code: 'KeyC' }), true)).toBeNull();
    expect(commandOf(press({ key: 'c', code: 'KeyC', ctrlKey: true }), false)).toBeNull();
    expect(commandOf(press({ key: '{', code: 'Digit7', ctrlKey: true, altKey: true }), true)).toBeNull();
  });

  it('insert the suggestion with Alt and Enter while typing', () => {
    expect(commandOf(press({ key: 'Enter', code: 'Enter', altKey: true }), true)).toEqual({ do: 'insert-suggestion', index: 0 });
  });
});

describe('knowledge in a reply', () => {
  const result = {
    id: 'jd2023-07', point: null, title: '准入退出更便利', answer: ' 可以歇业备案。 ', score: 0.9,
    citation: { document: '行动方案', number: '嘉府办发〔2023〕8号', section: '第7条', date: '2023-03-01' },
  };

  it('names the whole source on its own line', () => {
    expect(replyText(result, '依据：')).toBe('可以歇业备案。\n依据：《行动方案》（嘉府办发〔2023〕8号），第7条，2023-03-01');
    expect(replyText({ ...result, citation: null }, '依据：')).toBe('可以歇业备案。');
  });

  it('cites a law by article, without doubling the title marks', () => {
    const law = { document: '《市场主体登记管理条例》', number: null, section: '30', date: null };
    expect(citationText(law)).toBe('《市场主体登记管理条例》，第30条');
  });

  it('goes after what is already written', () => {
    expect(insertInto('您好：\n', '答复')).toBe('您好：\n\n答复');
    expect(insertInto('  ', '答复')).toBe('答复');
  });
});
