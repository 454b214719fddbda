import { describe, expect, it } from 'vitest';
import {
  contiguousSeq, isStaffNotice, lastReadOwn, lastSpoken, mergeUpdates, seenByAnswer, unreadCount, visitorWaitsSince,
} from '../src/lib/updates';
import { at, note, update } from './make';

const talk = [
  update(1, 'visitor', '歇业怎么办'), update(2, 'bot', '可以备案'), update(3, 'visitor', '转人工'),
  update(4, 'system', null), update(5, 'helper', '您好'), note(6, '问过登记科'), update(7, 'visitor', '好的'),
];

describe('merging updates', () => {
  it('gives the same list in whatever order and however often parts arrive', () => {
    const parts = [talk.slice(4), talk.slice(0, 3), talk.slice(2, 6), talk.slice(0, 3)];
    const merged = parts.reduce(mergeUpdates, []);
    expect(merged).toEqual(talk);
  });

  it('keeps the newer word when one seq arrives again', () => {
    const again = update(2, 'bot', '（已撤回）');
    expect(mergeUpdates(talk, [again])[1]).toEqual(again);
  });

  it('returns the very list when nothing came, so that nothing is drawn again', () => {
    expect(mergeUpdates(talk, [])).toBe(talk);
  });

  it('reads on after the last seq before a gap', () => {
    expect(contiguousSeq([])).toBe(0);
    expect(contiguousSeq(talk)).toBe(7);
    expect(contiguousSeq([...talk.slice(0, 2), ...talk.slice(3)])).toBe(2);
    expect(contiguousSeq(talk.slice(1))).toBe(0);
  });
});

it('knows the notices that colleagues leave each other', () => {
  const codes = ['transfer_note', 'invite_note', 'shift_note', 'helper_changed'];
  const told = codes.map((code) => isStaffNotice(update(1, 'system', null, { payload: { code } })));
  expect(told).toEqual([true, true, true, false]);
});

describe('what is unread', () => {
  it('counts visitor messages only', () => {
    expect(unreadCount(talk, 2)).toBe(2);
    expect(unreadCount(talk, 7)).toBe(0);
  });

  it('counts as seen what came before the helper last spoke, notes included', () => {
    expect(seenByAnswer(talk)).toBe(6);
    expect(seenByAnswer(talk.slice(0, 4))).toBe(0);
  });
});

describe('whose turn it is', () => {
  it('dates from the first of several visitor messages without an answer', () => {
    const waiting = [...talk, update(8, 'visitor', '还在吗')];
    expect(visitorWaitsSince(waiting)).toBe(at(7));
  });

  it('is nobody’s when a helper spoke last; a note does not answer', () => {
    expect(visitorWaitsSince(talk.slice(0, 5))).toBeNull();
    expect(visitorWaitsSince([...talk, note(8, '在查')])).toBe(at(7));
  });
});

it('shows the last public line, never a note or a notice', () => {
  expect(lastSpoken([...talk, note(8, '内部'), update(9, 'system', '已结束')])?.seq).toBe(7);
  expect(lastSpoken([])).toBeNull();
});

it('marks as read the newest own public message up to what the visitor has read', () => {
  const more = [...talk, update(8, 'helper', '还有问题吗')];
  expect([4, 5, 7, 8].map((seq) => lastReadOwn(more, seq))).toEqual([0, 5, 5, 8]);
});
