import { describe, expect, it } from 'vitest';
import type { Update } from '../protocol';
import { type Item, type ReplyItem, isLoading, items, publicEvents, typingWho, unread } from '../select';
import { type Outgoing, type State, initialState, reduce } from '../state';
import { fromVisitor, helper, notice, update } from './fakes';

const NOW = Date.UTC(2026, 0, 5, 9, 10);
const after = (updates: Update[], from: State = initialState): State => reduce(from, { type: 'updated', updates, now: NOW });
const message: Outgoing = { id: 'a', text: 'hi', choice: null, status: 'sending', reason: null, at: NOW };
const kinds = (list: Item[]): string[] => list.map(({ type }) => type).filter((type) => type !== 'time');
const replies = (state: State): ReplyItem[] => items(state).filter((item): item is ReplyItem => item.type === 'reply');
const offer = (seq: number): Update => update(seq, { payload: { buttons: [{ id: 'b', label: '好' }] } });

describe('items', () => {
  it('leave out hidden updates and the rated notice', () => {
    const state = after([update(1), update(2, { kind: 'hidden', sender: null }), notice(3, 'closed', { ask_rating: true }), notice(4, 'rated', { resolved: true, stars: 4 })]);
    expect(kinds(items(state))).toEqual(['reply', 'notice', 'rating']);
  });

  it('keep the key of a message from sending to saved, so that its bubble stays', () => {
    const sending = reduce(initialState, { type: 'composed', message });
    const saved = after([fromVisitor(1, 'a')], sending);
    const key = (state: State): string[] => items(state).filter(({ type }) => type === 'mine').map((item) => item.key);
    expect(key(sending)).toEqual(['ma']);
    expect(key(saved)).toEqual(['ma']);
  });

  it('show the status only under the newest own message', () => {
    const list = items(after([fromVisitor(1), fromVisitor(2)])).filter((item) => item.type === 'mine');
    expect(list.map((item) => item.status)).toEqual(['quiet', 'sent']);
  });

  it('show read once the helper has read it', () => {
    const state = reduce(after([fromVisitor(1)]), { type: 'helperRead', seq: 1 });
    expect(items(state).at(-1)).toMatchObject({ status: 'read' });
  });

  it('put the time where a conversation goes on after a pause', () => {
    const late = update(2, { at: '2026-01-05T10:30:00Z' });
    expect(items(after([update(1), late])).map(({ type }) => type)).toEqual(['time', 'reply', 'time', 'reply']);
  });

  it('name the speaker once in a run, and again after a notice', () => {
    const state = after([update(1), update(2), notice(3, 'queued'), update(4), update(5, { sender: helper })]);
    expect(replies(state).map(({ first }) => first)).toEqual([true, false, true, true]);
  });
});

describe('buttons', () => {
  it('are live only for the newest bot update', () => {
    expect(replies(after([offer(1), offer(2)])).map(({ live }) => live)).toEqual([false, true]);
  });

  it('are dead as soon as the visitor goes on', () => {
    const state = reduce(after([offer(1)]), { type: 'composed', message });
    expect(replies(state)[0]?.live).toBe(false);
  });

  it('stay live when what the visitor sent failed', () => {
    const state = reduce(after([offer(1)]), { type: 'composed', message: { ...message, status: 'failed' } });
    expect(replies(state)[0]?.live).toBe(true);
  });

  it('are dead when a person has taken over', () => {
    expect(replies(after([offer(1), notice(2, 'helper_joined', { name: '陈' })]))[0]?.live).toBe(false);
  });

  it('offer a person when something is not covered, once', () => {
    const own = { buttons: [{ id: 'p', label: '转人工' }] };
    const state = after([update(1, { kind: 'not_covered' }), update(2, { kind: 'not_covered', payload: own })]);
    expect(replies(state).map(({ offersPerson }) => offersPerson)).toEqual([true, false]);
  });
});

