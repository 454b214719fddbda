import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { citationsOf, lastLine, noticeText, ratingText, visitorDetail, visitorName, voiceOf } from '../src/lib/describe';
import { districtName, reasonName, topicName } from '../src/locales';
import { zh } from '../src/locales/zh';
import { conversation, note, update } from './make';

const source = (path: string) => readFileSync(resolve(import.meta.dirname, '../../..', path), 'utf8');
const notice = (payload: Record<string, unknown>) => noticeText(update(1, 'system', null, { payload }));

describe('names', () => {
  it('take the company, else the person, else the start of the id', () => {
    const profile = { company: '禾木机电', name: '陈志远' };
    expect(visitorName(conversation({ profile }))).toBe('禾木机电');
    expect(visitorDetail(conversation({ profile }))).toBe('陈志远 · 嘉定区');
    expect(visitorName(conversation({ profile: { name: '陈志远', company: ' ' } }))).toBe('陈志远');
    expect(visitorName(conversation({ id: 'ab12cd', profile: null }))).toBe('访客 AB12');
  });
});

describe('notices', () => {
  it('say what happened for every code of the protocol', () => {
    const codes = /\{code, …\}`; codes: (.*)/.exec(source('docs/protocol.md'))?.[1] ?? '';
    const named = [...codes.matchAll(/`([a-z_]+)`/g)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThanOrEqual(7);
    expect(named.filter((code) => notice({ code }) === zh.notices.other)).toEqual([]);
  });

  it('name who joined, how it ended and how it was rated', () => {
    expect(notice({ code: 'helper_joined', name: '张敏', department: '政务服务中心' })).toBe('政务服务中心 张敏 接入会话');
    expect(notice({ code: 'closed', outcome: 'no_response' })).toBe('会话结束：访客未回应');
    expect(notice({ code: 'rated', resolved: true, stars: 4 })).toBe('企业评价：已解决 · 4 星');
    expect(notice({ code: 'helper_returned_to_queue', cause: 'connection_lost' })).toContain('连接中断');
    expect(ratingText(false, null)).toBe('未解决');
  });
});

it('lists each source once', () => {
  const citation = { document: '行动方案', number: null, section: null, date: null };
  const payload = { citations: [citation, { ...citation, entry: 'x' }] };
  expect(citationsOf(update(1, 'bot', '答', { kind: 'answer', payload }))).toEqual(['《行动方案》']);
});

it('tells the five voices apart', () => {
  const updates = [update(1, 'visitor', '问'), update(2, 'bot', '答'), update(3, 'helper', '答'), note(4, '记'), update(5, 'system', null)];
  expect(updates.map(voiceOf)).toEqual(['visitor', 'bot', 'helper', 'note', 'notice']);
});

it('shows who spoke last on one line, and no note', () => {
  const updates = [update(1, 'visitor', '问'), update(2, 'helper', '一\n二'), note(3, '内部')];
  expect(lastLine(conversation(), updates, '林晓')).toBe('我：一 二');
  const by = (name: string) => [update(1, 'helper', '好', { sender: { kind: 'helper', name, department: null } })];
  expect([by('林晓'), by('王宁')].map((said) => lastLine(conversation(), said, '林晓'))).toEqual(['我：好', '王宁：好']);
  expect(lastLine(conversation({ last_text: '上次' }), [], '林晓')).toBe('上次');
});

describe('codes of other parts', () => {
  const codesIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? '');

  it('all topics have a name here', () => {
    const codes = codesIn(source('bot/knowledge/topics.py'), /Topic\("(\w+)"/g);
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code) => topicName(code) === code)).toEqual([]);
  });

  it('all districts have a name here', () => {
    const table = /DISTRICTS[^{]*\{([^}]*)\}/.exec(source('bot/knowledge/districts.py'))?.[1] ?? '';
    const codes = codesIn(table, /"(\w+)":/g);
    expect(codes).toHaveLength(16);
    expect(codes.filter((code) => districtName(code) === code)).toEqual([]);
  });

  it('all reasons of a handoff have a name here', () => {
    const reasons = ['asked', 'unresolved', 'low_confidence', 'complaint', 'sensitive'];
    expect(reasons.filter((code) => reasonName(code) === code)).toEqual([]);
  });

  it('all error codes of the protocol have a sentence here', () => {
    const line = /Codes: (.*)/.exec(source('docs/protocol.md'))?.[1] ?? '';
    const codes = codesIn(line, /`([a-z_]+)`/g);
    expect(codes.length).toBeGreaterThanOrEqual(10);
    expect(codes.filter((code) => !(code in zh.errors.codes))).toEqual([]);
  });
});
