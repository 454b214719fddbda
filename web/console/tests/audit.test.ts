/** The audit trail as people read it: no numbers of the database, no brackets. */
import { describe, expect, it } from 'vitest';
import { changesOf, subjectOf } from '../src/lib/audit';
import type { AuditRow } from '../src/api/admin';
import { at } from './make';

const row = (part: Partial<AuditRow>): AuditRow => ({
  id: 1, at: at(0), actor: { kind: 'staff', id: 'h1', name: '管理员' }, action: 'hours_saved', subject: null, detail: null, ...part,
});
const people = [{ id: 'h2', name: '林晓' }];

describe('a change of working time', () => {
  const office = [['09:00', '12:00'], ['13:30', '17:30']];

  it('is told by weekday and span', () => {
    expect(changesOf({ before: {}, after: { 1: office } })).toEqual([{ field: '周一', before: '空', after: '09:00–12:00，13:30–17:30' }]);
  });

  it('of one day is about that day, without its number', () => {
    const after = { id: 'f2fc', department: '科委', day: '2026-12-01', spans: [], reason: '停电检修' };
    expect(subjectOf(row({ action: 'exception_added', subject: 'f2fc', detail: { before: null, after } }), people)).toBe('2026-12-01');
    expect(changesOf({ before: null, after }).map((it) => it.field)).toEqual(['部门', '日期', '说明']);
    expect(subjectOf(row({ action: 'exception_removed', subject: 'f2fc', detail: { before: after, after: null } }), people)).toBe('2026-12-01');
  });

  it('of all departments says so', () => {
    expect([subjectOf(row({ subject: '*' }), people), subjectOf(row({ subject: '科委' }), people)]).toEqual(['全部部门', '科委']);
  });
});

it('names people, topics, thresholds and canned replies', () => {
  const about = (action: string, subject: string, detail: AuditRow['detail'] = null) => subjectOf(row({ action, subject, detail }), people);
  expect(about('staff_changed', 'h2')).toBe('林晓');
  expect(about('topic_saved', 'tax')).toBe('税费');
  expect(about('threshold_saved', 'offer_seconds')).toBe('一次分派的有效时间');
  expect(about('canned_reply_saved', 'c9', { before: null, after: { id: 'c9', title: '问候' } })).toBe('问候');
  expect(about('staff_changed', 'gone')).toBe('gone');
});