describe('rating', () => {
  const ratings = (state: State) => items(state).filter(({ type }) => type === 'rating');
  const closed = (seq: number): Update => notice(seq, 'closed', { outcome: 'resolved', ask_rating: true });

  it('is asked after closing', () => {
    expect(ratings(after([closed(1)]))).toMatchObject([{ status: 'idle' }]);
  });

  it('is not asked when the server does not ask', () => {
    expect(ratings(after([notice(1, 'closed', { outcome: 'resolved' })]))).toEqual([]);
  });

  it('shows what was given, the last of several', () => {
    const state = after([closed(1), notice(2, 'rated', { resolved: false, stars: 2 }), notice(3, 'rated', { resolved: true, stars: 5 })]);
    expect(ratings(state)).toMatchObject([{ status: 'done', resolved: true, stars: 5 }]);
  });

  it('stays when the visitor says a word of thanks and the bot answers', () => {
    expect(ratings(after([closed(1), fromVisitor(2), update(3)]))).toMatchObject([{ key: 'r1', status: 'idle' }]);
  });

  it.each([update(2, { kind: 'handoff' }), notice(2, 'queued'), notice(2, 'queued_nobody_ready')])(
    'is gone when help is asked for anew ($kind)',
    (opened) => {
      expect(ratings(after([closed(1), opened]))).toEqual([]);
      const again = after([closed(1), opened, notice(3, 'helper_joined', { name: '陈' }), closed(4)]);
      expect(ratings(again)).toMatchObject([{ key: 'r4', status: 'idle' }]);
    },
  );

  it('keeps what was given before help is asked for anew', () => {
    const state = after([closed(1), notice(2, 'rated', { resolved: true, stars: 5 }), notice(3, 'queued')]);
    expect(ratings(state)).toMatchObject([{ key: 'r1', status: 'done', stars: 5 }]);
  });

  it('is asked anew after a second closing, the first answer stays', () => {
    const state = after([closed(1), notice(2, 'rated', { resolved: true, stars: null }), closed(3)]);
    expect(ratings(state)).toMatchObject([{ key: 'r1', status: 'done', stars: null }, { key: 'r3', status: 'idle' }]);
  });
});

describe('unread', () => {
  it('counts what bot and helper said since the visitor last looked', () => {
    const state = after([update(1), fromVisitor(2), update(3), notice(4, 'queued'), update(5, { sender: helper })]);
    expect(unread(reduce(state, { type: 'seen', seq: 1 }))).toBe(2);
  });
});

describe('typingWho', () => {
  it('is nobody once the time is over', () => {
    const state = reduce(initialState, { type: 'typing', who: 'helper', now: NOW });
    expect(typingWho(state, NOW + 1)).toBe('helper');
    expect(typingWho(state, NOW + 60_000)).toBeNull();
  });
});

describe('isLoading', () => {
  it('ends when the server says that there is nothing to replay', () => {
    const restored = reduce(initialState, { type: 'restored', conversationId: 'c', seenSeq: 0, outbox: [], panelOpen: false });
    expect(isLoading(restored)).toBe(true);
    expect(isLoading(reduce(restored, { type: 'owned', owner: 'bot', helper: null, wechat: 'none', now: NOW }))).toBe(false);
  });
});

describe('publicEvents', () => {
  const step = (before: State, updates: Update[]) => publicEvents(before, after(updates, before));

  it('tell of a handoff once, with its reason', () => {
    const handoff = update(1, { kind: 'handoff', payload: { reason: 'asked', topic: 'tax', department: '税务局' } });
    expect(step(initialState, [handoff])).toEqual([{ name: 'handoffRequested', detail: { reason: 'asked', topic: 'tax', department: '税务局' } }]);
    expect(step(after([handoff]), [notice(2, 'queued')])).toEqual([]);
  });

  it('tell who joined and how it closed', () => {
    expect(step(initialState, [notice(1, 'helper_joined', { name: '陈', department: null })])).toEqual([{ name: 'helperJoined', detail: { name: '陈', department: null } }]);
    expect(step(initialState, [notice(1, 'closed', { outcome: 'unresolved' })])).toEqual([{ name: 'conversationClosed', detail: { outcome: 'unresolved' } }]);
  });

  it('tell a queue position only when it changed', () => {
    const waiting = after([notice(1, 'queued')]);
    const second = reduce(waiting, { type: 'queued', position: 2, waitSeconds: 40, now: NOW });
    expect(publicEvents(waiting, second)).toEqual([{ name: 'queuePosition', detail: { position: 2, wait_seconds: 40 } }]);
    expect(publicEvents(second, reduce(second, { type: 'queued', position: 2, waitSeconds: 40, now: NOW }))).toEqual([]);
  });

  it('tell nothing of a replayed history', () => {
    const restored = reduce(initialState, { type: 'restored', conversationId: 'c', seenSeq: 9, outbox: [], panelOpen: false });
    expect(publicEvents(initialState, restored)).toEqual([]);
    expect(step(restored, [update(1, { kind: 'handoff' }), notice(2, 'helper_joined', { name: '陈' }), notice(3, 'closed')])).toEqual([]);
  });

  it('tell when a conversation started', () => {
    const started = reduce(initialState, { type: 'started', conversationId: 'c9' });
    expect(publicEvents(initialState, started)).toEqual([{ name: 'conversationStarted', detail: { conversation_id: 'c9' } }]);
  });
});
