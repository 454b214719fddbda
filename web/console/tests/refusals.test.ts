import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiError } from '../src/api/client';
import { setLocale } from '../src/locales';
import { zh } from '../src/locales/zh';
import { errorText } from '../src/services/report';

afterEach(() => setLocale('zh'));

/** All that the server's code says, as one text. */
function serverSource(): string {
  const root = resolve(import.meta.dirname, '../../../bot');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.py'));
  return files.map((name) => readFileSync(join(root, name), 'utf8')).join('\n');
}

describe('why the server refuses something', () => {
  const circle = new ApiError(400, 'bad_request', 'the fallback leads back to the department');

  it('is told by its sentence in the language of the page', async () => {
    expect(errorText(circle)).toBe(zh.refusals[circle.message]);
    await setLocale('en');
    expect(errorText(circle)).toContain('leads back');
  });

  it('is told by the start of a sentence that names numbers', () => {
    const ladder = new ApiError(400, 'bad_request', 'these must rise: widen_seconds, warn_seconds');
    expect(errorText(ladder)).toBe(zh.refusals['these must rise']);
  });

  it('is told by its code when the sentence is not known', () => {
    expect(errorText(new ApiError(409, 'wrong_state', 'something new'))).toBe(zh.errors.codes.wrong_state);
  });

  it('knows only sentences that the server still says', () => {
    const source = serverSource();
    expect(Object.keys(zh.refusals).filter((start) => !source.includes(`"${start}`))).toEqual([]);
  });

  it('knows every sentence of administration that has nothing to fill in', () => {
    const root = resolve(import.meta.dirname, '../../../bot/helpdesk/administration');
    const source = ['hours.py', 'places.py'].map((name) => readFileSync(join(root, name), 'utf8')).join('\n');
    const said = [...source.matchAll(/raise (?:Invalid|WrongState|NotFound)\("([^"]+)"\)/g)].map((match) => match[1] ?? '');
    expect(said.length).toBeGreaterThanOrEqual(4);
    // The form cannot send another weekday.
    const untold = said.filter((it) => !Object.keys(zh.refusals).some((start) => it.startsWith(start)));
    expect(untold).toEqual(['weekday is from 1, Monday, to 7']);
  });
});
