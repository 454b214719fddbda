import { describe, expect, it } from 'vitest';
import { BOT_PATIENCE_MS, type Event, type Outgoing, type State, TYPING_MS, initialState, reduce } from '../state';
import { fromVisitor, helper, notice, update } from './fakes';

const NOW = Date.UTC(2026, 0, 5, 9, 10);

const run = (events: Event[], from: State = initialState): State => events.reduce(reduce, from);
const updated = (...updates: ReturnType<typeof update>[]): Event => ({ type: 'updated', updates, now: NOW });
const outgoing = (id: string, patch: Partial<Outgoing> = {}): Outgoing => ({
  id, text: id, choice: null, status: 'sending', reason: null, at: NOW, ...patch,
});
const seqs = (state: State): number[] => state.updates.map(({ seq }) => seq);

describe('updates', () => {
  it('are kept in seq order when they arrive out of order', () => {
    const state = run([updated(update(2)), updated(update(3)), updated(update(1))]);
    expect(seqs(state)).toEqual([1, 2, 3]);
    expect(state.early).toEqual([]);
    expect(state.lastSeq).toBe(3);
  });

  it('are held back when one before them is missing', () => {
    const state = run([updated(update(1)), updated(update(3)), updated(update(3))]);
    expect(seqs(state)).toEqual([1]);
    expect(state.early.map(({ seq }) => seq)).toEqual([3]);
  });

  it('are never doubled when replayed', () => {
    const all = [update(1), fromVisitor(2, 'a'), update(3)];
    const once = run([updated(...all)]);
    expect(run([updated(...all)], once)).toEqual(once);
  });

  it('give the same state one by one as all at once', () => {
    const all = [fromVisitor(1, 'a'), update(2), update(3, { kind: 'handoff' }), notice(4, 'queued'), update(5, { kind: 'hidden', sender: null }),
      notice(6, 'helper_joined', { name: '陈晓岚', department: '市场监管局' }), update(7, { sender: helper })];
    expect(run(all.map((one) => updated(one)))).toEqual(run([updated(...all)]));
  });

  it('count hidden ones so that the list has no gap', () => {
    const state = run([updated(update(1), update(2, { kind: 'hidden', sender: null }), update(3))]);
    expect(state.lastSeq).toBe(3);
    expect(state.early).toEqual([]);
  });
});

describe('outbox', () => {
  it('gives way to the update of the same client_message_id', () => {
    const state = run([{ type: 'composed', message: outgoing('a') }, { type: 'acknowledged', id: 'a', now: NOW }, updated(fromVisitor(1, 'a'))]);
    expect(state.outbox).toEqual([]);
    expect(seqs(state)).toEqual([1]);
  });

  it('keeps a message whose update has not come', () => {
    const state = run([{ type: 'composed', message: outgoing('a') }, updated(fromVisitor(1, 'other'))]);
    expect(state.outbox.map(({ id }) => id)).toEqual(['a']);
  });

  it('shows sent after the ack and failed with its reason after a refusal', () => {
    const both = run([{ type: 'composed', message: outgoing('a') }, { type: 'composed', message: outgoing('b') }]);
    const state = run([{ type: 'acknowledged', id: 'a', now: NOW }, { type: 'refused', id: 'b', reason: 'too_large' }], both);
    expect(state.outbox.map(({ status, reason }) => [status, reason])).toEqual([['sent', null], ['failed', 'too_large']]);
  });

  it('goes back to sending when retried', () => {
    const failed = run([{ type: 'composed', message: outgoing('a', { status: 'failed', reason: 'internal' }) }]);
    expect(run([{ type: 'retried', id: 'a', now: NOW + 5 }], failed).outbox[0]).toMatchObject({ status: 'sending', reason: null });
  });

  it('shows no dots for an ack that its update and the answer overtook', () => {
    const state = run([{ type: 'composed', message: outgoing('a') }, updated(fromVisitor(1, 'a'), update(2)), { type: 'acknowledged', id: 'a', now: NOW }]);
    expect(state.typing).toBeNull();
  });
});

