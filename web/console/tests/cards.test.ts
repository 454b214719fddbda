/** What stands beside a conversation: the visitor, their earlier talks, the brief; full, empty and strange. */
import { describe, expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import { NetworkError } from '../src/api/client';
import { teamApi } from '../src/api/instance';
import type { Brief, Conversation, KnowledgeResult } from '../src/api/types';
import BriefCard from '../src/components/BriefCard.vue';
import EarlierCard from '../src/components/EarlierCard.vue';
import VisitorCard from '../src/components/VisitorCard.vue';
import { reasonName } from '../src/locales';
import { zh } from '../src/locales/zh';
import { conversation, request } from './make';
import { all, byTestid, usePage } from './mounted';

const show = usePage();
const SCRIPT = '<img src=x onerror="alert(1)">';

describe('the visitor’s card', () => {
  /** The labels and values shown, in their order. */
  function facts(part: Partial<Conversation>): Map<string, string> {
    const root = show(VisitorCard, { conversation: conversation(part) });
    const texts = (tag: string) => [...root.querySelectorAll(tag)].map((it) => it.textContent ?? '');
    const values = texts('dd');
    return new Map(texts('dt').map((label, at) => [label, values[at] ?? '']));
  }

  it('shows who they are, where they came from and how they judged it', () => {
    const shown = facts({
      id: '12345678-aaaa', profile: { name: '陈志远', company: '申嘉贸易' }, page: 'https://example.gov.cn/tax', resolved: true, stars: 5,
    });
    expect([...shown.values()]).toEqual(expect.arrayContaining(['陈志远', '申嘉贸易', 'https://example.gov.cn/tax', zh.mine.online, '12345678']));
    expect(shown.get(zh.visitor.resolved)).toContain('5');
  });

  it('leaves out what is not known, and never the rest', () => {
    const shown = facts({ district: null, page: null, visitor_online: false });
    expect([zh.visitor.district, zh.visitor.page, zh.visitor.resolved].filter((label) => shown.has(label))).toEqual([]);
    expect(shown.get(zh.visitor.online)).toBe(zh.mine.offline);
    expect(shown.get(zh.visitor.number)).toBe('c1');
  });

  it('shows words and numbers of a profile only, as words', () => {
    const profile = { name: SCRIPT, staff: 12, tags: ['a'], more: { a: 1 }, none: null, yes: true };
    const shown = [...facts({ profile }).values()];
    expect(shown).toEqual(expect.arrayContaining([SCRIPT, '12']));
    expect(document.querySelector('img')).toBeNull();
    expect(shown.filter((value) => /object|null|true|^a$/.test(value))).toEqual([]);
  });
});

describe('the earlier conversations', () => {
  const rows = () => [...document.querySelectorAll('[data-testid=earlier] li')].map((row) => row.textContent ?? '');

  it('are listed with their helper, their judgement and their last words, without the one that is open', async () => {
    vi.spyOn(teamApi, 'earlier').mockResolvedValue([
      conversation(), conversation({ id: 'c2', last_text: '已经办好', resolved: false, stars: 2 }),
      conversation({ id: 'c3', helper: null, last_text: null }),
    ]);
    show(EarlierCard, { conversationId: 'c1' });
    await vi.waitFor(() => expect(rows()).toHaveLength(2));
    expect(rows()[0]).toMatch(/张敏.*2.*已经办好/);
    expect(rows()[1]).toContain(zh.mine.noText);
    expect(document.querySelector('[data-testid=earlier] a')?.getAttribute('href')).toBe('/c/c2');
  });

  it.each([
    ['there are none', () => Promise.resolve([])],
    ['they cannot be read', () => Promise.reject(new NetworkError(null))],
  ])('take no place when %s', async (_, answer) => {
    const asked = vi.spyOn(teamApi, 'earlier').mockImplementation(answer);
    show(EarlierCard, { conversationId: 'c1' });
    await Promise.allSettled([asked.mock.results[0]?.value]);
    await nextTick();
    expect([asked.mock.calls.length, byTestid('earlier')]).toEqual([1, null]);
  });
});

describe('the brief', () => {
  const suggestion = (id: string): KnowledgeResult => ({ id, point: null, title: `举措 ${id}`, answer: '可以办。', score: 0.9, citation: null });
  const full: Brief = {
    question: '退税多久到账', reason: 'complaint', facts: [{ label: '企业', value: '申嘉贸易' }],
    offered: [{ id: 'jd-1', title: '留抵退税' }, { id: 'jd-2', title: null }],
    suggestions: ['a', 'b', 'c', 'd'].map(suggestion),
  };
  const log = (brief: Brief | null, part = {}) => ({ updates: [], request: request(part), brief, ready: true, error: null, typingUntil: 0 });

  it('shows the question, the facts, what the assistant offered, and what could be answered', () => {
    const root = show(BriefCard, { log: log(full), canInsert: true });
    expect(root.querySelector('blockquote')?.textContent).toBe('退税多久到账');
    expect([...root.querySelectorAll('dt, dd')].slice(0, 2).map((it) => it.textContent)).toEqual(['企业', '申嘉贸易']);
    expect([...root.querySelectorAll('.offered li')].map((it) => it.textContent)).toEqual(['留抵退税', 'jd-2']);
    expect(all('suggestion')).toHaveLength(4);
    expect(root.querySelector('.chip.red')?.textContent).toBe(reasonName('complaint'));
  });

  it('says so when nothing was found, and shows no empty part', () => {
    const root = show(BriefCard, { log: log({ ...full, reason: 'asked', facts: [], offered: [], suggestions: [] }), canInsert: true });
    expect(root.textContent).toContain(zh.brief.noSuggestions);
    expect([root.querySelector('dl'), root.querySelector('.offered'), root.querySelector('.chip.red')]).toEqual([null, null, null]);
  });

  it('is missing as long as there is none, with the reason of the request all the same', () => {
    const root = show(BriefCard, { log: log(null, { reason: 'sensitive' }), canInsert: true });
    expect(root.textContent).toContain(zh.brief.none);
    expect(root.querySelector('.chip.red')).not.toBeNull();
    expect(root.querySelector('blockquote')).toBeNull();
  });

  it('shows words as words, and a reason it does not know as it is', () => {
    const strange = { ...full, question: SCRIPT, reason: 'brand_new', facts: [{ label: SCRIPT, value: '' }], suggestions: [] };
    const root = show(BriefCard, { log: log(strange), canInsert: false });
    expect(root.querySelector('img')).toBeNull();
    expect(root.querySelector('blockquote')?.textContent).toBe(SCRIPT);
    expect(root.querySelector('.chip.amber')?.textContent).toBe('brand_new');
  });

  it('gives a suggestion to whoever may write, and to nobody else', async () => {
    const insert = vi.fn();
    show(BriefCard, { log: log(full), canInsert: true, onInsert: insert });
    byTestid('insert-suggestion')?.click();
    await nextTick();
    expect(insert).toHaveBeenCalledWith(full.suggestions[0]);
    document.body.replaceChildren();
    show(BriefCard, { log: log(full), canInsert: false });
    expect(byTestid('insert-suggestion')).toBeNull();
  });
});
