import { afterEach, describe, expect, it } from 'vitest';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
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

/** What the pages read of `words`: `a.b.c` is read by naming it, or by taking a whole group that holds it. */
function readPaths(): string[] {
  const root = resolve(import.meta.dirname, '../src');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(?:ts|vue)$/.test(name));
  const source = files.map((name) => readFileSync(join(root, name), 'utf8')).join('\n');
  const found = [...source.matchAll(/\bwords\.([\w.]*\w)/g)].map((match) => match[1] ?? '');
  return [...new Set(found)];
}

describe('the two languages', () => {
  it('have the same texts', () => {
    const known = (path: string) => !/^admin\.audit\.actions\./.test(path);
    expect(paths(en).filter(known).sort()).toEqual(paths(zh).filter(known).sort());
  });

  it('hold no text that nothing shows', () => {
    const read = readPaths();
    const isRead = (path: string) => read.some((it) => path === it || path.startsWith(`${it}.`) || it.startsWith(`${path}.`));
    expect(paths(zh).filter((path) => !isRead(path))).toEqual([]);
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
