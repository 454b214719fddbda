import { describe, expect, it } from 'vitest';
import type { CannedReply } from '../src/api/replies';
import { complete, completionAt, fillVariables, matchReplies, unknownVariable } from '../src/lib/canned';

const reply = (part: Partial<CannedReply>): CannedReply => ({
  id: part.shortcut ?? 'x', scope: 'personal', department: null, shortcut: 'hello', title: '问候', text: '您好',
  locale: 'zh', topic: null, uses: 0, ...part,
});

describe('the slash', () => {
  it('opens the list at the start, after a space and after a line break, up to the caret', () => {
    expect(completionAt('/he', 3)).toEqual({ start: 0, end: 3, query: 'he' });
    expect(completionAt('您好 /谢', 5)).toEqual({ start: 3, end: 5, query: '谢' });
    expect(completionAt('一\n/', 3)).toEqual({ start: 2, end: 3, query: '' });
    expect(completionAt('/hello', 3)?.query).toBe('he');
  });

  it('stays a slash inside a word, an address, a date and a finished word', () => {
    expect(completionAt('1/2', 3)).toBeNull();
    expect(completionAt('https://a', 9)).toBeNull();
    expect(completionAt('/he 好', 5)).toBeNull();
  });
});

describe('matches', () => {
  const list = [
    reply({ shortcut: 'bye', title: '结束语', text: '再见', uses: 9 }),
    reply({ shortcut: 'hello', title: '问候', scope: 'all' }),
    reply({ shortcut: 'hello2', title: '问候二', uses: 3 }),
  ];
  const found = (query: string) => matchReplies(list, query).map((it) => it.shortcut);

  it('put the exact shortcut first, then the beginning, then title and text', () => {
    expect(found('hello')).toEqual(['hello', 'hello2']);
    expect(found('结束')).toEqual(['bye']);
    expect(found('再见')).toEqual(['bye']);
    expect(found('没有')).toEqual([]);
  });

  it('show the often used first while nothing is typed, and not more than asked for', () => {
    expect(found('')).toEqual(['bye', 'hello2', 'hello']);
    expect(matchReplies(list, '', 1)).toHaveLength(1);
  });
});

describe('variables', () => {
  it('are filled in, and what is unknown leaves a blank', () => {
    expect(fillVariables('{visitor}，我是{helper}，工单{ticket}', { visitor: '陈先生', helper: '林晓' }, '＿')).toBe('陈先生，我是林晓，工单＿');
    expect(fillVariables('{other}', {}, '＿')).toBe('{other}');
  });

  it('that mean nothing are named before saving', () => {
    expect(unknownVariable('{visitor} {nmae}')).toBe('nmae');
    expect(unknownVariable('{company} { 空 }')).toBeNull();
  });
});

it('an inserted reply replaces the slash and selects its first blank', () => {
  const at = { start: 3, end: 6, query: 'he' };
  expect(complete('您好 /he。', at, '工单＿已建', '＿')).toEqual({ text: '您好 工单＿已建。', selectFrom: 5, selectTo: 6 });
  expect(complete('您好 /he。', at, '再见', '＿')).toEqual({ text: '您好 再见。', selectFrom: 5, selectTo: 5 });
});
