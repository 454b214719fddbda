import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it, vi } from 'vitest';
import type { Component } from 'vue';
import { api } from '../src/api/instance';
import type { WechatAccount } from '../src/api/types';
import { en } from '../src/locales/en';
import { zh } from '../src/locales/zh';
import AdminView from '../src/views/AdminView.vue';
import BoardView from '../src/views/BoardView.vue';
import { at } from './make';
import { usePage } from './mounted';

const show = usePage();

const source = (path: string) => readFileSync(resolve(import.meta.dirname, '../../..', path), 'utf8');

async function banner(view: Component, account: WechatAccount): Promise<Element | null> {
  vi.spyOn(api, 'call').mockRejectedValue(new Error('away'));
  const asked = vi.spyOn(api, 'wechatAccount').mockResolvedValue(account);
  const root = show(view);
  await vi.waitFor(() => expect(asked).toHaveBeenCalledOnce());
  await asked.mock.results[0]?.value;
  await Promise.resolve();
  return root.querySelector('[data-testid=wechat-alarms]');
}

it.each([['board', BoardView], ['administration', AdminView]])('the %s says what is wrong and what to do', async (_, view) => {
  const alarms = [{ code: 'errcode_40164', last_at: at(0), count: 3 }, { code: 'errcode_1', last_at: at(0), count: 1 }];
  const shown = await banner(view, { connected: true, alarms });
  expect(shown?.textContent).toContain('IP 白名单');
  expect(shown?.textContent).toContain('3 次');
  expect(shown?.textContent).toContain(zh.wechat.alarms.other('errcode_1'));
});

it('nothing is shown while nothing is wrong', async () => {
  expect(await banner(BoardView, { connected: true, alarms: [] })).toBeNull();
});

it('the advice is that of the check, for every code that calls for a person', () => {
  const advised = [...source('bot/cli/wechat.py').matchAll(/^ {4}(\d+): "(.*)",$/gm)];
  const codes = [...source('bot/channels/wechat/errcodes.py').matchAll(/^ {4}(\d+): "(?:alarm|renew)",$/gm)];
  expect(advised.length).toBeGreaterThan(5);
  expect(codes.length).toBeGreaterThan(8);
  const names = codes.map(([, code]) => `errcode_${code}`);
  expect(names.filter((name) => !zh.wechat.alarms.advice[name] || !en.wechat.alarms.advice[name])).toEqual([]);
  for (const [, code, text] of advised) {
    const name = `errcode_${code}`;
    if (names.includes(name)) expect(zh.wechat.alarms.advice[name]).toBe(text);
  }
});
