import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { actorName, eventName, noteOf, reasonText } from '../src/lib/history';
import { en } from '../src/locales/en';
import { zh } from '../src/locales/zh';
import type { HistoryEvent } from '../src/api/teamTypes';
import { at } from './make';

const event = (part: Partial<HistoryEvent>): HistoryEvent => ({
  at: at(0), event: 'released', status_before: 'claimed', status_after: 'waiting',
  actor: { kind: 'system', id: null, name: null }, reason: null, detail: {}, ...part,
});

it('has words for every event that the server keeps', () => {
  const docs = readFileSync(resolve(import.meta.dirname, '../../../docs/help-engine.md'), 'utf8');
  const line = /History events: (.*)/.exec(docs)?.[1]?.split('. ')[0] ?? '';
  const codes = [...line.matchAll(/`([a-z_]+)`/g)].map((match) => match[1] ?? '');
  expect(codes.length).toBeGreaterThan(25);
  expect(codes.filter((code) => !(code in zh.team.history.events) || !(code in en.team.history.events))).toEqual([]);
  expect([eventName('undelivered'), noteOf(event({ event: 'undelivered', reason: 'undelivered_wechat' }))]).toEqual([
    '结果未送达', '没有在微信里送达，请用其他方式告知',
  ]);
  expect(eventName('fallback_joined')).toBe('后备部门加入');
});

it('says why in words, keeps what was typed, and repeats nothing', () => {
  expect(noteOf(event({ reason: 'connection_lost' }))).toBe('帮办员连接中断');
  expect(noteOf(event({ event: 'requested', reason: 'complaint' }))).toBe('投诉');
  expect(noteOf(event({ event: 'offered', reason: 'dispatch' }))).toBe('');
  expect(noteOf(event({ event: 'reopened', reason: '材料没收到', detail: { note: '请再查' } }))).toBe('材料没收到 · 请再查');
  expect([reasonText(null), reasonText('shift_ended')]).toEqual(['', '下班交接']);
  expect(actorName(event({}).actor)).toBe('系统');
});

it('names whom the engine offered it to, when their name is known', () => {
  const names: Record<string, string> = { h2: '赵强' };
  const told = (part: Partial<HistoryEvent>) => noteOf(event(part), (id) => names[id]);
  expect(told({ event: 'offered', detail: { staff_id: 'h2' } })).toBe('对象：赵强');
  expect(told({ event: 'offer_ignored', detail: { staff_id: 'h9' } })).toBe('');
  expect(told({ event: 'claimed', detail: { staff_id: 'h2' } })).toBe('');
});
