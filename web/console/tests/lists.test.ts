import { describe, expect, it } from 'vitest';
import { orderMine } from '../src/lib/mine';
import { chimePeriod, firstLine, orderQueue, ringState } from '../src/lib/queue';
import { buildRows } from '../src/lib/rows';
import { readSeen, writeSeen } from '../src/lib/seen';
import { at, conversation, note, request, update } from './make';
import { MemoryStore } from './memory';

describe('the help queue', () => {
  it('puts the earliest deadline first, then who asked first, then the id', () => {
    const rows = [
      request({ id: 'd', deadline_at: at(90) }), request({ id: 'c', requested_at: at(5) }),
      request({ id: 'b' }), request({ id: 'a' }),
    ];
    expect(orderQueue(rows).map((row) => row.id)).toEqual(['a', 'b', 'c', 'd']);
    expect(orderQueue([...rows].reverse()).map((row) => row.id)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('leaves out what nobody can claim any more', () => {
    const rows = [request({ id: 'a', status: 'claimed' }), request({ id: 'b', status: 'offered' }), request({ id: 'c', status: 'closed' })];
    expect(orderQueue(rows).map((row) => row.id)).toEqual(['b']);
  });

  it('shows the first line that says anything', () => {
    expect(firstLine('\n  \r\n 许可证到期 \n第二行')).toBe('许可证到期');
    expect(firstLine(' ')).toBe('');
  });
});

describe('the bell', () => {
  const facts = { calls: 1, muted: false, presence: 'ready', unlocked: true } as const;

  it('rings only while something asks for me, and says why it does not', () => {
    expect(ringState(facts)).toBe('ringing');
    expect(ringState({ ...facts, calls: 0 })).toBe('idle');
    expect(ringState({ ...facts, muted: true })).toBe('muted');
    expect(ringState({ ...facts, presence: 'away' })).toBe('away');
    expect(ringState({ ...facts, presence: 'busy' })).toBe('ringing');
    expect(ringState({ ...facts, unlocked: false })).toBe('blocked');
  });

  it('rings closer together the longer somebody waits', () => {
    expect(chimePeriod('calm')).toBeGreaterThan(chimePeriod('soon'));
    expect(chimePeriod('soon')).toBeGreaterThan(chimePeriod('late'));
  });
});

it('puts conversations that are owed a first answer first, by deadline, then the latest talk', () => {
  const row = (id: string, last: number, deadline: string | null) => ({
    conversation: conversation({ id, last_at: at(last) }), deadline,
  });
  const rows = [row('old', 10, null), row('new', 99, null), row('owed-late', 1, at(80)), row('owed-soon', 1, at(60))];
  expect(orderMine(rows).map((it) => it.id)).toEqual(['owed-soon', 'owed-late', 'new', 'old']);
});

describe('rows of a conversation', () => {
  const kinds = (rows: ReturnType<typeof buildRows>) => rows.map((row) => (row.type === 'update' ? row.update.seq : row.type));

  it('marks what is new before the first unseen visitor message', () => {
    const updates = [update(1, 'visitor', '甲'), update(2, 'helper', '乙'), update(3, 'bot', '丙'), update(4, 'visitor', '丁')];
    expect(kinds(buildRows(updates, 2))).toEqual(['day', 1, 2, 3, 'new', 4]);
    expect(kinds(buildRows(updates, 4))).toEqual(['day', 1, 2, 3, 4]);
    expect(kinds(buildRows(updates, null))).toEqual(['day', 1, 2, 3, 4]);
  });

  it('separates days', () => {
    const updates = [update(1, 'visitor', '甲', { at: at(-86_400) }), update(2, 'visitor', '乙', { at: at(0) })];
    expect(kinds(buildRows(updates, null))).toEqual(['day', 1, 'day', 2]);
  });

  it('runs together one voice, apart from notes and after a pause', () => {
    const updates = [
      update(1, 'helper', '甲'), update(2, 'helper', '乙'), note(3, '备注'), update(4, 'helper', '丙'),
      update(5, 'helper', '丁', { at: at(600) }),
    ];
    const leads = buildRows(updates, null).flatMap((row) => (row.type === 'update' ? [row.leads] : []));
    expect(leads).toEqual([true, false, true, true, true]);
  });
});

it('remembers what was seen only of conversations still of interest', () => {
  const store = new MemoryStore();
  writeSeen(store, 'h1', { a: 3, b: 5, gone: 9 }, ['a', 'b', 'unknown']);
  expect(readSeen(store, 'h1')).toEqual({ a: 3, b: 5 });
  expect(readSeen(store, 'h2')).toEqual({});
});