describe('owner', () => {
  const queued = updated(update(1, { kind: 'handoff' }), notice(2, 'queued'));

  it('is the queue from the handoff on, waiting since it came', () => {
    const state = run([queued]);
    expect(state.owner).toBe('queue');
    expect(state.waitingSince).toBe(NOW);
  });

  it('waits since the time of the update when the history is replayed', () => {
    const restored: Event = { type: 'restored', conversationId: 'c', seenSeq: 0, outbox: [], panelOpen: true };
    const state = run([restored, queued]);
    expect(state.waitingSince).toBe(Date.UTC(2026, 0, 5, 9, 0, 1));
  });

  it('never waits since a moment in the future when the clock of the browser is behind', () => {
    const restored: Event = { type: 'restored', conversationId: 'c', seenSeq: 0, outbox: [], panelOpen: true };
    const early = Date.UTC(2026, 0, 5, 8);
    const state = run([restored, { type: 'updated', updates: [notice(1, 'queued')], now: early }]);
    expect(state.waitingSince).toBe(early);
  });

  it('is the helper who joined, and the queue is forgotten', () => {
    const joined = updated(notice(3, 'helper_joined', { name: '陈晓岚', department: '市场监管局' }));
    const state = run([queued, { type: 'queued', position: 2, waitSeconds: 30, now: NOW }, joined]);
    expect(state).toMatchObject({ owner: 'helper', helper: { name: '陈晓岚', department: '市场监管局' }, queue: null, waitingSince: null });
  });

  it('is the queue again when the helper gives the visitor back', () => {
    const state = run([queued, updated(notice(3, 'helper_joined', { name: '陈' }), notice(4, 'helper_returned_to_queue'))]);
    expect(state).toMatchObject({ owner: 'queue', helper: null });
  });

  it('is the bot again after closing', () => {
    expect(run([queued, updated(notice(3, 'closed', { outcome: 'resolved', ask_rating: true }))]).owner).toBe('bot');
  });

  it('keeps the start of the wait when the server repeats the state', () => {
    const state = run([queued, { type: 'owned', owner: 'queue', helper: null, wechat: 'none', now: NOW + 20_000 }]);
    expect(state.waitingSince).toBe(NOW);
  });

  it('ignores a late queue position once a helper is there', () => {
    const state = run([{ type: 'owned', owner: 'helper', helper: { name: '陈', department: null }, wechat: 'none', now: NOW }, { type: 'queued', position: 1, waitSeconds: null, now: NOW }]);
    expect(state.queue).toBeNull();
  });
});

describe('typing', () => {
  it('is expected of the bot at once after a message to it', () => {
    expect(run([updated(fromVisitor(1))]).typing).toEqual({ who: 'bot', until: NOW + BOT_PATIENCE_MS });
  });

  it('is not expected of the bot when the history is replayed', () => {
    const restored: Event = { type: 'restored', conversationId: 'c', seenSeq: 0, outbox: [], panelOpen: true };
    expect(run([restored, updated(fromVisitor(1))]).typing).toBeNull();
  });

  it('ends with the answer', () => {
    expect(run([updated(fromVisitor(1)), updated(update(2))]).typing).toBeNull();
  });

  it('of a helper is believed for a few seconds', () => {
    expect(run([{ type: 'typing', who: 'helper', now: NOW }]).typing).toEqual({ who: 'helper', until: NOW + TYPING_MS });
  });
});

describe('forgotten', () => {
  it('keeps only what was never saved, without choices of the old conversation', () => {
    const full = run([
      { type: 'panel', open: true }, { type: 'started', conversationId: 'c' }, updated(update(1)),
      { type: 'composed', message: outgoing('saved', { status: 'sent' }) },
      { type: 'composed', message: outgoing('unsaved', { choice: { seq: 1, option: 'x' } }) },
    ]);
    const state = run([{ type: 'forgotten' }], full);
    expect(state).toMatchObject({ conversationId: null, lastSeq: 0, updates: [], panelOpen: true });
    expect(state.outbox).toEqual([outgoing('unsaved')]);
  });
});

describe('seen and read', () => {
  it('only ever rise', () => {
    const state = run([{ type: 'seen', seq: 5 }, { type: 'seen', seq: 3 }, { type: 'helperRead', seq: 4 }, { type: 'helperRead', seq: 2 }]);
    expect(state).toMatchObject({ seenSeq: 5, helperReadSeq: 4 });
  });
});

describe('reduce', () => {
  it('leaves the state it was given alone', () => {
    const frozen = Object.freeze({ ...initialState, updates: Object.freeze([]), outbox: Object.freeze([]), early: Object.freeze([]) });
    const events: Event[] = [updated(update(1), update(3)), { type: 'composed', message: outgoing('a') }, { type: 'panel', open: true }];
    events.forEach((event) => expect(() => reduce(frozen, event)).not.toThrow());
    expect(frozen.updates).toEqual([]);
  });
});
