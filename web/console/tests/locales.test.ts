import { afterEach, describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { locale, restoreLocale, setLocale, words } from '../src/locales';
import { en } from '../src/locales/en';
import { zh } from '../src/locales/zh';

afterEach(() => setLocale('zh'));

/** Every path of a tree of texts, `a.b.c`. */
function paths(tree: object, head = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null ? paths(value as object, `${head}${key}.`) : [`${head}${key}`],
  );
}

describe('the two languages', () => {
  it('have the same texts', () => {
    const known = (path: string) => !/^admin\.audit\.actions\./.test(path);
    expect(paths(en).filter(known).sort()).toEqual(paths(zh).filter(known).sort());
  });

  it('say the English ones without Chinese, but for the name of the other language', () => {
    const texts = Object.entries({ ...en }).map(([key, value]) => [key, JSON.stringify(value)] as const);
    const chinese = texts.filter(([, text]) => /\p{Script=Han}/u.test(text.replace('中文', ''))).map(([key]) => key);
    expect(chinese).toEqual([]);
  });

  it('change while the page is open, and stay chosen', async () => {
    expect(words.queue.claim).toBe(zh.queue.claim);
    await setLocale('en');
    expect([words.queue.claim, locale.value, document.documentElement.lang]).toEqual([en.queue.claim, 'en', 'en']);
    await restoreLocale();
    expect(words.queue.claim).toBe(en.queue.claim);
  });
});

it('every threshold of the server has a name', () => {
  const source = readFileSync(resolve(import.meta.dirname, '../../../bot/helpdesk/rules/policy.py'), 'utf8');
  const names = [...source.matchAll(/Threshold\("(\w+)"/g)].map((match) => match[1] ?? '');
  expect(names.length).toBeGreaterThan(15);
  expect(names.filter((name) => !(name in zh.admin.thresholds.names) || !(name in en.admin.thresholds.names))).toEqual([]);
});
